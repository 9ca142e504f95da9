// What an action would do, as words and nodes.
import { count, element, isKnown, percent, plural } from './words.js';

/// A prediction in one sentence, for who hears it.
export function predictionSentence({ customers, moved, confirm, word, refusals }) {
  if (refusals.length > 0) return `Refused: ${refusals.map((one) => one.detail).join('; ')}`;
  const { lost, degraded, untouched } = customers;
  const parts = [isKnown(moved) ? `${plural(moved, 'customer')} moved` : '', `${plural(lost, 'customer')} lost`,
    `${count(degraded)} degraded`, `${count(untouched)} untouched`].filter(Boolean);
  return parts.join(', ') + (confirm === 'type' ? `; type ${word} to confirm` : '');
}

/// What a prediction says, as nodes.
export function consequences({ customers, moved, load, late_edges: late = [], steps = [], refusals }) {
  // What will not be done does nothing to anybody.
  if (refusals.length > 0) return refusals.map(({ detail }) => element('p', { class: 'refusal' }, `✗ ${detail}`));
  const { lost, degraded, untouched, no_quorum: refused } = customers;
  const whole = Math.max(lost + degraded + untouched, 1);
  const parts = [['lost', lost, 'bad'], ['degraded', degraded, 'warn'], ['untouched', untouched, 'ok']];
  const nodes = [element('div', { class: 'figures' }, parts.map(([name, value, tone]) =>
    element('div', { 'data-tone': value > 0 ? tone : null }, element('b', {}, count(value)),
        element('span', {}, name))))];
  nodes.push(element('div', { class: 'shares', 'aria-hidden': 'true' }, parts.map(([, value, tone]) =>
    element('i', { 'data-tone': tone, style: ['flex-grow', String(value / whole)] }))));
  const lines = isKnown(moved) ? [`${plural(moved, 'customer')} would move; the others stay.`] : [];
  if (refused > 0) lines.push(`${plural(refused, 'customer')} would have too few cells for their records.`);
  if (load?.hottest) {
    const { cell, before, after } = load.hottest;
    lines.push(`The hottest survivor, ${cell}, goes from ${percent(before)} to ${percent(after)} (survivors ×${
      load.factor.toFixed(2)}).`);
  }
  for (const [from, to] of late.slice(0, 3)) lines.push(`${from} › ${to} would come too late for its caller.`);
  lines.push(...steps);
  if (late.length > 3) lines.push(`${count(late.length - 3)} more calls would be late.`);
  nodes.push(...lines.map((line) => element('p', {}, line)));
  return nodes;
}

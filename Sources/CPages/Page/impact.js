// Which customers fare worse: how many were seen to, and how many were predicted to.
import { byId, count, isKnown, setAttribute, setText, span } from './words.js';

/// Fills the row of figures.
export function drawImpact(state) {
  const impact = state?.impact;
  const isOver = isKnown(impact?.ended);
  setText('impact-over', isOver ? `last fault, over ${span(state.t - impact.ended)} ago` : '');
  setAttribute('marks', 'data-over', isOver ? '' : null);
  for (const name of ['lost', 'degraded', 'untouched']) {
    const [observed, seen, all] = [impact?.observed?.[name], impact?.of_those_seen?.[name],
        impact?.predicted?.[name]];
    setText(`${name}-observed`, count(observed));
    setText(`${name}-seen`, count(seen));
    setText(`${name}-all`, count(all));
    const isTouched = name !== 'untouched' && !isOver && (observed > 0 || all > 0);
    const tone = !isTouched ? null : name === 'lost' ? 'bad' : 'warn';
    setAttribute(byId(`${name}-observed`).closest('[data-figure]'), 'data-tone', tone);
  }
  setText('differ', isKnown(impact?.different) ? count(impact.different) : '–');
  const differs = impact?.different > 0 && !isOver;
  setAttribute(byId('differ').closest('[data-figure]'), 'data-tone', differs ? 'differ' : null);
  const refused = impact?.predicted?.no_quorum ?? 0;
  setText('no-quorum', refused > 0 ? `${count(refused)} without quorum` : '');
}

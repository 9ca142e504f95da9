// Actions. Nothing is done that was not predicted on the screen first: what it does, to how many, and how sure one
// must be.
import { byId, count, element, isKnown, on, percent, plural, setText } from './words.js';
import { FIGURES, KINDS, LEASE, LEVELS, changes, faultOptions, faultTargets } from './faults.js';

/// What each action is called, where it is posted, and what stays as it is without it; of a gate what it is held in.
const ACTIONS = {
  kill: { verb: 'Kill', path: '/v1/kill', keep: 'Keep it running' },
  pause: { verb: 'Pause', path: '/v1/pause', keep: 'Keep it running' },
  resume: { verb: 'Resume', path: '/v1/resume', keep: 'Leave it' },
  restart: { verb: 'Restart', path: '/v1/restart', keep: 'Leave it' },
  fault: { verb: 'Inject', path: '/v1/faults/add', keep: 'Inject nothing' },
  evacuate: { verb: 'Evacuate', path: '/v1/evacuations', keep: 'Stay' },
  restore: { verb: 'Restore', path: '/v1/evacuations', keep: 'Leave it' },
  degrade: { verb: 'Degrade', path: '/v1/settings', keep: 'Leave it' },
  open: { verb: 'Open', path: '/v1/settings', keep: 'Leave it', value: 'forced-open' },
  close: { verb: 'Close', path: '/v1/settings', keep: 'Leave it', value: 'closed' },
  abort: { verb: 'Abort', path: '/v1/evacuations/abort', keep: 'Let it go on' },
};

export class Actions {
  #asked = null;
  #prediction = null;
  #timer = 0;
  #isBusy = false;
  /// The cell that a fault or a level was asked for at, and which of them there are; null for other actions.
  #target = '';
  #kinds = null;

  constructor(page) {
    this.page = page;
    const dialog = byId('action');
    on('action-keep', 'click', () => dialog.close());
    on('action-do', 'click', () => this.#do());
    on('action-word', 'input', () => this.#enable());
    on('action-word', 'keydown', (event) => {
      if (event.key === 'Enter' && !byId('action-do').disabled) this.#do();
    });
    on('fault-kind', 'change', () => this.#chooseKind());
    on('fault-form', 'change', () => this.#askForm());
    on(dialog, 'close', () => {
      // It is told late: something else may be asked by then.
      if (dialog.open) return;
      clearTimeout(this.#timer);
      this.#asked = null;
    });
    on('halt', 'click', () => this.halt());
  }

  /// Asks what an action would do, and shows it.
  begin(act, name) {
    if (!this.page.may || !this.page.isFresh) {
      this.page.say(this.page.may ? 'no actions while the page is not up to date' : 'this page may only read');
      return;
    }
    const isRegion = act === 'evacuate' || act === 'restore';
    const { verb, keep, value } = ACTIONS[act];
    const target = isRegion ? `region/${name}` : value ? name : `cell/${name}`;
    this.#kinds = { fault: KINDS, degrade: LEVELS }[act] ?? null;
    byId('fault-form').hidden = !this.#kinds;
    setText('action-title', `${verb} ${act === 'fault' ? 'a fault' : name}`);
    setText('action-keep', keep);
    setText('action-do', `${verb} ${this.#kinds ? 'it' : name}`);
    this.#asked = { act, name, targets: [target],
      options: isRegion ? {} : value ? { value, for_ms: LEASE } : { for_ms: null } };
    if (!byId('action').open) byId('action').showModal();
    if (this.#kinds) {
      this.#target = target;
      setText('fault-what', act === 'fault' ? 'Kind' : 'Level');
      byId('fault-kind').replaceChildren(...Object.keys(this.#kinds).map((kind) => element('option', {}, kind)));
      this.#chooseKind();
      this.#askForm();
    } else this.#predict();
    byId('action-keep').focus();
  }

  /// Shows the fields that a kind has.
  #chooseKind() {
    const kind = byId('fault-kind').value;
    for (const name of Object.keys(FIGURES)) {
      const field = byId(`fault-${name}`);
      field.parentElement.hidden = !(name in this.#kinds[kind]);
      field.value = this.#kinds[kind][name] ?? '';
    }
    byId('fault-targets').value = faultTargets(kind, this.#target, this.page.store.shape ?? {});
  }

  #askForm() {
    const figures = Object.fromEntries(Object.keys(FIGURES).map((name) => [name, byId(`fault-${name}`).value]));
    const kind = byId('fault-kind').value;
    const seconds = Number(byId('fault-for').value);
    const isLevel = this.#kinds === LEVELS;
    const options = isLevel ? { value: kind === 'auto' ? null : kind, for_ms: seconds * 1000 || LEASE }
      : faultOptions(kind, seconds, figures);
    const targets = byId('fault-targets').value.split(/[\s,]+/).filter(Boolean);
    this.#asked = { act: isLevel ? 'degrade' : 'fault', name: targets.join(' '), targets, options };
    this.#predict();
  }

  /// Takes back what an evacuation has moved. Nobody predicts that: it is known.
  #abort() {
    const move = this.page.store.latest?.evacuation;
    if (!move || !this.page.may || !this.page.isFresh) return;
    const name = move.region ?? (move.cells ?? []).join(' ');
    byId('fault-form').hidden = true;
    byId('action-type').hidden = true;
    setText('action-title', `Abort: ${move.kind ?? 'evacuate'} ${name}`);
    setText('action-keep', ACTIONS.abort.keep);
    setText('action-do', 'Abort');
    setText('action-note', '');
    clearTimeout(this.#timer);
    this.#asked = { act: 'abort', name, targets: [], options: {} };
    this.#prediction = { refusals: [], confirm: 'click' };
    const told = `${count(move.cohorts.moved)} of ${count(move.cohorts.of)} cohorts have moved: they go back.`;
    byId('prediction').replaceChildren(element('p', {}, told));
    byId('action').showModal();
    this.#enable();
    byId('action-keep').focus();
    this.page.say(told);
  }

  async #predict(note = '') {
    const asked = this.#asked;
    if (asked.act === 'abort') return;
    clearTimeout(this.#timer);
    this.#prediction = null;
    setText('action-note', note || 'asking what it would do …');
    byId('prediction').replaceChildren();
    this.#enable();
    try {
      const { targets, options } = asked;
      const action = ACTIONS[asked.act].value ? 'breaker' : asked.act;
      const prediction = await this.page.ask('/v1/predict', { action, targets, options });
      if (this.#asked !== asked) return;
      this.#prediction = prediction;
      setText('action-note', note);
      byId('prediction').replaceChildren(...consequences(prediction));
      byId('action-type').hidden = prediction.confirm !== 'type';
      byId('action-word').value = '';
      setText('action-wanted', prediction.word ?? '');
      this.#timer = setTimeout(() => this.#predict(), prediction.valid_ms);
      if (prediction.confirm === 'none' && prediction.refusals.length === 0) this.#do();
      this.page.say(predictionSentence(prediction));
    } catch (error) {
      if (this.#asked === asked) setText('action-note', error.message);
    }
    this.#enable();
  }

  #enable() {
    const prediction = this.#prediction;
    byId('action-do').disabled = this.#isBusy || !prediction || prediction.refusals.length > 0
      || (prediction.confirm === 'type' && byId('action-word').value !== prediction.word);
  }

  async #do() {
    const { act, name, targets, options } = this.#asked;
    const { prediction } = this.#prediction;
    this.#isBusy = true;
    this.#enable();
    const { path, verb } = ACTIONS[act];
    const body = act === 'evacuate' || act === 'restore' ? { ...options, kind: act, region: name, confirm: name }
      : path === '/v1/settings' ? { changes: changes(act === 'degrade', targets, options) } : { ...options, targets };
    try {
      await this.page.ask(path, { ...body, prediction });
      byId('action').close();
      this.page.say(`${verb} ${name}: done`);
    } catch (error) {
      if (error.code === 'stale-prediction') await this.#predict('The mesh has changed: this is what it would do now.');
      else setText('action-note', error.message);
    }
    this.#isBusy = false;
    this.#enable();
  }

  async heal(id) {
    await this.#plainly('/v1/faults/remove', { ids: [id] }, `${id} healed`);
  }

  async evacuation(change) {
    if (change === 'abort') this.#abort();
    else await this.#plainly(`/v1/evacuations/${change}`, {}, `evacuation: ${change}`);
  }

  /// Ends every fault and drill and refuses new ones, without a question: who presses it has no time for one.
  async halt() {
    if (!this.page.may) return;
    const isHalted = Boolean(this.page.store.latest?.halt);
    await this.#plainly('/v1/halt', { release: isHalted }, isHalted ? 'released' : 'halted: faults and drills end');
  }

  async #plainly(path, body, done) {
    try {
      await this.page.ask(path, body);
      this.page.say(done);
    } catch (error) {
      this.page.tell(error.message);
    }
  }
}

/// A prediction in one sentence, for who hears it.
export function predictionSentence({ customers, moved, confirm, word, refusals }) {
  if (refusals.length > 0) return `Refused: ${refusals.map((one) => one.detail).join('; ')}`;
  const { lost, degraded, untouched } = customers;
  const parts = [isKnown(moved) ? `${plural(moved, 'customer')} moved` : '', `${plural(lost, 'customer')} lost`,
    `${count(degraded)} degraded`, `${count(untouched)} untouched`].filter(Boolean);
  return parts.join(', ') + (confirm === 'type' ? `; type ${word} to confirm` : '');
}

/// What a prediction says, as nodes.
export function consequences({ customers, moved, load, late_edges: late = [], refusals }) {
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
  if (late.length > 3) lines.push(`${count(late.length - 3)} more calls would be late.`);
  nodes.push(...lines.map((line) => element('p', {}, line)));
  return nodes;
}

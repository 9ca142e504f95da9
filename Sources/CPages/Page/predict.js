// Actions. Nothing is done that was not predicted on the screen first: what it does, to how many, and how sure one
// must be.
import { byId, count, element, on, setText } from './words.js';
import { consequences, predictionSentence } from './consequences.js';
import { FIGURES, ACT_FORMS, LEASE, actionBody, faultOptions, faultTargets, runOptions } from './faults.js';

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
  drill: { verb: 'Run', path: '/v1/drills', keep: 'Run nothing' },
  monkey: { verb: 'Let loose', path: '/v1/monkey', keep: 'Leave it' },
  load: { verb: 'Start', path: '/v1/load', keep: 'Leave it' },
  abort: { verb: 'Abort', path: '/v1/evacuations/abort', keep: 'Let it go on' },
};

export class Actions {
  #asked = null;
  #prediction = null;
  #timer = 0;
  #isBusy = false;
  /// The cell that a fault or a level was asked for at; what the form asks for, null where it does not; and the drills.
  #target = '';
  #form = null;
  #drills = [];

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
    for (const act of ['drill', 'monkey', 'load']) on(`run-${act}`, 'click', () => this.run(act));
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
    const form = this.#form = ACT_FORMS[act] ?? null;
    byId('fault-form').hidden = !form;
    byId('action-type').hidden = true;
    setText('action-title', `${verb} ${act === 'fault' || act === 'drill' ? `a ${act}` : name}`);
    setText('action-keep', keep);
    setText('action-do', `${verb} ${form ? 'it' : name}`);
    this.#asked = { act, name, targets: [target],
      options: isRegion ? {} : value ? { value, for_ms: LEASE } : { for_ms: null } };
    if (!byId('action').open) byId('action').showModal();
    if (form) {
      this.#target = target;
      setText('fault-what', form.what ?? '');
      setText('fault-time', form.time ?? '');
      for (const [id, shown] of [['kind', form.what], ['targets', form.where], ['for', form.time]]) {
        byId(`fault-${id}`).parentElement.hidden = !shown;
      }
      byId('fault-for').value = form.first ?? '';
      byId('fault-kind').replaceChildren(...Object.keys(this.#kinds).map((kind) => element('option', {}, kind)));
      this.#chooseKind();
      this.#askForm();
    } else this.#predict();
    byId('action-keep').focus();
  }

  /// Asks for a drill, a monkey or a load, or says which drills there are first.
  async run(act) {
    if (act === 'drill' && this.page.may) {
      try {
        this.#drills = (await this.page.ask('/v1/drills')).drills.filter(({ unsuited }) => !unsuited);
      } catch (error) {
        this.page.tell(error.message);
        return;
      }
      if (this.#drills.length === 0) return;
    }
    this.begin(act, act === 'monkey' ? 'a monkey' : 'a load');
  }

  /// What there is to choose from.
  get #kinds() {
    return this.#form.kinds ?? Object.fromEntries(this.#drills.map(({ name }) => [name, {}]));
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
    const { act } = this.#asked;
    if (act === 'drill') this.#asked = { act, name: kind, targets: [kind], options: {} };
    else if (this.#form.where) {
      const options = act === 'degrade' ? { value: kind === 'auto' ? null : kind, for_ms: seconds * 1000 || LEASE }
        : faultOptions(kind, seconds, figures);
      const targets = byId('fault-targets').value.split(/[\s,]+/).filter(Boolean);
      this.#asked = { act, name: targets.join(' '), targets, options };
    } else {
      const [options, told] = runOptions(act, seconds, figures);
      this.#certain({ act, name: `a ${act}`, targets: [], options }, told);
      return;
    }
    this.#predict();
  }

  /// Shows what is known, where nobody predicts.
  #certain(asked, told) {
    clearTimeout(this.#timer);
    this.#asked = asked;
    this.#prediction = { refusals: [], confirm: 'click' };
    setText('action-note', '');
    byId('prediction').replaceChildren(element('p', {}, told));
    this.#enable();
    this.page.say(told);
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
    this.#certain({ act: 'abort', name, targets: [], options: {} },
      `${count(move.cohorts.moved)} of ${count(move.cohorts.of)} cohorts have moved: they go back.`);
    byId('action').showModal();
    byId('action-keep').focus();
  }

  async #predict(note = '') {
    const asked = this.#asked;
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
      const about = this.#drills.find(({ name }) => asked.act === 'drill' && name === asked.name);
      byId('prediction').replaceChildren(...about ? [element('p', {}, `${about.title} (${
        about.standing === 'never' ? 'never run here' : `last: ${about.standing}`}).`)] : [],
        ...consequences(prediction));
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
    try {
      await this.page.ask(path, { ...actionBody(act, name, targets, options), prediction });
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

  /// Ends a drill, the monkey or the load.
  async stop(act) {
    await this.#plainly(ACTIONS[act].path, act === 'load' ? { action: 'stop' } : { stop: true }, `${act}: stopped`);
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
      // A load that is stopped is waited for.
      await this.page.ask(path, body, path === '/v1/load' ? 45_000 : undefined);
      this.page.say(done);
    } catch (error) {
      this.page.tell(error.message);
    }
  }
}

// What is going on: faults, an evacuation, breakers and pools, alerts; and the events below.
import { byId, clock, count, element, isKnown, isSame, milliseconds, on, percent, plural, rate, replaceRows,
    setAttribute, setText, span }
  from './words.js';

const SHOWN = 120;
const SHOWN_CLOSED = 20;
const OUTCOMES = { passed: 'ok', deviated: 'bad', aborted: 'bad', error: 'bad', 'probe-error': 'bad', refused: 'bad' };
const VERDICTS = { met: 'ok', deviated: 'bad', undecided: 'warn' };
const SIGNS = { met: '✓', deviated: '✗' };

export class ActivityPanel {
  #types = '';
  #shown = null;
  #leases = new Map();

  constructor(page) {
    this.page = page;
    for (const id of ['event-type', 'event-since', 'breakers-closed']) on(id, 'change', () => page.draw());
    on('add-fault', 'click', () => page.actions.begin('fault', page.map.name(page.map.focused)));
  }

  draw(state) {
    this.#running(state);
    this.#faults(state);
    this.#evacuation(state);
    this.#breakers(state);
    this.#events(state);
  }

  /// What else is on: a halt, a drill or what became of it, the monkey, load.
  #running(state) {
    const { halt, drill, monkey, load, t } = state ?? {};
    const { page } = this;
    const isOver = Boolean(drill?.outcome);
    const rows = [halt && { tone: 'bad', what: 'halted', detail: `${halt.text} · ${span(t - halt.since)}` },
      drill && { tone: OUTCOMES[drill.outcome] ?? 'accent', what: `drill ${drill.name}`,
        detail: isOver ? `${drill.outcome.replace('-', ' ')}${drill.detail ? `: ${drill.detail}` : ''}`
          : `${drill.step} · ${span(t - drill.since)}${drill.detail ? ` · ${drill.detail}` : ''}`,
        stop: isOver ? null : 'drill', claims: drill.claims ?? [],
        report: page.store.hello?.source === 'live' ? drill.report : null },
      monkey && { tone: 'warn', what: 'monkey', detail: monkey.text, stop: 'monkey' },
      load && { tone: '', what: 'load', detail: `${rate(load.rate)}/s, ${count(load.sent)} sent${
        load.dropped > 0 ? `, ${count(load.dropped)} not sent in time` : ''}`, stop: 'load' }].filter(Boolean);
    byId('none-running').hidden = rows.length > 0 || !state;
    for (const act of ['drill', 'monkey', 'load']) {
      byId(`run-${act}`).hidden = !page.may || rows.some(({ stop }) => stop === act);
    }
    const may = page.may && page.isFresh;
    replaceRows(byId('running'), rows.map((row) => ({ ...row, may })), ({ what }) => what,
      ({ tone, what, detail, stop, claims = [], report }) => element('li', { 'data-tone': tone },
        element('b', {}, what), element('span', {}, detail),
        may && stop ? act(`stop ${stop}`, 'Stop', () => page.actions.stop(stop)) : null,
        report ? element('a', { href: `/v1/reports/${encodeURIComponent(report)}`, target: '_blank' }, 'Report') : null,
        claims.length > 0 ? element('ul', { class: 'claims', 'aria-label': 'Claims' }, claims.map((claim) =>
          element('li', { 'data-tone': VERDICTS[claim.verdict] },
            `${SIGNS[claim.verdict] ?? '?'} ${claim.name}: ${claim.text}`))) : null));
  }

  #faults(state) {
    const faults = state?.faults ?? [];
    setText('faults-count', state ? count(faults.length) : '–');
    byId('faults').hidden = faults.length === 0;
    byId('no-faults').hidden = faults.length > 0 || !state;
    const now = state?.t ?? 0;
    const rows = faults.map((fault) => {
      // Where a fault's beginning is not known its lease is as long as it was when this page saw it first.
      if (!this.#leases.has(fault.id)) this.#leases.set(fault.id, fault.until - (fault.since ?? now));
      const left = isKnown(fault.until) ? fault.until - now : null;
      return { ...fault, left: left === null ? '' : `${span(left)} left`, may: this.page.may,
        rest: left === null ? 0 : Math.round((100 * left) / Math.max(this.#leases.get(fault.id), 1)),
        hits: !isKnown(fault.hits) ? '' : fault.hits === 0 ? 'hits nothing' : plural(fault.hits, 'hit') };
    });
    for (const id of this.#leases.keys()) if (!faults.some((fault) => fault.id === id)) this.#leases.delete(id);
    replaceRows(byId('faults'), rows, (fault) => fault.id, (fault) => element('li', { class: 'fault' },
      element('div', { class: 'fault-head' }, element('b', {}, fault.id),
        ` ${fault.what ?? fault.kind}`,
        fault.may ? act(`heal ${fault.id}`, 'Heal', () => this.page.actions.heal(fault.id)) : null),
      element('div', { class: 'fault-where' }, fault.targets.join(', ')),
      element('div', { class: 'meter', style: ['--part', `${fault.rest}%`] }),
      element('div', { class: 'fault-foot' }, fault.left,
        element('span', { class: fault.hits === 'hits nothing' ? 'strong' : '' }, fault.hits))));
  }

  #evacuation(state) {
    const move = state?.evacuation;
    const panel = byId('evacuation-panel');
    panel.hidden = !move || move.outcome === 'none';
    if (panel.hidden) return;
    const what = move.kind === 'restore' ? 'Restore' : move.cells ? 'Cells' : 'Evacuation';
    setText('evacuation-title', `${what} ${move.region ?? move.cells?.join(', ') ?? ''}`);
    const tone = { running: 'accent', paused: 'warn', completed: 'ok' }[move.outcome] ?? 'bad';
    setText('evacuation-outcome', move.outcome.replace('-', ' '));
    setAttribute('evacuation-outcome', 'data-tone', tone);
    const body = { move, may: this.page.may };
    replaceRows(byId('evacuation'), [body], () => 0, () => this.#evacuationBody(move));
  }

  #evacuationBody(move) {
    const stages = (move.stages ?? [5, 25, 50, 75, 95, 100]).map((one) => one.percent ?? one);
    const { moved, of } = move.cohorts;
    const isOver = !['running', 'paused'].includes(move.outcome);
    const figures = [['step', move.step], ['cohorts', `${moved} of ${of}`],
      ['records',
          `${count(move.records.copied)} copied, ${count(move.records.verified)} verified${move.records.different
        ? `, ${count(move.records.different)} different` : ''}`],
      ['write pause', move.write_pause_ms ? `p50 ${milliseconds(move.write_pause_ms.p50)}, p99 ${
        milliseconds(move.write_pause_ms.p99)}, max ${milliseconds(move.write_pause_ms.max)}` : null],
      ['time left', move.eta_ms === null || move.eta_ms === undefined ? null : span(move.eta_ms)],
          ['why', move.reason]];
    const change = (name, label) => act(name, label, () => this.page.actions.evacuation(name));
    return element('div', {},
      element('ol', { class: 'stages', 'aria-label': 'Stages, percent of the cohorts' }, stages.map((percentage, at) =>
        element('li', { 'aria-current': !isOver && at + 1 === move.stage ? 'step' : null,
          class: at + 1 < move.stage || move.outcome === 'completed' ? 'done' : '' }, String(percentage)))),
      element('div', { class: 'cohorts', role: 'img', 'aria-label': `${moved} of ${of} cohorts moved`,
        style: ['--part', `${(100 * moved) / Math.max(of, 1)}%`] }),
      (move.gate ?? []).map((gate) => element('div', { class: `gate ${gate.ok ? '' : 'failed'}` },
        element('span', {}, `${gate.ok ? '✓' : '✗'} ${gate.name}`),
        element('span', {}, `${gate.value} ≤ ${gate.bound}`))),
      (move.targets ?? []).map((target) => element('div', { class: 'gate' }, element('span', {}, target.cell),
        element('span', {}, `load ${percent(target.load)} of ${percent(target.headroom)}`))),
      element('dl', {}, figures.filter(([, value]) => value).map(([name, value]) =>
        [element('dt', {}, name), element('dd', {}, value)])),
      this.page.may && !isOver ? element('div', { class: 'acts' }, move.outcome === 'paused'
        ? change('resume', 'Resume') : change('pause', 'Pause'), change('abort', 'Abort …')) : null);
  }

  #breakers(state) {
    const breakers = state?.breakers ?? [];
    const { store } = this.page;
    setText('breakers-count', state ? `${count(breakers.length)} not closed` : '–');
    const names = store.shape?.cells.name ?? [];
    const full = state ? names.map((name, cell) => ({ name, util: state.cells.util[cell],
        waiting: state.cells.waiting[cell] }))
      .filter(({ util }) => util > 0.8).sort((one, other) => other.util - one.util) : [];
    const { may } = this.page;
    const rows = [
      ...(state?.alerts ?? []).slice(0, 6).map((alert) => ({ tone: 'bad', sign: '!', what: alert.name,
        detail: `${alert.subject} · ${Number(alert.value.toPrecision(3))} for ${span(state.t - alert.since)}` })),
      ...breakers.slice(0, 8).map((gate) => ({ tone: gate.state === 'open' || gate.state === 'forced-open' ? 'bad'
          : 'warn',
        sign: '⊘', what: gate.name, detail: gateWords({ ...gate, since_ms: state.t - gate.since }),
        act: may && 'close' })),
      ...this.#closed(state, breakers).map(([name, t]) => ({ tone: 'ok', sign: '=', what: name,
        detail: `closed ${span(state.t - t)}`, act: may && 'open' })),
      ...full.slice(0, 6).map((pool) => ({ tone: 'warn', sign: '▮', what: `pool ${pool.name}`,
        detail: `${percent(pool.util)} full, ${count(pool.waiting)} waiting` })),
    ];
    const more = breakers.length - 8 + Math.max(0, full.length - 6);
    if (breakers.length > 8) rows.push({ tone: 'gone', sign: '…', what: `${count(more)} more`, detail: '' });
    replaceRows(byId('breakers'), rows, (row) => `${row.what} ${row.sign}`,
        (row) => element('li', { 'data-tone': row.tone },
      element('span', { class: 'sign', 'aria-hidden': 'true' }, row.sign), element('b', {}, row.what),
      element('span', {}, row.detail, row.act ? act(`${row.act} ${row.what}`, row.act === 'close' ? 'Close' : 'Open',
        () => this.page.actions.begin(row.act, row.what)) : null)));
    byId('no-breakers').hidden = rows.length > 0 || !state;
    // Of no request there are no attempts, and not one for each.
    const isIdle = state?.mesh.rps === 0;
    const layers = (state?.amplification ?? []).map(({ layer, ratio }) => ({ layer,
        ratio: isIdle ? '–' : ratio.toFixed(2), high: !isIdle && ratio > 1.5 }));
    replaceRows(byId('amplification'), layers, ({ layer }) => layer, ({ layer, ratio, high }) =>
      element('li', { 'data-tone': high ? 'warn' : null }, element('span', {}, layer), element('b', {}, ratio)));
  }

  /// Gates that were not closed at some time of the past that the page has, and are now: with the last such time.
  #closed(state, breakers) {
    const found = new Map();
    if (!state || !byId('breakers-closed').checked) return [];
    for (const { t, breakers: then } of this.page.store.past) {
      if (t < state.t) for (const { name } of then ?? []) found.set(name, t);
    }
    for (const { name } of breakers) found.delete(name);
    return [...found].slice(-SHOWN_CLOSED);
  }

  #events(state) {
    const { store, time } = this.page;
    const types = [...new Set(store.events.map((event) => event.type))].sort();
    if (types.join() !== this.#types) {
      this.#types = types.join();
      const select = byId('event-type');
      const kept = select.value;
      select.replaceChildren(...['all', ...types].map((type) => element('option', {}, type)));
      select.value = types.includes(kept) ? kept : 'all';
    }
    const type = byId('event-type').value;
    const minutes = Number(byId('event-since').value);
    const since = minutes && state ? state.t - minutes * 60_000 : 0;
    const from = [store.events, time.held, type, since, !state];
    if (isSame(from, this.#shown)) return;
    this.#shown = from;
    const until = time.held ?? Infinity;
    const shown = store.events.filter((event) => event.t <= until && event.t >= since
        && (type === 'all' || event.type === type))
      .slice(-SHOWN).reverse();
    setText('events-missed', store.missed > 0 ? `${count(store.missed)} more were left out` : '');
    byId('no-events').hidden = shown.length > 0 || !state;
    replaceRows(byId('events'), shown, (event) => event.n, (event) =>
      element('li', { 'data-type': event.type }, element('time', { datetime: event.time }, clock(event.t, true)),
        element('span', { class: 'type' }, event.type), element('span', {}, eventSentence(event))));
  }
}

/// A small button, which keeps the focus when its row is made anew.
const act = (name, label, click) => element('button', { class: 'small', 'data-act': name, 'aria-label': name,
  on: { click } }, label);

/// The state of a gate with its numbers.
export function gateWords({ state, since_ms: since, failure, calls }) {
  return `${state} ${span(since)}${isKnown(failure) ? `, ${percent(failure)} of ${count(calls)} failed` : ''}`;
}

/// An event as a sentence: who did what to whom, then whatever else is known.
export function eventSentence({ action, id, attributes = {}, observers = [], seen = 0 }) {
  const { observer, ...rest } = attributes;
  const names = observers.length > 0 ? observers : observer ? [observer] : [];
  const others = seen - names.length;
  const who = names.length > 0 ? ` by ${names.join(', ')}${others > 0 ? ` and ${plural(others, 'other')}` : ''}` : '';
  const more = Object.entries(rest).map(([name, value]) => `${name} ${value}`).join(', ');
  return `${id} ${action}${who}${more ? ` · ${more}` : ''}`;
}

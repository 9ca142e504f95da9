// What the page knows: the feed's documents, put together. No document here changes once it stands: a delta makes new
// columns where it has some, so that the past is kept for the price of what has changed.
import { isKnown, millis } from './words.js';

/// Columns of positions in lists of words that `hello` has. The others hold figures, in which unknown is NaN.
const WORDS = ['state', 'process', 'gossip', 'traffic', 'condition'];
/// How much of the past is kept: 15 minutes of a state a second, or less of it in a mesh whose states are large.
const PAST = 900;
const PAST_BYTES = 12 << 20;
const EVENTS = 500;

const column = (name, values) =>
  WORDS.includes(name) ? Array.from(values) : Float32Array.from(values, (value) => value ?? NaN);

/// A column with some of its values replaced.
function patched(old, name, rows, values) {
  const made = old.slice();
  for (let at = 0; at < rows.length; at += 1) made[rows[at]] = WORDS.includes(name) ? values[at] : values[at] ?? NaN;
  return made;
}

export class Store {
  hello = null;
  shape = null;
  /// The newest state; nil before the first.
  latest = null;
  past = [];
  events = [];
  missed = 0;
  /// By name: all that each cell in the drawer has told last.
  details = {};
  /// When the page first saw each cell in the state in which it is, and with what is the matter with it.
  changed = [];
  named = [];
  /// Grows with everything that is taken in.
  version = 0;

  /// Takes a message of the feed. False where it does not follow from what was taken before: the feed must begin again.
  take(event, data) {
    this.version += 1;
    switch (event) {
      case 'hello': return this.#takeHello(data);
      case 'shape': return this.#takeShape(data);
      case 'state': return this.#takeState(data);
      case 'delta': return this.#takeDelta(data);
      case 'event': return this.#takeEvents(data);
      case 'detail': this.details = data.cells; return true;
      // A newer feed may say more than this page knows.
      default: return true;
    }
  }

  #takeHello(data) {
    if (data.feed !== 1) return false;
    // Another process, another count of sequence numbers, perhaps another mesh.
    if (this.hello && (this.hello.boot !== data.boot || this.hello.mesh !== data.mesh)) this.#forget();
    this.hello = data;
    return true;
  }

  #forget() {
    Object.assign(this, { shape: null, latest: null, past: [], events: [], missed: 0, details: {}, changed: [],
      named: [] });
  }

  #takeShape(data) {
    const names = data.cells.name;
    // Columns are by position: with other cells none of the past says anything.
    if (this.shape && this.shape.cells.name.join('\n') !== names.join('\n')) {
      Object.assign(this, { latest: null, past: [], changed: [], named: [] });
    }
    this.shape = data;
    return true;
  }

  #takeState(data) {
    if (!this.shape) return false;
    const count = this.shape.cells.name.length;
    const cells = {};
    for (const [name, values] of Object.entries(data.cells)) {
      if (values.length !== count) return false;
      cells[name] = column(name, values);
    }
    this.#advance({ ...data, cells });
    return true;
  }

  #takeDelta(data) {
    const base = this.latest;
    if (!base || data.seq !== base.seq + 1) return false;
    let cells = base.cells;
    if (data.cells) {
      const { i: rows, ...columns } = data.cells;
      cells = { ...base.cells };
      for (const [name, values] of Object.entries(columns)) {
        if (values.length !== rows.length || !base.cells[name]) return false;
        cells[name] = patched(base.cells[name], name, rows, values);
      }
    }
    this.#advance({ ...base, ...data, cells });
    return true;
  }

  #advance(state) {
    const before = this.latest?.cells;
    const since = (name, known) => (state.cells[name] ?? []).map((word, at) =>
      before?.[name]?.[at] === word ? known[at] : before?.[name] ? state.t : null);
    this.changed = since('state', this.changed);
    this.named = since('condition', this.named);
    this.latest = state;
    // After a new connection the same time may be told again.
    while (this.past.at(-1)?.t >= state.t) this.past.pop();
    this.past.push(state);
    const most = Math.max(60, Math.min(PAST, Math.floor(PAST_BYTES / (40 * this.shape.cells.name.length + 512))));
    if (this.past.length > most + 30) this.past.splice(0, this.past.length - most);
  }

  #takeEvents(data) {
    this.missed += data.missed;
    this.events = [...this.events];
    for (const { n, event, observers, seen } of data.events) {
      const told = { ...event, n, observers, seen, t: millis(event.time) };
      // Told again where further processes saw it.
      const at = this.events.findLastIndex((one) => one.n === n);
      if (at >= 0) this.events[at] = told;
      else this.events.push(told);
    }
    if (this.events.length > EVENTS) this.events.splice(0, this.events.length - EVENTS);
    return true;
  }

  /// The state at a time: the last one not after it, else the oldest.
  at(time) {
    let low = 0;
    let high = this.past.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.past[middle].t <= time) low = middle + 1;
      else high = middle;
    }
    return this.past[Math.max(low - 1, 0)] ?? null;
  }

  /// A cell's word in one of the columns of words.
  word(state, name, cell) {
    const { states, conditions, witnesses: lists } = this.hello;
    const list = name === 'state' ? states : name === 'condition' ? conditions : lists[name];
    return list[state.cells[name][cell]] ?? 'unknown';
  }

  /// The latest 60 values of a cell's column, oldest first, up to a state.
  trail(state, name, cell, most = 60) {
    const end = state === this.latest ? this.past.length : this.past.indexOf(state) + 1;
    const values = [];
    for (let at = Math.max(0, end - most); at < end; at += 1) values.push(this.past[at].cells[name]?.[cell]);
    return values;
  }
}

/// States in which a cell is known to serve nobody.
const OUT = new Set(['starting', 'unreachable', 'paused', 'down']);
const GONE = new Set(['evacuated', 'drained']);

export const isDown = (store, state, cell) => OUT.has(store.word(state, 'state', cell));

/// What each of the three witnesses says: true serves, false does not, null says nothing.
export function witnesses(store, state, cell) {
  const of = (name, yes, no) => {
    const word = store.word(state, name, cell);
    return { word, serves: yes.includes(word) ? true : no.includes(word) ? false : null };
  };
  return {
    process: of('process', ['running'], ['gone', 'stopped']),
    gossip: of('gossip', ['alive'], ['dead', 'left']),
    traffic: of('traffic', ['reached', 'partly'], ['none']),
  };
}

/// Sign, tone and words of a cell. What is not known is never shown as served.
export function condition(store, state, cell) {
  const word = store.word(state, 'state', cell);
  const named = store.word(state, 'condition', cell);
  const age = (since) => isKnown(since) && since <= state.t ? state.t - since : null;
  const lasted = age(store.changed[cell]);
  // How long something is the matter, and not how long the cell serves.
  const troubled = age(store.named[cell]);
  if (GONE.has(word)) return { sign: '–', tone: 'gone', word, lasted };
  if (word === 'down') return { sign: '×', tone: 'bad', word, lasted };
  if (word === 'unknown' || named === 'no-news') {
    const silent = state.cells.age[cell];
    return { sign: '?', tone: 'gone', word: 'no news', lasted: silent > 0 ? silent * 1000 : null };
  }
  if (named === 'differ') {
    // The routers first, then the members: who merely runs says least.
    const told = Object.entries(witnesses(store, state, cell)).reverse();
    const [no, yes] = [false, true].map((serves) => told.find(([, one]) => one.serves === serves));
    return { sign: '!', tone: 'differ', lasted: troubled,
      word: no && yes ? `${no[0]} ${no[1].word}, ${yes[0]} ${yes[1].word}` : 'witnesses differ' };
  }
  if (OUT.has(word)) return { sign: '×', tone: 'bad', word, lasted };
  if (named !== 'none' && named !== 'unknown') return { sign: '~', tone: 'warn', word: named.replace('-', ' '),
      lasted: troubled };
  return word === 'serving' ? { sign: '=', tone: 'ok', word, lasted: null } : { sign: '~', tone: 'warn', word, lasted };
}

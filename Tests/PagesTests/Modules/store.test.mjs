import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Store, condition } from '../../../Sources/CPages/Page/store.js';
import { generator, replay } from './seeded.mjs';

const HELLO = { feed: 1, mesh: 'm', boot: 'b1', period_ms: 1000,
  states: ['unknown', 'serving', 'down', 'evacuated', 'unreachable', 'degraded'],
  conditions: ['none', 'differ', 'no-news', 'zombie'],
  witnesses: { process: ['unknown', 'running', 'gone'], gossip: ['unknown', 'alive', 'dead'],
    traffic: ['unknown', 'reached', 'none'] } };
const COLUMNS = ['state', 'process', 'gossip', 'traffic', 'condition', 'rps', 'p99', 'util', 'age'];
const shape = (count) => ({ regions: ['r'], zones: { name: ['a'], at: [0] },
  cells: { name: Array.from({ length: count }, (none, at) => `c${at}`), at: new Array(count).fill(0) } });

/// The sending side: one true state, and the 30 deltas that it keeps.
class Source {
  seq = 1;
  kept = [];

  constructor(random, count) {
    this.random = random;
    this.cells = Object.fromEntries(COLUMNS.map((name) => [name, Array.from({ length: count }, () => 0)]));
    this.mesh = { rps: 0 };
    this.halt = null;
  }

  state() {
    return structuredClone({ seq: this.seq, t: this.seq * 1000, cells: this.cells, mesh: this.mesh, halt: this.halt });
  }

  advance() {
    const { random } = this;
    this.seq += 1;
    const delta = { seq: this.seq, t: this.seq * 1000 };
    const rows = this.cells.state.map((none, at) => at).filter(() => random.next() < 0.3);
    if (rows.length > 0) {
      delta.cells = { i: rows };
      for (const name of COLUMNS.filter(() => random.next() < 0.5)) {
        for (const row of rows) this.cells[name][row] = name === 'rps' && random.next() < 0.1 ? null : random.below(2);
        delta.cells[name] = rows.map((row) => this.cells[name][row]);
      }
    }
    if (random.next() < 0.4) delta.mesh = this.mesh = { rps: random.below(1000) };
    if (random.next() < 0.1) delta.halt = this.halt = this.halt ? null : { since: this.seq, text: 'stop' };
    this.kept.push(structuredClone(delta));
    if (this.kept.length > 30) this.kept.shift();
    return delta;
  }

  /// What a reader gets who has had a message of this number.
  after(seq) {
    const rest = this.kept.filter((delta) => delta.seq > seq);
    const follows = seq === this.seq || rest[0]?.seq === seq + 1;
    return follows ? rest.map((delta) => ['delta', delta]) : [['state', this.state()]];
  }
}

const told = (store) => JSON.stringify({ ...store.latest, cells: Object.fromEntries(COLUMNS.map((name) =>
  [name, Array.from(store.latest.cells[name], (value) => Number.isNaN(value) ? null : value)])) });
const truth = (source) => {
  const { seq, t, cells, mesh, halt } = source.state();
  return JSON.stringify({ seq, t, cells, mesh, halt });
};

test('10 000 random deltas with gaps make one state', () => {
  const random = generator();
  const source = new Source(random, 9);
  const store = new Store();
  store.take('hello', HELLO);
  store.take('shape', shape(9));
  store.take('state', source.state());
  let [gaps, compared] = [0, 0];
  for (let step = 0; step < 10_000; step += 1) {
    const delta = source.advance();
    // Lost on the way, or a connection that was away for a while.
    if (random.next() < 0.05) continue;
    if (!store.take('delta', structuredClone(delta))) {
      gaps += 1;
      for (const [event, data] of source.after(store.latest.seq)) assert.ok(store.take(event, data),
          replay('store.test.mjs'));
    }
    assert.equal(told(store), truth(source), `step ${step}: ${replay('store.test.mjs')}`);
    compared += 1;
    if (random.next() < 0.01) for (let away = random.below(60); away > 0; away -= 1) source.advance();
  }
  assert.ok(gaps > 300 && compared > 9000, `${gaps} gaps`);
});

test('the past is not changed by what comes later', () => {
  const random = generator();
  const source = new Source(random, 5);
  const store = new Store();
  store.take('hello', HELLO);
  store.take('shape', shape(5));
  store.take('state', source.state());
  const pictures = [];
  for (let step = 0; step < 200; step += 1) {
    store.take('delta', source.advance());
    pictures.push([store.latest.t, told(store)]);
  }
  for (const [time, picture] of pictures) {
    store.latest = store.at(time);
    assert.equal(told(store), picture, replay('store.test.mjs'));
  }
});

test('how much of the past is kept has a bound', () => {
  const store = new Store();
  store.take('hello', HELLO);
  store.take('shape', shape(1000));
  const zeros = Object.fromEntries(COLUMNS.map((name) => [name, new Array(1000).fill(0)]));
  store.take('state', { seq: 1, t: 0, cells: zeros, mesh: {} });
  for (let seq = 2; seq < 1500; seq += 1) store.take('delta', { seq, t: seq * 1000, cells: { i: [0], rps: [seq] } });
  assert.ok(store.past.length <= 400, `${store.past.length} states of 1000 cells`);
  assert.equal(store.at(0), store.past[0]);
  assert.equal(store.at(1499_000), store.latest);
});

test('messages that do not fit are refused and change nothing', () => {
  const store = new Store();
  assert.equal(store.take('hello', { feed: 2 }), false);
  store.take('hello', HELLO);
  assert.equal(store.take('state', { seq: 1, t: 0, cells: { state: [] } }), false, 'no shape yet');
  store.take('shape', shape(2));
  assert.equal(store.take('state', { seq: 1, t: 0, cells: { state: [1] } }), false, 'a column is too short');
  store.take('state', { seq: 1, t: 0, cells: { state: [1, 1], rps: [1, 2] }, mesh: {} });
  for (const cells of [{ i: [0], rps: [1, 2] }, { i: [0], unheard: [1] }]) {
    assert.equal(store.take('delta', { seq: 2, t: 1, cells }), false);
    assert.equal(store.latest.seq, 1);
  }
  assert.equal(store.take('delta', { seq: 3, t: 1 }), false, 'a gap');
  assert.equal(store.take('tomorrow', {}), true, 'a newer feed may say more');
});

test('another life of the control plane, or another mesh, begins anew', () => {
  const store = new Store();
  const begin = (boot) => {
    store.take('hello', { ...HELLO, boot });
    if (!store.shape) store.take('shape', shape(1));
    store.take('state', { seq: 7, t: 7000, cells: { state: [1] }, mesh: {} });
  };
  begin('b1');
  begin('b1');
  assert.equal(store.past.length, 1, 'the same time told again');
  begin('b2');
  assert.equal(store.past.length, 1);
  assert.equal(store.changed[0], null, 'since when is not known');
});

test('an event that more processes saw replaces itself', () => {
  const store = new Store();
  const event = { time: '2026-03-01T12:00:00.250Z', type: 'member', action: 'dead', id: 'c0' };
  store.take('event', { events: [{ n: 1, event, observers: ['a'], seen: 1 }], missed: 2 });
  store.take('event', { events: [{ n: 1, event, observers: ['a', 'b'], seen: 2 }], missed: 0 });
  assert.deepEqual(store.events.map(({ n, seen }) => [n, seen]), [[1, 2]]);
  assert.equal(store.missed, 2);
  for (let n = 2; n < 2000; n += 1) store.take('event', { events: [{ n, event, observers: [], seen: 0 }], missed: 0 });
  assert.equal(store.events.length, 500);
});

test('each state of a cell has its sign, and nothing known is never sound', () => {
  const store = new Store();
  store.take('hello', HELLO);
  store.take('shape', shape(1));
  const sign = (state, condition = 'none', process = 'running', gossip = 'alive', traffic = 'reached') => {
    const { states, conditions, witnesses } = HELLO;
    store.take('state', { seq: 1, t: 0, mesh: {}, cells: { state: [states.indexOf(state)], age: [4],
      condition: [conditions.indexOf(condition)], process: [witnesses.process.indexOf(process)],
      gossip: [witnesses.gossip.indexOf(gossip)], traffic: [witnesses.traffic.indexOf(traffic)] } });
    const { sign: mark, word } = conditionOf(store);
    return `${mark} ${word}`;
  };
  const conditionOf = (of) => condition(of, of.latest, 0);
  assert.equal(sign('serving'), '= serving');
  assert.equal(sign('down', 'differ', 'gone'), '× down');
  assert.equal(sign('evacuated'), '– evacuated');
  assert.equal(sign('unknown'), '? no news');
  assert.equal(sign('serving', 'no-news'), '? no news');
  assert.equal(sign('serving', 'differ', 'running', 'dead'), '! gossip dead, traffic reached');
  assert.equal(sign('unreachable', 'differ', 'running', 'alive', 'none'), '! traffic none, gossip alive');
  assert.equal(sign('unreachable'), '× unreachable');
  assert.equal(sign('serving', 'zombie'), '~ zombie');
  assert.equal(sign('degraded'), '~ degraded');
  // A word that this page does not know yet.
  store.hello = { ...HELLO, states: [] };
  assert.equal(conditionOf(store).sign, '?');
});

test('how long something is the matter is not how long the cell serves', () => {
  const store = new Store();
  store.take('hello', HELLO);
  store.take('shape', shape(1));
  const cells = (state, named) => ({ state: [HELLO.states.indexOf(state)], age: [0], process: [1], gossip: [2],
    traffic: [1], condition: [HELLO.conditions.indexOf(named)] });
  store.take('state', { seq: 1, t: 0, mesh: {}, cells: cells('down', 'none') });
  store.take('state', { seq: 2, t: 10_000, mesh: {}, cells: cells('serving', 'none') });
  store.take('state', { seq: 3, t: 40_000, mesh: {}, cells: cells('serving', 'differ') });
  store.take('state', { seq: 4, t: 52_000, mesh: {}, cells: cells('serving', 'differ') });
  assert.equal(condition(store, store.latest, 0).lasted, 12_000);
  store.take('state', { seq: 5, t: 60_000, mesh: {}, cells: cells('serving', 'zombie') });
  assert.equal(condition(store, store.latest, 0).lasted, 0);
  store.take('state', { seq: 6, t: 70_000, mesh: {}, cells: cells('down', 'none') });
  store.take('state', { seq: 7, t: 75_000, mesh: {}, cells: cells('down', 'none') });
  assert.equal(condition(store, store.latest, 0).lasted, 5_000);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { countDead, markGrid, overlaps, unpackMarks, unpackNumbers } from '../../../Sources/CPages/Page/customers.js';
import { KINDS, actionBody, faultOptions, faultTargets, runOptions } from '../../../Sources/CPages/Page/faults.js';
import { lanes } from '../../../Sources/CPages/Page/lanes.js';
import { layOut, neighbour } from '../../../Sources/CPages/Page/map.js';
import { drawSpans, frame, roundUp } from '../../../Sources/CPages/Page/timeline.js';
import { count, milliseconds, percent, plain, shorten, span } from '../../../Sources/CPages/Page/words.js';
import { generator, replay } from './seeded.mjs';

function mesh(cells, regions, zones) {
  const places = Array.from({ length: regions * zones }, (none, at) => at);
  return { regions: Array.from({ length: regions }, (none, at) => `r${at}`),
    zones: { name: places.map((at) => 'abcd'[at % zones]), at: places.map((at) => Math.floor(at / zones)) },
    cells: { name: Array.from({ length: cells }, (none, at) => `c${at}`),
      at: Array.from({ length: cells }, (none, at) => at % places.length) } };
}

test('tiles lie in the width, do not overlap, and none is left out', () => {
  const random = generator();
  for (let round = 0; round < 150; round += 1) {
    const shape = mesh(1 + random.below(1000), 1 + random.below(12), 1 + random.below(4));
    const width = 340 + random.below(1300);
    const { tiles, height } = layOut(shape, width);
    const at = `${shape.cells.name.length} cells in ${width}: ${replay('panels.test.mjs')}`;
    assert.equal(tiles.filter(Boolean).length, shape.cells.name.length, at);
    const rows = new Map();
    for (const tile of tiles) {
      assert.ok(tile.x >= 0 && tile.x + tile.width <= width + 0.5, `${at}: x ${tile.x} + ${tile.width}`);
      assert.ok(tile.y + tile.height <= height + 0.5, at);
      rows.set(tile.y, [...(rows.get(tile.y) ?? []), tile]);
    }
    const lines = [...rows.keys()].sort((one, other) => one - other);
    for (const line of lines) {
      const row = rows.get(line).sort((one, other) => one.x - other.x);
      for (let place = 1; place < row.length; place += 1) {
        assert.ok(row[place - 1].x + row[place - 1].width <= row[place].x, at);
      }
    }
  }
});

test('a thousand cells fit 1280 x 400 or a little more, a hundred need no scrolling', () => {
  assert.ok(layOut(mesh(1000, 10, 4), 1280).height <= 480);
  assert.ok(layOut(mesh(100, 5, 2), 940).height <= 700);
  assert.equal(layOut(mesh(300, 3, 2), 940).form, 'label');
  assert.equal(layOut(mesh(301, 3, 2), 940).form, 'square');
});

test('arrows reach every cell and stop at the edges', () => {
  for (const [cells, width] of [[12, 940], [100, 700], [1000, 1280]]) {
    const layout = layOut(mesh(cells, 3, 2), width);
    const reached = new Set([0]);
    const queue = [0];
    while (queue.length > 0) {
      const from = queue.pop();
      for (const key of ['ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown']) {
        const to = neighbour(layout, from, key);
        if (!reached.has(to)) queue.push(to);
        reached.add(to);
      }
    }
    assert.equal(reached.size, cells);
    assert.equal(neighbour(layout, 0, 'ArrowLeft'), 0);
    assert.equal(neighbour(layout, 0, 'ArrowUp'), 0);
    assert.equal(neighbour(layout, 0, 'End'), cells - 1);
  }
});

test('shards and marks are read as they are packed', () => {
  const shards = unpackNumbers(Buffer.from([0, 0, 1, 0, 0, 0, 2, 1]).toString('base64'));
  assert.deepEqual([...shards], [0, 1, 0, 258]);
  assert.deepEqual(countDead(shards, 2, { 0: true, 258: true }), [0, 1, 1]);
  assert.deepEqual(overlaps(Uint16Array.of(0, 1, 0, 2, 3, 4), 2, [0, 1]), [1, 1, 0]);
  // 2 | 3 << 2 in the lower half, 1 | 1 << 2 in the upper one; then a single 3.
  const { predicted, observed } = unpackMarks(Buffer.from([0x5e, 0x03]).toString('base64'), 3);
  assert.deepEqual([...predicted], [2, 1, 3]);
  assert.deepEqual([...observed], [3, 1, 0]);
  for (const customers of [1, 400, 3000, 10_000]) {
    const { across, rows } = markGrid(customers, 900);
    assert.ok(across * rows >= customers && across * (rows - 1) < customers);
  }
});

test('lanes have accusations, deaths, faults and moves, and faults that overlap have rows of their own', () => {
  const event = (t, type, action, id, attributes) => ({ t, type, action, id, attributes });
  const rows = lanes([event(1, 'member', 'suspect', 'c1'), event(2, 'member', 'dead', 'c1'),
      event(3, 'fault', 'added', 'f1'),
    event(4, 'fault', 'added', 'f2'), event(5, 'fault', 'expired', 'f1'), event(6, 'fault', 'added', 'f3'),
    event(7, 'evacuation', 'started', 'us'), event(8, 'evacuation', 'stage', 'us'),
        event(9, 'evacuation', 'completed', 'us')],
  { faults: [{ id: 'f9', kind: 'loss' }] });
  const told = rows.map(({ name, points, spans }) => [name, ...(points ?? spans).map((one) => one.name)]);
  assert.deepEqual(told, [['accused', 'c1'], ['members', 'c1'], ['faults', 'f1', 'f3'], ['', 'f2'], ['', 'f9 loss'],
    ['moves', 'evacuation us']]);
  assert.deepEqual(rows.at(-1).spans[0].marks, [8]);
});

test('time has round windows and scales', () => {
  assert.equal(frame(0, 59_000, 900).window, 60_000);
  assert.equal(frame(0, 10_000_000, 900).window, 900_000);
  const at = frame(0, 60_000, 900);
  assert.equal(at.time(at.x(30_000)), 30_000);
  assert.deepEqual([0, 0.4, 1, 41, 260, 1001].map(roundUp), [1, 0.5, 1, 50, 300, 2000]);
});

test('figures are short and round nothing away', () => {
  assert.equal(count(48_210), '48\u2009210');
  assert.equal(count(NaN), '–');
  assert.equal(percent(0.99998, 2), '99.99\u2009%');
  assert.equal(percent(1, 2), '100.00\u2009%');
  assert.equal(percent(0.00001, 1), '<0.1\u2009%');
  assert.deepEqual([0, 4.25, 41.4, 1800, 65_000].map((value) => milliseconds(value).replace('\u2009', ' ')),
    ['0 ms', '4.3 ms', '41 ms', '1.8 s', '65 s']);
  assert.deepEqual([0, 131_000, 11_100_000].map((value) => span(value).replaceAll('\u2009', ' ')),
    ['0 s', '2 min 11 s', '3 h 5 min']);
  assert.equal(shorten('us-east-1', 6), 'us…t-1');
  assert.equal(plain('a\u001b[31m\u202eb'), 'a\ufffd[31m\ufffdb');
});

test('a fault is posted with the figures that its kind has', () => {
  assert.deepEqual(faultOptions('latency', 60, { delay: '30', jitter: '', rate: '', status: '500' }),
    { kind: 'latency', for_ms: 60_000, delay_ms: 30 });
  assert.deepEqual(faultOptions('errors', 0, { rate: '7', status: '503', delay: '5' }),
    { kind: 'errors', for_ms: 300_000, rate: 0.07, status: 503 });
  assert.deepEqual(faultOptions('bandwidth', 1, { bandwidth: '128' }),
    { kind: 'bandwidth', for_ms: 1000, bandwidth: 131_072 });
  for (const kind of Object.keys(KINDS)) assert.equal(faultOptions(kind, 1, {}).kind, kind);
  const shape = { services: ['shop'], routers: { name: ['r1'] } };
  assert.equal(faultTargets('hang', 'cell/a', shape), 'cell/a/service/shop');
  assert.equal(faultTargets('partition', 'cell/a', shape), 'cell/a router/r1');
  assert.equal(faultTargets('loss', 'cell/a', shape), 'cell/a');
});

test('a monkey and a load are posted as their commands take them', () => {
  const [rules, told] = runOptions('monkey', 0, { rate: '', least: '2', within: ' mon-fri 09-17 ;sat', delay: '5' });
  assert.deepEqual(rules, { start: { every_ms: 600_000, probability: undefined, least: 2, within: ['mon-fri 09-17', 'sat'] } });
  assert.match(told.replaceAll('\u2009', ' '), /^Each 10 min a region is hit with 10 %.* if more than 2 serve/);
  assert.deepEqual(runOptions('load', 60, { load: '250' })[0], { action: 'start', rate: 250, duration_ms: 60_000 });
  assert.deepEqual(actionBody('drill', 'kill-cell', ['kill-cell'], {}), { drill: 'kill-cell' });
  assert.deepEqual(actionBody('restore', 'eu', ['region/eu'], { force: true }),
    { force: true, kind: 'restore', region: 'eu', confirm: 'eu' });
  assert.deepEqual(actionBody('kill', 'a', ['cell/a'], { for_ms: null }), { for_ms: null, targets: ['cell/a'] });
});

test('names of faults that follow each other closely do not meet', () => {
  const random = generator().next;
  for (let run = 1; run <= 200; run += 1) {
    const width = 300 + Math.floor(random() * 900);
    const at = frame(0, 60_000, width);
    const spans = [];
    for (let count = 1 + Math.floor(random() * 8); count > 0; count -= 1) {
      const from = Math.floor(random() * 60_000);
      spans.push({ from, to: random() < 0.2 ? null : from + Math.floor(random() * 5_000), name: `f${count} fill-memory` });
    }
    const written = [];
    const pen = new Proxy({}, { set: () => true, get: (_, name) => name === 'fillText'
      ? (text, x) => written.push({ text, x }) : () => {} });
    drawSpans(pen, at, width, 0, spans, 'warn');
    written.sort((one, other) => one.x - other.x);
    written.slice(1).forEach(({ x, text }, place) => assert.ok(
      written[place].x + written[place].text.length * 6 <= x, `${written[place].text} meets ${text}; ${replay('panels.test.mjs')}`));
  }
  const alone = [];
  drawSpans(new Proxy({}, { set: () => true, get: (_, name) => name === 'fillText' ? (text) => alone.push(text) : () => {} }),
    frame(0, 60_000, 800), 800, 0, [{ from: 20_000, to: 21_000, name: 'f1 latency' }], 'warn');
  assert.deepEqual(alone, ['f1 latency']);
});

import assert from 'node:assert/strict';
import { afterEach, beforeEach, mock, test } from 'node:test';
import { EventReader, Feed, delayBefore } from '../../../Sources/CPages/Page/feed.js';
import { generator, replay } from './seeded.mjs';

test('an event stream reads the same in whatever pieces it comes', () => {
  const random = generator();
  const stream = ': keep\n\nid: 1\nevent: state\ndata: {"a":1}\n\r\nevent: x\ndata: one\ndata: two\nretry: 5\n\n'
    + 'id: 2\r\nevent: delta\r\ndata:{"b":"é"}\r\n\r\ndata: plain\n\nevent: nothing\n\ndata: unfinished\n';
  const expected = [['state', '{"a":1}', '1'], ['x', 'one\ntwo', '1'], ['delta', '{"b":"é"}', '2'],
      ['message', 'plain', '2']];
  for (let round = 0; round < 2000; round += 1) {
    const taken = [];
    const reader = new EventReader((...message) => taken.push(message));
    for (let at = 0; at < stream.length;) {
      const length = 1 + random.below(round % 20 + 1);
      reader.read(stream.slice(at, at + length));
      at += length;
    }
    assert.deepEqual(taken, expected, replay('feed.test.mjs'));
  }
});

test('attempts are quick for a minute, then rarer', () => {
  let waited = 0;
  let attempt = 0;
  for (; waited < 58_000; attempt += 1) {
    assert.ok(delayBefore(attempt) <= 2000, 'back within 3 s of its return');
    waited += delayBefore(attempt);
  }
  assert.equal(delayBefore(attempt + 100), 15_000);
});

// The connection ------------------------------------------------------------------------------------------------------

const turns = async () => { for (let turn = 0; turn < 20; turn += 1) await Promise.resolve(); };
let requests;

beforeEach(() => {
  mock.timers.enable({ apis: ['setTimeout', 'Date'] });
  requests = [];
  globalThis.fetch = (url, { headers, signal }) => new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => reject(new Error('aborted')));
    requests.push({ url, headers, signal, fail: () => reject(new Error('refused')), answer: (status) => {
      let push;
      const body = new ReadableStream({ start: (control) => { push = control; } });
      resolve({ status, ok: status < 300, body });
      return { send: (text) => push.enqueue(new TextEncoder().encode(text)), end: () => push.close() };
    } });
  });
});
afterEach(() => mock.timers.reset());

/// Resolves once the streams have moved: they take turns of the loop, not of promises alone.
const settle = async () => { await turns(); await new Promise((done) => setImmediate(done)); await turns(); };

function begin(take = () => true) {
  const taken = [];
  const feed = new Feed({ take: (event, data) => { taken.push([event, data]); return take(event, data); } }, () => {});
  feed.connect();
  return { feed, taken };
}

test('what comes is taken, and a stream that ends is asked for again from its last number on', async () => {
  const { feed, taken } = begin();
  const stream = requests[0].answer(200);
  stream.send('id: 41\nevent: state\ndata: {"seq":41}\n\n');
  await settle();
  assert.equal(feed.state, 'open');
  assert.deepEqual(taken, [['state', { seq: 41 }]]);
  stream.end();
  await settle();
  assert.equal(feed.state, 'waiting');
  mock.timers.tick(1000);
  assert.equal(requests.length, 2);
  assert.equal(requests[0].headers['Last-Event-ID'], undefined);
  assert.equal(requests[1].headers['Last-Event-ID'], '41');
});

test('after a gap it begins without a number', async () => {
  const { feed } = begin((event) => event !== 'delta');
  requests[0].answer(200).send('id: 1\nevent: state\ndata: {}\n\nid: 3\nevent: delta\ndata: {}\n\n');
  await settle();
  assert.equal(feed.reason, 'a message was missing');
  mock.timers.tick(1000);
  assert.equal(requests[1].headers['Last-Event-ID'], undefined);
});

test('without a pass it stops; where all places are taken it says so and tries again', async () => {
  const { feed } = begin();
  requests[0].answer(429);
  await settle();
  assert.match(feed.reason, /as many pages/);
  mock.timers.tick(1000);
  requests[1].answer(401);
  await settle();
  assert.equal(feed.state, 'refused');
  mock.timers.tick(600_000);
  assert.equal(requests.length, 2);
});

test('asleep it holds no connection, and another cell in the drawer makes a new one', async () => {
  const { feed } = begin();
  feed.watch(['a', 'b', 'c', 'd', 'e']);
  assert.equal(requests[0].signal.aborted, true);
  assert.match(requests[1].url, /period=1&detail=a%2Cb%2Cc%2Cd$/);
  feed.watch(['a', 'b', 'c', 'd', 'x']);
  assert.equal(requests.length, 2, 'four at most, and these are the same');
  feed.close('asleep');
  await settle();
  assert.equal(requests[1].signal.aborted, true);
  mock.timers.tick(600_000);
  assert.equal(requests.length, 2);
});

test('who has seen nothing asks for the past, and a recording that has ended is not asked for again', async () => {
  const store = { past: [], hello: null, take: (event, data) => {
    if (event === 'hello') store.hello = data;
    if (event === 'state') store.past.push(data);
    return true;
  } };
  const feed = new Feed(store, () => {});
  feed.connect();
  await turns();
  const since = Number(new URLSearchParams(requests[0].url.split('?')[1]).get('since'));
  assert.equal(since, Date.now() - 15 * 60 * 1000);
  const answer = requests[0].answer(200);
  await turns();
  answer.send('event: hello\ndata: {"source":"sim"}\n\nid: 1\nevent: state\ndata: {"t":1}\n\n'
    + 'event: bye\ndata: {"reason":"the recording was cut off after 2 lines"}\n\n');
  await turns();
  answer.end();
  await turns();
  assert.equal(feed.state, 'ended');
  assert.match(feed.ended, /cut off/);
  mock.timers.tick(60_000);
  await turns();
  assert.equal(requests.length, 1);
  feed.connect();
  await turns();
  assert.ok(!requests[1].url.includes('since'));
});

test('a stream that says why it ends is heard, also before a hello', async () => {
  const { feed } = begin();
  await turns();
  const answer = requests[0].answer(200);
  await turns();
  answer.send('event: bye\ndata: {"reason":"stopping"}\n\n');
  await turns();
  answer.end();
  await settle();
  assert.equal(feed.state, 'waiting');
  assert.equal(feed.reason, 'the control plane ended the stream: stopping');
});

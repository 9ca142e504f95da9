// The feed: server-sent events over a plain request, because a page must see statuses (429, 401) and choose when to try
// again, which EventSource does not tell.

/// Takes pieces of an event stream as they come, and calls `take(event, data, id)` for each whole message.
export class EventReader {
  #rest = '';
  #event = '';
  #data = [];
  #id = null;

  constructor(take) {
    this.take = take;
  }

  read(piece) {
    this.#rest += piece;
    let begin = 0;
    for (;;) {
      const end = this.#rest.indexOf('\n', begin);
      if (end < 0) break;
      const line = this.#rest.slice(begin, this.#rest[end - 1] === '\r' && end > begin ? end - 1 : end);
      begin = end + 1;
      this.#line(line);
    }
    this.#rest = this.#rest.slice(begin);
  }

  #line(line) {
    if (line === '') {
      if (this.#data.length > 0) this.take(this.#event || 'message', this.#data.join('\n'), this.#id);
      this.#event = '';
      this.#data = [];
      return;
    }
    const colon = line.indexOf(':');
    if (colon === 0) return;
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1);
    if (field === 'event') this.#event = value;
    else if (field === 'data') this.#data.push(value);
    else if (field === 'id') this.#id = value;
  }
}

/// How far back a page looks that has just come, in milliseconds.
const LOOK_BACK = 15 * 60 * 1000;

/// Sources that come to an end, which is not tried again.
const RECORDED = ['recording', 'sim'];

/// How long to wait before the next attempt: quick while the control plane is likely to come back, then rarer.
export function delayBefore(attempt) {
  if (attempt < 32) return attempt < 4 ? 1000 : 2000;
  return attempt < 40 ? 5000 : 15000;
}

/// Connects, reads, and connects again until it is told to stop.
export class Feed {
  #store;
  #changed;
  #stop = null;
  #timer = 0;
  #attempt = 0;
  #lastId = null;
  #details = [];
  /// `connecting`, `open`, `waiting`, `asleep`, `refused`, `ended`.
  state = 'connecting';
  /// What went wrong last, in words; nil while open.
  reason = null;
  /// Why the last stream of a mesh ended, as it said itself; null where it said nothing.
  farewell = null;
  /// Where a recording ended, in words; nil before. It has its whole end, or was cut off.
  ended = null;
  isWhole = false;
  /// When the last message came, by this machine's clock.
  heard = null;

  /// `changed` is called after each message and each change of the connection.
  constructor(store, changed) {
    this.#store = store;
    this.#changed = changed;
  }

  /// Cells whose pools, edges and breakers are sent too.
  watch(names) {
    const wanted = names.slice(0, 4);
    if (wanted.join() === this.#details.join()) return;
    this.#details = wanted;
    // What was left out of earlier deltas is not made up for by later ones.
    this.#lastId = null;
    this.connect();
  }

  connect() {
    this.close('connecting');
    const stop = new AbortController();
    this.#stop = stop;
    this.#read(stop.signal).catch((error) => error.message).then((reason) => {
      if (this.#stop === stop) this.#retry(reason);
    });
  }

  close(state) {
    clearTimeout(this.#timer);
    this.#stop?.abort();
    this.#stop = null;
    this.state = state;
  }

  #retry(reason) {
    this.#stop = null;
    this.reason = reason;
    this.state = reason === 'refused' || reason === 'ended' ? reason : 'waiting';
    if (this.state === 'waiting') this.#timer = setTimeout(() => this.connect(), delayBefore(this.#attempt));
    this.#attempt += 1;
    this.#changed();
  }

  async #read(signal) {
    const query = new URLSearchParams({ period: '1' });
    if (this.#details.length > 0) query.set('detail', this.#details.join());
    // Whoever has seen nothing is told what was before.
    if (this.#store.past?.length === 0) query.set('since', String(Date.now() - LOOK_BACK));
    const headers = { Accept: 'text/event-stream' };
    if (this.#lastId !== null) headers['Last-Event-ID'] = this.#lastId;
    const answer = await fetch(`/v1/live?${query}`, { headers, signal, cache: 'no-store' });
    if (answer.status === 401 || answer.status === 403) return 'refused';
    if (answer.status === 429) return 'as many pages as the control plane serves are open';
    if (!answer.ok) return `the control plane answered ${answer.status}`;
    let follows = true;
    this.farewell = null;
    const reader = new EventReader((event, data, id) => {
      if (follows) follows = this.#take(event, data, id);
    });
    const decoder = new TextDecoder();
    const body = answer.body.getReader();
    while (follows) {
      const { done, value } = await body.read();
      if (done) return this.ended !== null ? 'ended' : this.farewell ?? 'the control plane ended the stream';
      reader.read(decoder.decode(value, { stream: true }));
      this.#changed();
    }
    this.#lastId = null;
    body.cancel().catch(() => {});
    return 'a message was missing';
  }

  #take(event, data, id) {
    if (event === 'bye') {
      const { reason, whole } = JSON.parse(data);
      if (RECORDED.includes(this.#store.hello?.source)) [this.ended, this.isWhole] = [reason, whole === true];
      else this.farewell = `the control plane ended the stream: ${reason}`;
      return true;
    }
    if (!this.#store.take(event, JSON.parse(data))) return false;
    if (id !== null) this.#lastId = id;
    if (event === 'state' || event === 'delta') {
      this.heard = Date.now();
      this.state = 'open';
      this.reason = null;
      this.#attempt = 0;
    }
    return true;
  }
}

// The page: gets its pass, reads the feed, and draws what is known, once a frame at most.
import { byId, clock, count, isKnown, milliseconds, on, percent, rate, setAttribute, setText, span } from './words.js';
import { readColours } from './spark.js';
import { Store } from './store.js';
import { Feed } from './feed.js';
import { MapPanel } from './map.js';
import { CustomersPanel } from './customers.js';
import { TimePanel } from './timeline.js';
import { ActivityPanel } from './activity.js';
import { Drawer } from './drawer.js';
import { drawImpact } from './impact.js';
import { Actions } from './predict.js';
import { listenToKeys } from './keys.js';

/// Kept in the tab alone: another port of this host has another store, which cookies have not.
const KEY = 'cellmesh-key';
const SPOKEN_EVERY = 5000;
/// After so long without news something has to be done.
const LONG = 30_000;
const SOURCES = { recording: 'recorded', sim: 'simulated' };
const TONES = { serving: 'ok', degraded: 'warn', down: 'bad' };

class Page {
  #isDue = false;
  #said = [];
  #saidAt = -Infinity;
  #lastWords = '';
  #toldEnd = null;
  #began = Date.now();

  constructor() {
    this.store = new Store();
    this.feed = new Feed(this.store, () => this.draw());
    this.map = new MapPanel(this);
    this.customers = new CustomersPanel(this);
    this.time = new TimePanel(this);
    this.activity = new ActivityPanel(this);
    this.drawer = new Drawer(this);
    this.actions = new Actions(this);
    listenToKeys(this);
  }

  get key() {
    return sessionStorage.getItem(KEY);
  }

  /// This tab may change things.
  get may() {
    return this.key !== null;
  }

  /// What is on the screen is the present.
  get isFresh() {
    return this.#silence() === null && this.time.held === null && this.store.latest !== null;
  }

  async start() {
    readColours();
    for (const query of ['(prefers-color-scheme: dark)', '(forced-colors: active)']) {
      on(matchMedia(query), 'change', () => {
        readColours();
        this.draw();
      });
    }
    new ResizeObserver(() => this.draw()).observe(document.body);
    on(document, 'visibilitychange', () => {
      // A recording that was read is not read again.
      if (this.feed.ended !== null) return;
      if (document.hidden) this.feed.close('asleep');
      else this.feed.connect();
    });
    on(window, 'online', () => this.feed.ended === null && this.feed.connect());
    // Each tick is drawn when it comes. Between ticks only the age of the last one changes.
    setInterval(() => this.#silence() === null ? this.#speak() : this.draw(), 1000);
    // What was opened is filled.
    on(document, 'click', () => this.draw());
    this.draw();
    await this.#enter();
    this.feed.connect();
  }

  /// Trades the ticket of the address for a pass, and takes it out of the address and of the history.
  async #enter() {
    const ticket = new URLSearchParams(location.hash.slice(1)).get('t');
    if (ticket === null) return;
    history.replaceState(null, '', location.pathname + location.search);
    try {
      const { key } = await this.ask('/v1/pass', { ticket });
      if (key) sessionStorage.setItem(KEY, key);
      else sessionStorage.removeItem(KEY);
    } catch (error) {
      this.tell(`${error.message.replace(/\.$/, '')}: run cellmesh dashboard again.`);
    }
  }

  /// Reads from the API, or with a body asks it to do something. Errors carry the words and the code of its answer.
  async ask(path, body, patience = 10_000) {
    const headers = { Accept: 'application/json' };
    if (body !== undefined) headers['Content-Type'] = 'application/json';
    if (body !== undefined && this.key !== null) headers['X-Cellmesh-Key'] = this.key;
    let answer;
    try {
      answer = await fetch(path, { method: body === undefined ? 'GET' : 'POST', headers, cache: 'no-store',
        body: body === undefined ? undefined : JSON.stringify(body), signal: AbortSignal.timeout(patience) });
    } catch {
      throw new Error('the control plane does not answer');
    }
    const told = await answer.json().catch(() => ({}));
    if (answer.ok) return told;
    throw Object.assign(new Error(told.detail ?? told.title ?? `the control plane answered ${answer.status}`),
      { code: told.type ?? null });
  }

  /// Has something said to those who do not see it: one sentence in five seconds, the latest of what there was.
  say(sentence) {
    this.#said = [sentence];
    this.#speak();
  }

  /// Shows a message until the next one: something went wrong, unless it is calm.
  tell(message, isCalm = false) {
    setText('message', message);
    setAttribute('message', 'data-calm', isCalm ? '' : null);
    byId('message').hidden = message === '';
    this.say(message);
  }

  #speak() {
    if (this.#said.length === 0 || Date.now() - this.#saidAt < SPOKEN_EVERY) return;
    this.#saidAt = Date.now();
    setText('live', this.#said.pop());
  }

  /// Draws at the next frame.
  draw() {
    if (this.#isDue) return;
    this.#isDue = true;
    requestAnimationFrame(() => {
      this.#isDue = false;
      this.#drawNow();
    });
  }

  /// Why what is shown is not the present, in words; null where it is.
  #silence() {
    const { feed, store } = this;
    if (feed.state === 'refused') return 'This page has no pass: run cellmesh dashboard and open what it prints.';
    if (feed.ended !== null) return null;
    const lasted = Date.now() - (feed.heard ?? this.#began);
    // Whoever comes back at another port is never heard here.
    const advice = lasted < LONG ? 'trying again.'
      : 'trying again. If it runs at another address, cellmesh dashboard prints that.';
    if (feed.heard === null) return feed.state === 'waiting' ? `No news: ${feed.reason}; ${advice}` : null;
    const period = store.hello?.period_ms ?? 1000;
    if (lasted <= 2.5 * period && feed.state !== 'waiting') return null;
    const why = feed.farewell ? ` (${feed.farewell})` : '';
    return `No news since ${clock(store.latest?.t)}${why}. Traffic does not need the control plane; ${advice}`;
  }

  #drawNow() {
    const { store } = this;
    // Before anything is written: then to measure costs no layout.
    this.widths = Object.fromEntries(['map', 'marks', 'time'].map((id) => [id, byId(id).parentElement.clientWidth]));
    const silence = this.#silence();
    const state = this.time.state();
    if (this.feed.ended !== this.#toldEnd) {
      this.#toldEnd = this.feed.ended;
      this.tell(this.#toldEnd ?? '', this.feed.isWhole);
    }
    setText('bar', silence ?? '');
    byId('bar').hidden = silence === null;
    document.body.dataset.news = silence ? 'none' : this.time.held !== null ? 'held' : state ? 'live' : 'loading';
    this.#drawHead(state, silence);
    drawImpact(state);
    if (store.shape) {
      this.map.draw(state);
      this.customers.draw(state);
      this.drawer.draw(state);
    }
    this.activity.draw(state);
    this.time.draw(state);
    for (const node of document.querySelectorAll('[data-changes]')) node.disabled = !this.may || !this.isFresh;
    this.#speak();
  }

  #drawHead(state, silence) {
    const { store } = this;
    setText('mesh-name', store.hello?.mesh ?? 'cellmesh');
    const title = store.hello ? `${store.hello.mesh} · cellmesh` : 'cellmesh';
    if (document.title !== title) document.title = title;
    const mesh = state?.mesh;
    const isIdle = mesh?.rps === 0;
    // Judged by the feed, as `top` and `status` have it.
    const head = mesh?.headline;
    const word = !state ? 'loading' : head?.word ?? 'unknown';
    setText('mesh-state', headlineWords(word, head));
    setAttribute('mesh-state', 'data-tone', word === 'serving' && isIdle ? 'gone' : TONES[word] ?? 'gone');
    const why = head?.why ?? [];
    setText('mesh-why', why.length > 1 ? `${why[0]}, ${why.length - 1} more` : why[0] ?? '');
    setAttribute('mesh-why', 'title', why.length > 0 ? why.join('; ') : null);
    if (word !== this.#lastWords && this.#lastWords !== '') {
      this.say(`${store.hello?.mesh}: ${[byId('mesh-state').textContent, ...why].join('; ')}`);
    }
    this.#lastWords = word;
    const worst = state?.amplification?.reduce((most, { ratio }) => Math.max(most, ratio ?? 0), 0);
    const figures = { rps: rate(mesh?.rps), ok: percent(mesh?.ok, 2), p99: milliseconds(mesh?.p99),
      amp: worst && !isIdle ? worst.toFixed(2) : '–', views: mesh?.views?.join('/') ?? '–' };
    for (const [name, text] of Object.entries(figures)) setText(`figure-${name}`, text);
    setAttribute(byId('figure-ok').parentElement, 'data-tone', !isKnown(mesh?.ok) || mesh.ok >= 0.999 ? null
        : mesh.ok < 0.99 ? 'bad' : 'warn');
    setAttribute(byId('figure-views').parentElement, 'data-tone', mesh?.views && mesh.views[0] < mesh.views[1]
        ? 'differ' : null);
    const source = SOURCES[store.hello?.source] ?? store.hello?.source ?? '';
    setText('when', this.time.held !== null ? `held ${clock(this.time.held)}`
      : silence && state ? `${span(Date.now() - this.feed.heard)} old` : `${source} ${clock(state?.t)}`.trim());
    byId('idle').hidden = !isIdle;
    const isHalted = Boolean(state?.halt);
    setText('halt-word', isHalted ? 'Release halt' : 'Halt');
    setAttribute('halt', 'aria-pressed', String(isHalted));
    byId('halt').hidden = !this.may;
    byId('add-fault').hidden = !this.may;
    byId('read-only').hidden = this.may;
  }
}

/// `degraded · 8 of 8 serve, 4 evacuated`.
function headlineWords(word, head) {
  if (!head) return word;
  const others = ['evacuated', 'drained'].filter((name) => head[name] > 0).map((name) => `, ${head[name]} ${name}`);
  return `${word} · ${count(head.serving)} of ${count(head.of)} serve${others.join('')}`;
}

new Page().start();

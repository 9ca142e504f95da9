// The drawer: one cell with its witnesses, pools, edges, accusers and customers, and what may be done to it.
import { byId, clock, count, element, isKnown, milliseconds, on, percent, rate, replaceRows, setAttribute, setText,
    span }
  from './words.js';
import { condition, witnesses } from './store.js';
import { eventSentence, gateWords } from './activity.js';

export class Drawer {
  /// The cell that is shown; null while shut.
  name = null;
  #back = null;

  constructor(page) {
    this.page = page;
    on('drawer-close', 'click', () => this.close());
    for (const act of ['kill', 'pause', 'resume', 'restart', 'fault', 'degrade']) {
      on(`act-${act}`, 'click', () => page.actions.begin(act, this.name));
    }
  }

  open(name) {
    this.#back = document.activeElement;
    this.name = name;
    this.page.feed.watch([name]);
    byId('drawer').hidden = false;
    this.page.draw();
    byId('drawer').scrollTop = 0;
    byId('drawer-title').focus();
  }

  close() {
    if (this.name === null) return;
    this.name = null;
    byId('drawer').hidden = true;
    this.page.feed.watch([]);
    if (this.#back?.isConnected) this.#back.focus();
    this.page.draw();
  }

  draw(state) {
    if (this.name === null) return;
    const { store } = this.page;
    const cell = store.shape.cells.name.indexOf(this.name);
    if (cell < 0) {
      this.close();
      return;
    }
    const zone = store.shape.cells.at[cell];
    setText('drawer-title', this.name);
    setText('drawer-place', `${store.shape.regions[store.shape.zones.at[zone]]}, zone ${store.shape.zones.name[zone]}`);
    byId('drawer-acts').hidden = !this.page.may;
    if (!state) return;
    const { sign, tone, word, lasted } = condition(store, state, cell);
    setText('drawer-state', `${sign} ${word}${lasted === null ? '' : ` ${span(lasted)}`}`);
    setAttribute('drawer-state', 'data-tone', tone);
    const of = (name) => state.cells[name]?.[cell];
    const three = witnesses(store, state, cell);
    const says = { process: 'the process table', gossip: 'the members', traffic: 'the routers' };
    this.#list('drawer-witnesses', Object.entries(three).map(([name, one]) => [says[name], one.word,
      one.serves === null ? 'gone' : one.serves ? 'ok' : 'bad']));
    const parts = [['requests', `${rate(of('rps'))}/s`], ['errors', percent(of('err'), 2)],
        ['p50', milliseconds(of('p50'))],
      ['p99', milliseconds(of('p99'))], ['fullest pool', percent(of('util'))], ['waiting', count(of('waiting'))],
      ['shed', `${rate(of('shed'))}/s`], ['repeats', percent(of('retry'), 1)], ['loop lag', milliseconds(of('lag'))],
      ['news', isKnown(of('age')) ? `${span(of('age') * 1000)} old` : '–']];
    this.#list('drawer-figures', parts);
    const detail = store.details[this.name] ?? {};
    this.#list('drawer-pools', (detail.pools ?? []).map(({ service, busy, workers, waiting, refused }) => [service,
      `${busy}/${workers} busy, ${count(waiting)} waiting, ${count(refused)} refused`, busy > 0.8 * workers ? 'warn'
          : null]));
    this.#list('drawer-edges', (detail.gates ?? []).map((gate) => [`${gate.from} › ${gate.to}`, gateWords(gate),
        'warn']));
    const { health, level, store: life, why } = detail.condition ?? {};
    this.#list('drawer-self', [['health', health], ['level', level], ['store', life], ['why', why],
      ['orders waiting', detail.store_waiting], ['hints', detail.hints]].filter(([, value]) => isKnown(value)));
    const until = this.page.time.held ?? Infinity;
    const told = store.events.filter((event) => event.id === this.name && event.t <= until).slice(-8).reverse();
    this.#list('drawer-events', told.map((event) => [clock(event.t, true), eventSentence(event)]));
    const customers = this.page.customers.of(state, cell);
    this.#list('drawer-customers', customers ? [['have it in their shard', count(customers.having)],
      ['have no other that serves', count(customers.last), customers.last > 0 ? 'bad' : null]] : []);
  }

  /// Names and values; the section goes with the last of them.
  #list(id, rows) {
    const list = byId(id);
    list.parentElement.hidden = rows.length === 0;
    replaceRows(list, rows, ([name]) => name, ([name, value, tone]) => element('div', { 'data-tone': tone },
      element('dt', {}, name), element('dd', {}, value)));
  }
}

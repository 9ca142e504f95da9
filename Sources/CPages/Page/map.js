// The map: where every cell stands and how it is. Up to 300 cells as tiles, beyond that as squares.
import { byId, count, element, isSame, milliseconds, on, percent, rate, replaceRows, setAttribute, setText, span,
    table }
  from './words.js';
import { looks, penOf } from './spark.js';
import { drawMap } from './tiles.js';
import { condition, isDown, witnesses } from './store.js';

const HEAD = 24;
/// The least width of a tile and its height, by how many cells there are.
const FORMS = [
  { most: 30, form: 'tile', least: 138, height: 66 },
  { most: 120, form: 'chip', least: 80, height: 34 },
  { most: 300, form: 'label', least: 72, height: 20 },
  { most: Infinity, form: 'square', least: 14, height: 14 },
];

/// Where everything lies in a width: regions beside one another, their zones below one another, cells in the order of
/// the
/// shape.
export function layOut(shape, width) {
  const cells = shape.cells.name.length;
  const { form, least, height } = FORMS.find((one) => cells <= one.most);
  const gap = { tile: 6, chip: 4, label: 4, square: 2 }[form];
  const label = width < 500 ? 14 : 20;
  const regions = shape.regions.map((name, region) => ({ name, cells: [], zones: shape.zones.name.map((zone, at) => at)
    .filter((at) => shape.zones.at[at] === region).map((at) => ({ name: shape.zones.name[at], at, cells: [] })) }));
  for (let cell = 0; cell < cells; cell += 1) {
    const zone = shape.cells.at[cell];
    const region = regions[shape.zones.at[zone]];
    region.cells.push(cell);
    region.zones.find((one) => one.at === zone).cells.push(cell);
  }
  const apart = 18;
  const widest = form === 'square' ? 180 : 2 * least + gap + label;
  let across = Math.max(1, Math.min(regions.length, Math.floor((width + apart) / (widest + apart))));
  // No row of regions with a single one at its end where an even share is possible.
  across = Math.ceil(regions.length / Math.ceil(regions.length / across));
  const wide = (width - apart * (across - 1)) / across;
  const tiles = new Array(cells);
  let y = 0;
  for (let row = 0; row < regions.length; row += across) {
    let bottom = y;
    regions.slice(row, row + across).forEach((region, place) => {
      Object.assign(region, { x: place * (wide + apart), y, width: wide });
      let down = y + HEAD;
      const room = wide - label;
      const each = form === 'square' ? Math.floor((room + gap) / (least + gap))
        : Math.max(1, Math.min(Math.max(...region.zones.map((zone) => zone.cells.length), 1),
          Math.floor((room + gap) / (least + gap))));
      const tile = form === 'square' ? least : Math.min((room - gap * (each - 1)) / each, 260);
      for (const zone of region.zones) {
        Object.assign(zone, { x: region.x, y: down });
        zone.cells.forEach((cell, at) => {
          tiles[cell] = { cell, x: region.x + label + (at % each) * (tile + gap),
            y: down + Math.floor(at / each) * (height + gap), width: tile, height };
        });
        down += Math.ceil(zone.cells.length / each) * (height + gap) + (form === 'square' ? 3 : 2);
      }
      bottom = Math.max(bottom, down);
    });
    y = bottom + 8;
  }
  return { form, width, height: Math.max(y - 12, 1), tiles, regions };
}

/// The nearest tile in a direction, or the same one at an edge.
export function neighbour(layout, cell, key) {
  const { tiles } = layout;
  const last = tiles.length - 1;
  if (key === 'Home') return 0;
  if (key === 'End') return last;
  if (key === 'ArrowLeft') return Math.max(cell - 1, 0);
  if (key === 'ArrowRight') return Math.min(cell + 1, last);
  const from = tiles[cell];
  const sense = key === 'ArrowDown' ? 1 : -1;
  let best = cell;
  let least = Infinity;
  for (const tile of tiles) {
    const down = (tile.y - from.y) * sense;
    if (down <= 0) continue;
    const far = down * 3 + Math.abs(tile.x - from.x);
    if (far < least) [least, best] = [far, tile.cell];
  }
  return best;
}

export const MEASURES = ['load', 'latency', 'errors', 'witnesses', 'shard'];

export class MapPanel {
  measure = 'load';
  filter = '';
  focused = 0;
  layout = null;
  #hovered = null;
  #buttons = [];
  #drawn = null;

  constructor(page) {
    this.page = page;
    const places = byId('map-places');
    on(places, 'keydown', (event) => this.#move(event));
    on(places, 'pointermove', (event) => this.#hover(this.#tileAt(event)));
    on(places, 'pointerleave', () => this.#hover(null));
    on(places, 'click', (event) => {
      // A press of a key, or of a program, is of the button, whatever has the focus.
      const cell = event.detail === 0 ? event.target.cell ?? this.focused : this.#tileAt(event);
      if (cell !== null) page.drawer.open(this.name(cell));
    });
    for (const measure of MEASURES) on(`measure-${measure}`, 'change', () => this.choose(measure));
    on('filter', 'input', (event) => {
      this.filter = event.target.value.trim().toLowerCase();
      page.draw();
    });
  }

  name(cell) {
    return this.page.store.shape.cells.name[cell];
  }

  choose(measure) {
    this.measure = measure;
    byId(`measure-${measure}`).checked = true;
    this.page.draw();
  }

  #tileAt(event) {
    const box = byId('map-places').getBoundingClientRect();
    const [x, y] = [event.clientX - box.left, event.clientY - box.top];
    const tile = this.layout?.tiles.find((one) =>
      x >= one.x && x < one.x + one.width + 2 && y >= one.y && y < one.y + one.height + 2);
    return tile ? tile.cell : null;
  }

  #hover(cell) {
    if (cell === this.#hovered) return;
    this.#hovered = cell;
    this.page.draw();
  }

  #move(event) {
    if (!/^(Arrow(Left|Right|Up|Down)|Home|End)$/.test(event.key) || !this.layout) return;
    event.preventDefault();
    this.focus(neighbour(this.layout, this.focused, event.key));
  }

  focus(cell) {
    this.focused = cell;
    this.#place();
    const button = this.#buttons.find((one) => one.cell === cell);
    button?.focus();
    this.page.draw();
  }

  /// Real buttons over the drawing: all of them, or above 300 cells the one in focus. One of them is a stop of the tab
  /// key.
  #place() {
    const all = this.layout.form !== 'square';
    const tiles = all ? this.layout.tiles : [this.layout.tiles[this.focused]].filter(Boolean);
    const places = byId('map-places');
    while (this.#buttons.length > tiles.length) this.#buttons.pop().remove();
    while (this.#buttons.length < tiles.length) {
      const button = element('button', { class: 'place', 'aria-haspopup': 'dialog', on: {
        focus: (event) => {
          this.focused = event.target.cell;
          this.#call(button, this.page.time.state());
          this.page.draw();
        } } });
      places.append(button);
      this.#buttons.push(button);
    }
    tiles.forEach((tile, at) => {
      const button = this.#buttons[at];
      button.cell = tile.cell;
      button.tabIndex = tile.cell === this.focused ? 0 : -1;
      button.style.cssText = `left:${tile.x}px;top:${tile.y}px;width:${tile.width}px;height:${tile.height}px`;
    });
  }

  /// Names a button: with its figures the one in focus, the others with what changes seldom.
  #call(button, state) {
    const { store } = this.page;
    const { cell } = button;
    const isFocused = cell === this.focused;
    const name = store.shape.cells.name[cell];
    setAttribute(button, 'aria-label', isFocused || !state ? sentence(store, state, cell)
      : `${name}: ${condition(store, state, cell).word}`);
    button.tabIndex = isFocused ? 0 : -1;
  }

  draw(state) {
    const { store } = this.page;
    const { shard } = this.page.customers;
    const width = this.page.widths.map;
    if (this.layout?.width !== width || this.layout.shape !== store.shape) {
      this.layout = layOut(store.shape, width);
      this.layout.shape = store.shape;
      this.focused = Math.min(this.focused, store.shape.cells.name.length - 1);
      byId('map-places').style.height = `${this.layout.height}px`;
      this.#place();
    }
    const from = [state, store.changed, this.layout, this.measure, this.filter, shard, ...looks()];
    if (!isSame(from, this.#drawn)) {
      this.#drawn = from;
      drawMap(penOf(byId('map'), width, this.layout.height), { ...this, store, state, shard });
    }
    for (const button of this.#buttons) this.#call(button, state);
    const told = this.#hovered ?? this.focused;
    setText('map-foot', state && told < store.shape.cells.name.length ? sentence(store, state, told) : '');
    const open = byId('map-table');
    if (open.open) replaceRows(open.lastElementChild, [cellRows(store, state)], () => 0, (rows) =>
      table('Cells', ['cell', 'zone', 'state', 'pool', 'req/s', 'errors', 'p50', 'p99', 'waiting', 'gossip',
          'traffic'], rows));
  }
}

/// What there is to say of a cell, in one line.
export function sentence(store, state, cell) {
  const name = store.shape.cells.name[cell];
  if (!state) return `${name}: no news yet`;
  const { word, lasted } = condition(store, state, cell);
  const { cells } = state;
  const parts = [`${name}: ${word}${lasted === null ? '' : ` for ${span(lasted)}`}`];
  if (!isDown(store, state, cell)) {
    parts.push(`pool ${percent(cells.util[cell])}`, `${rate(cells.rps[cell])} req/s`,
        `errors ${percent(cells.err[cell], 1)}`,
      `p99 ${milliseconds(cells.p99[cell])}`);
  }
  const three = witnesses(store, state, cell);
  parts.push(`process ${three.process.word}, gossip ${three.gossip.word}, traffic ${three.traffic.word}`);
  return parts.join(' · ');
}

function cellRows(store, state) {
  const { shape } = store;
  return shape.cells.name.map((name, cell) => {
    const zone = shape.cells.at[cell];
    const of = (column) => state?.cells[column]?.[cell];
    return [name, `${shape.regions[shape.zones.at[zone]]}/${shape.zones.name[zone]}`,
      state ? condition(store, state, cell).word : '–', percent(of('util')), rate(of('rps')), percent(of('err'), 1),
      milliseconds(of('p50')), milliseconds(of('p99')), count(of('waiting')),
      state ? store.word(state, 'gossip', cell) : '–', state ? store.word(state, 'traffic', cell) : '–'];
  });
}

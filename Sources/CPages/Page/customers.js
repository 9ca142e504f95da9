// The customers: a mark for each, its upper half what was predicted and its lower half what routers have seen.
import { byId, count, isSame, on, plural, replaceRows, setAttribute, setText, table } from './words.js';
import { looks, paint, penOf, write } from './spark.js';
import { isDown } from './store.js';

/// What became of a customer, or is predicted to.
export const MARK = { unseen: 0, untouched: 1, degraded: 2, lost: 3 };
/// A place of a shard that nobody has.
const NONE = 65535;

const bytesOf = (base64) => Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));

/// Numbers of 16 bits, the low byte first: the cells of each customer's shard, customers in the order of their hashes.
export function unpackNumbers(base64) {
  const bytes = bytesOf(base64);
  const numbers = new Uint16Array(bytes.length >> 1);
  for (let at = 0; at < numbers.length; at += 1) numbers[at] = bytes[2 * at] | (bytes[2 * at + 1] << 8);
  return numbers;
}

/// Four bits for each customer, two a byte from the lower ones on: predicted in the lower two, observed in the upper
/// two.
export function unpackMarks(base64, customers) {
  const bytes = bytesOf(base64);
  const predicted = new Uint8Array(customers);
  const observed = new Uint8Array(customers);
  for (let at = 0; at < customers; at += 1) {
    const both = bytes[at >> 1] >> (4 * (at & 1));
    predicted[at] = both & 3;
    observed[at] = (both >> 2) & 3;
  }
  return { predicted, observed };
}

/// How many customers have 0, 1 ... k cells of their shard down.
export function countDead(shards, k, isCellDown) {
  const dead = new Array(k + 1).fill(0);
  for (let from = 0; from + k <= shards.length; from += k) {
    let down = 0;
    for (let at = from; at < from + k; at += 1) if (isCellDown[shards[at]]) down += 1;
    dead[down] += 1;
  }
  return dead;
}

/// How many others share 0, 1 ... k cells with a shard, itself left out.
export function overlaps(shards, k, shard) {
  const shared = new Array(k + 1).fill(0);
  for (let at = 0; at + k <= shards.length; at += k) {
    let same = 0;
    for (let place = 0; place < k; place += 1) if (shard.includes(shards[at + place])) same += 1;
    shared[same] += 1;
  }
  if (shared[shard.length] > 0) shared[shard.length] -= 1;
  return shared;
}

/// Columns and rows of marks in a width.
export function markGrid(customers, width) {
  const mark = customers > 3000 ? 3 : customers > 400 ? 5 : 9;
  const across = Math.max(1, Math.floor(width / (mark + 1)));
  const tall = customers > 3000 ? 5 : 11;
  const pitch = tall + (customers > 3000 ? 1 : 4);
  return { mark, across, tall, pitch, rows: Math.ceil(customers / across) };
}

export class CustomersPanel {
  shards = null;
  /// Cells of the customer that was looked for, in the order in which they are asked.
  shard = null;
  #order = null;
  #name = '';
  #for = null;
  #told = '';
  #drawn = null;

  constructor(page) {
    this.page = page;
    on('find', 'submit', (event) => {
      event.preventDefault();
      this.find(byId('customer').value.trim());
    });
  }

  /// Looks a customer up, and shows its shard on the map.
  find(name) {
    if (!name) return;
    const { shape } = this.page.store;
    const at = this.#order ? this.#order.indexOf(Number(name.replace(/^c/, ''))) : -1;
    this.shard = at < 0 ? null
      : Array.from(this.shards.subarray(at * shape.k, (at + 1) * shape.k)).filter((cell) => cell !== NONE);
    this.#name = this.shard ? name : '';
    if (this.shard) {
      const shared = overlaps(this.shards, shape.k, this.shard);
      this.#told = `${name}: ${this.shard.map((cell) => shape.cells.name[cell]).join(' › ')}; shares ${
        shared.map((many, cells) => `${cells} cells with ${count(many)}`).join(', ')} others`;
      this.page.map.choose('shard');
    } else {
      this.#told = this.#order ? `No customer ${name}: they are c1 to c${shape.customers.count}.`
        : `Too many customers to look one up here: cellmesh route explain ${name}`;
    }
    this.page.draw();
    this.page.say(this.#told);
  }

  /// How many customers have a cell in their shard, and how many would lose their last one with it.
  of(state, cell) {
    const { store } = this.page;
    if (!this.shards) return null;
    const { k } = store.shape;
    let [having, last] = [0, 0];
    for (let at = 0; at + k <= this.shards.length; at += k) {
      let [has, others] = [false, 0];
      for (let place = 0; place < k; place += 1) {
        if (this.shards[at + place] === cell) has = true;
        else if (!isDown(store, state, this.shards[at + place])) others += 1;
      }
      if (has) having += 1;
      if (has && others === 0) last += 1;
    }
    return { having, last };
  }

  draw(state) {
    const { store } = this.page;
    const { shape } = store;
    if (this.#for !== shape) {
      this.#for = shape;
      const { order, shards } = shape.customers;
      this.shards = shards ? unpackNumbers(shards) : null;
      this.#order = order ? unpackNumbers(order) : null;
      this.shard = null;
    }
    setText('customers-count', count(shape.customers.count));
    setText('find-told', this.#told);
    setAttribute('map-shard-name', 'data-name', this.#name || null);
    setText('map-shard-name', this.#name ? `shard of ${this.#name}` : 'shard');
    const width = this.page.widths.marks;
    if (!state) return;
    // Marks change seldom: the drawing stands until they do.
    const { marks, cohorts } = state.impact;
    const from = [shape, state.cells.state, marks, cohorts, width, ...looks()];
    if (isSame(from, this.#drawn)) return;
    this.#drawn = from;
    const down = shape.cells.name.map((name, cell) => isDown(store, state, cell));
    setText('dead', this.shards ? `no cell down ${countDead(this.shards, shape.k, down)
      .map((many, at) => `${at ? `${at} down ` : ''}${count(many)}`).join(' · ')}` : '');
    if (!this.shards) {
      drawCohorts(byId('marks'), width, cohorts ?? []);
      return;
    }
    const all = shape.customers.count;
    const { predicted, observed } = marks ? unpackMarks(marks, all)
      : { predicted: new Uint8Array(all).fill(MARK.untouched), observed: new Uint8Array(all) };
    drawMarks(byId('marks'), width, predicted, observed);
    this.#fillTable(predicted, observed);
  }

  #fillTable(marks, observed) {
    const open = byId('customers-table');
    const names = Object.keys(MARK);
    const tally = (list) => names.map((name) => list.reduce((sum, mark) => sum + (mark === MARK[name] ? 1 : 0), 0));
    const rows = [['predicted', ...tally(marks).map(count)], ['observed', ...tally(observed).map(count)]];
    replaceRows(open.lastElementChild, [rows], () => 0, () => table('Customers', ['', ...names.map((name) =>
      name === 'unseen' ? 'not seen' : name)], rows));
    setAttribute('marks', 'aria-label', `${plural(marks.length, 'customer')}: see the table`);
  }
}

const colourOf = (mark) => [paint.fill, paint['ok-mark'], paint['warn-mark'], paint.bad][mark];

/// Marks of one kind are one path: ten thousand rectangles cost as much as their colours change.
function drawMarks(canvas, width, predicted, observed) {
  const { mark, across, tall, pitch, rows } = markGrid(predicted.length, width);
  const half = (tall - 1) / 2;
  const pen = penOf(canvas, width, rows * pitch);
  for (let kind = 0; kind <= 3; kind += 1) {
    pen.beginPath();
    for (let at = 0; at < predicted.length; at += 1) {
      const x = (at % across) * (mark + 1);
      const y = Math.floor(at / across) * pitch;
      if (predicted[at] === kind) pen.rect(x, y, mark, half);
      if (observed[at] === kind) pen.rect(x, y + half + 1, mark, half);
    }
    pen.fillStyle = colourOf(kind);
    pen.fill();
  }
  pen.fillStyle = paint.differ;
  for (let at = 0; at < predicted.length; at += 1) {
    if (observed[at] === MARK.unseen || observed[at] === predicted[at]) continue;
    pen.fillRect((at % across) * (mark + 1), Math.floor(at / across) * pitch + tall, mark, 2);
  }
}

/// Where customers are too many for marks: 64 parts of them by their hashes, as observed.
function drawCohorts(canvas, width, cohorts) {
  const height = 48;
  const pen = penOf(canvas, width, height);
  if (cohorts.length === 0) write(pen, 'nobody is touched', 0, 18, { size: 11, colour: paint.dim });
  const wide = width / Math.max(cohorts.length, 1);
  cohorts.forEach((counts, cohort) => {
    const whole = Math.max(counts[0] + counts[1] + counts[2], 1);
    let y = 0;
    for (const kind of [MARK.lost, MARK.degraded, MARK.untouched]) {
      const tall = (height * counts[kind - 1]) / whole;
      pen.fillStyle = colourOf(kind);
      pen.fillRect(cohort * wide, y, wide - 1, tall);
      y += tall;
    }
  });
}

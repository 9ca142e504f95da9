// Time: what customers got each second and how long it took, with the lanes of what happened; and the way into the
// past.
import { byId, clock, isKnown, isSame, milliseconds, on, percent, rate, replaceRows, setAttribute, setText, span,
    table } from './words.js';
import { drawLine, looks, paint, penOf, write } from './spark.js';
import { lanes } from './lanes.js';

const WINDOWS = [60_000, 120_000, 300_000, 900_000];
const AREA = 96;
const LANE = 15;
const LEFT = 62;
const RIGHT = 46;

/// The span of time that is shown, and where a time lies in a width.
export function frame(first, now, width) {
  const wanted = now - (first ?? now);
  const window = WINDOWS.find((one) => wanted <= one) ?? WINDOWS.at(-1);
  const inner = Math.max(width - LEFT - RIGHT, 1);
  return { begin: now - window, end: now, window, x: (time) => LEFT + ((time - (now - window)) / window) * inner,
    time: (x) => Math.round(now - window + ((x - LEFT) / inner) * window) };
}

export class TimePanel {
  /// The time at which the whole page is held; null for now.
  held = null;
  #frame = null;
  #drawn = null;

  constructor(page) {
    this.page = page;
    const canvas = byId('time');
    const hold = (event) => {
      const time = this.#frame?.time(event.clientX - canvas.getBoundingClientRect().left);
      if (time !== undefined) this.hold(time);
    };
    on(canvas, 'pointerdown', (event) => {
      canvas.setPointerCapture(event.pointerId);
      hold(event);
    });
    on(canvas, 'pointermove', (event) => event.buttons === 1 && hold(event));
    on('slider', 'input', (event) => {
      const back = Number(event.target.value);
      this.hold(back === 0 ? null : this.page.store.latest.t + back * 1000);
    });
    on('past', 'click', () => this.step(-10_000));
    on('now', 'click', () => this.hold(null));
  }

  step(by) {
    const { latest } = this.page.store;
    if (latest) this.hold((this.held ?? latest.t) + by);
  }

  /// Shows the whole page as it was then; null goes back to now.
  hold(time) {
    const { latest, past } = this.page.store;
    if (!latest) return;
    const was = this.held;
    this.held = time === null || time >= latest.t ? null : Math.max(time, past[0].t);
    if ((was === null) !== (this.held === null)) this.page.say(this.held === null ? 'now'
        : `held at ${clock(this.held)}`);
    this.page.draw();
  }

  state() {
    const { store } = this.page;
    return this.held === null ? store.latest : store.at(this.held);
  }

  draw(state) {
    const { store } = this.page;
    const slider = byId('slider');
    const end = store.latest?.t ?? null;
    const back = end === null ? 0 : Math.ceil((end - store.past[0].t) / 1000);
    slider.min = String(-Math.max(back, 1));
    slider.value = String(this.held === null ? 0 : Math.round((this.held - end) / 1000));
    slider.disabled = end === null;
    const told = this.held === null ? 'now' : `${clock(this.held)}, ${span(end - this.held)} ago`;
    setAttribute(slider, 'aria-valuetext', told);
    setText('held', this.held === null ? '' : told);
    byId('now').disabled = this.held === null;
    byId('past').disabled = end === null;
    const width = this.page.widths.time;
    const from = [store.latest, state?.faults, store.events, this.held, width, ...looks()];
    if (!isSame(from, this.#drawn)) {
      this.#drawn = from;
      const rows = lanes(store.events, state);
      const pen = penOf(byId('time'), width, AREA + 22 + rows.length * LANE);
      this.#frame = frame(store.past[0]?.t, end ?? 0, width);
      if (end !== null) drawTime(pen, this.#frame, width, store.past, rows, this.held);
    }
    const open = byId('time-table');
    if (open.open) {
      const every = Math.max(1, Math.floor(store.past.length / 30));
      replaceRows(open.lastElementChild, [store.past.filter((one, at) => at % every === 0).reverse()
        .map(({ t, mesh }) => [clock(t), rate(mesh.rps), percent(mesh.ok, 2), rate(mesh.shed),
            milliseconds(mesh.p99)])],
      () => 0, (list) => table('The last minutes', ['time', 'req/s', 'ok', 'shed/s', 'p99'], list));
    }
  }
}

/// The least round figure that is not below a value.
export function roundUp(value) {
  if (!(value > 0)) return 1;
  const decade = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 3, 5, 10].map((one) => one * decade).find((one) => one >= value);
}

function drawTime(pen, at, width, past, rows, held) {
  const shown = past.filter((state) => state.t >= at.begin - 2000);
  let most = 0;
  let slowest = 0;
  for (const { mesh } of shown) {
    if (mesh.rps + (mesh.shed || 0) > most) most = mesh.rps + (mesh.shed || 0);
    if (mesh.p99 > slowest) slowest = mesh.p99;
  }
  const top = roundUp(most * 1.05);
  const slow = roundUp(slowest * 1.1);
  drawScale(pen, at, width, top, slow);
  const y = (value) => 6 + AREA - (value / top) * AREA;
  const layers = [
    [paint['accent-soft'], paint.accent, ({ mesh }) => [0, mesh.rps - mesh.err]],
    [paint.bad, null, ({ mesh }) => [mesh.rps - mesh.err, mesh.rps]],
    [paint['warn-mark'], null, ({ mesh }) => [mesh.rps, mesh.rps + (mesh.shed || 0)]],
  ];
  pen.save();
  pen.beginPath();
  pen.rect(LEFT, 0, width - LEFT - RIGHT, AREA + 8);
  pen.clip();
  for (const [ground, edge, of] of layers) {
    pen.beginPath();
    shown.forEach((state, place) => pen[place ? 'lineTo' : 'moveTo'](at.x(state.t), y(of(state)[1])));
    if (edge) {
      pen.strokeStyle = edge;
      pen.lineWidth = 1.25;
      pen.stroke();
    }
    for (let place = shown.length - 1; place >= 0; place -= 1) pen.lineTo(at.x(shown[place].t),
        y(of(shown[place])[0]));
    pen.fillStyle = ground;
    pen.fill();
  }
  if (shown.length > 1) {
    const from = at.x(shown[0].t);
    drawLine(pen, shown.map(({ mesh }) => mesh.p99), from, 6, at.x(shown.at(-1).t) - from, AREA, paint.dim, slow,
        1.25);
  }
  pen.restore();
  drawLanes(pen, at, width, rows);
  if (held !== null) {
    pen.fillStyle = paint.ink;
    pen.fillRect(Math.round(at.x(held)), 0, 1.5, AREA + 22 + rows.length * LANE);
  }
}

function drawScale(pen, at, width, top, slow) {
  const [small, dim] = [{ size: 10.5, colour: paint.dim, align: 'right' }, { size: 10.5, colour: paint.dim }];
  for (const part of [0, 0.5, 1]) {
    const down = 6 + AREA * (1 - part);
    pen.fillStyle = paint.line;
    pen.fillRect(LEFT, Math.round(down), width - LEFT - RIGHT, 1);
    write(pen, part ? rate(top * part) : '0', LEFT - 6, down + 4, small);
    if (part) write(pen, milliseconds(slow * part), width - RIGHT + 5, down + 4, dim);
  }
  write(pen, 'req/s', 0, AREA + 19, dim);
  write(pen, 'p99', width - RIGHT + 5, 6 + AREA + 4, dim);
  for (let part = 0; part <= 4; part += width < 520 ? 2 : 1) {
    const time = at.begin + (at.window * part) / 4;
    const text = part === 4 ? clock(at.end) : `−${span(at.end - time)}`;
    write(pen, text, at.x(time), AREA + 19, { ...dim, align: part === 0 ? 'left' : part === 4 ? 'right'
        : 'center' });
  }
}

function drawLanes(pen, at, width, rows) {
  rows.forEach(({ name, points = [], spans = [], tone }, row) => {
    const y = AREA + 24 + row * LANE;
    write(pen, name, 0, y + 10, { size: 10.5, colour: paint.dim });
    pen.fillStyle = paint.fill;
    pen.fillRect(LEFT, y + 6, width - LEFT - RIGHT, 1);
    const shown = points.filter(({ from }) => from >= at.begin);
    shown.forEach(({ from, name: who, isBack }, place) => {
      const x = at.x(from);
      pen.fillStyle = isBack ? paint.ok : paint[tone];
      pen.beginPath();
      pen.arc(x, y + 6.5, 3, 0, 7);
      pen.fill();
      // A name only where the next dot leaves room: the events below have them all.
      const next = shown[place + 1];
      if (next && at.x(next.from) < x + 12 + who.length * 6) return;
      const isLeft = x + 8 + who.length * 6 > width - RIGHT + 40;
      write(pen, who, isLeft ? x - 6 : x + 6, y + 10, { size: 10.5, align: isLeft ? 'right' : 'left' });
    });
    drawSpans(pen, at, width, y, spans, tone);
  });
}

/// What lasted, in one lane: each with its whole name where that meets no other, else with its first word or none.
export function drawSpans(pen, at, width, y, spans, tone) {
  const seen = spans.filter(({ to }) => !isKnown(to) || to >= at.begin).sort((one, other) => one.from - other.from);
  let taken = LEFT;
  seen.forEach(({ from, to, name: what, marks = [] }, place) => {
    const [left, right] = [Math.max(at.x(from), LEFT), at.x(Math.min(to ?? at.end, at.end))];
    pen.fillStyle = paint[`${tone}-soft`];
    pen.fillRect(left, y + 1, Math.max(right - left, 3), LANE - 3);
    pen.fillStyle = paint[tone];
    pen.fillRect(left, y + 1, 2, LANE - 3);
    // Short, so that the name is not struck out.
    for (const mark of marks) pen.fillRect(at.x(mark), y + 1, 1, 3);
    const next = seen[place + 1];
    const most = next ? Math.max(at.x(next.from), LEFT) - 2 : width - RIGHT;
    const first = (text) => Math.min(left + 6, width - RIGHT - text.length * 6);
    const fits = (text) => first(text) >= taken && first(text) + text.length * 6 <= most;
    const label = [what, what.split(' ')[0]].find(fits);
    if (!label) return;
    taken = first(label) + label.length * 6 + 4;
    write(pen, label, first(label), y + 10.5, { size: 10.5, colour: paint.ink });
  });
}

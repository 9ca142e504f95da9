// How the map is drawn: what serves is quiet, what does not has a colour, a sign and a word.
import { isKnown, milliseconds, percent, plural, rate, span } from './words.js';
import { hatch, paint, roundedBox, sparkline, write } from './spark.js';
import { condition, isDown, witnesses } from './store.js';

/// The colour of a tone and the ground for it.
const tint = (tone) => tone === 'ok' ? [paint.ok, paint.raised] : [paint[tone], paint[`${tone}-soft`]];

/// How full a measure is, 0...1, the figure for it, and whether it is more than it should be.
function measured(store, state, cell, measure) {
  const { cells } = state;
  if (measure === 'latency') {
    const p99 = cells.p99[cell];
    // Decades from 1 ms to 10 s: what counts is the order of magnitude.
    return { part: isKnown(p99) ? Math.log10(Math.max(p99, 1)) / 4 : 0, figure: milliseconds(p99), isHigh: p99 > 1000 };
  }
  if (measure === 'errors') {
    const err = cells.err[cell];
    return { part: isKnown(err) ? Math.min(Math.sqrt(err), 1) : 0, figure: percent(err, 1), isHigh: err > 0.01 };
  }
  const util = cells.util[cell];
  return { part: isKnown(util) ? Math.min(util, 1) : 0, figure: percent(util), isHigh: util > 0.8 };
}

export function drawMap(pen, view) {
  const { layout, store, state } = view;
  for (const region of layout.regions) drawRegion(pen, region, store, state);
  let top = 0;
  if (state && layout.form === 'tile') {
    for (const tile of layout.tiles) for (const value of store.trail(state, 'rps',
        tile.cell)) if (value > top) top = value;
  }
  for (const tile of layout.tiles) {
    pen.globalAlpha = isWanted(view, tile.cell) ? 1 : 0.22;
    if (!state) drawUnknown(pen, tile, store);
    else if (layout.form === 'square') drawSquare(pen, tile, view);
    else drawTile(pen, tile, view, top * 1.1);
  }
  pen.globalAlpha = 1;
}

function isWanted({ filter, store, state }, cell) {
  if (!filter) return true;
  const turned = filter.startsWith('!');
  const word = turned ? filter.slice(1) : filter;
  if (!word) return true;
  const text = `${store.shape.cells.name[cell]} ${state ? condition(store, state, cell).word : ''}`;
  return text.toLowerCase().includes(word) !== turned;
}

function drawRegion(pen, region, store, state) {
  write(pen, region.name, region.x, region.y + 13, { size: 13, weight: 650 });
  // Nothing known of any is no zero.
  let rps = null;
  let serving = 0;
  for (const cell of region.cells) {
    if (!state) continue;
    if (isKnown(state.cells.rps[cell])) rps = (rps ?? 0) + state.cells.rps[cell];
    if (store.word(state, 'state', cell) === 'serving') serving += 1;
  }
  const part = `${serving}/${region.cells.length}`;
  const forms = !state ? [plural(region.cells.length, 'cell')]
    : [`${serving} of ${region.cells.length} serve · ${rate(rps)} req/s`, `${part} · ${rate(rps)} req/s`,
      `${part} · ${rate(rps)}/s`, part];
  const room = region.width - region.name.length * 8 - 8;
  const told = forms.find((form) => form.length * 6 <= room) ?? forms.at(-1);
  write(pen, told, region.x + region.width, region.y + 13,
    { size: 11, colour: paint.dim, align: 'right' });
  pen.fillStyle = paint.line;
  pen.fillRect(region.x, region.y + 18, region.width, 1);
  for (const zone of region.zones) {
    if (zone.cells.length > 0) write(pen, zone.name, zone.x + 1, zone.y + 13, { size: 11, colour: paint.dim });
  }
}

function drawUnknown(pen, tile, store) {
  roundedBox(pen, tile.x + 0.5, tile.y + 0.5, tile.width - 1, tile.height - 1, 5);
  pen.strokeStyle = paint.line;
  pen.stroke();
  if (tile.height < 20) return;
  write(pen, store.shape.cells.name[tile.cell], tile.x + 10, tile.y + 14,
    { size: 12, colour: paint.dim, room: tile.width - 20 });
  if (tile.height > 30) write(pen, '–', tile.x + 10, tile.y + 29, { size: 11, colour: paint.dim });
}

function drawSquare(pen, tile, view) {
  const { store, state, measure, shard } = view;
  const { sign, tone } = condition(store, state, tile.cell);
  const [ink] = tint(tone);
  const { part, isHigh } = measured(store, state, tile.cell, measure);
  roundedBox(pen, tile.x, tile.y, tile.width, tile.height, 2.5);
  const alpha = pen.globalAlpha;
  if (tone === 'ok') {
    pen.fillStyle = paint.fill;
    pen.fill();
    pen.globalAlpha = alpha * (0.12 + 0.8 * part);
    pen.fillStyle = isHigh ? paint.warn : paint.accent;
    pen.fill();
    pen.globalAlpha = alpha;
  } else {
    pen.fillStyle = ink;
    pen.fill();
    write(pen, sign, tile.x + tile.width / 2, tile.y + 11,
        { size: 12, weight: 700, colour: paint.panel, align: 'center' });
  }
  if (measure === 'shard' && shard?.includes(tile.cell)) outline(pen, tile, paint.ink, 2);
}

function outline(pen, tile, colour, thickness) {
  roundedBox(pen, tile.x - 1, tile.y - 1, tile.width + 2, tile.height + 2, 6);
  pen.strokeStyle = colour;
  pen.lineWidth = thickness;
  pen.stroke();
}

function drawTile(pen, tile, view, top) {
  const { store, state, measure, shard, layout } = view;
  const { x, y, width, height, cell } = tile;
  const { sign, tone, word, lasted } = condition(store, state, cell);
  const [ink, ground] = tint(tone);
  const isQuiet = tone === 'ok';
  const isOff = tone === 'gone' || isDown(store, state, cell);
  const { part, figure, isHigh } = measured(store, state, cell, measure);
  const isLarge = layout.form === 'tile';
  roundedBox(pen, x + 0.5, y + 0.5, width - 1, height - 1, 6);
  pen.fillStyle = ground;
  pen.fill();
  pen.save();
  pen.clip();
  if (isLarge && !isOff && tone !== 'differ') {
    sparkline(pen, store.trail(state, 'rps', cell), x, y + height - 25, width, 22, isQuiet ? paint.accent : ink,
      isQuiet ? paint['accent-soft'] : 'transparent', top);
  }
  if (!isOff && measure !== 'witnesses' && measure !== 'shard') {
    pen.fillStyle = isHigh ? paint.warn : isQuiet ? paint.accent : ink;
    pen.fillRect(x, y + height - 3, width * part, 3);
  }
  if (sign === '?') hatch(pen, x, y, width, height, paint.faint);
  if (sign === '×') cross(pen, x, y, width, height);
  pen.restore();
  pen.strokeStyle = isQuiet || tone === 'gone' ? paint.line : ink;
  pen.lineWidth = 1;
  roundedBox(pen, x + 0.5, y + 0.5, width - 1, height - 1, 6);
  pen.stroke();
  if (measure === 'shard' && shard?.includes(cell)) outline(pen, tile, paint.accent, 2.5);

  const left = x + (isLarge ? 10 : 7);
  const line = y + (isLarge ? 18 : 14);
  const size = isLarge ? 12.5 : 11.5;
  write(pen, sign, left + 4, line, { size: size + 1, weight: 700, colour: ink, align: 'center' });
  const right = isOff && measure !== 'witnesses' ? '' : sideFigure(view, cell, figure);
  const hasRoom = height > 30 ? isLarge : width > 68;
  write(pen, isLarge ? store.shape.cells.name[cell] : shortName(store.shape, cell), left + 13, line,
      { size, weight: 600,
    colour: tone === 'gone' ? paint.dim : paint.ink,
    room: width - (hasRoom ? 32 + right.length * 7 : 24) });
  if (hasRoom && right) {
    write(pen, right, x + width - (isLarge ? 10 : 7), line,
      { size: 12, weight: 600, align: 'right', colour: isHigh ? paint.warn : paint.ink });
  }
  if (height <= 30) return;
  const second = isQuiet ? quietLine(state, cell, isLarge, measure, right)
    : `${word}${lasted === null ? '' : ` ${span(lasted)}`}`;
  const [first, third] = isLarge && tone === 'differ' ? second.split(', ') : [second];
  if (third) write(pen, third, left + 13, line + 30, { size: 11, colour: ink, room: width - 30 });
  write(pen, first, isLarge ? left + 13 : left, line + (isLarge ? 16 : 14),
    { size: 11, colour: isQuiet ? paint.dim : ink, weight: isQuiet ? 400 : 550, room: width - (isLarge ? 30 : 12) });
}

function quietLine(state, cell, isLarge, measure, right) {
  const rps = `${rate(state.cells.rps[cell])}/s`;
  if (!isLarge) return measure === 'load' || measure === 'shard' ? `${right} · ${rps}` : right;
  return `${rps} · ${measure === 'latency' ? `p50 ${milliseconds(state.cells.p50[cell])}`
    : `p99 ${milliseconds(state.cells.p99[cell])}`}`;
}

/// A cell's name without its region's, under which it stands.
function shortName({ cells, zones, regions }, cell) {
  const name = cells.name[cell];
  const region = `${regions[zones.at[cells.at[cell]]]}-`;
  return name.startsWith(region) ? name.slice(region.length) : name;
}

/// What stands at the right of a tile's name.
function sideFigure({ store, state, measure, shard }, cell, figure) {
  if (measure === 'witnesses') {
    return Object.values(witnesses(store, state, cell))
      .map((one) => one.serves === null ? '?' : one.serves ? '=' : '×').join(' ');
  }
  if (measure === 'shard') {
    const place = shard ? shard.indexOf(cell) : -1;
    return place >= 0 ? `#${place + 1}` : '';
  }
  return figure;
}

function cross(pen, x, y, width, height) {
  pen.beginPath();
  pen.moveTo(x, y);
  pen.lineTo(x + width, y + height);
  pen.moveTo(x + width, y);
  pen.lineTo(x, y + height);
  pen.strokeStyle = paint.bad;
  const alpha = pen.globalAlpha;
  pen.globalAlpha = alpha * 0.25;
  pen.lineWidth = 1.5;
  pen.stroke();
  pen.globalAlpha = alpha;
}

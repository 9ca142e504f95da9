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

export function drawMap(context, view) {
  const { layout, store, state } = view;
  for (const region of layout.regions) drawRegion(context, region, store, state);
  let top = 0;
  if (state && layout.form === 'tile') {
    for (const tile of layout.tiles) for (const value of store.trail(state, 'rps',
        tile.cell)) if (value > top) top = value;
  }
  for (const tile of layout.tiles) {
    context.globalAlpha = isWanted(view, tile.cell) ? 1 : 0.22;
    if (!state) drawUnknown(context, tile, store);
    else if (layout.form === 'square') drawSquare(context, tile, view);
    else drawTile(context, tile, view, top * 1.1);
  }
  context.globalAlpha = 1;
}

function isWanted({ filter, store, state }, cell) {
  if (!filter) return true;
  const turned = filter.startsWith('!');
  const word = turned ? filter.slice(1) : filter;
  if (!word) return true;
  const text = `${store.shape.cells.name[cell]} ${state ? condition(store, state, cell).word : ''}`;
  return text.toLowerCase().includes(word) !== turned;
}

function drawRegion(context, region, store, state) {
  write(context, region.name, region.x, region.y + 13, { size: 13, weight: 650 });
  // Nothing known of any is no zero.
  let rps = null;
  let serving = 0;
  for (const cell of region.cells) {
    if (!state) continue;
    if (isKnown(state.cells.rps[cell])) rps = (rps ?? 0) + state.cells.rps[cell];
    if (store.word(state, 'state', cell) === 'serving') serving += 1;
  }
  const told = !state ? plural(region.cells.length, 'cell')
    : region.width > 260 ? `${serving} of ${region.cells.length} serve · ${rate(rps)} req/s`
        : `${serving}/${region.cells.length}`;
  write(context, told, region.x + region.width, region.y + 13,
    { size: 11, colour: paint.dim, align: 'right' });
  context.fillStyle = paint.line;
  context.fillRect(region.x, region.y + 18, region.width, 1);
  for (const zone of region.zones) {
    if (zone.cells.length > 0) write(context, zone.name, zone.x + 1, zone.y + 13, { size: 11, colour: paint.dim });
  }
}

function drawUnknown(context, tile, store) {
  roundedBox(context, tile.x + 0.5, tile.y + 0.5, tile.width - 1, tile.height - 1, 5);
  context.strokeStyle = paint.line;
  context.stroke();
  if (tile.height < 20) return;
  write(context, store.shape.cells.name[tile.cell], tile.x + 10, tile.y + 14,
    { size: 12, colour: paint.dim, room: tile.width - 20 });
  if (tile.height > 30) write(context, '–', tile.x + 10, tile.y + 29, { size: 11, colour: paint.dim });
}

function drawSquare(context, tile, view) {
  const { store, state, measure, shard } = view;
  const { sign, tone } = condition(store, state, tile.cell);
  const [ink] = tint(tone);
  const { part, isHigh } = measured(store, state, tile.cell, measure);
  roundedBox(context, tile.x, tile.y, tile.width, tile.height, 2.5);
  const alpha = context.globalAlpha;
  if (tone === 'ok') {
    context.fillStyle = paint.fill;
    context.fill();
    context.globalAlpha = alpha * (0.12 + 0.8 * part);
    context.fillStyle = isHigh ? paint.warn : paint.accent;
    context.fill();
    context.globalAlpha = alpha;
  } else {
    context.fillStyle = ink;
    context.fill();
    write(context, sign, tile.x + tile.width / 2, tile.y + 11,
        { size: 12, weight: 700, colour: paint.panel, align: 'center' });
  }
  if (measure === 'shard' && shard?.includes(tile.cell)) outline(context, tile, paint.ink, 2);
}

function outline(context, tile, colour, thickness) {
  roundedBox(context, tile.x - 1, tile.y - 1, tile.width + 2, tile.height + 2, 6);
  context.strokeStyle = colour;
  context.lineWidth = thickness;
  context.stroke();
}

function drawTile(context, tile, view, top) {
  const { store, state, measure, shard, layout } = view;
  const { x, y, width, height, cell } = tile;
  const { sign, tone, word, lasted } = condition(store, state, cell);
  const [ink, ground] = tint(tone);
  const isQuiet = tone === 'ok';
  const isOff = tone === 'gone' || isDown(store, state, cell);
  const { part, figure, isHigh } = measured(store, state, cell, measure);
  const isLarge = layout.form === 'tile';
  roundedBox(context, x + 0.5, y + 0.5, width - 1, height - 1, 6);
  context.fillStyle = ground;
  context.fill();
  context.save();
  context.clip();
  if (isLarge && !isOff && tone !== 'differ') {
    sparkline(context, store.trail(state, 'rps', cell), x, y + height - 25, width, 22, isQuiet ? paint.accent : ink,
      isQuiet ? paint['accent-soft'] : 'transparent', top);
  }
  if (!isOff && measure !== 'witnesses' && measure !== 'shard') {
    context.fillStyle = isHigh ? paint.warn : isQuiet ? paint.accent : ink;
    context.fillRect(x, y + height - 3, width * part, 3);
  }
  if (sign === '?') hatch(context, x, y, width, height, paint.faint);
  if (sign === '×') cross(context, x, y, width, height);
  context.restore();
  context.strokeStyle = isQuiet || tone === 'gone' ? paint.line : ink;
  context.lineWidth = 1;
  roundedBox(context, x + 0.5, y + 0.5, width - 1, height - 1, 6);
  context.stroke();
  if (measure === 'shard' && shard?.includes(cell)) outline(context, tile, paint.accent, 2.5);

  const left = x + (isLarge ? 10 : 7);
  const line = y + (isLarge ? 18 : 14);
  const size = isLarge ? 12.5 : 11.5;
  write(context, sign, left + 4, line, { size: size + 1, weight: 700, colour: ink, align: 'center' });
  const right = isOff && measure !== 'witnesses' ? '' : sideFigure(view, cell, figure);
  const hasRoom = height > 30 ? isLarge : width > 68;
  write(context, isLarge ? store.shape.cells.name[cell] : shortName(store.shape, cell), left + 13, line,
      { size, weight: 600,
    colour: tone === 'gone' ? paint.dim : paint.ink,
    room: width - (hasRoom ? 32 + right.length * 7 : 24) });
  if (hasRoom && right) {
    write(context, right, x + width - (isLarge ? 10 : 7), line,
      { size: 12, weight: 600, align: 'right', colour: isHigh ? paint.warn : paint.ink });
  }
  if (height <= 30) return;
  const second = isQuiet ? quietLine(state, cell, isLarge, measure, right)
    : `${word}${lasted === null ? '' : ` ${span(lasted)}`}`;
  const [first, third] = isLarge && tone === 'differ' ? second.split(', ') : [second];
  if (third) write(context, third, left + 13, line + 30, { size: 11, colour: ink, room: width - 30 });
  write(context, first, isLarge ? left + 13 : left, line + (isLarge ? 16 : 14),
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

function cross(context, x, y, width, height) {
  context.beginPath();
  context.moveTo(x, y);
  context.lineTo(x + width, y + height);
  context.moveTo(x + width, y);
  context.lineTo(x, y + height);
  context.strokeStyle = paint.bad;
  const alpha = context.globalAlpha;
  context.globalAlpha = alpha * 0.25;
  context.lineWidth = 1.5;
  context.stroke();
  context.globalAlpha = alpha;
}

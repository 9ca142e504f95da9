// Figures and names as text, and the few ways in which text gets into the document: never as markup.

const THIN = '\u2009';

/// A count with thin spaces between groups of three: 48 210. A dash where nothing is known.
export function count(value) {
  if (value === null || value === undefined || Number.isNaN(value)) return '–';
  const digits = String(Math.round(Math.abs(value)));
  let grouped = '';
  for (let at = 0; at < digits.length; at += 1) {
    if (at > 0 && (digits.length - at) % 3 === 0) grouped += THIN;
    grouped += digits[at];
  }
  return value < 0 ? `−${grouped}` : grouped;
}

/// Per second, without a unit.
export function rate(value) {
  if (!isKnown(value)) return '–';
  return value >= 10 || value === 0 ? count(value) : value.toFixed(1);
}

/// Milliseconds with three digits at most, and the unit.
export function milliseconds(value) {
  if (!isKnown(value)) return '–';
  if (value >= 10_000) return `${(value / 1000).toFixed(0)}${THIN}s`;
  if (value >= 1000) return `${Number((value / 1000).toFixed(1))}${THIN}s`;
  return `${value >= 10 ? Math.round(value) : Number(value.toFixed(1))}${THIN}ms`;
}

/// A ratio of 0...1 as percent. Nothing that failed is rounded away: 99.996 % is not 100 %.
export function percent(value, digits = 0) {
  if (!isKnown(value)) return '–';
  let text = (value * 100).toFixed(digits);
  if (value < 1 && Number(text) === 100) text = digits === 0 ? '>99' : (100 - 10 ** -digits).toFixed(digits);
  if (value > 0 && Number(text) === 0) text = `<${(10 ** -digits).toFixed(digits)}`;
  return `${text}${THIN}%`;
}

/// A length of time in whole seconds: 12 s, 2 min 11 s, 3 h 5 min.
export function span(value) {
  if (!isKnown(value)) return '–';
  const seconds = Math.max(0, Math.floor(value / 1000));
  if (seconds < 60) return `${seconds}${THIN}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return seconds % 60 ? `${minutes}${THIN}min ${seconds % 60}${THIN}s` : `${minutes}${THIN}min`;
  return `${Math.floor(minutes / 60)}${THIN}h ${minutes % 60}${THIN}min`;
}

/// The time of day, of the browser's zone.
export function clock(time, withMilliseconds = false) {
  if (!isKnown(time)) return '--:--:--';
  const date = new Date(time);
  const two = (value) => String(value).padStart(2, '0');
  const text = `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
  return withMilliseconds ? `${text}.${String(date.getMilliseconds()).padStart(3, '0')}` : text;
}

/// Milliseconds since 1970 of a number or of an RFC 3339 text.
export function millis(value) {
  return typeof value === 'string' ? Date.parse(value) : value;
}

/// One thing, two things.
export function plural(value, one, many = `${one}s`) {
  return `${count(value)} ${value === 1 ? one : many}`;
}

export function isKnown(value) {
  return value !== null && value !== undefined && !Number.isNaN(value);
}

/// The first `most` characters, shortened in the middle: names differ at their ends.
export function shorten(text, most) {
  if (text.length <= most) return text;
  if (most < 4) return text.slice(0, Math.max(most, 0));
  const tail = Math.ceil((most - 1) / 2);
  return `${text.slice(0, most - 1 - tail)}…${text.slice(text.length - tail)}`;
}

/// What controls and bidirectional marks of foreign text would do to the line they stand in, is taken from them.
export function plain(text) {
  return String(text ?? '').replace(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '\ufffd');
}

export function byId(id) {
  return document.getElementById(id);
}

/// An element. Children that are no nodes become text.
export function element(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === 'on') for (const [event, handler] of Object.entries(value)) on(node, event, handler);
    // The policy of the page lets scripts set properties, and no attribute.
    else if (name === 'style') node.style.setProperty(...value);
    else if (value === true) node.setAttribute(name, '');
    else if (value !== null && value !== undefined && value !== false) node.setAttribute(name, plain(value));
  }
  for (const child of children.flat(Infinity)) {
    if (child !== null && child !== undefined) node.append(child instanceof Node ? child : plain(child));
  }
  return node;
}

/// The element, or the one of this id.
const placed = (place) => typeof place === 'string' ? byId(place) : place;

/// Has a handler called at an event of an element, or of the one of this id.
export function on(place, event, handler) {
  placed(place).addEventListener(event, handler);
}

/// Whether two lists have the same things, one by one: what was made of the former stands.
export const isSame = (list, other) => list.length === other?.length && list.every((one, at) => one === other[at]);

/// Sets text only where it differs: a write costs a layout.
export function setText(place, text) {
  const node = placed(place);
  const clean = plain(text);
  if (node.textContent !== clean) node.textContent = clean;
}

export function setAttribute(place, name, value) {
  const node = placed(place);
  if (value === null || value === false) {
    if (node.hasAttribute(name)) node.removeAttribute(name);
  } else if (node.getAttribute(name) !== plain(value)) node.setAttribute(name, plain(value));
}

/// Makes the children of `parent` those of `items`, in this order. A child whose key and text stay is left alone, so
/// that focus and selection survive a tick. Items of one key are told apart by their order.
export function replaceRows(parent, items, keyOf, make) {
  const had = new Map();
  for (const child of parent.children) had.set(child.rowKey, child);
  const used = new Set();
  let place = parent.firstElementChild;
  for (const item of items) {
    let key = keyOf(item);
    while (used.has(key)) key += '+';
    used.add(key);
    const digest = JSON.stringify(item);
    let row = had.get(key);
    had.delete(key);
    if (!row || row.rowDigest !== digest) {
      const made = make(item);
      made.rowKey = key;
      made.rowDigest = digest;
      if (row) {
        keepFocus(row, made);
        if (place === row) place = made;
      }
      row = made;
    }
    if (row === place) place = place.nextElementSibling;
    else parent.insertBefore(row, place);
  }
  for (const row of had.values()) row.remove();
}

function keepFocus(old, made) {
  const held = old.contains(document.activeElement) ? document.activeElement.dataset.act : undefined;
  old.replaceWith(made);
  if (held) [...made.querySelectorAll('[data-act]')].find((node) => node.dataset.act === held)?.focus();
}

/// A table for those who do not see the canvas; also for copying figures.
export function table(caption, heads, rows) {
  return element('table', {}, element('caption', {}, caption),
    element('thead', {}, element('tr', {}, heads.map((head) => element('th', { scope: 'col' }, head)))),
    element('tbody', {}, rows.map((row) => element('tr', {}, row.map((cell, at) =>
      at === 0 ? element('th', { scope: 'row' }, cell) : element('td', {}, cell))))));
}

// Canvases: one for each panel, sharp on every screen, in the colours of the style sheet.
import { isKnown, shorten } from './words.js';

const COLOURS = ['ink', 'dim', 'faint', 'line', 'panel', 'raised', 'accent', 'accent-soft', 'ok', 'fill', 'ok-mark',
    'warn', 'warn-mark', 'warn-soft',
  'bad', 'bad-soft', 'differ', 'differ-soft', 'gone', 'gone-soft'];

/// The colours in force by name; `readColours` fills them.
export const paint = {};

let family = 'sans-serif';

/// Takes the colours from the style sheet again: light, dark, and the system's own where it forces them.
export function readColours() {
  const style = getComputedStyle(document.documentElement);
  for (const name of COLOURS) paint[name] = style.getPropertyValue(`--${name}`).trim() || '#888';
  family = getComputedStyle(document.body).fontFamily;
}

/// What all drawings depend on beside their figures.
export const looks = () => [paint.ink, window.devicePixelRatio];

/// A context to draw a panel anew, in pixels of the style sheet.
export function penOf(canvas, width, height) {
  const scale = window.devicePixelRatio || 1;
  const across = Math.round(width * scale);
  const down = Math.round(height * scale);
  if (canvas.width !== across || canvas.height !== down) {
    canvas.width = across;
    canvas.height = down;
    canvas.style.width = `${width}px`;
    canvas.style.height = `${height}px`;
  }
  const pen = canvas.getContext('2d');
  pen.setTransform(scale, 0, 0, scale, 0, 0);
  pen.clearRect(0, 0, width, height);
  pen.textBaseline = 'alphabetic';
  pen.fontKey = '';
  return pen;
}

/// The width of a character of a proportional font, as a share of its size: measuring each text would cost more than
/// all
/// drawing.
const ADVANCE = 0.56;

/// Text from `x` on; with `room` in pixels it is shortened in the middle to fit.
export function write(pen, text, x, y, { size = 12, weight = 400, colour = paint.ink, align = 'left',
    room = 0 } = {}) {
  const font = `${weight} ${size}px ${family}`;
  if (pen.fontKey !== font) {
    pen.font = font;
    pen.fontKey = font;
  }
  pen.fillStyle = colour;
  pen.textAlign = align;
  pen.fillText(room > 0 ? shorten(text, Math.floor(room / (size * ADVANCE))) : text, x, y);
}

export function roundedBox(pen, x, y, width, height, radius) {
  pen.beginPath();
  pen.roundRect(x, y, width, height, radius);
}

/// The last values as a line with a soft ground. Unknown values leave a gap; `top` is what reaches the upper edge.
export function sparkline(pen, values, x, y, width, height, colour, ground, top) {
  if (values.length < 2) return;
  const step = width / (values.length - 1);
  const scale = top > 0 ? height / top : 0;
  pen.beginPath();
  let isOpen = false;
  let last = x;
  for (let at = 0; at < values.length; at += 1) {
    if (!isKnown(values[at])) {
      if (isOpen) pen.lineTo(last, y + height);
      isOpen = false;
      continue;
    }
    const across = x + at * step;
    if (!isOpen) pen.moveTo(across, y + height);
    pen.lineTo(across, y + height - values[at] * scale);
    isOpen = true;
    last = across;
  }
  if (isOpen) pen.lineTo(last, y + height);
  pen.fillStyle = ground;
  pen.fill();
  drawLine(pen, values, x, y, width, height, colour, top);
}

/// A line through the known values.
export function drawLine(pen, values, x, y, width, height, colour, top, thickness = 1.25) {
  const step = width / Math.max(values.length - 1, 1);
  const scale = top > 0 ? height / top : 0;
  pen.beginPath();
  let isOpen = false;
  for (let at = 0; at < values.length; at += 1) {
    if (!isKnown(values[at])) {
      isOpen = false;
      continue;
    }
    const down = y + height - Math.min(values[at], top) * scale;
    if (isOpen) pen.lineTo(x + at * step, down);
    else pen.moveTo(x + at * step, down);
    isOpen = true;
  }
  pen.strokeStyle = colour;
  pen.lineWidth = thickness;
  pen.lineJoin = 'round';
  pen.stroke();
}

/// Slanted lines over a box: nothing is known of what is under them.
export function hatch(pen, x, y, width, height, colour) {
  pen.save();
  pen.beginPath();
  pen.rect(x, y, width, height);
  pen.clip();
  pen.beginPath();
  for (let at = -height; at < width; at += 7) {
    pen.moveTo(x + at, y + height);
    pen.lineTo(x + at + height, y);
  }
  pen.strokeStyle = colour;
  pen.lineWidth = 1;
  pen.stroke();
  pen.restore();
}

// Before the page: its clock stands still, and what canvases are drawn with is kept as words.
{
  let now = FROZEN;
  Date.now = () => now;
  globalThis.advance = (by) => { now += by; };
  const drawn = new Map();
  const { prototype } = CanvasRenderingContext2D;
  const wrap = (name, keep) => {
    const original = prototype[name];
    prototype[name] = function record(...values) {
      keep(drawn.get(this.canvas.id) ?? [], values, this);
      return original.apply(this, values);
    };
  };
  const { clearRect } = prototype;
  prototype.clearRect = function record(...values) {
    drawn.set(this.canvas.id, []);
    return clearRect.apply(this, values);
  };
  wrap('fillText', (list, [text]) => list.push(text));
  // Rectangles by the colour in which they are filled: how many there are and how much they cover.
  const paths = new WeakMap();
  wrap('beginPath', (list, values, context) => paths.set(context, []));
  wrap('rect', (list, [, , width, height], context) => paths.get(context)?.push([width, height]));
  wrap('roundRect', (list, [, , width, height], context) => paths.get(context)?.push([width, height]));
  const kinds = new Map();
  const note = (id, colour, width, height) => {
    const of = kinds.get(id) ?? kinds.set(id, new Map()).get(id);
    const one = of.get(colour) ?? { count: 0, area: 0 };
    of.set(colour, { count: one.count + 1, area: one.area + Math.round(width * height) });
  };
  const fresh = prototype.clearRect;
  prototype.clearRect = function record(...values) {
    kinds.set(this.canvas.id, new Map());
    return fresh.apply(this, values);
  };
  wrap('fillRect', (list, [, , width, height], context) => note(context.canvas.id, context.fillStyle, width, height));
  wrap('fill', (list, values, context) =>
    (paths.get(context) ?? []).forEach(([width, height]) => note(context.canvas.id, context.fillStyle, width, height)));

  /// What is on the screen, as words: the document's own, then each canvas's.
  globalThis.words = () => {
    // Without what is said aloud: that depends on how many messages came at once.
    const shown = [...document.querySelectorAll('body > :not(#live, script)')].map((part) => part.innerText).join('\n');
    const lines = shown.split('\n').map((line) => line.trim()).filter(Boolean);
    const names = {};
    for (const [name, colour] of COLOURS()) names[colour] ??= name;
    for (const id of ['map', 'marks', 'time']) {
      lines.push('', `canvas ${id}`, ...(drawn.get(id) ?? []));
      const rectangles = [...(kinds.get(id) ?? [])].map(([colour, { count }]) => `${count} ${names[colour] ?? colour}`);
      if (rectangles.length > 0) lines.push(`rectangles: ${rectangles.sort().join(', ')}`);
    }
    return `${lines.join('\n')}\n`;
  };

  function COLOURS() {
    const style = getComputedStyle(document.documentElement);
    const context = document.createElement('canvas').getContext('2d');
    return ['panel', 'raised', 'fill', 'line', 'accent', 'accent-soft', 'ok', 'ok-mark', 'warn', 'warn-mark',
        'warn-soft', 'bad',
      'bad-soft', 'differ', 'differ-soft', 'gone', 'gone-soft', 'ink', 'dim', 'faint'].map((name) => {
      context.fillStyle = style.getPropertyValue(`--${name}`).trim();
      return [name, context.fillStyle];
    });
  }
}

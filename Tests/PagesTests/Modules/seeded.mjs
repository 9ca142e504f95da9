// Numbers from a seed, which a failing test names.
export const seed = Number(process.env.SEED ?? 1);

export function generator(from = seed) {
  let state = from >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return { next, below: (count) => Math.floor(next() * count), pick: (list) => list[Math.floor(next() * list.length)] };
}

/// How to run a test again that has failed.
export const replay = (file) => `SEED=${seed} node --test Tests/PagesTests/Modules/${file}`;

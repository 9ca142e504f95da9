// The lanes below the time line: accusations and deaths as moments, faults and moves as spans.

/// What lasted, and what happened at a moment, by lane: from the events, and from faults and moves in force.
export function lanes(events, state) {
  const accused = [];
  const died = [];
  const faults = new Map();
  const moves = [];
  for (const event of events) {
    const { type, action, id, t } = event;
    if (type === 'member' && action === 'suspect') accused.push({ from: t, name: id });
    else if (type === 'member' && (action === 'dead' || action === 'alive')) {
      died.push({ from: t, name: id, isBack: action === 'alive' });
    } else if (type === 'process' && /kill|exit|down/.test(action)) died.push({ from: t, name: id });
    else if (type === 'fault') {
      const known = faults.get(id);
      if (/remove|expire|heal|end/.test(action)) {
        if (known) known.to = t;
      } else if (!known) faults.set(id, { from: t, name: `${id} ${event.attributes?.kind ?? ''}`.trim() });
    } else if (type === 'evacuation') {
      const open = moves.at(-1);
      if (/stage|step/.test(action)) open?.marks.push(t);
      else if (/complete|rolled|abort|end/.test(action)) Object.assign(open ?? {}, { to: t });
      else if (!open || open.to) moves.push({ from: t, name: `${event.attributes?.kind ?? 'evacuation'} ${id}`,
          marks: [] });
    }
  }
  // Of what is in force and was told before this page was open, or by its process alone.
  for (const { id, kind, since } of state?.faults ?? []) if (!faults.has(id)) faults.set(id,
      { from: since ?? 0, name: `${id} ${kind}` });
  return [{ name: 'accused', points: accused, tone: 'warn-mark' }, { name: 'members', points: died, tone: 'bad' },
    ...stacked([...faults.values()]).map((spans, at) => ({ name: at ? '' : 'faults', spans, tone: 'warn' })),
    { name: 'moves', spans: moves, tone: 'accent' }];
}

/// Spans that overlap in rows below one another, three at most.
function stacked(spans) {
  const rows = [[]];
  for (const one of spans) {
    const free = rows.find((row) => row.every((other) => (other.to ?? Infinity) <= one.from));
    if (free) free.push(one);
    else if (rows.length < 3) rows.push([one]);
    else rows[2].push(one);
  }
  return rows;
}

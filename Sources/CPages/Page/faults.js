// What the form asks for: faults and levels, which there are, their figures, and what is posted.

/// What the API takes: of each kind its figures, with what stands in their fields at first.
export const KINDS = {
  latency: { delay: 50, jitter: '', rate: '' },
  loss: { rate: 5 },
  'datagram-loss': { rate: 5 },
  duplicate: { rate: 5 },
  bandwidth: { bandwidth: 128 },
  reset: { rate: '' },
  blackhole: {},
  partition: {},
  errors: { rate: 50, status: 503 },
  hang: {},
  zombie: {},
  slow: {},
  flap: {},
  lie: { rate: 80 },
  amnesia: {},
  'fill-memory': { rate: 95 },
};
/// Levels by hand, and the way back; they have no figures.
export const LEVELS = { minor: {}, moderate: {}, critical: {}, emergency: {}, normal: {}, auto: {} };
/// How the API names a figure, and by what the field's is multiplied.
export const FIGURES = { delay: ['delay_ms', 1], jitter: ['jitter_ms', 1], rate: ['rate', 0.01], status: ['status', 1],
  bandwidth: ['bandwidth', 1024] };

export const LEASE = 300_000;

/// What is posted of a fault: figures that were left empty are left out, as are those that its kind has no use for.
export function faultOptions(kind, seconds, figures) {
  const options = { kind, for_ms: seconds * 1000 || LEASE };
  for (const name of Object.keys(KINDS[kind])) {
    const text = String(figures[name] ?? '').trim();
    const [field, factor] = FIGURES[name];
    if (text !== '') options[field] = Math.round(Number(text) * factor * 1e6) / 1e6;
  }
  return options;
}

/// The changes of settings that hold gates or give scopes a level.
export function changes(isLevel, targets, { value, for_ms: lease }) {
  return targets.map((one) => ({ kind: isLevel ? 'level' : 'breaker', [isLevel ? 'scope' : 'name']: one, value,
    for_ms: lease }));
}

/// Where a fault of a kind can strike that is asked for at a target: some lie on services, some between two places.
export function faultTargets(kind, target, { services = [], routers } = {}) {
  if (['errors', 'hang'].includes(kind) && services.length > 0) return `${target}/service/${services[0]}`;
  return kind === 'partition' && routers?.name.length > 0 ? `${target} router/${routers.name[0]}` : target;
}

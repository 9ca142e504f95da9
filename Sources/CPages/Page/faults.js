// What the form asks for: faults, levels, drills, a monkey, a load; their figures, and what is posted.
import { percent, span } from './words.js';

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
/// What the form asks beside: its first word, what there is to choose from, how many seconds of what.
export const ACT_FORMS = {
  fault: { what: 'Kind', kinds: KINDS, where: true, time: 'seconds', first: 300 },
  degrade: { what: 'Level', kinds: LEVELS, where: true, time: 'seconds', first: 300 },
  drill: { what: 'Drill' },
  monkey: { kinds: { monkey: { rate: 10, least: 3, within: '' } }, time: 'draws each so many seconds', first: 600 },
  load: { kinds: { load: { load: 100 } }, time: 'seconds', first: 300 },
};
/// How the API names a figure, and by what the field's is multiplied.
export const FIGURES = { delay: ['delay_ms', 1], jitter: ['jitter_ms', 1], rate: ['rate', 0.01], status: ['status', 1],
  bandwidth: ['bandwidth', 1024], load: ['rate', 1], least: ['least', 1], within: ['within'] };

export const LEASE = 300_000;

/// Figures that were left empty are left out, as are those that a kind has no use for.
function filled(kind, figures) {
  const options = {};
  for (const name of Object.keys(kind)) {
    const text = String(figures[name] ?? '').trim();
    const [field, factor] = FIGURES[name];
    if (text !== '') options[field] = factor ? Math.round(Number(text) * factor * 1e6) / 1e6 : text.split(/\s*[;,]\s*/);
  }
  return options;
}

/// What is posted of a fault.
export function faultOptions(kind, seconds, figures) {
  return { kind, for_ms: seconds * 1000 || LEASE, ...filled(KINDS[kind], figures) };
}

/// What is posted of a monkey or a load, and what that means: nobody predicts it.
export function runOptions(act, seconds, figures) {
  const { rate, ...rest } = filled(ACT_FORMS[act].kinds[act], figures);
  const time = seconds * 1000 || ACT_FORMS[act].first * 1000;
  if (act === 'load') {
    return [{ action: 'start', rate, duration_ms: time }, `${rate ?? 'No'} requests a second for ${span(time)}.`];
  }
  return [{ start: { every_ms: time, probability: rate, ...rest } }, `Each ${span(time)} a region is hit with ${
    percent(rate ?? 0.1)}: then one of its cells is killed for a minute, if more than ${
    rest.least ?? 3} serve; never the one started last, and none while anything else is on.`];
}

/// The body of an action.
export function actionBody(act, name, targets, options) {
  switch (act) {
    case 'evacuate': case 'restore': return { ...options, kind: act, region: name, confirm: name };
    case 'degrade': case 'open': case 'close': return { changes: changes(act === 'degrade', targets, options) };
    case 'drill': return { drill: name };
    case 'monkey': case 'load': return options;
    default: return { ...options, targets };
  }
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

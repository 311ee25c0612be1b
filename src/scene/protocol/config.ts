/**
 * A world and what may be done to it, as they come out of links, files and requests: looked through
 * before anything is made. A complaint names the field, what it expected and what it got.
 *
 *     checkSceneConfig(unknown) ─▶ SceneConfig        checkAct(unknown) ─▶ Act
 *     networkOf(config), churnOf(choice, overlay) ─▶ what the lab's rooms take
 */
import { fieldsOf, numberIn, shown, wholeNumber } from '../../core/argument.ts';
import { CHURN_PRESETS, type ChurnModel } from '../../lab/life/churn.ts';
import type { NetworkModel } from '../../lab/network/network-model.ts';
import type { Act, SceneConfig, SceneOverlay, TimedAct } from './messages.ts';

/** A browser draws and remembers no more: 100,000 Mainline nodes take 0.4 GB. */
export const MAINLINE_NODES_MAX = 100_000;
/** A ring node has a store, connections and lists of its own. */
export const RING_NODES_MAX = 10_000;
/** Buckets of Mainline. */
export const BUCKET_SIZE_MAX = 64;
/** Backups in a ring. */
export const BACKUPS_MAX = 8;
export const ALPHA_MAX = 16;
export const IDENTITIES_MAX = 16;
/** One way; longer than any time-out of a node. */
export const LATENCY_MS_MAX = 10_000;
export const LOOKUPS_PER_SECOND_MAX = 1000;
export const KEYS_MAX = 1000;
/** Of a name that is typed, in characters. */
export const NAME_LENGTH_MAX = 200;
/** Of a value that is typed, in characters. */
export const VALUE_LENGTH_MAX = 10_000;
/** Median of an exponential session, in minutes. */
export const CHURN_MINUTES_MIN = 0.1;
export const CHURN_MINUTES_MAX = 100_000;
/** Acts that a world remembers. */
export const ACTS_MAX = 1000;
/** Nodes that one act adds. */
export const ADDED_MAX = 1024;
/** A virtual year. */
export const MOMENT_MS_MAX: number = 366 * 24 * 3_600_000;

const POLICIES = ['correct', 'chord-2001', 'class-2019'] as const;
const LEVELS = ['one', 'quorum', 'all'] as const;

/** What a world is like that nobody said more of: the opening scene. */
export const SCENE_DEFAULTS: SceneConfig = {
  overlay: 'ring',
  nodes: 16,
  seed: 1,
  k: 2,
  alpha: 4,
  identities: 1,
  policy: 'correct',
  latencyMs: 50,
  loss: 0,
  churn: null,
  lookupsPerSecond: 0.2,
  keys: 12,
};

const CONFIG_FIELDS = Object.keys(SCENE_DEFAULTS);

/**
 * Fields that are left out are those of the defaults (k and nodes of Mainline: 8 and 200).
 * @throws TypeError or RangeError that names the field.
 */
export function checkSceneConfig(value: unknown, name = 'config'): SceneConfig {
  const fields = fieldsOf(value, name, CONFIG_FIELDS);
  const overlay = oneOf(fields['overlay'] ?? SCENE_DEFAULTS.overlay, `${name}.overlay`, [
    'mainline',
    'ring',
  ]) as SceneOverlay;
  const isRing = overlay === 'ring';
  const defaults = { ...SCENE_DEFAULTS, ...(isRing ? {} : { nodes: 200, k: 8 }) };
  const of = (field: keyof SceneConfig): unknown => fields[field] ?? defaults[field];
  const whole = (field: keyof SceneConfig, low: number, high: number): number =>
    wholeNumber(of(field), `${name}.${field}`, low, high);
  return {
    overlay,
    nodes: whole('nodes', 1, isRing ? RING_NODES_MAX : MAINLINE_NODES_MAX),
    seed: whole('seed', 0, Number.MAX_SAFE_INTEGER),
    k: isRing ? whole('k', 0, BACKUPS_MAX) : whole('k', 1, BUCKET_SIZE_MAX),
    alpha: whole('alpha', 1, ALPHA_MAX),
    identities: whole('identities', 1, IDENTITIES_MAX),
    policy: oneOf(of('policy'), `${name}.policy`, POLICIES) as SceneConfig['policy'],
    latencyMs: latencyMs(
      fields['latencyMs'] === undefined ? defaults.latencyMs : fields['latencyMs'],
      `${name}.latencyMs`,
    ),
    loss: numberIn(of('loss'), `${name}.loss`, 1),
    churn: churn(fields['churn'] ?? null, `${name}.churn`),
    lookupsPerSecond: numberIn(
      of('lookupsPerSecond'),
      `${name}.lookupsPerSecond`,
      LOOKUPS_PER_SECOND_MAX,
    ),
    keys: whole('keys', 0, KEYS_MAX),
  };
}

/** Node numbers at most: who has been added counts on. */
const NODE_MAX = MAINLINE_NODES_MAX + ADDED_MAX - 1;

type Check = (value: unknown, name: string) => unknown;

const nodes: Check = (value, name) => {
  if (!Array.isArray(value)) {
    throw new TypeError(`"${name}" expected an array of node numbers, got ${shown(value)}`);
  }
  if (value.length > NODE_MAX) {
    throw new RangeError(`"${name}" expected at most ${NODE_MAX} nodes, got ${value.length}`);
  }
  return value.map((node, i) => wholeNumber(node, `${name}[${i}]`, 0, NODE_MAX));
};
const flag: Check = (value, name) => {
  if (typeof value === 'boolean') return value;
  throw new TypeError(`"${name}" expected true or false, got ${shown(value)}`);
};
const count: Check = (value, name) => wholeNumber(value, name, 1, ADDED_MAX);
const share: Check = (value, name) => numberIn(value, name, 1);
const text =
  (least: number, most: number): Check =>
  (value, name) => {
    if (typeof value !== 'string')
      throw new TypeError(`"${name}" expected text, got ${shown(value)}`);
    if (value.length >= least && value.length <= most) return value;
    throw new RangeError(`"${name}" expected ${least} to ${most} characters, got ${value.length}`);
  };
const keyName = text(1, NAME_LENGTH_MAX);
const node: Check = (value, name) => wholeNumber(value, name, 0, NODE_MAX);
const optional =
  (check: Check): Check =>
  (value, name) =>
    value === undefined ? undefined : check(value, name);

/** The fields of each kind of act. */
const ACTS: Readonly<Record<Act['kind'], Readonly<Record<string, Check>>>> = {
  crash: { nodes },
  pause: { nodes },
  resume: { nodes },
  leave: { nodes },
  restart: { nodes, memory: flag },
  add: { count },
  partition: { nodes, oneWay: flag },
  heal: {},
  network: { loss: optional(share), latencyMs: optional(latencyMs) },
  churn: { churn },
  workload: { lookupsPerSecond: (value, name) => numberIn(value, name, LOOKUPS_PER_SECOND_MAX) },
  put: {
    name: keyName,
    value: text(0, VALUE_LENGTH_MAX),
    from: optional(node),
    level: optional((value, name) => oneOf(value, name, LEVELS)),
  },
  get: { name: keyName, from: optional(node) },
  remove: { name: keyName, from: optional(node) },
  lookup: { name: keyName, from: optional(node) },
  sybils: { name: keyName, count },
};

/** @throws TypeError or RangeError that names the field. */
export function checkAct(value: unknown, name = 'act'): Act {
  const kind = (value as { kind?: unknown } | null)?.kind;
  const known = Object.hasOwn(ACTS, String(kind)) ? ACTS[kind as Act['kind']] : null;
  if (!known) {
    const kinds = Object.keys(ACTS).join(', ');
    throw new TypeError(`"${name}.kind" expected one of ${kinds}, got ${shown(kind)}`);
  }
  const fields = fieldsOf(value, name, ['kind', ...Object.keys(known)]);
  const act: Record<string, unknown> = { kind };
  for (const [field, check] of Object.entries(known)) {
    const checked = check(fields[field], `${name}.${field}`);
    if (checked !== undefined) act[field] = checked;
  }
  return act as unknown as Act;
}

/** Acts in the order of their times. @throws TypeError or RangeError that names the field. */
export function checkActs(value: unknown, name = 'acts'): TimedAct[] {
  if (!Array.isArray(value)) {
    throw new TypeError(`"${name}" expected an array, got ${shown(value)}`);
  }
  if (value.length > ACTS_MAX) {
    throw new RangeError(`"${name}" expected at most ${ACTS_MAX} acts, got ${value.length}`);
  }
  const acts = value.map((timed, i): TimedAct => {
    const { atMs, act } = fieldsOf(timed, `${name}[${i}]`, ['atMs', 'act']);
    return {
      atMs: wholeNumber(atMs, `${name}[${i}].atMs`, 0, MOMENT_MS_MAX),
      act: checkAct(act, `${name}[${i}].act`),
    };
  });
  return acts.sort((a, b) => a.atMs - b.atMs);
}

export function networkOf({ latencyMs, loss }: SceneConfig): NetworkModel {
  return { latency: latencyOf(latencyMs), loss };
}

export function latencyOf(ms: number | null): NetworkModel['latency'] {
  return ms === null ? { kind: 'king' } : { kind: 'constant', ms };
}

/** 1 / ln 2: the mean of an exponential law from its median. */
const MEAN_PER_MEDIAN = Math.LOG2E;
const MINUTE_MS = 60_000;

/**
 * Whoever comes back knows what it knew: in a ring that is its disk, and one that loses everything at
 * every restart shows nothing but loss.
 */
export function churnOf(choice: string | number, overlay: SceneOverlay): ChurnModel {
  if (typeof choice === 'number') {
    const meanMs = choice * MINUTE_MS * MEAN_PER_MEDIAN;
    return { up: { kind: 'exponential', meanMs }, rejoin: 'memory' };
  }
  const model = CHURN_PRESETS[choice as keyof typeof CHURN_PRESETS];
  return overlay === 'ring' ? { ...model, rejoin: 'memory' } : model;
}

function churn(value: unknown, name: string): string | number | null {
  if (value === null) return null;
  if (typeof value === 'string' && Object.hasOwn(CHURN_PRESETS, value)) return value;
  if (typeof value !== 'number') {
    const presets = Object.keys(CHURN_PRESETS).join(', ');
    throw new TypeError(
      `"${name}" expected minutes, null or one of ${presets}, got ${shown(value)}`,
    );
  }
  if (value >= CHURN_MINUTES_MIN && value <= CHURN_MINUTES_MAX) return value;
  throw new RangeError(
    `"${name}" expected ${CHURN_MINUTES_MIN} to ${CHURN_MINUTES_MAX} minutes, got ${value}`,
  );
}

function latencyMs(value: unknown, name: string): number | null {
  return value === null ? null : wholeNumber(value, name, 1, LATENCY_MS_MAX);
}

function oneOf(value: unknown, name: string, choices: readonly string[]): string {
  if (choices.includes(value as string)) return value as string;
  throw new TypeError(`"${name}" expected ${choices.join(', ')}, got ${shown(value)}`);
}

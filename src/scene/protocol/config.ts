/**
 * A world of the lab as plain data, as small as a link: what it may be, and what it is when nobody says more.
 */
import * as z from 'zod/mini';
import { CHURN_PRESETS } from '../../lab/life/churn.ts';
import {
  ALPHA_MAX,
  BACKUPS_MAX,
  BUCKET_SIZE_MAX,
  CHURN_MINUTES_MAX,
  CHURN_MINUTES_MIN,
  IDENTITIES_MAX,
  KEYS_MAX,
  LATENCY_MS_MAX,
  LOOKUPS_PER_SECOND_MAX,
  MAINLINE_NODES_MAX,
  RING_NODES_MAX,
} from './limits.ts';
import { integer, integerIn, numberIn, oneOf, read, strict } from './shape.ts';
import { Siege, siegeComplaint } from './siege.ts';

export const SceneOverlay: z.ZodMiniType<'mainline' | 'ring'> = oneOf('mainline', 'ring');
export type SceneOverlay = z.infer<typeof SceneOverlay>;

const PRESETS = Object.keys(CHURN_PRESETS);
const churnError = `null, ${CHURN_MINUTES_MIN} to ${CHURN_MINUTES_MAX} minutes or one of ${PRESETS.join(', ')}`;

/** A preset of life/churn.ts, or the median of an exponential session in minutes; null for none. */
export const churnChoice: z.ZodMiniType<string | number | null> = z.union(
  [
    z.null(),
    z.enum(PRESETS),
    z
      .number({ error: churnError })
      .check(
        z.minimum(CHURN_MINUTES_MIN, { error: churnError }),
        z.maximum(CHURN_MINUTES_MAX, { error: churnError }),
      ),
  ],
  { error: churnError },
);

/** One way between any two; null for the distances of the Internet (King). */
export const latencyChoice: z.ZodMiniType<number | null> = z.nullable(integerIn(1, LATENCY_MS_MAX));
export const lossShare: z.ZodMiniNumber = numberIn(0, 1);
export const lookupRate: z.ZodMiniNumber = numberIn(0, LOOKUPS_PER_SECOND_MAX);

const configShape = strict({
  overlay: SceneOverlay,
  nodes: integer,
  seed: integerIn(0, Number.MAX_SAFE_INTEGER),
  /** Backups in a ring (0..8), size of a bucket in Mainline. */
  k: integer,
  /** Queries of a Mainline lookup under way at a time. */
  alpha: integerIn(1, ALPHA_MAX),
  /** Places of each ring node. */
  identities: integerIn(1, IDENTITIES_MAX),
  policy: oneOf('correct', 'chord-2001', 'class-2019'),
  /** Of the addresses of Mainline nodes: 4, or 6 (BEP 32), or one of each. A ring has 4. */
  family: z.union([z.literal(4), z.literal(6), z.literal('both')], { error: '4 | 6 | both' }),
  latencyMs: latencyChoice,
  loss: lossShare,
  churn: churnChoice,
  /** Lookups that the nodes begin by themselves, in all, per virtual second. */
  lookupsPerSecond: lookupRate,
  /** Keys put at random before the world begins. */
  keys: integerIn(0, KEYS_MAX),
  /** Of Mainline: who attacks, and how honest nodes defend themselves. */
  siege: z.exactOptional(Siege),
});
export type SceneConfig = z.infer<typeof configShape>;

/** What only one of the two overlays allows. */
const boundsOf: Readonly<
  Record<SceneOverlay, { readonly [field in 'nodes' | 'k' | 'family']: z.ZodMiniType }>
> = {
  ring: {
    nodes: integerIn(1, RING_NODES_MAX),
    k: integerIn(0, BACKUPS_MAX),
    family: z.literal(4, { error: '4 for a ring' }),
  },
  mainline: {
    nodes: integerIn(1, MAINLINE_NODES_MAX),
    k: integerIn(1, BUCKET_SIZE_MAX),
    family: z.any(),
  },
};

/** What a world is like that nobody said more of: the opening scene. */
export const SCENE_DEFAULTS: SceneConfig = {
  overlay: 'ring',
  nodes: 16,
  seed: 1,
  k: 2,
  alpha: 4,
  identities: 1,
  policy: 'correct',
  family: 4,
  latencyMs: 50,
  loss: 0,
  churn: null,
  lookupsPerSecond: 0.2,
  keys: 12,
};
const MAINLINE_DEFAULTS: SceneConfig = { ...SCENE_DEFAULTS, overlay: 'mainline', nodes: 200, k: 8 };

/** A configuration; what is left out of it is as in the defaults of its overlay. */
export const SceneConfig: z.ZodMiniType<SceneConfig> = z.pipe(
  z.transform(completed),
  configShape.check(({ value, issues }) => {
    for (const field of ['nodes', 'k', 'family'] as const) {
      const outcome = z.safeParse(boundsOf[value.overlay][field], value[field]);
      if (outcome.success) continue;
      const { message } = outcome.error.issues[0];
      issues.push({ code: 'custom', message, path: [field], input: value[field] });
    }
    const { overlay, nodes, family, siege } = value;
    if (siege === undefined || issues.length > 0) return;
    const complaint =
      overlay === 'ring' || family !== 4
        ? 'a world of Mainline over IPv4'
        : siegeComplaint(siege, nodes);
    if (complaint === null) return;
    issues.push({ code: 'custom', message: complaint, path: ['siege'], input: siege });
  }),
);

function completed(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const given = Object.entries(value).filter(([, field]) => field !== undefined);
  const fields = Object.fromEntries(given);
  const defaults = fields['overlay'] === 'mainline' ? MAINLINE_DEFAULTS : SCENE_DEFAULTS;
  return { ...defaults, ...fields };
}

/** @throws TypeError or RangeError that names the field. */
export function checkSceneConfig(value: unknown, name = 'config'): SceneConfig {
  return read(SceneConfig, value, name);
}

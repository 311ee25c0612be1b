/**
 * What a picture of a DHT is made of, as plain data: the same from a lab in a browser tab, from live
 * nodes, and from a recording. Whoever draws knows no node, and no node knows that it is drawn.
 *
 *     source ── hello, places, update, update, flights, outcomes, lookup, node … ──▶ view
 *            ◀── play, pause, step, rewind, act, inspect … (commands.ts) ─────────
 *
 * A *node* is a process, a small number for good. A *place* is where one stands on the circle or in
 * the trie: a Mainline node has one (two where it is in two networks), a ring node one for each of its identities. Times are ms of the
 * source's own clock: virtual since the world began, or of the epoch for live nodes.
 *
 * Who reads a file or a socket cannot know who wrote it: `checkMessage` looks at every field.
 */
import * as z from 'zod/mini';
import { ID_BYTES } from '../../core/id.ts';
import { column } from './columns.ts';
import { Acts } from './commands.ts';
import { SceneConfig, SceneOverlay } from './config.ts';
import { PART_DEPTH_MAX, SCENE_VERSION } from './limits.ts';
import {
  addressFamily,
  byKind,
  flag,
  hash,
  integer,
  list,
  number,
  oneOf,
  read,
  shape,
  text,
} from './shape.ts';

/**
 * What is known of a node's process. `absent`: it has not been born yet, or has left in good order. `paused`: it
 * stands still; of a live one that is only known from its silence.
 */
export const NodeState = {
  absent: 0,
  up: 1,
  crashed: 2,
  paused: 3,
  joining: 4,
  leaving: 5,
} as const;

/** Columns that belong together: by the number of entries that make one row. */
function equallyMany<const Field extends string>(
  sizes: Readonly<Record<Field, number>>,
): z.core.$ZodCheck<Record<Field, ArrayLike<number>>> {
  const [first, ...others] = Object.keys(sizes) as Field[];
  const error = `as many rows as "${others.join('" and "')}"`;
  type Rows = Record<Field, ArrayLike<number>>;
  const count = (rows: Rows, field: Field): number => rows[field].length / sizes[field];
  return z.refine<Rows>((rows) => others.every((one) => count(rows, one) === count(rows, first!)), {
    error,
    path: [first!],
  });
}

/**
 * What a source can be asked for; who draws hides the rest. `act`: acts on keys; `nodes`: those that
 * crash, restart and add nodes; `settings`: those that change the network, or the whole world;
 * `rooms`: chat rooms that the nodes keep.
 */
export const Ability: z.ZodMiniType<
  'time' | 'rewind' | 'act' | 'nodes' | 'inspect' | 'explain' | 'settings' | 'rooms'
> = oneOf('time', 'rewind', 'act', 'nodes', 'inspect', 'explain', 'settings', 'rooms');
export type Ability = z.infer<typeof Ability>;

/** Opens a stream, and comes again when another world takes its place. */
export const Hello = shape({
  type: z.literal('hello'),
  version: z.literal(SCENE_VERSION, { error: String(SCENE_VERSION) }),
  overlay: SceneOverlay,
  origin: oneOf('lab', 'live', 'recording'),
  /** One line for people: what this is. */
  title: text,
  /** Null where nobody knows it: live nodes. */
  config: z.nullable(SceneConfig),
  abilities: list(Ability),
  /** Backups asked for in a ring; the size of a bucket in Mainline. */
  k: integer,
  /** Of a recording: where it ends. Otherwise null. */
  endMs: z.nullable(number),
});
export type Hello = z.infer<typeof Hello>;

/** Places that are new, numbered on from those before; with `first` 0 all those before are void. */
export const Places = shape({
  type: z.literal('places'),
  /** The number of the first. */
  first: integer,
  /** 20 bytes each. */
  ids: column('u8'),
  /** Whose place it is. */
  nodes: column('u32'),
  /** As in core/address.ts: one number of 48 bits. */
  addresses: column('f64'),
}).check(equallyMany({ ids: ID_BYTES, nodes: 1, addresses: 1 }));
export type Places = z.infer<typeof Places>;

/** A key that is watched: its owner and copies, as they truly are. */
export const KeyView = shape({
  /** 40 hexadecimal digits. */
  key: hash,
  /** What was typed for it, null when only the hash is known. */
  name: z.nullable(text),
  /** The place that owns it; -1 for nobody. */
  owner: integer,
  /** Nodes with a copy as new as the newest acknowledged, living or not; peers of an info-hash likewise. */
  holders: list(integer),
  /** Living backups beyond the owner; -1 when not even the owner has it. */
  effectiveK: integer,
  /** `unsafe`: fewer living copies than asked for. `lost`: no living copy. */
  state: oneOf('safe', 'unsafe', 'lost', 'removed'),
  bytes: integer,
});
export type KeyView = z.infer<typeof KeyView>;

/** Counted since the world began, but for those that end in `Now`. */
export const Figures = shape({
  nodesNow: number,
  messages: number,
  lostMessages: number,
  lookups: number,
  failedLookups: number,
  /** Of lookups that the source could grade: those that found exactly what is true. */
  exactLookups: number,
  keysNow: number,
  unsafeKeysNow: number,
  lostKeysNow: number,
  /** Events that the world handled; 0 for live nodes. */
  events: number,
});
export type Figures = z.infer<typeof Figures>;

export const NO_FIGURES: Figures = {
  nodesNow: 0,
  messages: 0,
  lostMessages: 0,
  lookups: 0,
  failedLookups: 0,
  exactLookups: 0,
  keysNow: 0,
  unsafeKeysNow: 0,
  lostKeysNow: 0,
  events: 0,
};

/** Of a live node that is `paused`: what somebody can know who asked it and heard nothing. */
export const Silence = shape({
  node: integer,
  /** `silent`: its port takes connections, and nothing comes back. `cut off`: not even that is heard of. */
  how: oneOf('silent', 'cut off'),
  /** Those who answer count it among themselves no more: others own its arc. */
  isMissed: flag,
});
export type Silence = z.infer<typeof Silence>;

/**
 * What is different since the update before; all there is when `whole`. A whole one that is earlier than
 * the update before tells that time went back: what was told of later (flights, lookups that began,
 * outcomes, acts that were not remembered) is void, and places come anew from `first: 0`.
 */
export const Update = shape({
  /** What recordings and streams have called it from the beginning. */
  type: z.literal('frame'),
  atMs: number,
  whole: flag,
  /** Is time running, and how many virtual ms pass in a second as measured. */
  playing: flag,
  pace: number,
  /** States of `NodeState` that changed. */
  nodes: column('u32'),
  states: column('u8'),
  /** Of live nodes, who is silent since the update before, or otherwise than then. */
  silences: z.exactOptional(list(Silence)),
  /**
   * Of a ring, places whose links changed, and whom each takes for its successor: -1 for nobody. What
   * it believes, true or not.
   */
  places: column('u32'),
  successors: column('i32'),
  /** Of a ring, backups in step for the arc of a place, in the order of `places`; 255 where unknown. */
  safeties: column('u8'),
  /** Nodes that are known to be an attacker's since the update before; all of them when `whole`. */
  sybils: column('u32'),
  /** By node, on which side of a partition it stands: all 0 when there is none. Null: as before. */
  sides: z.nullable(column('u8')),
  /** Watched keys that changed. A key that was never told of before is watched from now on. */
  keys: list(KeyView),
  figures: Figures,
  /** Messages that each node has taken in so far; null when not counted in this update. */
  loads: z.nullable(column('u32')),
})
  .check(equallyMany({ nodes: 1, states: 1 }))
  .check(equallyMany({ places: 1, successors: 1, safeties: 1 }));
export type Update = z.infer<typeof Update>;

/** One message on its way. Of a large world only a sample, and those of lookups that are watched. */
export const Flight = shape({
  /** Counts up from 1; names it in `explain`. */
  id: integer,
  sentMs: number,
  /** When it arrives, or would have; null where that is not known. */
  arrivesMs: z.nullable(number),
  /** Node numbers; -1 for somebody outside. */
  from: integer,
  to: integer,
  fate: oneOf('delivered', 'lost', 'unreachable', 'unknown'),
  /** The protocol's own word: `find_node`, `nodes`, `GET`, `replicate` … */
  kind: text,
  bytes: integer,
  /** The lookup that it belongs to; 0 for none. */
  lookup: integer,
  /** Of a request its own number, of a reply that of the request; 0 for what is neither, or not known. */
  exchange: z._default(integer, 0),
  /** Its bytes: in recordings, where nobody can be asked for them afterwards. */
  data: z.exactOptional(column('u8')),
});
export type Flight = z.infer<typeof Flight>;

export const Flights = shape({
  type: z.literal('flights'),
  flights: list(Flight),
  /** Messages of this time that are not among them. */
  omitted: integer,
});
export type Flights = z.infer<typeof Flights>;

/** Lookups that ended, in columns, for statistics. Each is told once, whatever becomes of time. */
export const Outcomes = shape({
  type: z.literal('outcomes'),
  endedMs: column('f64'),
  durationsMs: column('f64'),
  hops: column('u8'),
  messages: column('u16'),
  /** 0 failed, 1 succeeded, 2 succeeded and was exact, 3 succeeded and was not. */
  results: column('u8'),
}).check(equallyMany({ endedMs: 1, durationsMs: 1, hops: 1, messages: 1, results: 1 }));
export type Outcomes = z.infer<typeof Outcomes>;

export const LookupStepView = shape({
  /** The node that was asked; -1 when it is not of this world. */
  node: integer,
  id: z.nullable(text),
  /** Who told of it: an index into `steps`; -1 for the asker's own table. */
  toldBy: integer,
  hops: integer,
  /** log2 of the distance to the target, rounded up: XOR in Mainline, clockwise on a ring. */
  distanceBits: z.nullable(number),
  sentMs: number,
  endedMs: z.nullable(number),
  verdict: oneOf('waiting', 'answered', 'late', 'timeout', 'error', 'cancelled'),
  /** Flights of the request and its reply, 0 where not kept. */
  request: integer,
  reply: integer,
});
export type LookupStepView = z.infer<typeof LookupStepView>;

/** A lookup that is watched: sent again whenever it has moved on. */
export const LookupView = shape({
  type: z.literal('lookup'),
  /** Counts up from 1. */
  id: integer,
  /** `get_peers`, `announce_peer`, `find_node`, `insert`, `get`, `remove`, `owns`. */
  kind: text,
  /** What was typed, or the target again. */
  label: text,
  /** 40 hexadecimal digits. */
  target: hash,
  /** The node that asked. */
  from: integer,
  startedMs: number,
  endedMs: z.nullable(number),
  state: oneOf('running', 'succeeded', 'failed'),
  /** One line for people once it has ended: found what, from whom; or why not. */
  result: text,
  exact: z.nullable(flag),
  steps: list(LookupStepView),
});
export type LookupView = z.infer<typeof LookupView>;

/** A contact as a node holds it. `node` is -1 when it is not of this world. */
export const ContactView = shape({
  id: text,
  address: text,
  node: integer,
  state: oneOf('good', 'questionable', 'bad'),
  ageMs: z.nullable(number),
  failures: integer,
});
export type ContactView = z.infer<typeof ContactView>;

/** One row of what a node knows: a bucket, a list of successors, the fingers. */
export const ContactRow = shape({
  /** `bucket 3 · 0b101…`, `successors`, `fingers` … */
  label: text,
  /** Bits that its contacts share with the node; -1 where that means nothing. */
  prefixBits: integer,
  capacity: integer,
  /** Of a node in two networks: in whose table it stands. */
  family: z.exactOptional(addressFamily),
  contacts: list(ContactView),
});
export type ContactRow = z.infer<typeof ContactRow>;

export const StoredView = shape({
  key: hash,
  name: z.nullable(text),
  /** `peers: 3`, `12 bytes`, `removed` … */
  what: text,
  role: oneOf('owner', 'backup', 'foreign', 'peers'),
});
export type StoredView = z.infer<typeof StoredView>;

/** A node looked into: sent about twice a second while it is inspected. */
export const NodeView = shape({
  type: z.literal('node'),
  node: integer,
  atMs: number,
  state: integer,
  addresses: list(text),
  ids: list(text),
  /** Facts in the order in which to show them. */
  facts: list(shape({ name: text, value: text })),
  rows: list(ContactRow),
  stored: list(StoredView),
  /** What there is in all; `stored` shows at most `STORED_SHOWN`. */
  storedCount: integer,
  inFlight: list(shape({ what: text, to: text, sinceMs: number })),
  log: list(shape({ atMs: number, text })),
});
export type NodeView = z.infer<typeof NodeView>;

/** Bytes `start` to `end` of a message and what they mean. */
export interface Part {
  label: string;
  /** The value as people write it; '' for what only has parts. */
  value: string;
  /** One sentence that teaches, '' where there is nothing to say. */
  note: string;
  start: number;
  end: number;
  parts: readonly Part[];
}

const partShape = (depth: number): z.ZodMiniType<Part> =>
  shape({
    label: text,
    value: text,
    note: text,
    start: integer,
    end: integer,
    parts: list(
      depth < PART_DEPTH_MAX
        ? partShape(depth + 1)
        : z.never({ error: `parts nested ${PART_DEPTH_MAX} deep at most` }),
    ),
  });

/** A message taken apart: every byte belongs to one leaf. */
export const Explanation = shape({
  type: z.literal('explanation'),
  flight: integer,
  kind: text,
  bytes: column('u8'),
  root: partShape(1),
});
export type Explanation = z.infer<typeof Explanation>;

/** Something did not work: one line for people. */
export const Trouble = shape({
  type: z.literal('trouble'),
  message: text,
});
export type Trouble = z.infer<typeof Trouble>;

/** Long work under way, such as going back in time: 0..1, 1 when done. */
export const Busy = shape({
  type: z.literal('busy'),
  what: text,
  done: number,
});
export type Busy = z.infer<typeof Busy>;

/** What was done to the world so far: with the configuration, all that is needed to have it again. */
export const History = shape({
  type: z.literal('history'),
  acts: Acts,
});
export type History = z.infer<typeof History>;

export const SceneMessage = byKind('type', [
  Hello,
  Places,
  Update,
  Flights,
  Outcomes,
  LookupView,
  NodeView,
  Explanation,
  Trouble,
  Busy,
  History,
]);
export type SceneMessage = z.infer<typeof SceneMessage>;

/** @throws TypeError or RangeError that names what is wrong. */
export function checkMessage(value: unknown): SceneMessage {
  return read(SceneMessage, value, '');
}

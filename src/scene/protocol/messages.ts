/**
 * What a picture of a DHT is made of, as plain data: the same from a lab in a browser tab, from live
 * nodes, and from a recording. Whoever draws knows no node, and no node knows that it is drawn.
 *
 *     source ── hello, places, frame, frame, flights, outcomes, lookup, node … ──▶ view
 *            ◀── play, pause, step, rewind, act, inspect … ──────────────────────
 *
 * A *node* is a process, a small number for good. A *place* is where one stands on the circle or in
 * the trie: a Mainline node has one, a ring node one for each of its identities. Times are ms of the
 * source's own clock: virtual since the world began, or of the epoch for live nodes.
 */

/** Changes when a recording of before could not be read any more. */
export const SCENE_VERSION = 1;

export type SceneOverlay = 'mainline' | 'ring';

/** What is known of a node's process. `absent`: it has not been born yet, or has left in good order. */
export const NodeState = {
  absent: 0,
  up: 1,
  crashed: 2,
  paused: 3,
  joining: 4,
  leaving: 5,
} as const;

/**
 * What a source can be asked for; who draws hides the rest. `act`: acts on keys; `nodes`: those that
 * crash, restart and add nodes; `settings`: those that change the network, or the whole world.
 */
export type Ability = 'time' | 'rewind' | 'act' | 'nodes' | 'inspect' | 'explain' | 'settings';

/** Opens a stream, and comes again when another world takes its place. */
export interface Hello {
  type: 'hello';
  version: typeof SCENE_VERSION;
  overlay: SceneOverlay;
  origin: 'lab' | 'live' | 'recording';
  /** One line for people: what this is. */
  title: string;
  /** Null where nobody knows it: live nodes. */
  config: SceneConfig | null;
  abilities: readonly Ability[];
  /** Backups asked for in a ring; the size of a bucket in Mainline. */
  k: number;
  /** Of a recording: where it ends. Otherwise null. */
  endMs: number | null;
}

/** Places that are new, numbered on from those before; with `first` 0 all those before are void. */
export interface Places {
  type: 'places';
  /** The number of the first. */
  first: number;
  /** 20 bytes each. */
  ids: Uint8Array;
  /** Whose place it is. */
  nodes: Uint32Array;
  /** As in core/address.ts: one number of 48 bits. */
  addresses: Float64Array;
}

/**
 * What is different since the frame before; all there is when `whole`. A whole one that is earlier than
 * the frame before tells that time went back: what was told of later (flights, lookups that began,
 * outcomes, acts that were not remembered) is void, and places come anew from `first: 0`.
 */
export interface Frame {
  type: 'frame';
  atMs: number;
  whole: boolean;
  /** Is time running, and how many virtual ms pass in a second as measured. */
  playing: boolean;
  pace: number;
  /** States of `NodeState` that changed. */
  nodes: Uint32Array;
  states: Uint8Array;
  /**
   * Of a ring, places whose links changed, and whom each takes for its successor: -1 for nobody. What
   * it believes, true or not.
   */
  places: Uint32Array;
  successors: Int32Array;
  /** Of a ring, backups in step for the arc of a place, in the order of `places`; 255 where unknown. */
  safeties: Uint8Array;
  /** Nodes that are known to be an attacker's since the frame before; all of them when `whole`. */
  sybils: Uint32Array;
  /** By node, on which side of a partition it stands: all 0 when there is none. Null: as before. */
  sides: Uint8Array | null;
  /** Watched keys that changed. A key that was never told of before is watched from now on. */
  keys: readonly KeyView[];
  figures: Figures;
  /** Messages that each node has taken in so far; null when not counted in this frame. */
  loads: Uint32Array | null;
}

/** A key that is watched: its owner and copies, as they truly are. */
export interface KeyView {
  /** 40 hexadecimal digits. */
  key: string;
  /** What was typed for it, null when only the hash is known. */
  name: string | null;
  /** The place that owns it; -1 for nobody. */
  owner: number;
  /** Nodes with a copy as new as the newest acknowledged, living or not; peers of an info-hash likewise. */
  holders: readonly number[];
  /** Living backups beyond the owner; -1 when not even the owner has it. */
  effectiveK: number;
  /** `unsafe`: fewer living copies than asked for. `lost`: no living copy. */
  state: 'safe' | 'unsafe' | 'lost' | 'removed';
  bytes: number;
}

/** Counted since the world began, but for those that end in `Now`. */
export interface Figures {
  nodesNow: number;
  messages: number;
  lostMessages: number;
  lookups: number;
  failedLookups: number;
  /** Of lookups that the source could grade: those that found exactly what is true. */
  exactLookups: number;
  keysNow: number;
  unsafeKeysNow: number;
  lostKeysNow: number;
  /** Events that the world handled; 0 for live nodes. */
  events: number;
}

/** One message on its way. Of a large world only a sample, and those of lookups that are watched. */
export interface Flight {
  /** Counts up from 1; names it in `explain`. */
  id: number;
  sentMs: number;
  /** When it arrives, or would have; null where that is not known. */
  arrivesMs: number | null;
  /** Node numbers; -1 for somebody outside. */
  from: number;
  to: number;
  fate: 'delivered' | 'lost' | 'unreachable' | 'unknown';
  /** The protocol's own word: `find_node`, `nodes`, `GET`, `replicate` … */
  kind: string;
  bytes: number;
  /** The lookup that it belongs to; 0 for none. */
  lookup: number;
}

export interface Flights {
  type: 'flights';
  flights: readonly Flight[];
  /** Messages of this time that are not among them. */
  omitted: number;
}

/** Lookups that ended, in columns, for statistics. Each is told once, whatever becomes of time. */
export interface Outcomes {
  type: 'outcomes';
  endedMs: Float64Array;
  durationsMs: Float64Array;
  hops: Uint8Array;
  messages: Uint16Array;
  /** 0 failed, 1 succeeded, 2 succeeded and was exact, 3 succeeded and was not. */
  results: Uint8Array;
}

/** A lookup that is watched: sent again whenever it has moved on. */
export interface LookupView {
  type: 'lookup';
  /** Counts up from 1. */
  id: number;
  /** `get_peers`, `announce_peer`, `find_node`, `insert`, `get`, `remove`, `owns`. */
  kind: string;
  /** What was typed, or the target again. */
  label: string;
  /** 40 hexadecimal digits. */
  target: string;
  /** The node that asked. */
  from: number;
  startedMs: number;
  endedMs: number | null;
  state: 'running' | 'succeeded' | 'failed';
  /** One line for people once it has ended: found what, from whom; or why not. */
  result: string;
  exact: boolean | null;
  steps: readonly LookupStepView[];
}

export interface LookupStepView {
  /** The node that was asked; -1 when it is not of this world. */
  node: number;
  id: string | null;
  /** Who told of it: an index into `steps`; -1 for the asker's own table. */
  toldBy: number;
  hops: number;
  /** log2 of the distance to the target, rounded up: XOR in Mainline, clockwise on a ring. */
  distanceBits: number | null;
  sentMs: number;
  endedMs: number | null;
  verdict: 'waiting' | 'answered' | 'late' | 'timeout' | 'error' | 'cancelled';
  /** Flights of the request and its reply, 0 where not kept. */
  request: number;
  reply: number;
}

/** A contact as a node holds it. `node` is -1 when it is not of this world. */
export interface ContactView {
  id: string;
  address: string;
  node: number;
  state: 'good' | 'questionable' | 'bad';
  ageMs: number | null;
  failures: number;
}

/** One row of what a node knows: a bucket, a list of successors, the fingers. */
export interface ContactRow {
  /** `bucket 3 · 0b101…`, `successors`, `fingers` … */
  label: string;
  /** Bits that its contacts share with the node; -1 where that means nothing. */
  prefixBits: number;
  capacity: number;
  contacts: readonly ContactView[];
}

export interface StoredView {
  key: string;
  name: string | null;
  /** `peers: 3`, `12 bytes`, `removed` … */
  what: string;
  role: 'owner' | 'backup' | 'foreign' | 'peers';
}

/** A node looked into: sent about twice a second while it is inspected. */
export interface NodeView {
  type: 'node';
  node: number;
  atMs: number;
  state: number;
  addresses: readonly string[];
  ids: readonly string[];
  /** Facts in the order in which to show them. */
  facts: readonly { name: string; value: string }[];
  rows: readonly ContactRow[];
  stored: readonly StoredView[];
  /** What there is in all; `stored` shows at most `STORED_SHOWN`. */
  storedCount: number;
  inFlight: readonly { what: string; to: string; sinceMs: number }[];
  log: readonly { atMs: number; text: string }[];
}

/** Records of a node that are shown at most. */
export const STORED_SHOWN = 200;

/** A message taken apart: every byte belongs to one leaf. */
export interface Explanation {
  type: 'explanation';
  flight: number;
  kind: string;
  bytes: Uint8Array;
  root: Part;
}

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

/** Something did not work: one line for people. */
export interface Trouble {
  type: 'trouble';
  message: string;
}

/** Long work under way, such as going back in time: 0..1, 1 when done. */
export interface Busy {
  type: 'busy';
  what: string;
  done: number;
}

/** What was done to the world so far: with the configuration, all that is needed to have it again. */
export interface History {
  type: 'history';
  acts: readonly TimedAct[];
}

export type SceneMessage =
  | Hello
  | Places
  | Frame
  | Flights
  | Outcomes
  | LookupView
  | NodeView
  | Explanation
  | Trouble
  | Busy
  | History;

/** A world of the lab, as small as a link. */
export interface SceneConfig {
  overlay: SceneOverlay;
  nodes: number;
  seed: number;
  /** Backups in a ring (0..8), size of a bucket in Mainline. */
  k: number;
  /** Queries of a Mainline lookup under way at a time. */
  alpha: number;
  /** Places of each ring node. */
  identities: number;
  policy: 'correct' | 'chord-2001' | 'class-2019';
  /** One way between any two; null for the distances of the Internet (King). */
  latencyMs: number | null;
  loss: number;
  /** A preset of life/churn.ts, or the median of an exponential session in minutes; null for none. */
  churn: string | number | null;
  /** Lookups that the nodes begin by themselves, in all, per virtual second. */
  lookupsPerSecond: number;
  /** Keys put at random before the world begins. */
  keys: number;
}

/** What hands can do to a world. Node numbers; names are hashed, 40 hexadecimal digits taken as they are. */
export type Act =
  | { kind: 'crash' | 'pause' | 'resume' | 'leave'; nodes: readonly number[] }
  | { kind: 'restart'; nodes: readonly number[]; memory: boolean }
  | { kind: 'add'; count: number }
  /** `nodes` on one side, all others on the other; `oneWay`: only what those send is lost. */
  | { kind: 'partition'; nodes: readonly number[]; oneWay: boolean }
  | { kind: 'heal' }
  | { kind: 'network'; loss?: number; latencyMs?: number | null }
  | { kind: 'churn'; churn: string | number | null }
  | { kind: 'workload'; lookupsPerSecond: number }
  | { kind: 'put'; name: string; value: string; from?: number; level?: 'one' | 'quorum' | 'all' }
  | { kind: 'get' | 'remove' | 'lookup'; name: string; from?: number }
  /** So many identities of an attacker's choice, closest to the name. */
  | { kind: 'sybils'; name: string; count: number };

export interface TimedAct {
  atMs: number;
  act: Act;
}

/** What a view asks of a source. */
export type Command =
  /** A new world; acts of the past befall it at their times, and it runs to `atMs` at once. */
  | { do: 'begin'; config: SceneConfig; acts: readonly TimedAct[]; atMs: number }
  /** `pace`: virtual ms per second of the viewer's. */
  | { do: 'play'; pace: number }
  | { do: 'pause' }
  /** `message`: to the next datagram or piece of a stream that arrives. */
  | { do: 'step'; by: 'message' | 'ms'; count: number }
  /** Back or forth to a moment, paused. What was done later is remembered until something else is done. */
  | { do: 'rewind'; toMs: number }
  | { do: 'act'; act: Act }
  /** Look into a node; -1 for none. */
  | { do: 'inspect'; node: number }
  /** All messages to and from these nodes become flights. */
  | { do: 'follow'; nodes: readonly number[] }
  | { do: 'explain'; flight: number };

/**
 * Between `Simulation` and those who live in its world. A simulation knows time, history, acts and
 * updates; what a node is, where it stands and what it holds is known to the inhabitants alone. There
 * are two kinds: `MainlineInhabitants` and `RingInhabitants`.
 *
 *     simulation ── begin(call), leave, enlist … ──▶ inhabitants        an act of somebody's hands
 *                ── keyView, lookupView, nodeView ─▶                    what is so: looking changes nothing
 *                ── Life: crash, pause, restart ───▶ mortals            (lab/life/life.ts drives them)
 *                ◀── moved, ended, told ─────────── ear                 what has happened meanwhile
 *                ◀── world.tap ──────────────────── every message      (flights.ts)
 *
 * Rules that both keep to:
 * - Everything that changes the world is deterministic: chance comes from streams of the seed only,
 *   nothing hangs on how often or when somebody looks. Looking draws no chance and makes no machine.
 * - Node numbers are those of the world. Nodes 0 … `founders` - 1 are there when it begins; the rest
 *   (`SPARE_NODES`) are unborn until `enlist` gives them out.
 * - All times are ms since the world began (`world.elapsedMs`), not `world.now`.
 * - Whatever grows is bounded.
 */

import type { Mortals } from '../../lab/life/life.ts';
import type { Overlay } from '../../lab/overlay.ts';
import type { World } from '../../lab/world.ts';
import type { ExchangeMark } from '../explain/exchanges.ts';
import type { SceneConfig, SceneOverlay } from '../protocol/config.ts';
import type { Explanation, KeyView, LookupView, NodeView } from '../protocol/messages.ts';

/** Nodes that can join a world later, Sybils among them: their rows are made when it begins. */
export const SPARE_NODES = 1024;

/** Makes the inhabitants of a new world; `ear` hears them from the first moment on. */
export type Populate = (config: SceneConfig, ear: InhabitantsEar) => Inhabitants;

/** What a simulation hears of its inhabitants. */
export interface InhabitantsEar {
  /** A watched call has moved on: its view will be asked for before the next update. */
  moved(call: number): void;
  /** A call that `begin` has begun is over; comes once for each, watched or not. */
  ended(call: number, ending: Ending): void;
  /** Something happened to a node that its log should tell: `successor is now node 7`. */
  told(node: number, text: string): void;
  /** A node may stand elsewhere (`phaseOf`), or its links may be others: asked again in the next update. */
  changed(node: number): void;
  /** A process ended by itself, in good order: after `leave`. The world has stopped it already. */
  left(node: number): void;
  /** Nodes of an adversary have begun by themselves, or are gone. */
  besieged(nodes: readonly number[], isThere: boolean): void;
}

/** How a call ended. */
export interface Ending {
  failed: boolean;
  /** What the oracle says: it found exactly what is true. Null where it cannot be said. */
  exact: boolean | null;
  hops: number;
  /** Requests sent. */
  messages: number;
  /** One line for people, as in `LookupView.result`. '' is enough for calls that nobody watches. */
  result: string;
}

/** Something to look up, store or remove. */
export interface SceneCall {
  /** Above 0, never used twice in a world. Watched ones are the ids of their `LookupView`. */
  call: number;
  /** Mainline has no `remove`. */
  kind: 'put' | 'get' | 'remove' | 'lookup';
  /** What was typed; '' when only the hash is known. */
  name: string;
  /** 20 bytes, never changed afterwards. */
  key: Uint8Array;
  /** Of a put. */
  value: string;
  from: number;
  level: 'one' | 'quorum' | 'all';
  /** Of Mainline nodes with addresses of both families: over which network. Default: by the key. */
  family?: 4 | 6;
  /** Kept as a `LookupView` and told of by `moved`. At most a few at a time are. */
  isWatched: boolean;
}

/** Where a living node stands: what NodeState calls up, joining and leaving. */
export type Phase = 'up' | 'joining' | 'leaving';

export interface Inhabitants {
  readonly kind: SceneOverlay;
  readonly world: World;
  /** Made by `Life` to end and to begin. Restart with memory keeps id, address and what is on disk. */
  readonly mortals: Mortals & Overlay;
  /** Nodes that are there when the world begins. */
  readonly founders: number;
  /** As in `Hello`. */
  readonly k: number;

  // Places, numbered in the order in which they came to be: those of founders first, node by node.

  /** Grows only. Founders have theirs from the beginning, others once they are enlisted. */
  readonly placeCount: number;
  nodeOf(place: number): number;
  addressOf(place: number): number;
  /** Writes the 20 bytes of a place's id. */
  copyId(place: number, into: Uint8Array, start: number): void;
  /** Of a ring: whom a place takes for its successor, -1 for nobody. Mainline: not asked. */
  successorOf(place: number): number;
  /** Of a ring: backups in step for the arc of a place, 255 where unknown. Mainline: not asked. */
  safetyOf(place: number): number;
  /** Asked of living nodes only. */
  phaseOf(node: number): Phase;
  isSybil(node: number): boolean;

  // Acts. Crash, pause, resume, restart and churn go through `Life`.

  /**
   * Stores these keys before time begins, as if they had been put long ago: no message is sent. The
   * simulation has hashed the names.
   */
  furnish(keys: readonly { name: string; key: Uint8Array }[]): void;
  /**
   * Begins a call at a living node. False when the node could not even begin (it knows nobody, or is
   * too busy): then `ended` does not come. Must not call `ended` before it returns.
   */
  begin(call: SceneCall): boolean;
  /** A node leaves in good order; `ear.left` comes when it has. Where nobody says goodbye it is a crash. */
  leave(node: number): void;
  /**
   * Gives out up to `count` nodes of the spare ones, with their places; the simulation lets them begin
   * through `Life`. `sybilsOf`: they are an attacker's, and as close to this key as the overlay lets
   * them choose. Fewer, or none, when they are used up.
   */
  enlist(count: number, sybilsOf: Uint8Array | null): number[];
  /** A node's process is gone (crashed or left): its calls end, as failed. */
  gone(node: number): void;

  // Looking.

  /** Before each update: a chance to notice which watched calls or links have changed, and to say so. */
  look?(): void;
  /** Of a key that was put, or is watched; `name` as typed, null when only the hash is known. */
  keyView(key: Uint8Array, name: string | null): KeyView;
  /** Of a call that is or was watched, among the latest 50; null for others. */
  lookupView(call: number): LookupView | null;
  /**
   * `state`, `log` and the names of stored keys are left out: the simulation knows them. Of nodes that
   * have never begun, little is told.
   */
  nodeView(node: number): NodeView;
  /** Messages sent so far, and those that were lost on the way. */
  traffic(): { messages: number; lost: number };

  /**
   * Where the message ends that begins at `start` of a piece of a stream: one piece may carry many. Each
   * is a flight of its own. Left out where a piece is one message.
   */
  messageEnd?(bytes: Uint8Array, start: number, end: number): number;

  // Messages. A piece of a stream has the number of the sender's end, a datagram has 0.

  /** The protocol's own word for a message, cheaply: `find_node`, `nodes`, `GET`, `replicate` … */
  kindOf(bytes: Uint8Array, start: number, end: number, stream: number): string;
  /** Which request a message is, or answers; null for what is neither. */
  exchangeOf(bytes: Uint8Array, start: number, end: number): ExchangeMark | null;
  /**
   * The watched call that a message just sent belongs to, 0 for none; asked only while calls are
   * watched, in a large world only for messages from or to a node with one.
   */
  callOf(
    from: number,
    to: number,
    bytes: Uint8Array,
    start: number,
    end: number,
    stream: number,
  ): number;
  /** The same message as a flight: so that the call's steps can name it (`request`, `reply`). */
  flew(
    call: number,
    flight: number,
    from: number,
    to: number,
    bytes: Uint8Array,
    start: number,
    end: number,
  ): void;
  /** `target`: 20 bytes that the call is about which a message belongs to, when that is known. */
  explain(bytes: Uint8Array, target?: Uint8Array | null): Pick<Explanation, 'kind' | 'root'>;
}

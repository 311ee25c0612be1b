/**
 * What is so in a world: its time and what is yet to happen, its network, who is alive, who lives at
 * which address and who looks on. Streams, disks and the loop of events (world.ts) stand on it.
 *
 *     wheel     ── the next events ── a datagram, a deadline, a call of the lab's own, word of a stream
 *     overlay   ── the machine of a node, the node at an address
 *     armedFor  ── for which deadline each node has its entry in the wheel; 0 when it has none
 *
 * A node has one entry in the wheel: when its deadline moves closer another is put in, and the old one,
 * when it comes, is found to be stale.
 */
import { isV6 } from '../core/address.ts';
import { assert } from '../core/assert.ts';
import { Network } from './network/network.ts';
import type { NetworkModel } from './network/network-model.ts';
import type { Overlay } from './overlay.ts';
import type { Part } from './parts/part.ts';
import { TraceHash } from './trace-hash.ts';
import { Wheel } from './wheel.ts';

/** Virtual time at the start: an hour, so that contacts can have been heard before it. */
export const START_MS = 3_600_000;

/** What the row of an event in the wheel is about. */
export const Event = { datagram: 1, tick: 2, call: 3, stream: 4, told: 5 } as const;

/** Words that can be told are below this. */
export const WORDS_TOLD: number = 2 ** 24 - 1;

/** Hears what it had scheduled: the two words that it gave. */
export type Subscriber = (a: number, b: number) => void;

/** Looks on while a world runs, and must change nothing. */
export interface Watcher {
  /** A datagram, or a piece of a stream, arrived at this node. */
  delivered(to: number): void;
  started(node: number): void;
  stopped(node: number): void;
}

/** Sees every datagram, whatever becomes of it, and must change nothing. The bytes are borrowed. */
export interface Tap {
  /** When a node sends it; `to` is -1 for an address that is not of this world. */
  sent(from: number, to: number, bytes: Uint8Array, length: number): void;
  /** Before the node `to` hears it. */
  arriving(to: number, from: number, bytes: Uint8Array, start: number, length: number): void;
  /** When the datagram that was sent last will arrive, or one of `Fate`. */
  routed?(atMs: number): void;
  /** A piece of a stream leaves; `stream` is the sender's end. Infinity while the way is shut. */
  pieceSent?(
    from: number,
    to: number,
    bytes: Uint8Array,
    start: number,
    length: number,
    stream: number,
    atMs: number,
  ): void;
  /** Before the node `to` hears it. */
  pieceArriving?(to: number, from: number): void;
}

/** What else may become of a datagram. */
export const Fate = { lost: -1, unreachable: -2 } as const;

/** Whom families other than the usual one are for. */
const MAINLINE_ONLY = {
  4: 'for nodes of IPv4',
  6: 'for Mainline nodes without adversaries',
  both: 'for Mainline nodes without adversaries, in a lab, a scene or a scenario',
} as const;

export interface WorldOptions {
  seed: number;
  /** Nodes of the overlay that is to come. */
  nodes: number;
  network: NetworkModel;
  /** The longest datagram, where it is longer than those of Mainline's nodes. */
  datagramBytes?: number;
  /** The part of the world that lives here; null or nothing: all of it. */
  part?: Part | null;
}

export class WorldState {
  readonly seed: number;
  readonly count: number;
  readonly wheel: Wheel = new Wheel(START_MS);
  readonly network: Network;
  /** Null: everybody lives here. */
  readonly part: Part | null;
  /** 1 for each node that hears and speaks. */
  readonly alive: Uint8Array;
  watcher: Watcher | null = null;
  tap: Tap | null = null;
  /** Takes in everything that is delivered. */
  readonly hash: TraceHash = new TraceHash();
  protected inhabitants: Overlay | null = null;
  protected readonly armedFor: Float64Array;
  protected readonly subscribers: Subscriber[] = [];
  protected readonly starters: ((node: number) => void)[] = [];

  /** An empty world; an overlay brings it to life with `inhabit`. */
  constructor({ seed, nodes, network, part = null }: WorldOptions) {
    this.part = part;
    this.seed = seed;
    this.count = nodes;
    this.network = new Network(network, nodes, seed);
    this.alive = new Uint8Array(nodes);
    this.armedFor = new Float64Array(nodes);
  }

  /** Called once by the overlay, before its first node starts. */
  inhabit(overlay: Overlay): void {
    assert(this.inhabitants === null, 'a world has one overlay');
    assert(overlay.count === this.count, 'the overlay has as many nodes as the world');
    const own = this.count > 0 && isV6(overlay.addressOf(0)) ? 6 : 4;
    const { family } = this.network;
    if (family !== (overlay.isDualStack === true ? 'both' : own)) {
      throw new TypeError(`"network.family" ${family} is ${MAINLINE_ONLY[family]}`);
    }
    this.inhabitants = overlay;
  }

  get overlay(): Overlay {
    assert(this.inhabitants !== null, 'the world is inhabited');
    return this.inhabitants;
  }

  get now(): number {
    return this.wheel.now;
  }

  /** Virtual time since the start. */
  get elapsedMs(): number {
    return this.wheel.now - START_MS;
  }

  /** Does a node live in this part of the world? */
  isHere(node: number): boolean {
    return this.part === null || this.part.has(node);
  }

  /** Call after every command given to a node's machine. */
  arm(node: number): void {
    this.armFor(node, this.inhabitants!.machine(node).deadline);
  }

  /** The same for a node whose machine is at hand. */
  protected armFor(node: number, wantedMs: number): void {
    if (wantedMs === Infinity) return;
    const deadline = Math.ceil(wantedMs);
    const armedFor = this.armedFor[node];
    if (armedFor !== 0 && deadline >= armedFor) return;
    // What was due while the node was stopped is due now.
    const atMs = Math.max(deadline, this.wheel.now);
    this.armedFor[node] = atMs;
    this.wheel.put(atMs, Event.tick, node, 0, 0);
  }

  /** Calls the lab's own code whenever a node is brought to life, before its machine is looked at. */
  whenStarted(listener: (node: number) => void): void {
    this.starters.push(listener);
  }

  /** A number for the lab's own code, under which it can be called at a time. */
  subscribe(subscriber: Subscriber): number {
    return this.subscribers.push(subscriber) - 1;
  }

  /** Calls a subscriber at `atMs`, a whole number not before now; `a` and `b` are 32-bit words. */
  schedule(atMs: number, subscriber: number, a: number, b: number): void {
    this.wheel.put(atMs, Event.call, a, b, subscriber);
  }

  /**
   * Tells a node something, wherever it lives: where it does, the subscriber is called with its number and a
   * word below `WORDS_TOLD`. Word travels no faster than datagrams: not before now + the shortest way.
   */
  tell(node: number, atMs: number, subscriber: number, word: number): void {
    assert(word < WORDS_TOLD, 'words that are told are ordered by their numbers');
    if (this.isHere(node)) this.wheel.put(atMs, Event.told, node, word, subscriber);
    else this.part!.tell(atMs, node, subscriber, word);
  }
}

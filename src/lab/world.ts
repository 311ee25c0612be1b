/**
 * The world: the product's own nodes under virtual time. It owns the clock, the wire, the network and
 * who is alive; what the nodes are is the overlay's (overlay.ts). The bytes are the ones that go over
 * a real socket.
 *
 *                          ┌─ a datagram arrives ── machine.receive ─┐
 *     take the next event ─┼─ a deadline falls ──── machine.tick ────┼─ look at its deadline
 *                          └─ a call falls due ──── the lab's own    ┘
 *
 * Time jumps from event to event. A node has one entry in the wheel: when its deadline moves closer
 * another is put in and the old one, when it comes, is found to be stale.
 */
import type { Address } from '../core/address.ts';
import { assert } from '../core/assert.ts';
import type { Host, StreamHost } from '../core/host.ts';
import { FORESEEN, Foresight } from './foresight.ts';
import { NOT_LET_IN } from './network/nats.ts';
import { Network } from './network/network.ts';
import type { NetworkModel } from './network/network-model.ts';
import type { Overlay } from './overlay.ts';
import { Streams } from './streams/streams.ts';
import { TraceHash } from './trace-hash.ts';
import { type EventRow, Wheel } from './wheel.ts';
import { Wire } from './wire.ts';

/** Virtual time at the start: an hour, so that contacts can have been heard before it. */
export const START_MS = 3_600_000;

/** What the row of an event in the wheel is about. */
export const Event = { datagram: 1, tick: 2, call: 3, stream: 4 } as const;

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

export interface WorldOptions {
  seed: number;
  /** Nodes of the overlay that is to come. */
  nodes: number;
  network: NetworkModel;
}

export class World {
  readonly seed: number;
  readonly count: number;
  readonly wheel: Wheel = new Wheel(START_MS);
  readonly network: Network;
  /** 1 for each node that hears and speaks. */
  readonly alive: Uint8Array;
  /** The way out for machines that speak by datagrams. */
  readonly host: Host = {
    send: (from, to, bytes, length) => this.#send(from, to, bytes, length),
  };
  watcher: Watcher | null = null;
  tap: Tap | null = null;
  #overlay: Overlay | null = null;
  readonly #wire = new Wire();
  readonly #foresight = new Foresight();
  readonly #armedFor: Float64Array;
  #streams: Streams | null = null;
  readonly #hash = new TraceHash();
  readonly #subscribers: Subscriber[] = [];
  readonly #starters: ((node: number) => void)[] = [];

  /** An empty world; an overlay brings it to life with `inhabit`. */
  constructor({ seed, nodes, network }: WorldOptions) {
    this.seed = seed;
    this.count = nodes;
    this.network = new Network(network, nodes, seed);
    this.alive = new Uint8Array(nodes);
    this.#armedFor = new Float64Array(nodes).fill(Infinity);
  }

  /** Called once by the overlay, before its first node starts. */
  inhabit(overlay: Overlay): void {
    assert(this.#overlay === null, 'a world has one overlay');
    assert(overlay.count === this.count, 'the overlay has as many nodes as the world');
    this.#overlay = overlay;
  }

  get overlay(): Overlay {
    assert(this.#overlay !== null, 'the world is inhabited');
    return this.#overlay;
  }

  /** The way out for machines that speak over streams. */
  get streamHost(): StreamHost {
    return this.streams;
  }

  /** All streams of this world; made when first asked for. */
  get streams(): Streams {
    this.#streams ??= new Streams(this, this.#hash, Event.stream);
    return this.#streams;
  }

  get now(): number {
    return this.wheel.now;
  }

  /** Virtual time since the start. */
  get elapsedMs(): number {
    return this.wheel.now - START_MS;
  }

  /** Datagrams that arrived; what became of the others, `network.traffic` tells. */
  get delivered(): number {
    return this.network.traffic.delivered;
  }

  get lost(): number {
    return this.network.traffic.lost;
  }

  get undeliverable(): number {
    return this.network.traffic.undeliverable;
  }

  /** Datagrams on the wire, counted there. */
  get underWay(): number {
    return this.#wire.count;
  }

  /** 16 hexadecimal digits that stand for everything that was delivered so far. */
  get traceHash(): string {
    return this.#hash.toString();
  }

  /** Bytes of the world's columns; those of the overlay come on top. */
  get byteLength(): number {
    const streams = this.#streams?.ends.byteLength ?? 0;
    return this.#wire.byteLength + this.wheel.byteLength + streams;
  }

  /**
   * Brings a node to life: its machine hears, speaks and is woken from now on. One that is `idle` has
   * no deadline yet, so its machine need not be made to be asked.
   */
  start(node: number, idle = false): void {
    this.alive[node] = 1;
    this.watcher?.started(node);
    this.#armedFor[node] = Infinity;
    this.#streams?.started(node);
    for (const listener of this.#starters) listener(node);
    if (!idle) this.settle(node);
  }

  /**
   * Takes a node out: it neither hears nor says anything until it is started again. A process that was
   * `killed` leaves a host that resets its streams; of one that is `silent` nobody hears anything, and
   * when it goes on it has them still.
   */
  stop(node: number, how: 'killed' | 'silent' = 'killed'): void {
    this.alive[node] = 0;
    this.#streams?.stopped(node, how === 'silent');
    this.watcher?.stopped(node);
    this.#armedFor[node] = Infinity;
  }

  /** Call after every command given to a node's machine. */
  settle(node: number): void {
    const deadline = Math.ceil(this.#overlay!.machine(node).deadline);
    if (deadline >= this.#armedFor[node]!) return;
    // What was due while the node was stopped is due now.
    const atMs = Math.max(deadline, this.wheel.now);
    this.#armedFor[node] = atMs;
    this.wheel.put(atMs, Event.tick, node, 0, 0);
  }

  /** Calls the lab's own code whenever a node is brought to life, before its machine is looked at. */
  whenStarted(listener: (node: number) => void): void {
    this.#starters.push(listener);
  }

  /** A number for the lab's own code, under which it can be called at a time. */
  subscribe(subscriber: Subscriber): number {
    return this.#subscribers.push(subscriber) - 1;
  }

  /** Calls a subscriber at `atMs`, a whole number not before now; `a` and `b` are 32-bit words. */
  schedule(atMs: number, subscriber: number, a: number, b: number): void {
    this.wheel.put(atMs, Event.call, a, b, subscriber);
  }

  /** Handles one event; false when nothing is left to happen before `untilMs`. */
  step(untilMs: number): boolean {
    const { wheel } = this;
    const row = wheel.take(untilMs);
    if (row === 0) return false;
    const kind = wheel.kind[row]!;
    const a = wheel.a[row]!;
    const b = wheel.b[row]!;
    const c = wheel.c[row]!;
    if (this.#foresight.pending === 0) this.#lookAhead(row);
    this.#foresight.pending--;
    wheel.free(row);
    if (kind === Event.datagram) this.#deliver(a, b, c);
    else if (kind === Event.tick) this.#tick(a);
    else if (kind === Event.call) this.#subscribers[c]!(a, b);
    else this.#streams!.handle(a, b, c);
    return true;
  }

  /** Runs until `untilMs`, or until `isOver` says so after an event. */
  run(untilMs: number, isOver: () => boolean = () => false): void {
    while (this.step(untilMs)) if (isOver()) return;
  }

  #send(from: Address, to: Address, bytes: Uint8Array, length: number): void {
    this.network.traffic.sent++;
    const sender = this.#overlay!.nodeAt(from);
    const receiver = this.#overlay!.nodeAt(to);
    this.tap?.sent(sender, receiver, bytes, length);
    const atMs = this.#route(sender, receiver, from, to, bytes, length);
    this.tap?.routed?.(atMs);
  }

  /** Puts a datagram on its way; when it arrives, or its `Fate`. */
  #route(
    sender: number,
    named: number,
    from: Address,
    to: Address,
    bytes: Uint8Array,
    length: number,
  ): number {
    const { network, wheel } = this;
    let receiver = named;
    if (this.alive[sender] === 0) {
      network.traffic.undeliverable++;
      return Fate.unreachable;
    }
    let seenAs = from;
    if (network.nats !== null) {
      seenAs = network.nats.leave(wheel.now, sender, from, to);
      receiver = network.nats.receiver(to, receiver, seenAs);
    }
    if (receiver < 0) {
      if (receiver === NOT_LET_IN) network.traffic.natBlocked++;
      else network.traffic.undeliverable++;
      return Fate.unreachable;
    }
    const atMs = network.arrivalMs(wheel.now, sender, receiver, length);
    if (atMs < 0) return Fate.lost;
    wheel.put(atMs, Event.datagram, receiver, sender, this.#wire.keep(bytes, 0, length, seenAs));
    const { copyAtMs } = network;
    if (copyAtMs !== 0) {
      const copy = this.#wire.keep(bytes, 0, length, seenAs);
      wheel.put(copyAtMs, Event.datagram, receiver, sender, copy);
    }
    return atMs;
  }

  /** Shows the overlay what will arrive next, from the event at `first` on. */
  #lookAhead(first: EventRow): void {
    const foresight = this.#foresight;
    const wheel = this.wheel;
    const wire = this.#wire;
    foresight.count = 0;
    foresight.pending = 0;
    for (let row = first; row !== 0 && foresight.pending < FORESEEN; row = wheel.after(row)) {
      foresight.pending++;
      if (wheel.kind[row] !== Event.datagram || this.alive[wheel.a[row]!] === 0) continue;
      const parcel = wheel.c[row]!;
      const bytes = wire.bytesOf(parcel);
      foresight.add(wheel.a[row]!, wheel.b[row]!, bytes, wire.startOf(parcel));
    }
    foresight.read = this.#overlay!.foresee?.(foresight) ?? 0;
  }

  #deliver(to: number, from: number, parcel: number): void {
    const wire = this.#wire;
    const { nats, traffic } = this.network;
    const machine = this.alive[to] === 0 ? null : this.#overlay!.datagrams(to);
    const seenAs = wire.senderOf(parcel);
    if (machine === null) {
      traffic.undeliverable++;
      wire.release(parcel);
      return;
    }
    if (nats !== null && !nats.admits(this.wheel.now, to, seenAs)) {
      traffic.natBlocked++;
      wire.release(parcel);
      return;
    }
    const bytes = wire.bytesOf(parcel);
    const start = wire.startOf(parcel);
    const length = wire.lengthOf(parcel);
    traffic.delivered++;
    this.watcher?.delivered(to);
    this.tap?.arriving(to, from, bytes, start, length);
    this.#hash.add(this.wheel.now);
    this.#hash.add(to);
    this.#hash.add(from);
    this.#hash.add((length << 16) ^ (bytes[start + 12]! << 8) ^ bytes[start + 16]!);
    machine.receive(this.wheel.now, seenAs, bytes, start, start + length);
    wire.release(parcel);
    this.settle(to);
  }

  #tick(node: number): void {
    if (this.#armedFor[node] !== this.wheel.now) return; // a closer deadline came before this one
    this.#armedFor[node] = Infinity;
    if (this.alive[node] === 0) return;
    const machine = this.#overlay!.machine(node);
    if (machine.deadline <= this.wheel.now) machine.tick(this.wheel.now);
    this.settle(node);
  }
}

/**
 * The world: the product's own nodes under virtual time. It lets the next event happen, and with it
 * what is to be seen in its state (world-state.ts); what the nodes are is the overlay's (overlay.ts).
 * The bytes are the ones that go over a real socket.
 *
 *                          ┌─ a datagram arrives ── machine.receive ─┐
 *     take the next event ─┼─ a deadline falls ──── machine.tick ────┼─ look at its deadline
 *                          └─ a call falls due ──── the lab's own    ┘
 *
 * Time jumps from event to event.
 */
import type { Address } from '../core/address.ts';
import type { Host, StreamHost } from '../core/host.ts';
import { InstantOrder } from './instant-order.ts';
import { NOT_LET_IN } from './network/nats.ts';
import { PREFETCHED, Prefetch } from './prefetch.ts';
import { Streams } from './streams/streams.ts';
import type { EventRow } from './wheel.ts';
import { DATAGRAM_SIZES, Wire } from './wire.ts';
import { Event, Fate, type WorldOptions, WorldState } from './world-state.ts';

export class World extends WorldState {
  /** The way out for machines that speak by datagrams. */
  readonly host: Host = {
    send: (from, to, bytes, length) => this.#send(from, to, bytes, length),
  };
  readonly #wire: Wire;
  readonly #prefetch = new Prefetch();
  #streams: Streams | null = null;

  constructor(options: WorldOptions) {
    super(options);
    const { datagramBytes = 0 } = options;
    const sizes =
      datagramBytes > DATAGRAM_SIZES.at(-1)! ? [...DATAGRAM_SIZES, datagramBytes] : DATAGRAM_SIZES;
    this.#wire = new Wire(sizes);
    this.wheel.arrangement = new InstantOrder();
  }

  /** The way out for machines that speak over streams. */
  get streamHost(): StreamHost {
    return this.streams;
  }

  /** All streams of this world; made when first asked for. */
  get streams(): Streams {
    if (this.#streams === null) {
      this.#streams = new Streams(this);
      this.wheel.arrangement = null; // word of streams comes as it was sent
    }
    return this.#streams;
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
    return this.hash.toString();
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
    if (!this.isHere(node)) return;
    this.watcher?.started(node);
    this.armedFor[node] = 0;
    this.#streams?.started(node);
    for (const listener of this.starters) listener(node);
    if (!idle) this.arm(node);
  }

  /**
   * Takes a node out: it neither hears nor says anything until it is started again. A process that was
   * `killed` leaves a host that resets its streams; of one that is `silent` nobody hears anything, and
   * when it goes on it has them still.
   */
  stop(node: number, how: 'killed' | 'silent' = 'killed'): void {
    this.alive[node] = 0;
    if (!this.isHere(node)) return;
    this.#streams?.stopped(node, how === 'silent');
    this.watcher?.stopped(node);
    this.armedFor[node] = 0;
  }

  /** Handles one event; false when nothing is left to happen before `untilMs`. */
  step(untilMs: number): boolean {
    const { wheel } = this;
    const row = wheel.take(untilMs);
    if (row === 0) return false;
    const kind = wheel.kind[row];
    const a = wheel.a[row];
    const b = wheel.b[row];
    const c = wheel.c[row];
    if (this.#prefetch.pending === 0) this.#lookAhead(row);
    this.#prefetch.pending--;
    wheel.free(row);
    if (kind === Event.datagram) this.#deliver(a, b, c);
    else if (kind === Event.tick) this.#tick(a);
    else if (kind === Event.call || kind === Event.told) this.subscribers[c](a, b);
    else this.#streams!.handle(a, b, c);
    return true;
  }

  /** Runs until `untilMs`, or until `isOver` says so after an event. */
  run(untilMs: number, isOver: () => boolean = () => false): void {
    while (this.step(untilMs)) if (isOver()) return;
  }

  #send(from: Address, to: Address, bytes: Uint8Array, length: number): void {
    this.forge(this.inhabitants!.nodeAt(from), from, to, bytes, length);
  }

  /**
   * A datagram under a false name: it leaves the host of `sender`, and says that it comes from `from`.
   * Whoever answers it answers there.
   */
  forge(sender: number, from: Address, to: Address, bytes: Uint8Array, length: number): void {
    this.network.traffic.sent++;
    const receiver = this.inhabitants!.nodeAt(to);
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
    this.#carry(atMs, receiver, sender, seenAs, bytes, length);
    const { copyAtMs } = network;
    if (copyAtMs !== 0) this.#carry(copyAtMs, receiver, sender, seenAs, bytes, length);
    return atMs;
  }

  #carry(
    atMs: number,
    to: number,
    from: number,
    seenAs: Address,
    bytes: Uint8Array,
    length: number,
  ): void {
    if (!this.isHere(to)) return this.part!.send(atMs, to, from, bytes, length);
    this.wheel.put(atMs, Event.datagram, to, from, this.#wire.keep(bytes, 0, length, seenAs));
  }

  /** A datagram from another part of the world arrives at `atMs`, later than now. */
  take(
    atMs: number,
    to: number,
    from: number,
    bytes: Uint8Array,
    start: number,
    length: number,
  ): void {
    const parcel = this.#wire.keep(bytes, start, start + length, this.inhabitants!.addressOf(from));
    this.wheel.put(atMs, Event.datagram, to, from, parcel);
  }

  /** Shows the overlay what will arrive next, from the event at `first` on. */
  #lookAhead(first: EventRow): void {
    const prefetch = this.#prefetch;
    const wheel = this.wheel;
    const wire = this.#wire;
    prefetch.count = 0;
    prefetch.pending = 0;
    for (let row = first; row !== 0 && prefetch.pending < PREFETCHED; row = wheel.after(row)) {
      prefetch.pending++;
      if (wheel.kind[row] !== Event.datagram || this.alive[wheel.a[row]] === 0) continue;
      const parcel = wheel.c[row];
      const bytes = wire.bytesOf(parcel);
      prefetch.add(wheel.a[row], wheel.b[row], bytes, wire.startOf(parcel));
    }
    prefetch.read = this.inhabitants!.prefetch?.(prefetch) ?? 0;
  }

  #deliver(to: number, from: number, parcel: number): void {
    const wire = this.#wire;
    const { nats, traffic } = this.network;
    const machine = this.alive[to] === 0 ? null : this.inhabitants!.datagrams(to);
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
    const word = (length << 16) ^ (bytes[start + 12] << 8) ^ bytes[start + 16];
    this.hash.arrival(this.wheel.now, to, from, word);
    machine.receive(this.wheel.now, seenAs, bytes, start, start + length);
    wire.release(parcel);
    this.armFor(to, machine.deadline);
  }

  #tick(node: number): void {
    if (this.armedFor[node] !== this.wheel.now) return; // a closer deadline came before this one
    this.armedFor[node] = 0;
    if (this.alive[node] === 0) return;
    const machine = this.inhabitants!.machine(node);
    if (machine.deadline <= this.wheel.now) machine.tick(this.wheel.now);
    this.armFor(node, machine.deadline);
  }
}

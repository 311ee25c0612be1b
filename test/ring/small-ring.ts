/**
 * A small deterministic world for ring nodes: streams in memory with latencies, stores whose flushes
 * take time and whose processes can be killed, partitions, and a clock that a test turns by hand.
 * Everything that happens comes from one heap of events, so the same seed is the same run.
 */
import { createHash } from 'node:crypto';
import { type Address, addressOf, parseIp } from '../../src/core/address.ts';
import { Closed, STREAM_QUEUE_BYTES, type Stream, type StreamHost } from '../../src/core/host.ts';
import { MemoryStore } from '../../src/core/memory-store.ts';
import { randomBelow, SeededRandom } from '../../src/core/random.ts';
import { RingCounters } from '../../src/ring/counters.ts';
import { RingNode } from '../../src/ring/node.ts';
import type { RingEvent, RingOutcome } from '../../src/ring/outcome.ts';
import { type Level, type RingSettings, ringSettings } from '../../src/ring/settings.ts';
import { RingShared } from '../../src/ring/shared.ts';

export const sha1 = (bytes: Uint8Array): Uint8Array =>
  new Uint8Array(createHash('sha1').update(bytes).digest());

export const keyOf = (name: string): Uint8Array => sha1(new TextEncoder().encode(name));
export const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
export const textOf = (bytes: Uint8Array | null): string | null =>
  bytes === null ? null : new TextDecoder().decode(bytes);

/** 1.1.2001, so that versions look like real ones. */
const START_MS = 978_307_200_000;

/** One end of a connection. */
interface End {
  id: Stream;
  owner: Process | null;
  peer: End | null;
  to: Address;
  from: Address;
  isOpen: boolean;
  isOver: boolean;
  hasEnded: boolean;
  isPaused: boolean;
  wasFull: boolean;
  /** Sent and not yet delivered. */
  queued: number;
  /** Came while paused. */
  held: (() => void)[];
  /** When the last thing sent arrives, so that nothing overtakes it. */
  arrivesAtMs: number;
}

export interface RingWorldOptions {
  seed?: number;
  latencyMs?: readonly [number, number];
  /** How long a flush takes. */
  flushMs?: readonly [number, number];
  settings?: Partial<RingSettings>;
  ip?: (process: number) => string;
}

/** A process that can be killed and started again with its store. */
export class Process {
  readonly world: SmallRing;
  readonly number: number;
  readonly addresses: readonly Address[];
  readonly store: MemoryStore;
  readonly settings: RingSettings;
  counters: RingCounters = new RingCounters();
  node: RingNode;
  isAlive = true;
  /** Processes that are not in the same group cannot hear each other. */
  group = 0;
  isStoreStuck = false;
  hasLeft = false;
  storeError: string | null = null;
  readonly events: RingEvent[] = [];
  readonly outcomes = new Map<number, RingOutcome>();
  readonly #flights: number[] = [];
  readonly #tokens: number[] = [];
  life = 0;
  ticks = 0;

  constructor(world: SmallRing, number: number, addresses: Address[], settings: RingSettings) {
    this.world = world;
    this.number = number;
    this.addresses = addresses;
    this.settings = settings;
    this.store = new MemoryStore((token) => this.#flush(token));
    this.node = this.#make();
  }

  #make(): RingNode {
    const { world } = this;
    this.counters = new RingCounters();
    return new RingNode(
      {
        host: world.hostOf(this),
        store: this.store,
        random: new SeededRandom(world.seed, 1000 + this.number * 97 + this.life),
        sha1,
        counters: this.counters,
        shared: world.shared,
      },
      this.settings,
      this.addresses,
      {
        onOutcome: (call, outcome) => {
          this.outcomes.set(call, outcome);
          world.onOutcome?.(this, call, outcome);
        },
        onEvent: (event) => {
          this.events.push(event);
          world.onEvent?.(this, event);
        },
      },
    );
  }

  #flush(token: number): void {
    const { life, world } = this;
    const [least, most] = world.flushMs;
    const tookMs = least + randomBelow(world.random, most - least + 1);
    const last = this.#flights.at(-1) ?? 0;
    const atMs = Math.max(world.now + tookMs, last);
    this.#flights.push(atMs);
    this.#tokens.push(token);
    const report = () => {
      if (this.life !== life || !this.isAlive) return;
      if (this.isStoreStuck) return world.at(world.now + 100, report);
      this.#flights.shift();
      // In their order, however the reports were put off.
      const first = this.#tokens.shift()!;
      this.store.harden(first);
      this.call(() => this.node.stored(world.now, first, this.storeError));
    };
    world.at(atMs, report);
  }

  start(...ways: (Process | Address)[]): this {
    const addresses = ways.map((way) => (typeof way === 'number' ? way : way.addresses[0]));
    this.call(() => this.node.start(this.world.now, addresses));
    return this;
  }

  /** kill -9: what was not flushed is gone, and so are the connections. */
  crash(): void {
    if (!this.isAlive) return;
    this.isAlive = false;
    this.life++;
    this.#flights.length = 0;
    this.#tokens.length = 0;
    this.store.crash(randomBelow(this.world.random, this.store.undurable + 1));
    this.world.resetAll(this);
  }

  /** The program ends in good order, as it does after `leave`. */
  stop(): void {
    if (!this.isAlive) return;
    this.call(() => this.node.close(this.world.now));
    this.crash();
  }

  restart(...ways: (Process | Address)[]): this {
    this.isAlive = true;
    this.node = this.#make();
    return this.start(...ways);
  }

  call(run: () => void): void {
    run();
    this.world.arm(this);
  }

  // Commands: the call's number, by which its outcome is found.

  insert(name: string, value: string | Uint8Array, level: Level = 'quorum'): number {
    const bytes = typeof value === 'string' ? bytesOf(value) : value;
    return this.#command((now, call) => this.node.insert(now, call, keyOf(name), bytes, level));
  }

  get(name: string, level: Level = 'one'): number {
    return this.#command((now, call) => this.node.get(now, call, keyOf(name), level));
  }

  exists(name: string, level: Level = 'one'): number {
    return this.#command((now, call) => this.node.exists(now, call, keyOf(name), level));
  }

  remove(name: string, level: Level = 'quorum'): number {
    return this.#command((now, call) => this.node.remove(now, call, keyOf(name), level));
  }

  leave(): number {
    return this.#command((now, call) => this.node.leave(now, call));
  }

  #command(run: (now: number, call: number) => void): number {
    const call = ++this.world.lastCall;
    this.call(() => run(this.world.now, call));
    return call;
  }

  /** Runs a command to its end. */
  done(call: number): RingOutcome {
    this.world.runUntil(() => this.outcomes.has(call), 60_000);
    return this.outcomes.get(call)!;
  }

  value(name: string, level: Level = 'one'): string | null {
    return textOf(this.done(this.get(name, level)).value);
  }
}

export class SmallRing {
  now = START_MS;
  readonly seed: number;
  readonly random: SeededRandom;
  readonly shared = new RingShared(sha1);
  readonly processes: Process[] = [];
  readonly latencyMs: readonly [number, number];
  flushMs: readonly [number, number];
  lastCall = 0;
  bytes = 0;
  onOutcome: ((process: Process, call: number, outcome: RingOutcome) => void) | null = null;
  onEvent: ((process: Process, event: RingEvent) => void) | null = null;
  /** Looks at all bytes before they are carried. */
  onBytes: ((from: Process | null, to: Process | null, bytes: Uint8Array) => void) | null = null;
  readonly #settings: RingSettings;
  readonly #ip: (process: number) => string;
  readonly #hasOwnIps: boolean;
  readonly #ends = new Map<Stream, End>();
  readonly #byAddress = new Map<Address, Process>();
  #lastStream = 0;
  #order = 0;
  readonly #heap: { atMs: number; order: number; run: () => void }[] = [];
  readonly #armed = new Map<Process, number>();
  readonly #hash = createHash('sha1');

  constructor(options: RingWorldOptions = {}) {
    const { seed = 1, latencyMs = [5, 15], flushMs = [1, 3] } = options;
    this.seed = seed;
    this.random = new SeededRandom(seed, 7);
    this.latencyMs = latencyMs;
    this.flushMs = flushMs;
    this.#settings = ringSettings(options.settings);
    this.#hasOwnIps = options.ip !== undefined;
    this.#ip = options.ip ?? ((process) => `10.0.${process >> 8}.${(process & 255) + 1}`);
  }

  /** A process with so many identities, not started yet. */
  process(identities = 1, settings: Partial<RingSettings> = {}): Process {
    const number = this.processes.length;
    const ip = parseIp(this.#ip(number));
    // Processes that share an IP need ports of their own.
    const port = this.#hasOwnIps ? 5000 + number * 16 : 5000;
    const addresses = Array.from({ length: identities }, (_, i) => addressOf(ip, port + i));
    const process = new Process(this, number, addresses, { ...this.#settings, ...settings });
    this.processes.push(process);
    for (const address of addresses) this.#byAddress.set(address, process);
    return process;
  }

  /** A ring of so many processes, all members. */
  ring(count: number, identities = 1): Process[] {
    const all = Array.from({ length: count }, () => this.process(identities));
    all.forEach((process, i) => {
      process.start(...(i === 0 ? [] : [all[0]]));
      this.runUntil(() => areMembers(process), 60_000);
    });
    return all;
  }

  get living(): Process[] {
    return this.processes.filter((process) => process.isAlive);
  }

  /** Everything that has been sent, and when. */
  get fingerprint(): string {
    return this.#hash.copy().digest('hex');
  }

  // Time.

  at(atMs: number, run: () => void): void {
    const heap = this.#heap;
    const event = { atMs, order: this.#order++, run };
    let place = heap.push(event) - 1;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      if (!isBefore(event, heap[parent])) break;
      heap[place] = heap[parent];
      place = parent;
    }
    heap[place] = event;
  }

  #take(): () => void {
    const heap = this.#heap;
    const { run } = heap[0];
    const last = heap.pop()!;
    if (heap.length > 0) {
      let place = 0;
      for (;;) {
        let child = place * 2 + 1;
        if (child >= heap.length) break;
        if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child++;
        if (isBefore(last, heap[child]!)) break;
        heap[place] = heap[child]!;
        place = child;
      }
      heap[place] = last;
    }
    return run;
  }

  /** Sees to it that the process is ticked when it wants to be. */
  arm(process: Process): void {
    const { deadline } = process.node;
    const armed = this.#armed.get(process) ?? Infinity;
    if (!process.isAlive || deadline === Infinity || (armed <= deadline && armed >= this.now))
      return;
    this.#armed.set(process, deadline);
    const { life } = process;
    this.at(Math.max(this.now, Math.ceil(deadline)), () => {
      if (this.#armed.get(process) === deadline) this.#armed.delete(process);
      if (!process.isAlive || process.life !== life) return;
      if (process.node.deadline > this.now) return this.arm(process);
      process.ticks++;
      process.call(() => process.node.tick(this.now));
    });
  }

  run(durationMs: number): void {
    const end = this.now + durationMs;
    while (this.#heap.length > 0 && this.#heap[0].atMs <= end) {
      this.now = Math.max(this.now, this.#heap[0].atMs);
      this.#take()();
    }
    this.now = end;
  }

  runUntil(holds: () => boolean, limitMs: number): void {
    const end = this.now + limitMs;
    while (!holds()) {
      if (this.now >= end) throw new Error(`it did not come to pass within ${limitMs} ms`);
      this.run(10);
    }
  }

  // Streams.

  hostOf(process: Process): StreamHost {
    return {
      connect: (_from, to) => this.#connect(process, to),
      write: (stream, bytes, start, end) => this.#write(stream, bytes, start, end),
      end: (stream) => this.#finish(stream),
      destroy: (stream) => this.#destroy(stream),
      pause: (stream, isPaused) => this.#pause(stream, isPaused),
    };
  }

  #end(owner: Process | null, from: Address, to: Address): End {
    const end: End = {
      id: ++this.#lastStream,
      owner,
      peer: null,
      to,
      from,
      isOpen: false,
      isOver: false,
      hasEnded: false,
      isPaused: false,
      wasFull: false,
      queued: 0,
      held: [],
      arrivesAtMs: 0,
    };
    this.#ends.set(end.id, end);
    return end;
  }

  #latency(): number {
    const [least, most] = this.latencyMs;
    return least + randomBelow(this.random, most - least + 1);
  }

  #connect(process: Process, to: Address): Stream {
    const end = this.#end(process, process.addresses[0] ?? 0, to);
    this.at(this.now + this.#latency(), () => this.#reach(end));
    // Nobody hears of a connection into another partition.
    this.at(this.now + 2000, () => {
      if (!end.isOpen && !end.isOver) this.#over(end, Closed.timeout);
    });
    return end.id;
  }

  #reach(end: End): void {
    const target = this.#byAddress.get(end.to);
    if (end.isOver || !end.owner?.isAlive) return;
    if (target !== undefined && target.group !== end.owner.group) return;
    if (!target?.isAlive) {
      this.at(this.now + this.#latency(), () => this.#over(end, Closed.refused));
      return;
    }
    const other = this.#end(target, end.to, end.from);
    other.isOpen = true;
    other.peer = end;
    end.peer = other;
    target.call(() => target.node.accepted(this.now, other.id, end.from, end.to));
    this.#carry(other, () => {
      end.isOpen = true;
      const owner = end.owner!;
      owner.call(() => owner.node.opened(this.now, end.id));
    });
    if (end.held.length > 0) {
      for (const send of end.held.splice(0)) send();
    }
  }

  /** Lets something happen at the other end of `from`, after a while and in order. */
  #carry(from: End, run: () => void): void {
    from.arrivesAtMs = Math.max(from.arrivesAtMs, this.now + this.#latency());
    this.at(from.arrivesAtMs, () => {
      const to = from.peer;
      if (to === null || to.isOver || !to.owner?.isAlive) return;
      if (from.owner && to.owner.group !== from.owner.group) return this.#cutOff(from, to);
      if (to.isPaused) to.held.push(run);
      else run();
    });
  }

  /** A partition: nothing passes, and after a while both sides give the connection up. */
  #cutOff(from: End, to: End): void {
    this.at(this.now + 15_000, () => {
      this.#over(from, Closed.timeout);
      this.#over(to, Closed.timeout);
    });
  }

  #write(stream: Stream, bytes: Uint8Array, start: number, end: number): number {
    const from = this.#ends.get(stream);
    if (!from || from.isOver) return 0;
    if (from.hasEnded) throw new Error('written after the end');
    const copy = bytes.slice(start, end);
    this.bytes += copy.length;
    this.#hash.update(`${this.now} ${stream} `).update(copy);
    from.queued += copy.length;
    if (from.queued > STREAM_QUEUE_BYTES) from.wasFull = true;
    const send = () =>
      this.#carry(from, () => {
        const to = from.peer!;
        this.onBytes?.(from.owner, to.owner, copy);
        const owner = to.owner!;
        from.queued -= copy.length;
        owner.call(() => owner.node.arrived(this.now, to.id, copy, 0, copy.length));
        if (from.queued === 0 && from.wasFull && !from.isOver && from.owner?.isAlive) {
          from.wasFull = false;
          from.owner.call(() => from.owner!.node.drained(this.now, from.id));
        }
      });
    if (from.peer === null) from.held.push(send);
    else send();
    return from.queued;
  }

  #finish(stream: Stream): void {
    const from = this.#ends.get(stream);
    if (!from || from.isOver || from.hasEnded) return;
    from.hasEnded = true;
    const send = () =>
      this.#carry(from, () => {
        const to = from.peer!;
        const owner = to.owner!;
        owner.call(() => owner.node.ended(this.now, to.id));
        if (to.hasEnded) {
          this.#over(from, Closed.ended);
          this.#over(to, Closed.ended);
        }
      });
    if (from.peer === null) from.held.push(send);
    else send();
  }

  #destroy(stream: Stream): void {
    const from = this.#ends.get(stream);
    if (!from || from.isOver) return;
    from.isOver = true;
    this.#ends.delete(stream);
    if (from.peer) this.#carry(from, () => this.#over(from.peer!, Closed.reset));
  }

  #pause(stream: Stream, isPaused: boolean): void {
    const end = this.#ends.get(stream);
    if (!end || end.isOver) return;
    end.isPaused = isPaused;
    if (isPaused) return;
    this.at(this.now, () => {
      while (!end.isPaused && !end.isOver && end.held.length > 0) end.held.shift()!();
    });
  }

  #over(end: End, why: Closed): void {
    if (end.isOver) return;
    end.isOver = true;
    this.#ends.delete(end.id);
    const owner = end.owner;
    if (owner?.isAlive) owner.call(() => owner.node.closed(this.now, end.id, why));
  }

  /** The process is gone: its peers hear a reset, and its alarm means nothing any more. */
  resetAll(process: Process): void {
    this.#armed.delete(process);
    for (const end of [...this.#ends.values()]) {
      if (end.owner !== process) continue;
      end.isOver = true;
      this.#ends.delete(end.id);
      const { peer } = end;
      if (peer) this.at(this.now + this.#latency(), () => this.#over(peer, Closed.reset));
    }
  }
}

export function areMembers(process: Process): boolean {
  return process.node.identities.every(({ state }) => state === 'member');
}

function isBefore(a: { atMs: number; order: number }, b: { atMs: number; order: number }): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);
}

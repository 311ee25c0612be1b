/**
 * A ring to be held in the hand: processes on the lab's streams and disks (src/lab/world.ts), each with
 * its node and what it was told, that tests start, cut off, kill and start again. Unlike the lab's
 * overlay its processes come one by one and may differ: clients, class programs, more or fewer places.
 */
import { createHash } from 'node:crypto';
import { type Address, addressOf, parseIp } from '../../src/core/address.ts';
import type { Closed, Stream, StreamHost, StreamMachine } from '../../src/core/host.ts';
import type { MemoryStore } from '../../src/core/memory-store.ts';
import { SeededRandom } from '../../src/core/random.ts';
import type { StoreMachine } from '../../src/core/store.ts';
import type { Overlay } from '../../src/lab/overlay.ts';
import { Disks } from '../../src/lab/streams/disk.ts';
import { World } from '../../src/lab/world.ts';
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

/** Processes that a ring may have. */
const PROCESSES = 128;

export interface RingWorldOptions {
  seed?: number;
  /** How long a flush takes at least and at most. */
  flushMs?: readonly [number, number];
  settings?: Partial<RingSettings>;
  ip?: (process: number) => string;
  /** Bytes that each process can send in a second; default: as many as it likes. */
  bytesPerSecond?: number;
}

/** A process that can be killed and started again with its store. */
export class Process implements StreamMachine, StoreMachine {
  readonly world: SmallRing;
  readonly number: number;
  readonly addresses: readonly Address[];
  readonly settings: RingSettings;
  counters: RingCounters = new RingCounters();
  node: RingNode;
  readonly events: RingEvent[] = [];
  readonly outcomes = new Map<number, RingOutcome>();
  ticks = 0;
  #lives = 0;
  #group = 0;

  constructor(world: SmallRing, number: number, addresses: Address[], settings: RingSettings) {
    this.world = world;
    this.number = number;
    this.addresses = addresses;
    this.settings = settings;
    this.node = this.#make();
  }

  #make(): RingNode {
    const { world, store } = this;
    this.counters = new RingCounters();
    return new RingNode(
      {
        host: world.hostOf(this),
        store,
        random: new SeededRandom(world.seed, 1000 + this.number * 97 + this.#lives++),
        sha1,
        counters: this.counters,
        shared: world.shared,
      },
      this.settings,
      this.addresses,
      {
        onOutcome: (call, outcome) => this.outcomes.set(call, outcome),
        onEvent: (event) => this.events.push(event),
      },
    );
  }

  get store(): MemoryStore {
    return this.world.disks.storeOf(this.number);
  }

  get isAlive(): boolean {
    return this.world.lab.alive[this.number] === 1;
  }

  /** Processes that are not in the same group cannot hear each other. */
  get group(): number {
    return this.#group;
  }

  set group(group: number) {
    this.#group = group;
    this.world.partition();
  }

  set isStoreStuck(isStuck: boolean) {
    this.world.disks.hang(this.number, isStuck);
  }

  set storeError(error: string | null) {
    this.world.disks.fail(this.number, error);
  }

  start(...ways: (Process | Address)[]): this {
    const addresses = ways.map((way) => (typeof way === 'number' ? way : way.addresses[0]));
    this.call(() => this.node.start(this.world.now, addresses));
    return this;
  }

  /** kill -9: what was not flushed is gone, and so are the connections. */
  crash(): void {
    if (!this.isAlive) return;
    this.world.lab.stop(this.number);
    this.world.disks.crash(this.number);
  }

  /** The program ends in good order, as it does after `leave`. */
  stop(): void {
    if (!this.isAlive) return;
    this.call(() => this.node.close(this.world.now));
    this.crash();
  }

  /**
   * Stands still, as a process that was stopped: what comes meanwhile waits, and is there when it goes on.
   * Returns what lets it go on.
   */
  stall(): () => void {
    const waiting: (() => void)[] = [];
    const wait = (run: () => void): void => void waiting.push(run);
    const { node, world } = this;
    const waits = {
      tick: () => {},
      accepted: (_now: number, stream: Stream, from: Address, to: Address) =>
        wait(() => this.accepted(world.now, stream, from, to)),
      opened: (_now: number, stream: Stream) => wait(() => node.opened(world.now, stream)),
      arrived: (_now: number, stream: Stream, bytes: Uint8Array, start: number, end: number) => {
        const copy = bytes.slice(start, end);
        wait(() => node.arrived(world.now, stream, copy, 0, copy.length));
      },
      drained: (_now: number, stream: Stream) => wait(() => node.drained(world.now, stream)),
      ended: (_now: number, stream: Stream) => wait(() => node.ended(world.now, stream)),
      closed: (_now: number, stream: Stream, why: Closed) => {
        world.gone.add(stream);
        wait(() => node.closed(world.now, stream, why));
      },
      stored: (_now: number, token: number, error: string | null) =>
        wait(() => node.stored(world.now, token, error)),
    };
    Object.assign(this, waits);
    Object.defineProperty(this, 'deadline', { get: () => Infinity, configurable: true });
    return () => {
      for (const name of [...Object.keys(waits), 'deadline']) Reflect.deleteProperty(this, name);
      for (const run of waiting) this.call(run);
    };
  }

  restart(...ways: (Process | Address)[]): this {
    this.node = this.#make();
    this.world.lab.start(this.number);
    return this.start(...ways);
  }

  call(run: () => void): void {
    run();
    this.world.lab.arm(this.number);
  }

  // What comes from the world; bytes sent to a process name it first by its streams.

  get deadline(): number {
    return this.node.deadline;
  }

  tick(now: number): void {
    this.ticks++;
    this.node.tick(now);
  }

  accepted(now: number, stream: Stream, from: Address, to: Address): void {
    this.world.peers.set(stream, this.world.processAt(from));
    this.node.accepted(now, stream, from, to);
  }

  opened(now: number, stream: Stream): void {
    this.node.opened(now, stream);
  }

  arrived(now: number, stream: Stream, bytes: Uint8Array, start: number, end: number): void {
    this.node.arrived(now, stream, bytes, start, end);
  }

  drained(now: number, stream: Stream): void {
    this.node.drained(now, stream);
  }

  ended(now: number, stream: Stream): void {
    this.node.ended(now, stream);
  }

  closed(now: number, stream: Stream, why: Closed): void {
    this.node.closed(now, stream, why);
  }

  stored(now: number, token: number, error: string | null): void {
    this.node.stored(now, token, error);
  }

  // Commands: the call's number, by which its outcome is found.

  insert(name: string, value: string | Uint8Array, level: Level = 'quorum'): number {
    const bytes = typeof value === 'string' ? bytesOf(value) : value;
    return this.command((now, call) => this.node.insert(now, call, keyOf(name), bytes, level));
  }

  get(name: string, level: Level = 'one'): number {
    return this.command((now, call) => this.node.get(now, call, keyOf(name), level));
  }

  exists(name: string, level: Level = 'one'): number {
    return this.command((now, call) => this.node.exists(now, call, keyOf(name), level));
  }

  remove(name: string, level: Level = 'quorum'): number {
    return this.command((now, call) => this.node.remove(now, call, keyOf(name), level));
  }

  leave(): number {
    return this.command((now, call) => this.node.leave(now, call));
  }

  command(run: (now: number, call: number) => void): number {
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

export class SmallRing implements Overlay {
  readonly count = PROCESSES;
  readonly seed: number;
  readonly lab: World;
  readonly disks: Disks;
  readonly shared = new RingShared(sha1);
  readonly processes: Process[] = [];
  /** By stream, who is at its other end. */
  readonly peers = new Map<Stream, Process | null>();
  /** Streams that are over, of which a process that stood still has not heard, perhaps. */
  readonly gone = new Set<Stream>();
  lastCall = 0;
  /** Looks at all bytes before they are carried, and may change them. */
  onBytes: ((from: Process, to: Process | null, bytes: Uint8Array) => void) | null = null;
  readonly #settings: RingSettings;
  readonly #ip: (process: number) => string;
  readonly #hasOwnIps: boolean;
  readonly #byAddress = new Map<Address, Process>();
  readonly #put: (() => void)[] = [];
  readonly #putOff: number;
  #partition = 0;

  constructor(options: RingWorldOptions = {}) {
    const { seed = 1, flushMs = [1, 3] } = options;
    this.seed = seed;
    const latency = { kind: 'uniform', lowMs: 5, highMs: 15 } as const;
    const { bytesPerSecond } = options;
    const line = bytesPerSecond === undefined ? {} : { uplinks: [{ bytesPerSecond }] };
    this.lab = new World({ seed, nodes: PROCESSES, network: { latency, ...line } });
    this.#hasOwnIps = options.ip !== undefined;
    this.#ip = options.ip ?? ((process) => `10.0.${process >> 8}.${(process & 255) + 1}`);
    this.lab.inhabit(this);
    // A crash may leave some of what was not flushed.
    const model = { flushMs: flushMs[0], spreadMs: flushMs[1] - flushMs[0], ahead: 1 };
    const random = new SeededRandom(seed, 7);
    this.disks = new Disks(this.lab, model, random, (node) => this.processes[node]);
    this.#settings = ringSettings(options.settings);
    this.#putOff = this.lab.subscribe((at) => this.#put[at]());
  }

  /** A process with so many identities, not started yet; one without any is a client. */
  process(identities = 1, settings: Partial<RingSettings> = {}): Process {
    const number = this.processes.length;
    const ip = parseIp(this.#ip(number));
    // Processes that share an IP need ports of their own.
    const port = this.#hasOwnIps ? 5000 + number * 16 : 5000;
    const addresses = Array.from({ length: identities }, (_, i) => addressOf(ip, port + i));
    const process = new Process(this, number, addresses, { ...this.#settings, ...settings });
    this.processes.push(process);
    for (const address of [...addresses, addressOf(ip, port)]) {
      this.#byAddress.set(address, process);
    }
    this.lab.start(number);
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

  get now(): number {
    return this.lab.now;
  }

  /** Bytes written to streams. */
  get bytes(): number {
    return this.lab.streams.traffic.bytesWritten;
  }

  /** Everything that was delivered, and when. */
  get fingerprint(): string {
    return this.lab.traceHash;
  }

  // What the lab asks.

  addressOf(node: number): Address {
    return addressOf(parseIp(this.#ip(node)), this.#hasOwnIps ? 5000 + node * 16 : 5000);
  }

  processAt(address: Address): Process | null {
    return this.#byAddress.get(address) ?? null;
  }

  nodeAt(address: Address): number {
    return this.processAt(address)?.number ?? -1;
  }

  machine(node: number): Process {
    return this.processes[node];
  }

  datagrams(): null {
    return null;
  }

  streams(node: number): Process {
    return this.processes[node];
  }

  // Time.

  at(atMs: number, run: () => void): void {
    this.lab.schedule(atMs, this.#putOff, this.#put.push(run) - 1, 0);
  }

  run(durationMs: number): void {
    this.lab.run(this.now + durationMs);
  }

  runUntil(holds: () => boolean, limitMs: number): void {
    const end = this.now + limitMs;
    while (!holds()) {
      if (this.now >= end) throw new Error(`it did not come to pass within ${limitMs} ms`);
      this.run(10);
    }
  }

  // The network.

  /** The way out of a process. */
  hostOf(process: Process): StreamHost {
    const { streams } = this.lab;
    return {
      connect: (_from, to) => {
        const stream = streams.connect(this.addressOf(process.number), to);
        this.peers.set(stream, this.processAt(to));
        return stream;
      },
      write: (stream, bytes, start, end) => {
        if (this.gone.has(stream)) return 0;
        if (this.onBytes === null) return streams.write(stream, bytes, start, end);
        const copy = bytes.slice(start, end);
        this.onBytes(process, this.peers.get(stream) ?? null, copy);
        return streams.write(stream, copy, 0, copy.length);
      },
      end: (stream) => this.gone.has(stream) || streams.end(stream),
      destroy: (stream) => this.gone.has(stream) || streams.destroy(stream),
      pause: (stream, isPaused) => this.gone.has(stream) || streams.pause(stream, isPaused),
    };
  }

  /** A process has changed its group. */
  partition(): void {
    const { network } = this.lab;
    const groups: number[][] = [];
    for (const { group, number } of this.processes) (groups[group] ??= []).push(number);
    const before = this.#partition;
    this.#partition = network.partition(groups.map((group) => group ?? []));
    network.heal(before);
  }
}

export function areMembers(process: Process): boolean {
  return process.node.identities.every(({ state }) => state === 'member');
}

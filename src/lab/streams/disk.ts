/**
 * Disks: the store of a node in the lab. Reading is at once; a flush takes as long as the disk takes,
 * and what was not flushed when the process dies is gone.
 *
 *     put, put, flush(7) ── flushMs … flushMs + spreadMs ──▶ durable, stored(now, 7, null)
 *                                     crash ──▶ of what was not durable some of the first, or nothing
 *
 * Flushes of one disk come to pass in the order in which they were asked for. The disk outlives its
 * process: the next one finds there what was durable. A disk may hang for a while, and then nothing on
 * it becomes durable; or be broken, and then every flush says so.
 */
import { MemoryStore } from '../../core/memory-store.ts';
import { type Random, randomBelow } from '../../core/random.ts';
import type { StoreMachine, StoreToken } from '../../core/store.ts';
import type { WorldState } from '../world-state.ts';

export interface DiskModel {
  /** How long a flush takes at least, and how much longer at most. Defaults: 5 and 0. */
  flushMs?: number;
  spreadMs?: number;
  /**
   * Share of crashes in which writes that were not reported durable are there all the same, the first
   * so many of them; 0..1. A disk may be ahead of its reports, never behind. Default 0.
   */
  ahead?: number;
}

/** What an NVMe drive takes for a small synchronous write, give or take. */
export const FLUSH_MS = 5;
const WORDS = 0x100000000;

interface Disk {
  store: MemoryStore;
  /** Flushes that have not come to pass, in order: our number of each and the machine's. */
  asked: { flush: number; token: StoreToken }[];
  /** Those that have, but their process stood still. */
  untold: StoreToken[];
  /** When the last of them will be done. */
  freeAtMs: number;
  /** Flushes that were due while it hung; -1 while it does not. */
  overdue: number;
  /** What every flush says; null while it works. */
  error: string | null;
}

/** All disks of a world. */
export class Disks {
  readonly #world: WorldState;
  readonly #model: Required<DiskModel>;
  readonly #random: Random;
  readonly #machineOf: (node: number) => StoreMachine;
  readonly #disks = new Map<number, Disk>();
  readonly #subscriber: number;
  /** One row of numbers for all disks: one that was wiped must not answer for the next. */
  #flushes = 0;

  /** @param machineOf whom to tell of a node that is alive. */
  constructor(
    world: WorldState,
    model: DiskModel,
    random: Random,
    machineOf: (node: number) => StoreMachine,
  ) {
    this.#world = world;
    this.#model = { flushMs: FLUSH_MS, spreadMs: 0, ahead: 0, ...model };
    this.#random = random;
    this.#machineOf = machineOf;
    this.#subscriber = world.subscribe((node, flush) => this.#flushed(node, flush));
    world.whenStarted((node) => this.#started(node));
  }

  /** The node's store, made when it is first asked for, and the same for all its processes. */
  storeOf(node: number): MemoryStore {
    return this.#diskOf(node).store;
  }

  /** The node's process dies: call it when its machine is gone. */
  crash(node: number): void {
    const disk = this.#disks.get(node);
    if (!disk) return;
    const { store } = disk;
    const isAhead = this.#random.uint32() < this.#model.ahead * WORDS;
    store.crash(isAhead ? randomBelow(this.#random, store.undurable + 1) : 0);
    disk.asked.length = 0;
    disk.untold.length = 0;
    disk.overdue = Math.min(0, disk.overdue);
  }

  /** From now on no flush comes to pass; or all that were due meanwhile do. */
  hang(node: number, isHung: boolean): void {
    const disk = this.#diskOf(node);
    if (isHung) {
      disk.overdue = Math.max(0, disk.overdue);
      return;
    }
    const { overdue } = disk;
    disk.overdue = -1;
    for (let i = 0; i < overdue; i++) this.#done(node, disk);
  }

  /** From now on every flush fails with `error`, whatever it has kept; or none does. */
  fail(node: number, error: string | null): void {
    this.#diskOf(node).error = error;
  }

  /** The node's disk is lost with all that was on it. */
  wipe(node: number): void {
    this.#disks.delete(node);
  }

  #diskOf(node: number): Disk {
    const known = this.#disks.get(node);
    if (known) return known;
    const disk: Disk = {
      store: new MemoryStore((token) => this.#flush(node, disk, token)),
      asked: [],
      untold: [],
      freeAtMs: 0,
      overdue: -1,
      error: null,
    };
    this.#disks.set(node, disk);
    return disk;
  }

  #flush(node: number, disk: Disk, token: StoreToken): void {
    const { flushMs, spreadMs } = this.#model;
    const { now } = this.#world;
    const atMs = now + flushMs + (spreadMs > 0 ? randomBelow(this.#random, spreadMs + 1) : 0);
    disk.freeAtMs = Math.max(disk.freeAtMs, atMs);
    const flush = ++this.#flushes;
    disk.asked.push({ flush, token });
    this.#world.schedule(disk.freeAtMs, this.#subscriber, node, flush);
  }

  #flushed(node: number, flush: number): void {
    const disk = this.#disks.get(node);
    // What a process asked for that has died since is of no concern to the next.
    if (disk?.asked[Math.max(0, disk.overdue)]?.flush !== flush) return;
    if (disk.overdue >= 0) disk.overdue++;
    else this.#done(node, disk);
  }

  #done(node: number, disk: Disk): void {
    const { token } = disk.asked.shift()!;
    disk.store.harden(token);
    if (this.#world.alive[node] === 0) disk.untold.push(token);
    else this.#tell(node, token);
  }

  /** A process that stood still hears of what came to pass meanwhile. */
  #started(node: number): void {
    const disk = this.#disks.get(node);
    if (disk) for (const token of disk.untold.splice(0)) this.#tell(node, token);
  }

  #tell(node: number, token: StoreToken): void {
    this.#machineOf(node).stored(this.#world.now, token, this.#diskOf(node).error);
    this.#world.arm(node);
  }
}

/**
 * Who is up: the one place where nodes of a world begin, end, stand still and come back.
 *
 *     unborn
 *       │ admit
 *       ▼      crash, leave                     pause
 *     down ◀──────────────── up ◀─────────────────────────────▶ paused
 *       └── begin ─────────▶ │                   resume          │
 *       ▲                    └─ churn draws when it leaves       │
 *       └───────────────────────── crash ───────────────────────┘
 *
 * A paused node is a laptop whose lid was closed: it neither hears nor acts, and when it goes on its
 * memory is as it was while the clock has jumped. A crashed one comes back as a new process, with or
 * without its state file, through nodes that live. Every choice is a draw from a stream of the seed
 * that nothing else draws from.
 */
import type { Address } from '../../core/address.ts';
import { assert } from '../../core/assert.ts';
import { type Random, randomBelow, SeededRandom } from '../../core/random.ts';
import { SeedStream } from '../seed.ts';
import type { World } from '../world.ts';
import type { Churn, Rejoin, TraceStep } from './churn.ts';

/** Where a node stands. Who is unborn is no part of the world yet: nothing but `admit` finds him. */
export const State = { down: 0, up: 1, paused: 2, unborn: 3 } as const;
export type State = (typeof State)[keyof typeof State];

/** Living nodes through which one joins: as many as the routers that a real client has built in. */
export const DOORS = 3;
/** Tries to draw a node of a certain state before all are looked through. */
const DRAWS = 64;

/** What becomes of a node is the overlay's. */
export interface Mortals {
  readonly world: World;
  addressOf(node: number): Address;
  /** Ends its process at once. */
  crash(node: number): void;
  /** Makes a new process that joins through `doors`; with memory through its former contacts first. */
  restart(node: number, doors: readonly Address[], hasMemory: boolean): void;
  /** What tells a node from all others in any world, 48 bits at most. Default: its number. */
  keyOf?(node: number): number;
}

/** Hears of every process that ended, and of those that are about to begin or to go on. */
export interface LifeObserver {
  began(node: number): void;
  ended(node: number): void;
  resumed(node: number): void;
}

const NOBODY: LifeObserver = { began() {}, ended() {}, resumed() {} };

export class Life {
  readonly world: World;
  observer: LifeObserver = NOBODY;
  /** By node, see `State`. */
  readonly states: Uint8Array;
  /** Nodes that are up. */
  upCount = 0;
  readonly #mortals: Mortals;
  #churn: Churn | null = null;
  #isFollowing = false;
  #routers: readonly number[] = [];
  /** For choices among nodes. */
  readonly #chance: Random;
  /** For how long a node stays: a stream of its own for each life, which nobody else's changes. */
  readonly #own = new SeededRandom(0);
  readonly #ownStream: number;
  /** How often each node has begun: what was planned for an earlier life is void. */
  readonly #lives: Uint32Array;
  #leaving = 0;
  #arriving = 0;
  readonly #joining: number;
  readonly #resuming: number;

  /** Takes the world over as it is: whoever is alive there is up; nodes from `born` on are unborn. */
  constructor(mortals: Mortals, born: number = mortals.world.count) {
    const { world } = mortals;
    this.world = world;
    this.#mortals = mortals;
    const chance = new SeededRandom(world.seed, SeedStream.life);
    this.#ownStream = chance.uint32();
    this.#chance = chance;
    this.states = Uint8Array.from(world.alive);
    this.#lives = new Uint32Array(world.count);
    for (const state of this.states) this.upCount += state;
    this.states.fill(State.unborn, born);
    this.#joining = world.subscribe((node, hasMemory) =>
      this.begin(node, hasMemory === 1 ? 'memory' : 'blank'),
    );
    this.#resuming = world.subscribe((node, life) => {
      if (this.#lives[node] === life) this.resume(node);
    });
  }

  /** Lets churn begin in the middle of everybody's life; `restsMs` are those of `Standing`, by node. */
  beginChurn(churn: Churn, restsMs: Float64Array): void {
    const { world, states } = this;
    this.#churn = churn;
    // What an earlier churn had planned is void.
    this.#leaving = world.subscribe((node, life) => {
      if (this.#churn === churn) this.#leave(node, life);
    });
    this.#arriving = world.subscribe((node, life) => {
      if (this.#churn === churn) this.#arrive(node, life);
    });
    for (let node = 0; node < world.count; node++) {
      if (states[node] === State.unborn) continue;
      const subscriber = states[node] === State.down ? this.#arriving : this.#leaving;
      world.schedule(world.now + restsMs[node], subscriber, node, this.#lives[node]);
    }
  }

  /** Nobody comes or goes any more by churn or trace. */
  endChurn(): void {
    this.#churn = null;
    this.#isFollowing = false;
  }

  /** Does what a trace says, from now on. */
  follow(steps: readonly TraceStep[]): void {
    const { world } = this;
    this.#isFollowing = true;
    const subscriber = world.subscribe((index) => {
      const { node, isUp } = steps[index];
      if (!this.#isFollowing) return;
      if (isUp) this.begin(node, this.#rejoin);
      else this.crash(node);
    });
    for (const [index, { atMs }] of steps.entries()) {
      world.schedule(world.now + atMs, subscriber, index, 0);
    }
  }

  /**
   * From now on all join through these, whether they are up or not, and not through somebody alive.
   * They have state files: were all of them to begin blank at once there would be two networks, the old
   * one and that of all who join from then on.
   */
  appoint(routers: readonly number[]): void {
    this.#routers = routers;
  }

  /** An unborn node is down from now on, and may begin. */
  admit(node: number): void {
    assert(this.states[node] === State.unborn, 'who is admitted was unborn');
    this.states[node] = State.down;
  }

  /** A node has begun by itself: the world has started it already. Churn does not touch it. */
  came(node: number): void {
    if (this.states[node] === State.up) return;
    this.#enter(node, State.up);
    this.#lives[node] = this.#lives[node] + 1;
    this.observer.began(node);
  }

  /** A node has left by itself, for good: the world has stopped it already. */
  left(node: number): void {
    if (this.states[node] === State.down) return;
    this.#enter(node, State.down);
    this.#lives[node] = this.#lives[node] + 1;
    this.observer.ended(node);
  }

  /** A new process for a node that is down; false when it is not. */
  begin(node: number, rejoin: Rejoin): boolean {
    if (this.states[node] !== State.down) return false;
    const doors = this.#doors(node);
    this.#enter(node, State.up);
    this.#lives[node] = this.#lives[node] + 1;
    this.observer.began(node);
    const hasMemory = rejoin === 'memory' || this.#routers.includes(node);
    this.#mortals.restart(node, doors, hasMemory);
    if (this.#churn) this.#plan(node, this.#staysMs(this.#churn, node, true), this.#leaving);
    return true;
  }

  /** Ends a node without a word; false when it is down. Under churn it comes back after an absence. */
  crash(node: number): boolean {
    const state = this.states[node];
    if (state === State.down || state === State.unborn) return false;
    this.#enter(node, State.down);
    this.#mortals.crash(node);
    this.observer.ended(node);
    if (this.#churn) this.#plan(node, this.#staysMs(this.#churn, node, false), this.#arriving);
    return true;
  }

  /** A new process at once, whether the node is up or not. */
  restart(node: number, rejoin: Rejoin): void {
    this.crash(node);
    this.begin(node, rejoin);
  }

  pause(node: number): boolean {
    if (this.states[node] !== State.up) return false;
    this.#enter(node, State.paused);
    this.world.stop(node, 'silent');
    return true;
  }

  resume(node: number): boolean {
    if (this.states[node] !== State.paused) return false;
    this.#enter(node, State.up);
    this.observer.resumed(node);
    this.world.start(node);
    return true;
  }

  /** Resumes a paused node later, if it is still the same process. */
  resumeAfter(node: number, ms: number): void {
    this.#plan(node, ms, this.#resuming);
  }

  /** A flash crowd: these nodes begin at times spread evenly, by chance, over `withinMs`. */
  crowd(nodes: readonly number[], withinMs: number, rejoin: Rejoin, random: Random): void {
    const { world } = this;
    const hasMemory = rejoin === 'memory' ? 1 : 0;
    for (const node of nodes) {
      const afterMs = withinMs < 1 ? 0 : randomBelow(random, Math.min(withinMs, 0xffffffff));
      world.schedule(world.now + afterMs, this.#joining, node, hasMemory);
    }
  }

  get #rejoin(): Rejoin {
    return this.#churn?.rejoin ?? 'blank';
  }

  #leave(node: number, life: number): void {
    if (this.#lives[node] === life) this.crash(node);
  }

  /** An absence is over: the node itself comes back, or somebody else in its place. */
  #arrive(node: number, life: number): void {
    if (this.#rejoin === 'newcomer') {
      const newcomer = this.#someone(State.down, -1);
      if (newcomer >= 0) this.begin(newcomer, 'blank');
    } else if (this.#lives[node] === life) {
      this.begin(node, this.#rejoin);
    }
  }

  /** How long a node stays up in this life, or away after it. */
  #staysMs(churn: Churn, node: number, isUp: boolean): number {
    const key = this.#mortals.keyOf?.(node) ?? node;
    this.#own.begin(key, this.#ownStream + 2 * this.#lives[node] + (isUp ? 1 : 0));
    return churn.draw(this.#own, isUp);
  }

  #plan(node: number, afterMs: number, subscriber: number): void {
    this.world.schedule(this.world.now + afterMs, subscriber, node, this.#lives[node]);
  }

  #enter(node: number, state: State): void {
    if (this.states[node] === State.up) this.upCount--;
    if (state === State.up) this.upCount++;
    this.states[node] = state;
  }

  /** The routers, or some who are up; fewer, or none, where there are not so many. */
  #doors(node: number): Address[] {
    const doors = new Set(this.#routers);
    for (let i = doors.size; i < DOORS && this.#routers.length === 0; i++) {
      const door = this.#someone(State.up, node);
      if (door >= 0) doors.add(door);
    }
    return Array.from(doors, (door) => this.#mortals.addressOf(door));
  }

  /** A node of that state, by chance, or -1 when there is none but `except`. */
  #someone(state: State, except: number): number {
    const { count } = this.world;
    const fits = (node: number): boolean => this.states[node] === state && node !== except;
    for (let i = 0; i < DRAWS; i++) {
      const node = randomBelow(this.#chance, count);
      if (fits(node)) return node;
    }
    const first = randomBelow(this.#chance, count);
    for (let i = 0; i < count; i++) {
      const node = (first + i) % count;
      if (fits(node)) return node;
    }
    return -1;
  }
}

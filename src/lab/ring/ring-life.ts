/**
 * What befalls the nodes of a ring, step by step, and who stands where because of it.
 *
 *              join             leave, in good order
 *     out ──────────────▶ up ────────────────────────▶ out
 *      ▲                  │ ▲ resume      restart with its disk
 *      │                  │ └────── paused        ▲
 *      │                  ├── pause ──▶           │
 *      │ loss: disk too   ├── crash ──────────▶ down
 *      └──────────────────┘
 *
 * A step is plain data; whom it hits is drawn when it comes, from the seed and its place in the list.
 * Steps that would leave nobody, or take more disks at once than `budget` allows, do nothing.
 */
import type { Address } from '../../core/address.ts';
import { type Random, randomBelow, SeededRandom } from '../../core/random.ts';
import type { RingOutcome } from '../../ring/outcome.ts';
import type { Cut } from '../network/partitions.ts';
import { SeedStream } from '../seed.ts';
import type { DisturbanceKind, History } from './history.ts';
import type { RingOverlay } from './ring-overlay.ts';

/**
 * `silent`: its host goes without a word, and no stream is reset. `aimed`: not anybody, but those who
 * hold what was acknowledged last, the owner first.
 */
export interface Blow {
  readonly count: number;
  readonly silent: boolean;
  readonly aimed: boolean;
}

export type RingStep = { readonly atMs: number } & (
  | { readonly do: 'join' }
  | { readonly do: 'leave'; readonly isWiped: boolean }
  | ({ readonly do: 'crash'; readonly forMs: number } & Blow)
  | ({ readonly do: 'loss' } & Blow)
  /** `isTimeless`: its clock stands still, too, so that it wakes without knowing that any time has passed. */
  | ({ readonly do: 'pause'; readonly forMs: number; readonly isTimeless?: boolean } & Blow)
  /** One is lost with its disk, and another goes down at once and comes back. */
  | ({ readonly do: 'both'; readonly forMs: number } & Blow)
  | { readonly do: 'cut'; readonly share: number; readonly cut: Cut; readonly forMs: number }
  /** It goes down, and comes back at its address with an empty disk. */
  | ({ readonly do: 'empty'; readonly forMs: number } & Blow)
  /** All go down at once; each comes back when its power does, in any order. */
  | { readonly do: 'power'; readonly forMs: number }
  /** The clock of somebody jumps forwards. */
  | { readonly do: 'jump'; readonly byMs: number }
  /** Nothing becomes durable on somebody's disk for so long. */
  | { readonly do: 'hang'; readonly forMs: number }
);

/** What takes somebody away. */
type Strike = 'crash' | 'loss' | 'pause' | 'empty';

export const Stand = { out: 0, up: 1, down: 2, paused: 3 } as const;
export type Stand = (typeof Stand)[keyof typeof Stand];

/** Living nodes through which one joins. */
const WAYS = 2;

export class RingLife {
  readonly stands: Uint8Array;
  /** Ends all waiting of programs at a node. */
  whenGone: (node: number) => void = () => {};
  /** Who holds what was acknowledged last, the owner first. */
  holders: () => readonly number[] = () => [];
  readonly #overlay: RingOverlay;
  readonly #history: History;
  readonly #budget: number;
  readonly #random: SeededRandom;
  /** Processes gone since the ring was last whole. */
  gone = 0;
  /** Disks lost since then, those of leavers counted, and how many may be. */
  #losses = 0;
  tolerance: () => number = () => Infinity;
  /** Disks that may be lost before an arc has no copy, as titles are now: whoever stood still is named no more. */
  toleranceNow: () => number = () => Infinity;
  /** Cuts that hold now. */
  cuts = 0;
  #isOver = false;
  /** By call: who leaves, and what becomes of the disk. */
  readonly #leavers = new Map<number, { node: number; isWiped: boolean }>();
  /** Ours are negative; -1 is the overlay's own. */
  #lastCall = -1;
  readonly #leaving: number;
  readonly #returning: number;
  readonly #mending: number;
  readonly #lives: Uint32Array;
  /** Since when those have been paused whose clock stands still with them. */
  readonly #timeless = new Map<number, number>();
  /** Whose disk will be empty when they come back. */
  readonly #emptied = new Set<number>();
  readonly #unhanging: number;
  /** Whose disks hang. */
  readonly #hung = new Set<number>();

  /** How far the clock of a process that begins anew may be off, either way. */
  skewMs = 0;

  /** @param budget how many may be gone at a time, as counted between two times that the ring is whole. */
  constructor(overlay: RingOverlay, history: History, budget: number) {
    const { world } = overlay;
    this.#overlay = overlay;
    this.#history = history;
    this.#budget = budget;
    this.#random = new SeededRandom(world.seed, SeedStream.life);
    this.stands = Uint8Array.from(world.alive);
    this.#lives = new Uint32Array(world.count);
    this.#leaving = world.subscribe((call, isInOrder) => this.#left(-call, isInOrder === 1));
    this.#returning = world.subscribe((node, life) => {
      if (this.#lives[node] === life) this.comeBack(node);
    });
    this.#mending = world.subscribe((number) => this.#mend(number));
    this.#unhanging = world.subscribe((node) => this.#unhang(node));
  }

  /** Puts all steps on their way. */
  follow(steps: readonly RingStep[]): void {
    const { world } = this.#overlay;
    const startMs = world.now;
    const subscriber = world.subscribe((index) => {
      if (!this.#isOver) this.#carryOut(steps[index], index);
    });
    for (const [i, { atMs }] of steps.entries()) {
      world.schedule(startMs + atMs, subscriber, i, 0);
    }
  }

  /** The ring was whole: whoever is gone has been replaced. */
  settled(): void {
    this.gone = 0;
    this.#losses = 0;
  }

  /** Nothing befalls anybody any more, and all who have a disk come back. */
  heal(): void {
    this.#isOver = true;
    this.#note('mend', -1);
    this.#overlay.world.network.calm();
    this.cuts = 0;
    for (const node of this.#hung) this.#unhang(node);
    for (let node = 0; node < this.stands.length; node++) this.comeBack(node);
    // Whoever was told of nobody but the dead has to be told of others.
    for (const node of this.up()) if (!this.#overlay.node(node).isMember) this.#beginAgain(node);
  }

  /** Nodes that hear and act. */
  up(): number[] {
    return this.#those(Stand.up);
  }

  /** Nodes that are members and act. */
  members(): number[] {
    return this.up().filter((node) => this.#overlay.node(node).isMember);
  }

  join(node: number): void {
    const ways = this.#ways(node);
    this.#enter(node, Stand.up);
    this.#note('join', node);
    // Its host may have gone without a word: whatever it still had under way is over now.
    this.#overlay.restart(node, ways, true);
  }

  /** An event that tells of the end of what was begun in good order. */
  joined(node: number): void {
    this.#note('join', node);
  }

  comeBack(node: number): void {
    if (this.stands[node] === Stand.paused) {
      this.#enter(node, Stand.up);
      this.#note('resume', node);
      const { now } = this.#overlay.world;
      this.#overlay.resume(node, now - (this.#timeless.get(node) ?? now));
      this.#timeless.delete(node);
    } else if (this.stands[node] === Stand.down) {
      // Whoever remembers the ring may have to find it without help.
      const remembers = this.#overlay.storeOf(node).fact('known') !== null;
      const ways = remembers && randomBelow(this.#random, 2) === 0 ? [] : this.#ways(node);
      // Who is told of nobody and remembers nobody begins a ring of its own.
      if (!remembers && ways.length === 0) ways.push(...this.#others(node));
      this.#enter(node, Stand.up);
      this.#note(this.#emptied.delete(node) ? 'join' : 'restart', node);
      // One that finds nobody whom it remembers begins alone, as if it were cut off.
      if (ways.length === 0) this.#note('cut', node);
      this.#overlay.restart(node, ways, true, this.#skew());
    }
  }

  /** The outcome of a call that is ours: those are negative. */
  ended(call: number, { code }: RingOutcome): void {
    if (!this.#leavers.has(call)) return;
    const { world } = this.#overlay;
    world.schedule(world.now, this.#leaving, -call, code === 'ok' ? 1 : 0);
  }

  #beginAgain(node: number): void {
    const leaves = [...this.#leavers.values()].some((leaver) => leaver.node === node);
    if (leaves) return;
    const ways = this.#ways(node);
    // The only member may be leaving.
    ways.push(...this.#others(node).filter((other) => !ways.includes(other)));
    // It may have been a member, and have lost its title.
    this.whenGone(node);
    this.#overlay.restart(node, ways, true);
  }

  /** The addresses of all others who are there or will be, whether they are members or not. */
  #others(node: number): Address[] {
    const there = [...this.up(), ...this.#those(Stand.down), ...this.#those(Stand.paused)];
    return there.filter((other) => other !== node).map((other) => this.#overlay.addressOf(other));
  }

  #those(stand: Stand): number[] {
    const nodes: number[] = [];
    this.stands.forEach((its, node) => {
      if (its === stand) nodes.push(node);
    });
    return nodes;
  }

  #ways(node: number): Address[] {
    const members = this.members().filter((other) => other !== node);
    const ways: Address[] = [];
    for (let i = 0; i < WAYS && members.length > 0; i++) {
      const way = members.splice(randomBelow(this.#random, members.length), 1)[0];
      ways.push(this.#overlay.addressOf(way));
    }
    return ways;
  }

  #enter(node: number, stand: Stand): void {
    this.stands[node] = stand;
    this.#lives[node] = this.#lives[node] + 1;
  }

  #note(kind: DisturbanceKind, node: number, isTimeless = false): void {
    this.#history.disturb(this.#overlay.world.now, kind, node, isTimeless);
  }

  #carryOut(step: RingStep, index: number): void {
    const { world } = this.#overlay;
    const random = new SeededRandom(world.seed, SeedStream.steps + index * 0x10000);
    switch (step.do) {
      case 'join': {
        const out = this.#those(Stand.out);
        if (out.length > 0 && this.members().length > 0) this.join(pick(random, out));
        return;
      }
      case 'leave':
        return this.#leave(random, step.isWiped);
      case 'cut':
        return this.#cut(random, step);
      case 'power':
        return this.#loseAllPower(random, step.forMs);
      case 'jump':
        return this.#jump(random, step.byMs);
      case 'hang':
        return this.#hang(random, step.forMs);
      case 'both':
        this.#strike(random, { ...step, do: 'loss', count: 1 });
        return this.#strike(random, { ...step, do: 'crash' });
      default:
        this.#strike(random, step);
    }
  }

  #strike(random: Random, step: RingStep & { do: Strike }): void {
    const aims = step.aimed ? [...this.holders()] : [];
    for (let i = 0; i < step.count; i++) this.#take(random, step, aims);
  }

  /** Takes one away: a process, with its disk, or for a while. */
  #take(random: Random, step: RingStep & { do: Strike }, aims: number[]): void {
    const up = this.up();
    if (up.length < 2 || this.gone >= this.#budget) return;
    const isLost = step.do === 'loss' || step.do === 'empty';
    if (isLost && !this.#mayLose()) return;
    while (aims.length > 0 && !up.includes(aims[0])) aims.shift();
    const node = aims.shift() ?? pick(random, up);
    // Somebody has to be left who is a member.
    if (this.members().every((other) => other === node)) return;
    this.gone++;
    if (isLost) this.#losses++;
    const isTimeless = step.do === 'pause' && step.isTimeless === true;
    this.#note(step.do === 'empty' ? 'loss' : step.do, node, isTimeless);
    if (step.do === 'pause') {
      this.#enter(node, Stand.paused);
      this.#overlay.pause(node);
      if (isTimeless) this.#timeless.set(node, this.#overlay.world.now);
      this.#comeBackAfter(node, step.forMs);
      return;
    }
    this.#goDown(node, step.silent, step.do === 'loss' ? Stand.out : Stand.down);
    if (step.do !== 'crash') this.#overlay.disks.wipe(node);
    if (step.do === 'empty') this.#emptied.add(node);
    if (step.do !== 'loss') this.#comeBackAfter(node, step.forMs);
  }

  #mayLose(): boolean {
    const { size } = this.#leavers;
    return this.#losses + size < this.tolerance() && size < this.toleranceNow();
  }

  #goDown(node: number, isSilent: boolean, stand: Stand): void {
    for (const [call, leaver] of this.#leavers) {
      if (leaver.node === node) this.#leavers.delete(call);
    }
    this.#enter(node, stand);
    this.#timeless.delete(node);
    if (isSilent) this.#overlay.vanish(node);
    else this.#overlay.crash(node);
    this.whenGone(node);
  }

  #loseAllPower(random: Random, forMs: number): void {
    for (const node of [...this.up(), ...this.#those(Stand.paused)]) {
      this.gone++;
      this.#note('crash', node);
      this.#goDown(node, true, Stand.down);
      this.#comeBackAfter(node, 1 + randomBelow(random, forMs));
    }
  }

  #jump(random: Random, byMs: number): void {
    const up = this.up();
    if (up.length === 0) return;
    const node = pick(random, up);
    // All that it waits for is over time.
    this.#note('resume', node);
    this.#overlay.jumpClock(node, byMs);
  }

  #hang(random: Random, forMs: number): void {
    const { world, disks } = this.#overlay;
    const up = this.up();
    const node = up.length > 0 ? pick(random, up) : -1;
    if (node < 0 || this.#hung.has(node)) return;
    this.#hung.add(node);
    this.#note('cut', node);
    disks.hang(node, true);
    world.schedule(world.now + forMs, this.#unhanging, node, 0);
  }

  #unhang(node: number): void {
    if (!this.#hung.delete(node)) return;
    this.#note('mend', node);
    this.#overlay.disks.hang(node, false);
  }

  /** How far off the clock of the next process is. */
  #skew(): number {
    return this.skewMs === 0 ? 0 : randomBelow(this.#random, 2 * this.skewMs + 1) - this.skewMs;
  }

  #comeBackAfter(node: number, forMs: number): void {
    const { world } = this.#overlay;
    world.schedule(world.now + forMs, this.#returning, node, this.#lives[node]);
  }

  #leave(random: Random, isWiped: boolean): void {
    const leaving = [...this.#leavers.values()];
    const members = this.members().filter((node) => !leaving.some((its) => its.node === node));
    if (members.length < 2) return;
    if (!this.#mayLose()) return;
    const node = pick(random, members);
    const { world } = this.#overlay;
    const call = --this.#lastCall;
    this.#leavers.set(call, { node, isWiped });
    this.#note('leave', node);
    this.#overlay.node(node).leave(this.#overlay.nowAt(node), call);
    world.arm(node);
  }

  /** Whoever could not hand everything over stops all the same, and is one of those who are gone. */
  #left(call: number, isInOrder: boolean): void {
    const leaver = this.#leavers.get(call);
    if (leaver === undefined) return;
    this.#leavers.delete(call);
    const { node, isWiped } = leaver;
    this.#note(isInOrder ? 'leave' : 'crash', node);
    this.#losses++;
    this.#enter(node, isInOrder ? Stand.out : Stand.down);
    this.#overlay.node(node).close(this.#overlay.nowAt(node));
    this.#overlay.crash(node);
    if (isInOrder && isWiped) this.#overlay.disks.wipe(node);
    this.whenGone(node);
  }

  #cut(random: Random, { share, cut, forMs }: RingStep & { do: 'cut' }): void {
    const { world } = this.#overlay;
    const group = this.up().filter(() => random.uint32() < share * 0x100000000);
    const number = world.network.partition([group], cut);
    this.cuts++;
    this.#note('cut', -1);
    world.schedule(world.now + forMs, this.#mending, number, 0);
  }

  #mend(number: number): void {
    if (!this.#overlay.world.network.heal(number)) return;
    this.cuts--;
    this.#note('mend', -1);
  }
}

function pick<T>(random: Random, list: readonly T[]): T {
  return list[randomBelow(random, list.length)];
}

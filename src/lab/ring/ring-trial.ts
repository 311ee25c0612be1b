/**
 * A trial of the ring: one world that is first disturbed and then left in peace, and a history of all
 * that programs were told meanwhile, which is judged in the end.
 *
 *     ├───── faults ─────────────────────────┼──── healing ────┼── readings ──┤
 *       steps, losses, slow disks; programs    until the ring     every key through
 *       insert, get, remove all the while      is whole           every node, at every level
 *       └─ once a second: is it whole? do two answer for one key? has somebody lost the ring?
 *
 * The ring has to be whole again within `HEALING_MS` of virtual time, and records that belong to
 * nobody any more gone within `RELEASING_MS` more.
 */

import { ID_BYTES } from '../../core/id.ts';
import { fillRandom, type Random, randomBelow, SeededRandom } from '../../core/random.ts';
import type { RingEvent, RingOutcome } from '../../ring/outcome.ts';
import { VERSION_BYTES } from '../../ring/records/clock.ts';
import { LEVELS, type Level, type RingSettings, ringSettings } from '../../ring/settings.ts';
import type { NetworkModel } from '../network/network-model.ts';
import { SeedStream } from '../seed.ts';
import { sha1 } from '../sha1.ts';
import type { DiskModel } from '../streams/disk.ts';
import { Violation } from '../violation.ts';
import { History, type Operation, type OperationKind } from './history.ts';
import { judge } from './history-judge.ts';
import { FIRST_REGISTER_CALL, Registers } from './registers.ts';
import { RingLife, type RingStep } from './ring-life.ts';
import { type RingOverlay, ringWorld } from './ring-overlay.ts';
import { RingWhole } from './ring-whole.ts';

/** Plain data: what a trial is. */
export interface RingPlan {
  seed: number;
  /** Processes that there may be, and those who are members at first. */
  nodes: number;
  members: number;
  identities: number;
  settings: Partial<RingSettings>;
  network: NetworkModel;
  disk: DiskModel;
  steps: readonly RingStep[];
  /** Processes that may be gone at a time; more steps than that are passed over. */
  budget: number;
  /** So much is lost that the living are taken for dead: a cut from the first moment to the last. */
  isLossy: boolean;
  keys: number;
  /** Keys of atomic acts beside them; none in a ring without titles, which promises nothing of the kind. Default 0. */
  registers?: number;
  /** Sizes of values, one as likely as the other. */
  valueBytes: readonly number[];
  /** Between two commands of programs, on average. */
  commandMs: number;
  faultsMs: number;
  /** How long one program in `HURRIED_ONE_IN` waits for a write; the others wait as long as there is to wait. */
  hurriedMs?: number;
  /** How far the clock of a process that begins anew may be off, either way. Default 0. */
  skewMs?: number;
}

export interface RingTrialResult {
  seed: number;
  nodes: number;
  /** Processes at the end. */
  survivors: number;
  traceHash: string;
  virtualMs: number;
  /** Bytes written to streams. */
  bytes: number;
  checks: number;
  operations: number;
  acknowledged: number;
  /** Acts on registers whose end somebody was told. */
  acts: number;
  /** Registers whose history was too long to be judged. */
  unjudged: number;
  disturbances: number;
  /** How long each spell of turmoil lasted, in virtual ms. */
  spellsMs: readonly number[];
}

/** Longer than it takes to give up a silent host, its streams, and a join that came to a halt. */
export const HEALING_MS = 120_000;
/** Longer than a leaver waits, and a few rounds of looking for foreign records. */
const RELEASING_MS = 60_000;
const LOOK_EVERY_MS = 500;
/**
 * After a cut the ring may look whole because nobody has noticed anything yet: it has to look so for
 * longer than it takes to give somebody up, by a pulse and then through others.
 */
const STEADY_MS = 10_000;
/** A command takes no longer than the settings say; its program hears of it a moment later. */
const CALL_SLACK_MS = 100;
/** Longer than the slowest disk takes to flush what nodes know from the beginning. */
const CALM_MS = 3000;
const HURRIED_ONE_IN = 2;
/** Readings begun together. */
const READINGS_AT_ONCE = 32;

/** @throws Violation when a check fails. */
export function runRingTrial(plan: RingPlan): RingTrialResult {
  return new RingTrial(plan).run();
}

export class RingTrial {
  readonly history: History = new History();
  readonly overlay: RingOverlay;
  readonly #plan: RingPlan;
  readonly #settings: RingSettings;
  readonly #life: RingLife;
  readonly #whole: RingWhole;
  readonly #registers: Registers;
  readonly #random: Random;
  readonly #hurry: Random;
  readonly #keys: Uint8Array[];
  /** Of each value its bytes, by the label that it begins with. */
  readonly #values = new Map<string, number>();
  readonly #spells: number[] = [];
  #spellFromMs = -1;
  #seenDisturbances = 0;
  #checks = 0;
  /** The key that was last written and acknowledged. */
  #lastKey = 0;
  #isCut = false;
  /** Since when every look has found the ring whole; Infinity when the last one has not. */
  #steadySinceMs = Infinity;
  /** Disks that may be lost, as it was when the ring was last whole. */
  #tolerance = Infinity;
  /** Processes when the ring was last whole. */
  #wholeCount = 0;
  #isHealing = false;

  constructor(plan: RingPlan) {
    this.#plan = plan;
    const { seed, nodes, members, identities, network, disk } = plan;
    this.#settings = ringSettings(plan.settings);
    this.#random = new SeededRandom(seed, SeedStream.workload);
    this.#hurry = new SeededRandom(seed, SeedStream.hurry);
    this.#keys = Array.from({ length: plan.keys }, () => this.#randomKey());
    this.overlay = ringWorld(
      { seed, nodes, members, identities, network, disk, sha1, settings: this.#settings },
      {
        onOutcome: (_node, call, outcome) => this.#ended(call, outcome),
        onEvent: (node, event) => this.#heard(node, event),
      },
    );
    this.#life = new RingLife(this.overlay, this.history, plan.budget);
    this.#life.skewMs = plan.skewMs ?? 0;
    this.#registers = new Registers(this.overlay, seed, this.#isTitled ? (plan.registers ?? 0) : 0);
    this.#life.whenGone = (node) => {
      this.history.abandon(node);
      this.#registers.abandon(node);
    };
    this.#whole = new RingWhole(this.overlay, this.#keys);
    if (this.#isTitled) {
      this.#tolerance = this.#whole.tolerance();
      this.#life.tolerance = () => this.#tolerance;
      this.#life.toleranceNow = () => this.#whole.toleranceNow();
      this.history.wanted = this.#settings.k + 1;
    }
    this.#life.holders = () => this.#whole.holders(this.#keys[this.#lastKey]);
  }

  get #isTitled(): boolean {
    const { titles, k } = this.#settings;
    return titles && k > 0;
  }

  run(): RingTrialResult {
    const { steps, faultsMs } = this.#plan;
    const { world } = this.overlay;
    // What a ring has known for long is on its disks.
    if (this.#isTitled) world.run(world.now + CALM_MS);
    if (this.#plan.isLossy) this.history.disturb(world.now, 'cut');
    this.#life.follow(steps);
    this.#work(world.now + faultsMs);
    this.#runUntil(world.now + faultsMs);
    this.#life.heal();
    this.#isHealing = true;
    this.#becomeWhole();
    this.#readAll();
    this.#judge();
    this.#releaseAll();
    return this.#result();
  }

  #result(): RingTrialResult {
    const { world } = this.overlay;
    const { operations, disturbances } = this.history;
    return {
      seed: this.#plan.seed,
      nodes: this.#plan.nodes,
      survivors: this.#life.up().length,
      traceHash: world.traceHash,
      virtualMs: world.elapsedMs,
      bytes: world.streams.traffic.bytesWritten,
      checks: this.#checks + operations.length,
      operations: operations.length,
      acknowledged: operations.filter(({ ending }) => ending === 'acknowledged').length,
      acts: this.#registers.acknowledged,
      unjudged: this.#registers.unjudged,
      disturbances: disturbances.length,
      spellsMs: this.#spells,
    };
  }

  // Phases.

  #becomeWhole(): void {
    const { world } = this.overlay;
    const untilMs = world.now + HEALING_MS;
    for (let fault = this.#look(); fault !== null; fault = this.#look()) {
      // The last may have left.
      if (this.#life.up().length === 0) return;
      if (world.now >= untilMs) this.#fail('healing', `after ${HEALING_MS / 1000} s ${fault}`);
      world.run(world.now + LOOK_EVERY_MS);
    }
  }

  /** Every key through every node, at every level. */
  #readAll(): void {
    const { world } = this.overlay;
    let begun = 0;
    for (const node of this.#life.up()) {
      for (const key of this.#keys.keys()) {
        this.#read(node, key, LEVELS[(key + node) % LEVELS.length]);
        if (++begun % READINGS_AT_ONCE === 0) world.run(world.now + LOOK_EVERY_MS);
      }
    }
    this.#hearAll();
    const [anybody] = this.#life.up();
    if (anybody !== undefined) this.#registers.readAll(anybody);
    this.#hearAll();
    if (this.#registers.open > 0) this.#fail('calls end', 'an act on a register did not');
    const open = this.#pending();
    if (open) this.#fail('calls end', `#${open.id} through node ${open.node} did not`);
  }

  /** Until nobody waits any more, for as long as a command may take. */
  #hearAll(): void {
    const { world } = this.overlay;
    const untilMs = world.now + this.#settings.callTimeoutMs + CALL_SLACK_MS;
    while (world.now < untilMs && (this.#registers.open > 0 || this.#pending() !== undefined)) {
      world.run(Math.min(untilMs, world.now + LOOK_EVERY_MS));
    }
  }

  #pending(): Operation | undefined {
    return this.history.operations.findLast(({ code }) => code === 'pending');
  }

  #judge(): void {
    const [breach] = judge(this.history);
    if (breach) throw new Violation(breach.rule, breach.atMs - this.#startMs, breach.detail);
    const impossible = this.#registers.breach();
    if (impossible !== null) this.#fail('linearizable', impossible);
  }

  #releaseAll(): void {
    const { world } = this.overlay;
    const untilMs = world.now + RELEASING_MS;
    for (;;) {
      const stray = this.#whole.stray();
      if (stray === null) return;
      if (world.now >= untilMs) this.#fail('release', `after ${RELEASING_MS / 1000} s ${stray}`);
      this.#runUntil(world.now + LOOK_EVERY_MS);
    }
  }

  get #startMs(): number {
    return this.overlay.world.now - this.overlay.world.elapsedMs;
  }

  #fail(check: string, detail: string): never {
    throw new Violation(check, this.overlay.world.elapsedMs, detail);
  }

  // Looking.

  #runUntil(endMs: number): void {
    const { world } = this.overlay;
    while (world.now < endMs) {
      world.run(Math.min(endMs, world.now + LOOK_EVERY_MS));
      this.#look();
    }
  }

  /** Notes whether the ring is whole; what keeps it from being so, or null. */
  #look(): string | null {
    const { disturbances } = this.history;
    this.#checks++;
    for (; this.#seenDisturbances < disturbances.length; this.#seenDisturbances++) {
      const { kind, atMs } = disturbances[this.#seenDisturbances];
      if (this.#spellFromMs < 0) this.#spellFromMs = atMs;
      if (kind === 'cut' || kind === 'mend' || kind === 'resume') this.#isCut = true;
    }
    const fault = this.#whole.fault();
    if (fault === null && this.#isSteady()) this.#becameWhole();
    if (fault !== null) this.#steadySinceMs = Infinity;
    if (!this.#isCut) this.#lookForOwners();
    return this.#spellFromMs < 0 ? null : (fault ?? 'whole for a moment only');
  }

  #isSteady(): boolean {
    const { now } = this.overlay.world;
    if (this.#life.cuts > 0 || (this.#plan.isLossy && !this.#isHealing)) return false;
    this.#steadySinceMs = Math.min(this.#steadySinceMs, now);
    return !this.#isCut || now - this.#steadySinceMs >= STEADY_MS;
  }

  #becameWhole(): void {
    const { world } = this.overlay;
    this.history.whole(world.now, this.#whole.copies(this.#settings.k));
    this.#life.settled();
    this.#tolerance = this.#whole.tolerance();
    if (this.#spellFromMs >= 0) this.#spells.push(world.now - this.#spellFromMs);
    this.#spellFromMs = -1;
    this.#isCut = false;
    this.#wholeCount = this.#life.up().length;
  }

  /** Whatever joins, leaves and dies: nobody answers for what is another's, nobody loses the ring. */
  #lookForOwners(): void {
    const overlap = this.#whole.overlap();
    if (overlap !== null) this.#fail('one owner', overlap);
    // Lists are made for the death of K + 1 processes, in a ring that fills them (Zave's assumptions).
    const { k } = this.#settings;
    if (this.#life.gone > k + 1 || this.#wholeCount < k + 4) return;
    const orphan = this.#whole.orphan();
    if (orphan !== null) this.#fail('a successor', orphan);
  }

  #heard(node: number, event: RingEvent): void {
    // Nothing is told of the nodes that are in the ring from the beginning.
    if (event.kind === 'joined' && this.#life !== undefined) this.#life.joined(node);
  }

  // Programs.

  #work(untilMs: number): void {
    const { world } = this.overlay;
    const { commandMs } = this.#plan;
    const again = world.subscribe(() => {
      this.#command();
      const nextMs = world.now + 1 + randomBelow(this.#random, 2 * commandMs);
      if (nextMs < untilMs) world.schedule(nextMs, again, 0, 0);
    });
    world.schedule(world.now, again, 0, 0);
  }

  #command(): void {
    const random = this.#random;
    const { keys, valueBytes } = this.#plan;
    const key = randomBelow(random, keys);
    const level = LEVELS[randomBelow(random, LEVELS.length)];
    const kind = KINDS[randomBelow(random, KINDS.length)];
    const bytes = valueBytes[randomBelow(random, valueBytes.length)];
    const members = this.#life.members();
    const chance = random.uint32();
    if (members.length === 0) return;
    const node = members[chance % members.length];
    if (this.#registers.count > 0) this.#registers.command(node);
    if (kind === 'insert') this.#insert(node, key, level, bytes);
    else if (kind === 'remove') this.#ask(node, 'remove', key, level);
    else if (kind === 'exists') this.#ask(node, 'exists', key, level);
    else this.#read(node, key, level);
  }

  #read(node: number, key: number, level: Level): void {
    this.#ask(node, 'get', key, level);
  }

  #insert(node: number, key: number, level: Level, bytes: number): void {
    const { world } = this.overlay;
    const value = `v${this.history.operations.length}`;
    this.#values.set(value, bytes);
    const lifeMs = this.#lifeMs();
    const begun = { kind: 'insert', level, key: `k${key}`, node, value, lifeMs } as const;
    const call = this.history.begin(world.now, begun) + 1;
    const content = contentOf(value, bytes);
    const machine = this.overlay.node(node);
    const now = this.overlay.nowAt(node);
    machine.insert(now, call, this.#keys[key], content, level, lifeMs || undefined);
    world.arm(node);
  }

  /** How long the program waits for a write; 0: as long as there is to wait. */
  #lifeMs(): number {
    const { hurriedMs = 0 } = this.#plan;
    return hurriedMs > 0 && randomBelow(this.#hurry, HURRIED_ONE_IN) === 0 ? hurriedMs : 0;
  }

  #ask(node: number, kind: Exclude<OperationKind, 'insert'>, key: number, level: Level): void {
    const { world } = this.overlay;
    const call = this.history.begin(world.now, { kind, level, key: `k${key}`, node }) + 1;
    this.overlay.node(node)[kind](this.overlay.nowAt(node), call, this.#keys[key], level);
    world.arm(node);
  }

  /** Calls of programs are numbered from 1, as their operations are from 0. */
  #ended(call: number, outcome: RingOutcome): void {
    if (call < 0) return this.#life.ended(call, outcome);
    if (call >= FIRST_REGISTER_CALL) return this.#registers.ended(call, outcome);
    const { code, found, version, copies, silent } = outcome;
    const { key } = this.history.operations[call - 1];
    if (copies > 0) this.#lastKey = Number(key.slice(1));
    this.history.end(call - 1, this.overlay.world.now, {
      ...{ code, found, copies, silent },
      version: version === null ? null : hexOf(version),
      value: outcome.value === null ? null : this.#labelOf(outcome.value),
    });
  }

  /** The label of a value that came whole; else something that nobody wrote. */
  #labelOf(content: Uint8Array): string {
    let label = '';
    for (let i = 0; i < content.length && content[i] !== 0; i++) {
      label += String.fromCharCode(content[i]);
    }
    return this.#values.get(label) === content.length ? label : `mangled ${label}`;
  }

  #randomKey(): Uint8Array {
    const key = new Uint8Array(ID_BYTES);
    fillRandom(this.#random, key, 0, ID_BYTES);
    return key;
  }
}

const KINDS: readonly OperationKind[] = [
  ...(['insert', 'insert', 'insert', 'insert'] as const),
  ...(['get', 'get', 'get', 'exists', 'remove'] as const),
];

/** A label, and zeros up to so many bytes. */
function contentOf(label: string, bytes: number): Uint8Array {
  const content = new Uint8Array(bytes);
  for (let i = 0; i < label.length; i++) content[i] = label.charCodeAt(i);
  return content;
}

function hexOf(version: Uint8Array): string {
  let text = '';
  for (let i = 0; i < VERSION_BYTES; i++) text += (version[i] + 256).toString(16).slice(1);
  return text;
}

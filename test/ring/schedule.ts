/**
 * Random schedules: joins, leaves, crashes, restarts and partitions while programs write and read,
 * all from one seed; then everything is healed, and what must hold then is looked at from outside:
 * order and coverage of the circle, Zave's conditions, equal copies, and a ledger of what was
 * acknowledged.
 */
import { compareIds, formatId } from '../../src/core/id.ts';
import { randomBelow, SeededRandom } from '../../src/core/random.ts';
import type { Identity } from '../../src/ring/circle/identity.ts';
import type { RingOutcome } from '../../src/ring/outcome.ts';
import { compareVersions, VERSION_BYTES } from '../../src/ring/records/clock.ts';
import { isTombstone, RECORD_HEADER_BYTES } from '../../src/ring/records/record.ts';
import type { Level, RingSettings } from '../../src/ring/settings.ts';
import { areMembers, keyOf, type Process, SmallRing, textOf } from './small-ring.ts';

export interface ScheduleOptions {
  seed: number;
  k: number;
  nodes: number;
  identities?: number;
  /** How long things go wrong. */
  stormMs: number;
  /** Which things, with weights. */
  join?: number;
  leave?: number;
  crash?: number;
  restart?: number;
  partition?: number;
  heal?: number;
  /** Crashed processes come back in the end; else they are lost with their disks. */
  comeBack?: boolean;
  /** Least time between two crashes beyond `k` at a time. */
  crashesPerRepair?: { count: number; windowMs: number };
  level?: Level;
  settings?: Partial<RingSettings>;
  keys?: number;
}

interface Write {
  name: string;
  /** Null for a remove. */
  value: string | null;
  outcome: RingOutcome | null;
}

export class Schedule {
  readonly world: SmallRing;
  readonly options: ScheduleOptions;
  readonly random: SeededRandom;
  readonly writes: Write[] = [];
  readonly log: string[] = [];
  #writeCount = 0;
  #isHealed = false;
  #crashes: number[] = [];
  readonly #leavers = new Map<number, Process>();
  readonly #underWay = new Map<number, Write>();

  constructor(options: ScheduleOptions) {
    this.options = options;
    const { seed, k, settings } = options;
    this.random = new SeededRandom(seed, 99);
    this.world = new SmallRing({
      seed,
      latencyMs: [1, 30],
      flushMs: [1, 10],
      settings: {
        k,
        pulseMs: 500,
        pulseTimeoutMs: 800,
        repairMs: 2000,
        selfTestMs: 3000,
        ...settings,
      },
    });
    this.world.onOutcome = (process, call, outcome) => this.#ended(process, call, outcome);
  }

  get members(): Process[] {
    return this.world.living.filter(areMembers);
  }

  run(): string[] {
    const { world, options } = this;
    world.ring(options.nodes, options.identities);
    world.run(3000);
    const end = world.now + options.stormMs;
    while (world.now < end) {
      world.run(20 + randomBelow(this.random, 300));
      this.#write();
      if (randomBelow(this.random, 6) === 0) this.#disturb();
    }
    this.#heal();
    for (let i = 0; i < 60; i++) {
      world.run(2000);
      if (this.problems().length === 0) break;
    }
    return this.problems();
  }

  #pick<T>(list: readonly T[]): T {
    return list[randomBelow(this.random, list.length)];
  }

  #say(text: string): void {
    this.log.push(`${this.world.now % 1_000_000}: ${text}`);
  }

  #write(): void {
    const { keys = 20, level } = this.options;
    const { members } = this;
    if (members.length === 0) return;
    const process = this.#pick(members);
    const name = `key ${randomBelow(this.random, keys)}`;
    const its = level ?? this.#pick(['one', 'quorum', 'all'] as const);
    const isRemove = randomBelow(this.random, 4) === 0;
    const value = isRemove ? null : `value ${++this.#writeCount}`;
    const call = value === null ? process.remove(name, its) : process.insert(name, value, its);
    const write = { name, value, outcome: null };
    this.writes.push(write);
    this.#underWay.set(call, write);
  }

  #disturb(): void {
    const { join = 2, leave = 2, crash = 2, restart = 3, partition = 1, heal = 2 } = this.options;
    const weights = [join, leave, crash, restart, partition, heal];
    let drawn = randomBelow(
      this.random,
      weights.reduce((sum, weight) => sum + weight),
    );
    const kind = weights.findIndex((weight) => (drawn -= weight) < 0);
    [this.#join, this.#leave, this.#crash, this.#restart, this.#partition, this.#mend][kind].call(
      this,
    );
  }

  #join(): void {
    const { world, members } = this;
    if (members.length === 0 || world.living.length >= this.options.nodes * 2) return;
    const process = world.process(this.options.identities);
    process.group = this.#pick(members).group;
    this.#say(`join ${process.number}`);
    process.start(this.#pick(members.filter(({ group }) => group === process.group)));
  }

  #leave(): void {
    const { members } = this;
    if (members.length < 3) return;
    const process = this.#pick(members);
    this.#say(`leave ${process.number}`);
    this.#leavers.set(process.leave(), process);
  }

  #crash(): void {
    const { world } = this;
    const { crashesPerRepair } = this.options;
    if (world.living.length < 3) return;
    if (crashesPerRepair) {
      const { count, windowMs } = crashesPerRepair;
      this.#crashes = this.#crashes.filter((atMs) => atMs + windowMs > world.now);
      if (this.#crashes.length >= count) return;
      this.#crashes.push(world.now);
    }
    const process = this.#pick(world.living);
    this.#say(`crash ${process.number}`);
    process.crash();
  }

  #restart(): void {
    const { world, members } = this;
    const dead = world.processes.filter((process) => !process.isAlive && !this.#isOut(process));
    if (!this.options.comeBack || dead.length === 0 || members.length === 0) return;
    const process = this.#pick(dead);
    this.#say(`restart ${process.number}`);
    const remembers = process.store.fact('known') !== null && randomBelow(this.random, 2) === 0;
    process.restart(...(remembers ? [] : [this.#pick(members)]));
  }

  #isOut(process: Process): boolean {
    return [...this.#leavers.values()].includes(process) && process.hasLeft;
  }

  #partition(): void {
    const cut = randomBelow(this.random, 2);
    for (const process of this.world.processes) {
      process.group = cut ? randomBelow(this.random, 2) : process.number % 2;
    }
    this.#say(`partition ${this.world.processes.map(({ group }) => group).join('')}`);
  }

  #mend(): void {
    this.#say('mend');
    for (const process of this.world.processes) process.group = 0;
  }

  #heal(): void {
    this.#isHealed = true;
    this.#mend();
    const { world } = this;
    if (!this.options.comeBack) {
      // Who was told of one node only, and that one died, can never come in.
      for (const process of world.living) if (isComing(process)) process.crash();
      return;
    }
    // Who never came in may know nobody who is still there.
    for (const process of world.living) if (isComing(process)) process.crash();
    for (const process of world.processes) {
      if (process.isAlive || process.hasLeft) continue;
      this.#say(`restart ${process.number}`);
      const others = this.members.filter((other) => other !== process);
      process.restart(...(others.length > 0 ? others : world.living).slice(0, 2));
    }
  }

  #ended(process: Process, call: number, outcome: RingOutcome): void {
    const write = this.#underWay.get(call);
    if (write) {
      this.#underWay.delete(call);
      write.outcome = outcome;
    }
    if (this.#leavers.get(call) === process) {
      this.#say(`left ${process.number} ${outcome.code}`);
      process.hasLeft = outcome.code === 'ok';
      this.world.at(this.world.now, () => {
        process.stop();
        // It said that others have not got all of it: somebody starts it again.
        if (!process.hasLeft && this.#isHealed) process.restart(...this.members.slice(0, 2));
      });
    }
  }

  // What must hold.

  problems(): string[] {
    const problems: string[] = [];
    const living = this.world.living.filter(({ hasLeft }) => !hasLeft);
    for (const process of living) {
      if (!areMembers(process)) {
        const states = process.node.identities.map(({ state }) => state);
        problems.push(`process ${process.number} is ${states.join()}`);
      }
    }
    problems.push(...ringProblems(living));
    problems.push(...this.#copyProblems(living), ...this.#ledgerProblems(living));
    return problems;
  }

  #copyProblems(living: readonly Process[]): string[] {
    const problems: string[] = [];
    const all = identitiesOf(living);
    for (const name of this.#names()) {
      const key = keyOf(name);
      const at = all.findLastIndex(({ identity }) => compareIds(identity.hash, 0, key, 0) <= 0);
      const holders: Process[] = [];
      for (let i = 0; i < all.length && holders.length <= this.options.k; i++) {
        const { process } = all.at((at - i) % all.length)!;
        if (!holders.includes(process)) holders.push(process);
      }
      const held = holders.map(({ store }) => versionIn(store.get(key, 0)));
      if (held.some((version) => version !== held[0])) {
        const numbers = holders.map(({ number }) => number);
        problems.push(`copies of ${name} differ on ${numbers.join()}: ${held.join(' ')}`);
      }
      const strays = living.filter(
        (process) => !holders.includes(process) && process.store.get(key, 0) !== null,
      );
      for (const { number } of strays) problems.push(`${name} is still on ${number}`);
    }
    return problems;
  }

  #ledgerProblems(living: readonly Process[]): string[] {
    const problems: string[] = [];
    for (const name of this.#names()) {
      const key = keyOf(name);
      let best: Uint8Array | null = null;
      for (const { store } of living) {
        const record = store.get(key, 0);
        if (record && (best === null || compareVersions(record, 0, best, 0) > 0)) best = record;
      }
      for (const write of this.writes) {
        if (write.name !== name || write.outcome?.code !== 'ok') continue;
        const { version } = write.outcome;
        if (version === null) continue; // a remove of what was not there
        const lag = best === null ? -1 : compareVersions(best, 0, version, 0);
        if (lag < 0)
          problems.push(`lost: ${name} = ${write.value}, ${write.outcome.copies} copies`);
        if (lag === 0 && valueIn(best) !== write.value) problems.push(`mangled: ${name}`);
      }
      const value = valueIn(best);
      const isWritten = value === null || this.writes.some((write) => write.value === value);
      if (!isWritten) problems.push(`${name} has a value that nobody wrote`);
    }
    return problems;
  }

  #names(): Set<string> {
    return new Set(this.writes.map(({ name }) => name));
  }
}

/** It has not been a member yet. */
function isComing(process: Process): boolean {
  return process.node.identities[0].state === 'joining';
}

/** All identities of living processes in the order of the circle. */
export function identitiesOf(
  living: readonly Process[],
): { process: Process; identity: Identity }[] {
  return living
    .flatMap((process) =>
      process.node.identities
        .filter(({ isMember }) => isMember)
        .map((identity) => ({ process, identity })),
    )
    .sort((a, b) => compareIds(a.identity.hash, 0, b.identity.hash, 0));
}

/**
 * The conditions of a whole ring: every arc ends where the next begins; lists name the true
 * neighbours in order and skip nobody (Zave's ordered, complete, principal nodes).
 */
export function ringProblems(living: readonly Process[]): string[] {
  const problems: string[] = [];
  const all = identitiesOf(living);
  all.forEach(({ process, identity }, at) => {
    const who = `${process.number} (${formatId(identity.hash).slice(0, 6)})`;
    const next = all[(at + 1) % all.length].identity;
    if (compareIds(identity.end, 0, next.hash, 0) !== 0) problems.push(`arc of ${who} ends wrong`);
    const check = (list: readonly { address: number }[], step: number, what: string) => {
      list.forEach(({ address }, i) => {
        const index = (at + (i + 1) * step + all.length * (i + 1)) % all.length;
        const right = all[index].identity.member.address;
        if (address !== right) problems.push(`${what} ${i} of ${who} is wrong`);
      });
      const least = Math.min(all.length - 1, process.node.settings.k + 2);
      if (list.length < least) problems.push(`${what}s of ${who} are ${list.length}`);
    };
    check(identity.successors, 1, 'successor');
    check(identity.predecessors, -1, 'predecessor');
  });
  return problems;
}

function versionIn(record: Uint8Array | null): string {
  if (record === null) return '-';
  let text = '';
  for (let i = 0; i < VERSION_BYTES; i++) text += (record[i] + 256).toString(16).slice(1);
  return text;
}

function valueIn(record: Uint8Array | null): string | null {
  return record === null || isTombstone(record)
    ? null
    : textOf(record.subarray(RECORD_HEADER_BYTES));
}

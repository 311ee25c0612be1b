/**
 * Registers: keys of a trial on which programs act atomically, and whose histories have to be
 * *linearizable* (linearizability.ts), whatever befalls the ring.
 *
 *     words      set if absent, set if of a version, remove if of a version, insert, remove, get
 *     counters   add a number, get
 *
 * All is asked at `all`: what is acknowledged there outlives as many lost disks as a trial takes. An act
 * that certainly did not happen is left out; one of unknown end may happen later, or never. A version is
 * what the last answer about its key named, so conditions hold now and fail then.
 */
import { ID_BYTES } from '../../core/id.ts';
import { fillRandom, randomBelow, SeededRandom } from '../../core/random.ts';
import type { RingOutcome } from '../../ring/outcome.ts';
import { actOf, type Act as RingAct, VERDICTS } from '../../ring/records/act.ts';
import { SeedStream } from '../seed.ts';
import { countable } from './counting.ts';
import { endingOf } from './history.ts';
import { type Act, linearizable, type Timed } from './linearizability.ts';
import type { RingOverlay } from './ring-overlay.ts';

/** Calls of registers are numbered from here: a trial's other calls are fewer. */
export const FIRST_REGISTER_CALL = 0x4000_0000;

const KINDS = ['get', 'get', 'put-new', 'put-new', 'swap', 'swap', 'swap', 'drop'] as const;
type Kind = (typeof KINDS)[number] | 'insert' | 'remove' | 'add';

/** One in so many acts on a word has no condition. */
const PLAIN_ONE_IN = 8;
/** What is added to a counter at most. */
const ADDED_MAX = 3;

interface Known {
  readonly text: string;
  readonly version: Uint8Array;
}

/** An act that goes on, and what makes an entry of the history of it when its end is known. */
interface Begun {
  readonly register: number;
  readonly node: number;
  readonly beganMs: number;
  readonly kind: Kind;
  readonly value: string;
  /** What the condition names. */
  readonly was: Known | null;
  readonly by: number;
}

export class Registers {
  readonly count: number;
  readonly #overlay: RingOverlay;
  readonly #random: SeededRandom;
  readonly #keys: Uint8Array[];
  readonly #acts: Timed[][];
  readonly #known: (Known | null)[];
  readonly #open = new Map<number, Begun>();
  #next = FIRST_REGISTER_CALL;
  acknowledged = 0;
  /** Registers of whose history nobody knows whether it is possible: the search gave up. */
  unjudged = 0;

  constructor(overlay: RingOverlay, seed: number, count: number) {
    this.count = count;
    this.#overlay = overlay;
    this.#random = new SeededRandom(seed, SeedStream.registers);
    this.#keys = Array.from({ length: count }, () => {
      const key = new Uint8Array(ID_BYTES);
      fillRandom(this.#random, key, 0, ID_BYTES);
      return key;
    });
    this.#acts = this.#keys.map(() => []);
    this.#known = this.#keys.map(() => null);
  }

  /** Acts that somebody waits for. */
  get open(): number {
    return this.#open.size;
  }

  /** Begins some act on some register through a node. */
  command(node: number): void {
    const register = randomBelow(this.#random, this.count);
    this.#begin(node, register, this.#isCounter(register) ? this.#count() : this.#change());
  }

  /** Reads every register through a node. */
  readAll(node: number): void {
    for (let register = 0; register < this.count; register++) this.#begin(node, register, 'get');
  }

  #isCounter(register: number): boolean {
    return register % 2 === 1;
  }

  #count(): Kind {
    return randomBelow(this.#random, 3) === 0 ? 'get' : 'add';
  }

  #change(): Kind {
    if (randomBelow(this.#random, PLAIN_ONE_IN) > 0) {
      return KINDS[randomBelow(this.#random, KINDS.length)];
    }
    return randomBelow(this.#random, 2) === 0 ? 'insert' : 'remove';
  }

  #begin(node: number, register: number, wanted: Kind): void {
    const was = this.#known[register];
    const kind = was === null && (wanted === 'swap' || wanted === 'drop') ? 'put-new' : wanted;
    const call = this.#next++;
    const by = 1 + randomBelow(this.#random, ADDED_MAX);
    const beganMs = this.#overlay.world.now;
    const begun = {
      register,
      node,
      beganMs,
      kind,
      value: `r${call - FIRST_REGISTER_CALL}`,
      was,
      by,
    };
    this.#open.set(call, begun);
    this.#ask(call, begun);
    this.#overlay.world.arm(node);
  }

  #ask(call: number, begun: Begun): void {
    const { node, register, kind, value } = begun;
    const machine = this.#overlay.node(node);
    const now = this.#overlay.nowAt(node);
    const key = this.#keys[register];
    if (kind === 'get' || kind === 'remove') machine[kind](now, call, key, 'all');
    else if (kind === 'insert') machine.insert(now, call, key, bytesOf(value), 'all');
    else machine.act(now, call, key, actFor(begun), 'all');
  }

  /** Whoever waited at this node is gone, and nobody knows what became of it. */
  abandon(node: number): void {
    for (const [call, begun] of this.#open) {
      if (begun.node !== node) continue;
      this.#open.delete(call);
      this.#note(begun, Infinity, null);
    }
  }

  ended(call: number, outcome: RingOutcome): void {
    const begun = this.#open.get(call);
    if (begun === undefined) return;
    this.#open.delete(call);
    const ending = endingOf(outcome.code);
    if (ending === 'failed') return;
    if (ending === 'unknown') return this.#note(begun, Infinity, null);
    this.acknowledged++;
    this.#note(begun, this.#overlay.world.now, outcome);
    this.#learn(begun, outcome);
  }

  #note(begun: Begun, endedMs: number, outcome: RingOutcome | null): void {
    const { kind, beganMs, register } = begun;
    // Whoever read and was told nothing changed nothing.
    if (kind === 'get' && outcome === null) return;
    this.#acts[register].push({ beganMs, endedMs, act: toldOf(begun, outcome) });
  }

  /** What the next condition on this register names. */
  #learn({ kind, register, value }: Begun, outcome: RingOutcome): void {
    const { version, found } = outcome;
    if (version === null) return;
    if (kind === 'get') {
      const text = outcome.value === null ? null : textOf(outcome.value);
      this.#known[register] = found && text !== null ? { text, version } : null;
    } else if (isPut(kind) && (kind === 'insert' || isDone(outcome))) {
      this.#known[register] = { text: value, version };
    }
  }

  /** What is wrong with the history of a register, or null. Histories that are too long are `unjudged`. */
  breach(): string | null {
    for (const [register, acts] of this.#acts.entries()) {
      const verdict = this.#isCounter(register) ? countable(acts) : linearizable(acts);
      if (verdict.is === 'unknown') this.unjudged++;
      if (verdict.is !== 'impossible') continue;
      const stuck = JSON.stringify(acts[verdict.stuckAt]);
      return `register ${register}: no order of its ${acts.length} acts is possible, the longest ends before ${stuck}`;
    }
    return null;
  }
}

function isPut(kind: Kind): boolean {
  return kind === 'insert' || kind === 'put-new' || kind === 'swap';
}

function actFor({ kind, value, was, by }: Begun): RingAct {
  if (kind === 'add') return actOf({ verb: 'add', delta: BigInt(by) });
  if (kind === 'put-new') return actOf({ verb: 'set', when: 'absent', value: bytesOf(value) });
  const condition = { when: 'version', expected: was!.version } as const;
  if (kind === 'drop') return actOf({ verb: 'remove', ...condition });
  return actOf({ verb: 'set', ...condition, value: bytesOf(value) });
}

/** What its program was told; null: nothing. */
function toldOf({ kind, value, was, by }: Begun, outcome: RingOutcome | null): Act {
  const done = outcome !== null && isDone(outcome);
  switch (kind) {
    case 'get':
      return { do: 'get', got: outcome!.value === null ? null : textOf(outcome!.value) };
    case 'insert':
      return { do: 'insert', value };
    case 'remove':
      return { do: 'remove' };
    case 'add':
      return { do: 'increment', by, got: Number(outcome === null ? 0 : resultOf(outcome)) };
    case 'put-new':
      return { do: 'insert-if-absent', value, isDone: done };
    case 'swap':
      return { do: 'replace-if', was: was!.text, value, isDone: done };
    case 'drop':
      return { do: 'remove-if', was: was!.text, isDone: done };
  }
}

/** An act's answer: verdict · has a result · result. */
function isDone({ value }: RingOutcome): boolean {
  return value !== null && VERDICTS[value[0]] === 'done';
}

function resultOf({ value }: RingOutcome): string {
  return value === null || value[1] !== 1 ? '' : textOf(value.subarray(2));
}

function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(text, (char) => char.charCodeAt(0));
}

function textOf(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}

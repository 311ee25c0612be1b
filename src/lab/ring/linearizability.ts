/**
 * Is a history of one key possible, if the key were a single register on which one act happens after
 * the other? An act takes effect at one moment between its beginning and its end; a history is
 * *linearizable* (Herlihy and Wing 1990) when such moments can be found for all of its acts.
 *
 *     insert 1   ├──────●───────┤
 *     get → 2        ├───────────────●──┤          ● the moments: 1, 2, then the read of 2
 *     increment             ├──●──────────────┤
 *
 * The search is that of Wing and Gong (1993) as Lowe (2017) and Porcupine made it fast: take any act that
 * began before every untaken one ended, apply it to the register if the register allows what it was told,
 * go on; when stuck, go back. A state of the search that was seen before, the same acts taken and the
 * same register, is not looked at again. An act of unknown end may happen at any later moment, or never;
 * what keeps these from being tried in all ways:
 *
 *     first what ended first       the order that was, or nearly so, and what never ended last
 *     who only looked, at once     a read, or a condition that failed, is never worth waiting with
 *     only what changes            an act of unknown end that leaves the register as it is need not be taken
 *     one of those that are alike  of two with the same effect the one that began first
 *     values nobody names          are one value: who wrote which of them makes no difference
 *
 * Keys do not know each other, so each is judged alone: a history is linearizable when that of every key
 * is (locality, Herlihy and Wing). Where the search gives up it says so, and never "all is well".
 */

/** What was asked of a key. Values are told apart by their text; null stands for "there is none". */
export type Act =
  | { readonly do: 'get'; readonly got: string | null }
  | { readonly do: 'insert'; readonly value: string }
  | { readonly do: 'remove' }
  /** `isDone` false: it was told that there is a value already. */
  | { readonly do: 'insert-if-absent'; readonly value: string; readonly isDone: boolean }
  /** Versions are named by the value that was written with them: no two writes of a history write the same. */
  | {
      readonly do: 'replace-if';
      readonly was: string;
      readonly value: string;
      readonly isDone: boolean;
    }
  | { readonly do: 'remove-if'; readonly was: string; readonly isDone: boolean }
  /** `got` is the number that it made. */
  | { readonly do: 'increment'; readonly by: number; readonly got: number };

/** An act and when it was under way. `endedMs` is Infinity where nobody knows what became of it. */
export interface Timed {
  readonly beganMs: number;
  readonly endedMs: number;
  readonly act: Act;
}

/** `unknown`: the search took more steps than it was allowed. */
export type Linearizable =
  | { readonly is: 'possible' }
  | { readonly is: 'unknown' }
  /** `longest`: of all orders tried the one that went farthest, and an act that fits nowhere after it. */
  | { readonly is: 'impossible'; readonly longest: readonly number[]; readonly stuckAt: number };

/** Steps of the search for one key: some seconds. Histories of trials take a few thousand. */
export const STEPS_MAX = 2_000_000;
const ACTS_PER_WORD = 32;

/** What an act makes of a register, or undefined when it could not have been told what it was told. */
export function applied(register: string | null, timed: Timed): string | null | undefined {
  const { act } = timed;
  const isUnknown = timed.endedMs === Infinity;
  switch (act.do) {
    case 'get':
      return isUnknown || act.got === register ? register : undefined;
    case 'insert':
      return act.value;
    case 'remove':
      return null;
    case 'insert-if-absent':
      return conditional(register, register === null, act.value, act.isDone, isUnknown);
    case 'replace-if':
      return conditional(register, register === act.was, act.value, act.isDone, isUnknown);
    case 'remove-if':
      return conditional(register, register === act.was, null, act.isDone, isUnknown);
    case 'increment':
      return incremented(register, act.by, act.got, isUnknown);
  }
}

function conditional(
  register: string | null,
  holds: boolean,
  value: string | null,
  isDone: boolean,
  isUnknown: boolean,
): string | null | undefined {
  if (!isUnknown && isDone !== holds) return undefined;
  return holds ? value : register;
}

/** A counter that is not there is 0. */
function incremented(
  register: string | null,
  by: number,
  got: number,
  isUnknown: boolean,
): string | undefined {
  const made = Number(register ?? '0') + by;
  return isUnknown || made === got ? String(made) : undefined;
}

/** Judges the acts of one key, whose register was `before` when the first of them began. */
export function linearizable(
  acts: readonly Timed[],
  before: string | null = null,
  stepsMax: number = STEPS_MAX,
): Linearizable {
  return new Search(acts, before).run(stepsMax);
}

/** One act taken, and where to go on when that leads nowhere. */
interface Taken {
  readonly act: number;
  readonly register: string | null;
  /** It only looked: nothing else has to be tried in its place. */
  readonly isLook: boolean;
}

/** What a value is called that no read and no condition names. */
const UNNAMED = '?';

/** The acts with all values that nobody names made one. Whoever adds to a value names it. */
function namedOnly(acts: readonly Timed[]): readonly Timed[] {
  if (acts.some(({ act }) => act.do === 'increment')) return acts;
  const named = new Set<string | null>();
  for (const { act } of acts) {
    if (act.do === 'get') named.add(act.got);
    if ('was' in act) named.add(act.was);
  }
  return acts.map((timed) => {
    const { act } = timed;
    if (!('value' in act) || named.has(act.value)) return timed;
    return { ...timed, act: { ...act, value: UNNAMED } };
  });
}

/** It changed nothing, whenever it was. */
function isLook({ act }: Timed): boolean {
  return act.do === 'get' || ('isDone' in act && !act.isDone);
}

/** The same for two acts of unknown end that have the same effect. */
function effectOf({ act }: Timed): string {
  const value = 'value' in act ? act.value : '';
  const was = 'was' in act ? act.was : '';
  return `${act.do} ${was} ${value} ${'by' in act ? act.by : ''}`;
}

class Search {
  readonly #acts: readonly Timed[];
  /** By end: what ended first is tried first, and what is not known to have ended, last. */
  readonly #order: readonly number[];
  /** Of an act of unknown end the one like it that began before it, or -1. */
  readonly #like: Int32Array;
  readonly #taken: Uint32Array;
  readonly #seen = new Set<string>();
  #register: string | null;
  #known: number;
  #longest: number[] = [];

  constructor(acts: readonly Timed[], before: string | null) {
    this.#acts = namedOnly(acts);
    this.#order = [...acts.keys()].sort(
      (a, b) => Math.sign(acts[a].endedMs - acts[b].endedMs) || acts[a].beganMs - acts[b].beganMs,
    );
    this.#like = new Int32Array(acts.length).fill(-1);
    this.#findLikes();
    this.#taken = new Uint32Array(Math.ceil(acts.length / ACTS_PER_WORD) || 1);
    this.#register = before;
    this.#known = acts.filter(({ endedMs }) => endedMs < Infinity).length;
  }

  run(stepsMax: number): Linearizable {
    const path: Taken[] = [];
    let from = 0;
    for (let steps = 0; steps < stepsMax; steps++) {
      // Acts of unknown end need not have happened: all that were answered are accounted for.
      if (this.#known === 0) return { is: 'possible' };
      const look = from === 0 ? this.#look() : -1;
      const next = look >= 0 ? look : this.#next(from);
      if (next >= 0) {
        path.push({ act: next, register: this.#register, isLook: look >= 0 });
        this.#take(next);
        from = 0;
        if (path.length > this.#longest.length) this.#longest = path.map(({ act }) => act);
        continue;
      }
      const last = path.pop();
      if (last === undefined) return this.#impossible();
      this.#giveBack(last);
      from = last.isLook ? this.#order.length : this.#order.indexOf(last.act) + 1;
    }
    return { is: 'unknown' };
  }

  #findLikes(): void {
    const last = new Map<string, number>();
    for (const act of this.#order) {
      if (this.#acts[act].endedMs < Infinity) continue;
      const effect = effectOf(this.#acts[act]);
      this.#like[act] = last.get(effect) ?? -1;
      last.set(effect, act);
    }
  }

  /** The first act from a place in the order on that may come next, or -1. */
  #next(from: number): number {
    const endMs = this.#firstEnd();
    for (let at = from; at < this.#order.length; at++) {
      const act = this.#order[at];
      if (this.#acts[act].beganMs > endMs || this.#isTaken(act)) continue;
      const like = this.#like[act];
      if (like >= 0 && !this.#isTaken(like)) continue;
      const after = applied(this.#register, this.#acts[act]);
      if (after === undefined) continue;
      if (after === this.#register && this.#acts[act].endedMs === Infinity) continue;
      if (this.#isNew(act, after)) return act;
    }
    return -1;
  }

  /** An act that only looked, may come next and fits, or -1. */
  #look(): number {
    const endMs = this.#firstEnd();
    for (const act of this.#order) {
      const timed = this.#acts[act];
      if (timed.endedMs === Infinity) return -1;
      if (timed.beganMs > endMs || !isLook(timed) || this.#isTaken(act)) continue;
      if (applied(this.#register, timed) !== undefined) return act;
    }
    return -1;
  }

  /** When the first of the untaken acts ended: whoever began later comes after it. */
  #firstEnd(): number {
    let endMs = Infinity;
    for (const [act, { endedMs }] of this.#acts.entries()) {
      if (endedMs < endMs && !this.#isTaken(act)) endMs = endedMs;
    }
    return endMs;
  }

  #isTaken(act: number): boolean {
    return (this.#taken[act >>> 5] & (1 << (act & 31))) !== 0;
  }

  /** Notes the state that taking an act would lead to; false when the search has been there. */
  #isNew(act: number, register: string | null): boolean {
    this.#taken[act >>> 5] |= 1 << (act & 31);
    const state = `${this.#taken.join()} ${register === null ? '' : `=${register}`}`;
    this.#taken[act >>> 5] &= ~(1 << (act & 31));
    if (this.#seen.has(state)) return false;
    this.#seen.add(state);
    return true;
  }

  #take(act: number): void {
    this.#register = applied(this.#register, this.#acts[act])!;
    this.#taken[act >>> 5] |= 1 << (act & 31);
    if (this.#acts[act].endedMs < Infinity) this.#known--;
  }

  #giveBack({ act, register }: Taken): void {
    this.#register = register;
    this.#taken[act >>> 5] &= ~(1 << (act & 31));
    if (this.#acts[act].endedMs < Infinity) this.#known++;
  }

  #impossible(): Linearizable {
    const tried = new Set(this.#longest);
    const rest = this.#order.filter((act) => !tried.has(act) && this.#acts[act].endedMs < Infinity);
    rest.sort((a, b) => this.#acts[a].endedMs - this.#acts[b].endedMs);
    return { is: 'impossible', longest: this.#longest, stuckAt: rest[0] };
  }
}

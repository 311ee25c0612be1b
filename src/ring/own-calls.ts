/**
 * Own calls: commands of our own program about keys of our own arcs. The owner is asked by a call, not by
 * frames, and nothing is ever sent twice, so an act needs no name.
 *
 *     command ── ours? ┬ yes: read, write ─ done ──────────────────▶ outcome
 *                      │             └ not any more, or not now ─┐
 *                      └ no ─────────────────────────────────────┴▶ operation.ts: looks for the owner, tries again
 */
import { BULK_BYTES_PER_WAIT } from './bounds.ts';
import type { Identity } from './circle/identity.ts';
import { newest } from './copies/reads.ts';
import type { WriteDone } from './copies/replicas.ts';
import { type Change, type Writing, write } from './copies/writes.ts';
import { Status } from './frames.ts';
import { failure, type OperationKind, type OutcomeCode, type RingOutcome } from './outcome.ts';
import { Waiter } from './patience.ts';
import { type Act, type Applied, applyAct, VERDICTS } from './records/act.ts';
import { VERSION_BYTES } from './records/clock.ts';
import { blankRecord, isGone, valueAt } from './records/record.ts';
import type { Level } from './settings.ts';
import type { Command, RingState } from './state.ts';

/** A command as its caller gives it. */
export interface Wish {
  readonly call: number;
  readonly kind: OperationKind;
  readonly key: Uint8Array;
  /** Of an insert; of a query its bytes. */
  readonly value: Uint8Array | null;
  readonly act: Act | null;
  readonly level: Level;
  /** How long somebody will wait. */
  readonly withinMs: number;
}

/** Nothing was done, and more cannot be: the command ends so. */
const FINAL: { readonly [status: number]: OutcomeCode } = {
  [Status.tooFewCopies]: 'too-few-copies',
  [Status.storeFailed]: 'store-failed',
  [Status.tooLarge]: 'too-large',
  [Status.busy]: 'busy',
};

/** Whose commands they are (node.ts). */
export interface Commander extends RingState {
  /** A command has come to its end. */
  report(call: number, outcome: RingOutcome): void;
  /** Nothing was done: the owner is to be looked for in what time is left. */
  lookFor(now: number, wish: Wish, withinMs: number): void;
}

class OwnCall extends Waiter implements Command, Writing {
  readonly #node: Commander;
  readonly #wish: Wish;
  readonly #owner: Identity;
  #untilMs = 0;
  #isOver = false;
  #waits = 0;
  #applied: Applied | null = null;

  constructor(node: Commander, wish: Wish, owner: Identity) {
    super();
    this.#node = node;
    this.#wish = wish;
    this.#owner = owner;
  }

  get isConditional(): boolean {
    return this.#wish.act !== null;
  }

  get kind(): OperationKind {
    return this.#wish.kind;
  }

  get key(): Uint8Array {
    return this.#wish.key;
  }

  get call(): number {
    return this.#wish.call;
  }

  get #isRead(): boolean {
    return this.kind === 'get' || this.kind === 'exists';
  }

  start(now: number): void {
    this.#untilMs = now + this.#wish.withinMs;
    if (this.#isRead) this.#read(now);
    else this.#write(now);
    if (this.#isOver) return;
    this.#node.operations.add(this);
    this.#node.lines.calls.join(now, this);
  }

  #read(now: number): void {
    const { key, level } = this.#wish;
    const node = this.#node;
    node.counters.reads++;
    newest(node, now, this.#owner, key, level, (at, status, record) => {
      if (this.#isOver) return;
      if (status !== Status.ok) return this.#failed(at, status);
      const found = record !== null && !isGone(record, at);
      const isWanted = found && this.#wish.kind === 'get';
      const value = isWanted ? new Uint8Array(record.subarray(valueAt(record))) : null;
      const version = found ? new Uint8Array(record.subarray(0, VERSION_BYTES)) : null;
      this.#ended(found, value, version, 0);
    });
  }

  #write(now: number): void {
    const { key, level } = this.#wish;
    write(this.#node, now, key, this, level, this.#written, this.#untilMs);
  }

  readonly change: Change = (before, now) => (this.#isOver ? null : this.#changed(before, now));

  readonly #written: WriteDone = (now, status, found, copies, version) => {
    if (this.#isOver) return;
    if (status !== Status.ok) return this.#failed(now, status, copies);
    this.#ended(found, this.#wish.act === null ? null : this.#answer(), version, copies);
  };

  #changed(before: Uint8Array | null, now: number): Uint8Array | null {
    const { act, kind, value } = this.#wish;
    if (act === null) return blankRecord(kind === 'insert' ? value : null);
    this.#applied = applyAct(act, before, now, this.#node.settings.valueBytesMax);
    return this.#applied.record;
  }

  /** What an owner says of an act (acts.ts). */
  #answer(): Uint8Array {
    const { verdict, result } = this.#applied!;
    const answer = new Uint8Array(2 + (result?.length ?? 0));
    answer[0] = VERDICTS.indexOf(verdict);
    if (result !== null) {
      answer[1] = 1;
      answer.set(result, 2);
    }
    return answer;
  }

  #ended(
    found: boolean,
    value: Uint8Array | null,
    version: Uint8Array | null,
    copies: number,
  ): void {
    this.#end();
    const { address: owner } = this.#owner.member;
    const rest = { owner, copies, hops: 0, silent: 0 };
    this.#done({ code: 'ok', message: '', found, value, version, ...rest });
  }

  #failed(now: number, status: Status, copies = 0): void {
    this.#end();
    // A read may find more of them a moment later; a write may be there.
    const isRepeated =
      this.#isRead && this.#wish.level === 'quorum' && status === Status.tooFewCopies;
    const code = isRepeated ? undefined : FINAL[status];
    if (code === undefined) return this.#node.lookFor(now, this.#wish, this.#untilMs - now);
    const owner = this.#owner.member.address;
    this.#done({ ...failure(code), owner, copies });
  }

  #done(outcome: RingOutcome): void {
    this.#node.report(this.call, outcome);
  }

  #end(): void {
    this.#isOver = true;
    if (this.line === null) return;
    this.line.leave(this);
    this.#node.operations.delete(this);
  }

  letGo(): void {
    this.#untilMs = -Infinity;
  }

  giveUp(): void {
    if (this.#isOver) return;
    this.#end();
    this.#done(failure(this.#isRead ? 'unreachable' : 'unknown'));
  }

  /** It took too long. */
  expired(now: number): void {
    const { value, act } = this.#wish;
    const length = value?.length ?? act?.value.length ?? 0;
    if (++this.#waits * BULK_BYTES_PER_WAIT < length) {
      return this.#node.lines.calls.join(now, this);
    }
    this.#node.operations.delete(this);
    this.giveUp();
  }
}

/**
 * Does a command if its key is ours; false when it is not, or it is one that only owners answer. It may be over at
 * once, or else be looked for elsewhere: then nothing was done.
 */
export function callOwn(node: Commander, now: number, wish: Wish): boolean {
  if (wish.kind === 'owner' || wish.kind === 'query') return false;
  const owner = node.ownerOf(wish.key, 0);
  if (owner === null) return false;
  new OwnCall(node, wish, owner).start(now);
  return true;
}

/**
 * The exchange: where the parts of a world meet at the end of each window, in memory that all threads
 * share. Each lays down its word and its mail for each other one, waits until all have, and takes what
 * is there for it. Two sets of everything, in turns, so that whoever is quick does not write over what a
 * slow one still reads.
 *
 *     control   arrived │ round │ ended                     a barrier
 *     words     ┌─ part 0 ─┬─ part 1 ─┬ …  × 2              next event, outcomes, is there more mail
 *     lengths   ┌─ 0 to 1 ─┬─ 1 to 0 ─┬ …  × 2
 *     mail      ┌─ 0 to 1 ─┬─ 1 to 0 ─┬ …  × 2              what does not fit comes in another round
 */
import { type Addressee, Inbox, type Outbox } from '../../../lab/parts/mail.ts';
import type { Part } from '../../../lab/parts/part.ts';
import type { Word } from '../../../lab/parts/windows.ts';

/** Of the mail from one part to another in one round: some 500 datagrams. 64 parts have room for 1 GB of it. */
const MAIL_BYTES = 131_072;
/** Looks at the barrier before a thread goes to sleep, 5 ns each: together what waking up costs, some 10 µs. */
const SPINS = 2000;
/** A thread that sleeps looks up this often, in case whoever was to wake it is gone. */
const LOOK_UP_MS = 500;

/** Places in the control. */
const Control = { arrived: 0, round: 1, ended: 2 } as const;
/** Words of a part. */
const Said = { nextMs: 0, outcomes: 1, more: 2 } as const;
const WORDS = 3;

/** What threads are given to meet in. */
export interface Meeting {
  count: number;
  control: SharedArrayBuffer;
  words: SharedArrayBuffer;
  lengths: SharedArrayBuffer;
  mail: SharedArrayBuffer;
}

export function newMeeting(count: number): Meeting {
  const pairs = count * count;
  return {
    count,
    control: new SharedArrayBuffer(3 * 4),
    words: new SharedArrayBuffer(2 * count * WORDS * 8),
    lengths: new SharedArrayBuffer(2 * pairs * 4),
    mail: new SharedArrayBuffer(2 * pairs * MAIL_BYTES),
  };
}

/** Nobody is waited for any more: whoever waits, or comes to, gets an `Ended`. */
export function endMeeting({ control }: Meeting): void {
  const state = new Int32Array(control);
  Atomics.store(state, Control.ended, 1);
  Atomics.notify(state, Control.round);
}

/** The others will not come. */
export class Ended extends Error {}

export class Exchange {
  readonly #number: number;
  readonly #count: number;
  readonly #control: Int32Array;
  readonly #words: Float64Array;
  readonly #lengths: Int32Array;
  readonly #mail: Uint8Array;
  /** Of each other part: what came so far, and how much. */
  readonly #inboxes: Inbox[];
  readonly #received: Uint32Array;
  readonly #sent: Uint32Array;
  #turn = 0;

  constructor(meeting: Meeting, number: number) {
    const { count } = meeting;
    this.#number = number;
    this.#count = count;
    this.#control = new Int32Array(meeting.control);
    this.#words = new Float64Array(meeting.words);
    this.#lengths = new Int32Array(meeting.lengths);
    this.#mail = new Uint8Array(meeting.mail);
    this.#inboxes = Array.from({ length: count }, () => new Inbox(new Uint8Array(MAIL_BYTES)));
    this.#received = new Uint32Array(count);
    this.#sent = new Uint32Array(count);
  }

  /** Tells all others, and puts their mail into the world. @throws Ended */
  meet(word: Word, part: Part, world: Addressee): Word {
    this.#sent.fill(0);
    this.#received.fill(0);
    let isMore = true;
    while (isMore) {
      this.#turn = 1 - this.#turn;
      this.#lay(word, part.outboxes);
      this.#wait();
      isMore = this.#collect();
    }
    for (const outbox of part.outboxes) outbox.clear();
    for (const [from, inbox] of this.#inboxes.entries()) inbox.read(this.#received[from]!, world);
    return this.#together();
  }

  #lay({ nextMs, outcomes }: Word, outboxes: readonly Outbox[]): void {
    let isMore = false;
    for (const [to, { bytes, length }] of outboxes.entries()) {
      const start = this.#sent[to]!;
      const size = Math.min(MAIL_BYTES, length - start);
      const pair = this.#pair(this.#number, to);
      if (size > 0) this.#mail.set(bytes.subarray(start, start + size), pair * MAIL_BYTES);
      this.#lengths[pair] = size;
      this.#sent[to] = start + size;
      if (start + size < length) isMore = true;
    }
    const at = this.#wordsAt(this.#number);
    this.#words[at + Said.nextMs] = nextMs;
    this.#words[at + Said.outcomes] = outcomes;
    this.#words[at + Said.more] = isMore ? 1 : 0;
  }

  /** Takes what the others have laid down; is there more of anybody's? */
  #collect(): boolean {
    let isMore = false;
    for (let from = 0; from < this.#count; from++) {
      if (this.#words[this.#wordsAt(from) + Said.more] === 1) isMore = true;
      const pair = this.#pair(from, this.#number);
      const size = this.#lengths[pair]!;
      if (size === 0) continue;
      const start = this.#received[from]!;
      const at = pair * MAIL_BYTES;
      this.#roomFor(from, start + size).set(this.#mail.subarray(at, at + size), start);
      this.#received[from] = start + size;
    }
    return isMore;
  }

  #roomFor(from: number, bytes: number): Uint8Array {
    const inbox = this.#inboxes[from]!.bytes;
    if (bytes <= inbox.length) return inbox;
    const larger = new Uint8Array(inbox.length * 2);
    larger.set(inbox);
    this.#inboxes[from] = new Inbox(larger);
    return larger;
  }

  #together(): Word {
    const all = { nextMs: Infinity, outcomes: 0 };
    for (let part = 0; part < this.#count; part++) {
      const at = this.#wordsAt(part);
      all.nextMs = Math.min(all.nextMs, this.#words[at + Said.nextMs]!);
      all.outcomes += this.#words[at + Said.outcomes]!;
    }
    return all;
  }

  /** Until all are here. */
  #wait(): void {
    const control = this.#control;
    if (Atomics.load(control, Control.ended) === 1) throw new Ended();
    const round = Atomics.load(control, Control.round);
    if (Atomics.add(control, Control.arrived, 1) === this.#count - 1) {
      Atomics.store(control, Control.arrived, 0);
      Atomics.add(control, Control.round, 1);
      Atomics.notify(control, Control.round);
      return;
    }
    for (let i = 0; i < SPINS; i++) if (Atomics.load(control, Control.round) !== round) return;
    while (Atomics.load(control, Control.round) === round) {
      if (Atomics.load(control, Control.ended) === 1) throw new Ended();
      Atomics.wait(control, Control.round, round, LOOK_UP_MS);
    }
  }

  #pair(from: number, to: number): number {
    return (this.#turn * this.#count + from) * this.#count + to;
  }

  #wordsAt(part: number): number {
    return (this.#turn * this.#count + part) * WORDS;
  }
}

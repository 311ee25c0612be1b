/**
 * What a conversation (they ask) and an exchange (we ask) have in common: fields come in, fields go
 * out, one deadline runs.
 *
 *     arrived ─▶ take ─▶ FieldReader ── whole ──▶ advance   the next step of the command
 *                 │                  └─ fault ──▶ broken
 *                 └─ too early? kept, and the stream paused, until somebody wants fields again
 *
 * A talk is over exactly once, and then has given back all that it took.
 */
import type { Closed, Stream, StreamHost } from '../../core/host.ts';
import { type Fault, FieldReader } from './field-reader.ts';
import { Outflow } from './outflow.ts';
import type { Talk } from './talk.ts';
import type { Terms } from './terms.ts';
import { ANSWER_MS, BULK_IDLE_MS, EARLY_BYTES_MAX, PROGRESS_BYTES, type Wire } from './wire.ts';

/** What a talk does with bytes that come now. */
export const Appetite = {
  /** Reads them. */
  fields: 0,
  /** Keeps them: it waits for its own node first. */
  later: 1,
  /** Lets them go: nothing more is to come. */
  none: 2,
} as const;
export type Appetite = (typeof Appetite)[keyof typeof Appetite];

const NO_BYTES = new Uint8Array(0);

export abstract class WireTalk implements Talk {
  readonly stream: Stream;
  readonly terms: Terms;
  deadline: number = Number.POSITIVE_INFINITY;
  isOver = false;
  protected readonly host: StreamHost;
  protected readonly reader: FieldReader;
  protected readonly out: Outflow;
  protected appetite: Appetite = Appetite.fields;
  /** The peer sends nothing more. */
  protected hasPeerEnded = false;
  protected isHeld = false;
  #isPaused = false;
  #isTaking = false;
  #early: Uint8Array = NO_BYTES;
  /** Bytes of a value that had come when its progress was last noted. */
  #notedLength = 0;

  constructor(host: StreamHost, stream: Stream, terms: Terms, wire: Wire) {
    this.host = host;
    this.stream = stream;
    this.terms = terms;
    this.reader = new FieldReader(wire, terms.memory);
    this.out = new Outflow(host, stream, wire, terms.memory);
  }

  /** A field is whole: does what follows, and wants the next one or changes the appetite. */
  protected abstract advance(now: number): void;
  /** The bytes make no sense here, or are too many. */
  protected abstract broken(now: number, fault: Fault | 'too-long'): void;
  /** The peer has ended, and a field is wanted. */
  protected abstract starved(now: number): void;
  /** The deadline has passed. */
  protected abstract late(now: number): void;
  /** There is room to write again. */
  protected abstract flow(now: number): void;
  /** The stream is over by itself. */
  protected abstract lost(now: number, why: Closed): void;
  /** Bytes have come that nobody wants; this is the first of them. */
  protected surplus(_byte: number): void {}

  opened(_now: number): void {}

  take(now: number, bytes: Uint8Array, start: number, end: number): number {
    let at = start;
    this.#isTaking = true;
    while (this.#isReading) {
      if (this.reader.isWhole) {
        this.advance(now);
      } else if (this.reader.fault !== null) {
        this.broken(now, this.reader.fault);
      } else if (at < end) {
        at = this.reader.read(bytes, at, end);
        this.#noteProgress(now);
      } else {
        break;
      }
    }
    this.#isTaking = false;
    if (this.isOver) return at;
    if (this.#isReading) {
      if (this.hasPeerEnded) this.starved(now);
    } else if (this.#isWaiting) {
      this.#keep(now, bytes, at, end);
    } else if (at < end) {
      this.surplus(bytes[at]);
    }
    return end;
  }

  drained(now: number): void {
    if (this.isOver) return;
    this.out.drained();
    this.flow(now);
  }

  ended(now: number): void {
    if (this.isOver) return;
    this.hasPeerEnded = true;
    if (this.#isReading && this.#early.length === 0) this.starved(now);
  }

  closed(now: number, why: Closed): void {
    if (!this.isOver) this.lost(now, why);
  }

  tick(now: number): void {
    if (!this.isOver && now >= this.deadline) this.late(now);
  }

  /** Holds back what comes until the node has caught up; or lets it come again. */
  hold(now: number, isHeld: boolean): void {
    if (this.isOver || isHeld === this.isHeld) return;
    this.isHeld = isHeld;
    if (this.appetite === Appetite.fields) {
      this.deadline = now + (isHeld ? ANSWER_MS : BULK_IDLE_MS);
    }
    if (isHeld) this.#pause(true);
    else this.resume(now);
  }

  /** The appetite has come back: reads what was kept and lets the peer send again. */
  protected resume(now: number): void {
    if (this.#isTaking || this.#isWaiting) return;
    const early = this.#early;
    this.#early = NO_BYTES;
    this.terms.memory.giveBack(early.length);
    this.take(now, early, 0, early.length);
    if (!this.isOver && !this.#isWaiting) this.#pause(false);
  }

  /** From now on what comes is let go, and so is what was kept. */
  protected discard(): void {
    this.appetite = Appetite.none;
    this.terms.memory.giveBack(this.#early.length);
    this.#early = NO_BYTES;
    this.isHeld = false;
    this.#pause(false);
  }

  /** Gives the peer so much time; while it is held back, the time that runs is our own node's. */
  protected allow(now: number, ms: number): void {
    if (!this.isHeld) this.deadline = now + ms;
  }

  /** Begins a value of `length` bytes. */
  protected wantValue(length: number): void {
    this.#notedLength = 0;
    this.reader.wantValue(length);
  }

  /** Is over; the stream is dropped. */
  protected drop(): void {
    this.host.destroy(this.stream);
    this.forget();
  }

  /** Is over; the stream is not, or is no more. */
  protected forget(): void {
    this.isOver = true;
    this.deadline = Number.POSITIVE_INFINITY;
    this.appetite = Appetite.none;
    this.reader.release();
    this.out.release();
    this.terms.memory.giveBack(this.#early.length);
    this.#early = NO_BYTES;
  }

  get #isReading(): boolean {
    return this.appetite === Appetite.fields && !this.isHeld && !this.isOver;
  }

  /** Bytes that come now are wanted later. */
  get #isWaiting(): boolean {
    return this.isHeld || this.appetite === Appetite.later;
  }

  #noteProgress(now: number): void {
    const length = this.reader.valueLength;
    if (length - this.#notedLength < PROGRESS_BYTES) return;
    this.#notedLength = length;
    this.deadline = now + BULK_IDLE_MS;
  }

  #keep(now: number, bytes: Uint8Array, at: number, end: number): void {
    if (at === end) return;
    const length = this.#early.length + end - at;
    if (length > EARLY_BYTES_MAX) return this.broken(now, 'too-long');
    if (!this.terms.memory.take(end - at)) return this.broken(now, 'overloaded');
    const early = new Uint8Array(length);
    early.set(this.#early);
    early.set(bytes.subarray(at, end), this.#early.length);
    this.#early = early;
    this.#pause(true);
  }

  #pause(isPaused: boolean): void {
    if (this.#isPaused === isPaused) return;
    this.#isPaused = isPaused;
    this.host.pause(this.stream, isPaused);
  }
}

/**
 * The inflow of a link: bytes come in pieces, frames are read whole. A frame that came whole is read where
 * it lies; only one that was cut is put together. For some reasons nothing more is read for a while:
 *
 *     congestion    a client does not read its replies
 *     requests      too many of its requests are under way here
 *     vouching      is it the member that it says it is?
 *     memory        others hold too much of half frames (intake.ts)
 *
 * What had come by then waits with the half frame, and the stream is paused.
 */
import type { Stream, StreamHost } from '../core/host.ts';
import { HalfFrame } from './half-frame.ts';
import type { Intake, Taker } from './intake.ts';
import { Waiter } from './patience.ts';

export const Hold = { congestion: 1, vouching: 2, memory: 4, requests: 8 } as const;

/** A frame before the other side has any rights: a hello of 64 identities has 1.2 KB. */
export const GREETING_BYTES_MAX = 4096;

/** Whose inflows these are. */
export interface InflowOwner {
  readonly host: StreamHost;
  /** Memory for what came in part: of strangers and of members. */
  readonly strangersIntake: Intake;
  readonly membersIntake: Intake;
  /** Calls back when nobody is in the middle of a frame. */
  soon(run: (now: number) => void): void;
}

export abstract class Inflow extends Waiter implements Taker {
  /** 0 for the link of a node to itself. */
  readonly stream: Stream;
  isOver = false;
  /** Nobody listens where it was dialed. */
  isRefused = false;
  /** What came of a frame that is not all here. */
  protected readonly half: HalfFrame = new HalfFrame();
  readonly #owner: InflowOwner;
  #holds = 0;

  constructor(owner: InflowOwner, stream: Stream) {
    super();
    this.#owner = owner;
    this.stream = stream;
  }

  /** Nothing of what still comes is wanted. */
  protected get isGone(): boolean {
    return this.isOver;
  }

  /** A member has shown that it is at the other end. */
  abstract get isMembers(): boolean;

  /** Reads whole frames and returns where the first one that is not whole begins. */
  protected abstract read(now: number, bytes: Uint8Array, start: number, end: number): number;

  protected get isHeld(): boolean {
    return this.#holds !== 0;
  }

  /** In the middle of a frame that was asked after before, and has grown by less than `bytes` since. */
  isCreeping(bytes: number): boolean {
    const grown = this.half.grown();
    return this.half.length > 0 && !this.isHeld && grown < bytes;
  }

  protected takeIn(now: number, bytes: Uint8Array, start: number, end: number): void {
    if (this.half.length === 0) {
      const at = this.read(now, bytes, start, end);
      if (at < end && !this.isGone) this.#keep(bytes, at, end);
    } else {
      this.#keep(bytes, start, end);
      this.#readKept(now);
    }
  }

  #readKept(now: number): void {
    const { bytes, length } = this.half;
    if (bytes === null) return;
    const at = this.read(now, bytes, 0, length);
    if (at === 0 && !this.isGone) return;
    this.letGo();
    if (at < length && !this.isGone) this.#keep(bytes, at, length);
  }

  protected letGo(): void {
    if (this.half.bytes === null) return;
    this.half.clear();
    // It may have become a member since it began.
    this.#owner.strangersIntake.letGo(this);
    this.#owner.membersIntake.letGo(this);
  }

  #keep(bytes: Uint8Array, start: number, end: number): void {
    if (!this.half.take(bytes, start, end, GREETING_BYTES_MAX)) return;
    const { membersIntake, strangersIntake } = this.#owner;
    const intake = this.isMembers ? membersIntake : strangersIntake;
    if (!intake.hold(this, this.half.bytes!.length)) this.hold(Hold.memory);
  }

  hasRoom(): void {
    this.#owner.soon((now) => this.release(now, Hold.memory));
  }

  /** Nothing more is read, for this reason. */
  protected hold(why: number): void {
    if (this.#holds === 0) this.#owner.host.pause(this.stream, true);
    this.#holds |= why;
  }

  /** The reason is no more. */
  protected release(now: number, why: number): void {
    if (this.isOver || (this.#holds & why) === 0) return;
    this.#holds &= ~why;
    if (this.#holds !== 0) return;
    this.#readKept(now);
    // It may have come to a halt again on what it had kept.
    if (this.#holds === 0 && !this.isOver) this.#owner.host.pause(this.stream, false);
  }
}

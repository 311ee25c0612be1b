/**
 * What leaves on a link: frames are written one behind the other into a writer that all links share, and
 * leave in one write at the end of the turn. Nothing leaves before the other side has proven itself, where
 * there is a secret (greeting/handshake.ts).
 *
 *     begin · payload · send   begin · payload · send   ── end of turn ──▶ one write
 *
 * Links that have something to send say so to their owner (`wrote`), once in a turn.
 */
import { STREAM_QUEUE_BYTES, type Stream } from '../core/host.ts';
import type { RingCounters } from './counters.ts';
import { FRAME_HEADER_BYTES, type FrameWriter, LENGTH_BYTES, readU32 } from './frames.ts';
import { Inflow, type InflowOwner } from './inflow.ts';
import type { Pending } from './pending.ts';
import type { RingShared } from './shared.ts';

/** Whose links these are. */
export interface OutboxOwner extends InflowOwner {
  readonly counters: RingCounters;
  readonly shared: RingShared;
  /** It has something to send at the end of this turn. */
  wrote(box: Outbox): void;
}

/** Bytes of frames that may be waiting before a client's next request is looked at. */
const OUT_BYTES = STREAM_QUEUE_BYTES;

export abstract class Outbox extends Inflow {
  /** When the world's queue of this stream filled up; `Infinity` while it has room. */
  congestedAtMs: number = Infinity;
  /** Whose frame was written last, if it may still grow: nothing was written after it, and it has not left. */
  unfinished: object | null = null;
  readonly #owner: OutboxOwner;
  #out: FrameWriter | null = null;
  #isShut = false;
  #writtenBytes = 0;

  constructor(owner: OutboxOwner, stream: Stream) {
    super(owner, stream);
    this.#owner = owner;
  }

  /** Where the next frame goes. */
  protected get out(): FrameWriter {
    return this.#out ?? this.#takeWriter();
  }

  #takeWriter(): FrameWriter {
    const out = this.#owner.shared.takeWriter();
    this.#out = out;
    this.#owner.wrote(this);
    return out;
  }

  /** Where what was begun ends, in all that was ever written. */
  protected get endsAt(): number {
    return this.#writtenBytes + (this.#out?.length ?? 0);
  }

  /** Bytes of a request that have left, or of its reply that have come. */
  movedOf({ endsAt, request }: Pending): number {
    if (this.stream === 0) return 0;
    const queued = this.#owner.host.write(this.stream, NO_BYTES, 0, 0);
    const left = Math.min(endsAt, this.#writtenBytes - queued);
    const { bytes, length } = this.half;
    const isReply = length >= FRAME_HEADER_BYTES && readU32(bytes!, LENGTH_BYTES + 1) === request;
    return left + (isReply ? length : 0);
  }

  /** What was written leaves now; what follows waits for `unshut`. */
  protected shut(now: number): void {
    this.#writeOut(now);
    this.#isShut = true;
  }

  protected unshut(): void {
    if (this.#isShut && this.#out !== null) this.#owner.wrote(this);
    this.#isShut = false;
  }

  /** Hands what was written to the world. Called at the end of a turn. */
  flush(now: number): void {
    if (!this.#isShut) this.#writeOut(now);
  }

  #writeOut(now: number): void {
    const out = this.#out;
    if (out === null || this.stream === 0) return;
    this.#out = null;
    this.unfinished = null;
    if (!this.isOver) this.write(now, out);
    this.#owner.shared.giveWriter(out);
  }

  /** Past all that waits. */
  protected write(now: number, out: FrameWriter): void {
    const { counters, host } = this.#owner;
    counters.bytesOut += out.length;
    this.#writtenBytes += out.length;
    const queued = host.write(this.stream, out.bytes, 0, out.length);
    if (queued > STREAM_QUEUE_BYTES && this.congestedAtMs === Infinity) this.congestedAtMs = now;
  }

  /** Much of it leaves before the turn ends; true when the world does not get rid of it. */
  protected overflow(now: number): boolean {
    if (this.#out === null || this.#out.length < OUT_BYTES) return false;
    this.write(now, this.#out);
    this.#out.length = 0;
    this.unfinished = null;
    return this.congestedAtMs !== Infinity;
  }

  /** What a node said to itself, to be read by itself; null when it said nothing. */
  takeOut(): FrameWriter | null {
    const out = this.#out;
    this.#out = null;
    this.unfinished = null;
    return out;
  }
}

const NO_BYTES = new Uint8Array(0);

/**
 * A link: one kept connection to another of our processes, or from a client, that carries frames in
 * both directions. Requests are pipelined; replies come in any order.
 *
 *     dialed    ── "VER" hello request request … ──▶     all of it at once, before anything came back
 *               ◀── capabilities hello reply … ───
 *
 * Who dials knows from the lists that a node of ours lives there, so it does not wait for the word;
 * a class program that got the address meanwhile closes, and everything under way has failed.
 *
 * What is written within one turn leaves in one write. A frame that came whole is read where it lies;
 * only one that was cut is put together, in memory that grows as bytes come, not as they are promised.
 * A client that does not read its replies is not read from either. A peer always is: if both sides of
 * a link waited so, neither would ever go on.
 */
import { type Address, ipOf, isLoopback } from '../core/address.ts';
import { STREAM_QUEUE_BYTES, type Stream, type StreamHost } from '../core/host.ts';
import type { RingCounters } from './counters.ts';
import {
  FRAME_HEADER_BYTES,
  FRAME_TYPES_LAST,
  type Frame,
  FrameType,
  type FrameWriter,
  LENGTH_BYTES,
  REPLY,
  readU32,
  type Status,
} from './frames.ts';
import { type Line, Waiter } from './patience.ts';
import type { RingShared } from './shared.ts';

/** Hears the reply to a request; null when none came. The frame is borrowed until it returns. */
export type Reply = (now: number, reply: Frame | null) => void;

/** Whose link it is (connections.ts). */
export interface LinkOwner {
  readonly host: StreamHost;
  readonly counters: RingCounters;
  readonly shared: RingShared;
  /** A frame that is longer breaks the link. */
  readonly frameBytesMax: number;
  /** Links that have something to send at the end of this turn. */
  readonly dirty: Link[];
  /** Answers a request, now or later; false when its payload is not what its type promises. */
  answer(now: number, link: Link, frame: Frame): boolean;
  /** The other end has said who it is. */
  met(link: Link): void;
  forget(link: Link): void;
}

/** Bytes of the capabilities, whose JSON is for people, at most. */
const CAPABILITIES_BYTES_MAX = 4096;
/** Bytes of frames that may be waiting before a client's next request is looked at. */
const OUT_BYTES = STREAM_QUEUE_BYTES;
/** Bytes of a frame beside the value it carries. */
export const FRAME_EXTRA_BYTES = 4096;
/** A frame may always be so long, however small the values are: batches of records are. */
export const FRAME_BYTES_LEAST: number = 1 << 21;
const REQUESTS = 0x100000000;
const NEWLINE = 10;

class Pending extends Waiter {
  readonly link: Link;
  readonly request: number;
  readonly done: Reply;

  constructor(link: Link, request: number, done: Reply) {
    super();
    this.link = link;
    this.request = request;
    this.done = done;
  }

  expired(now: number): void {
    this.link.owner.counters.timeouts++;
    this.link.forget(this.request);
    this.done(now, null);
  }
}

export class Link extends Waiter {
  readonly owner: LinkOwner;
  /** 0 for the link of a node to itself. */
  readonly stream: Stream;
  /** Where it was dialed, or 0. */
  readonly dialed: Address;
  /** Where it came from, or 0. */
  readonly from: Address;
  /** First address of the process at the other end; 0 for a client. */
  home: Address = 0;
  /** The other side answered: what was asked may have been heard. */
  isOpen = false;
  isOver = false;
  /** The stream that we dialed stands. */
  isConnected = false;
  /** Identities of the other end, under which the node finds this link. */
  addresses: readonly Address[] = NOBODY;
  usedAtMs: number;
  /** When the world's queue of this stream filled up; `Infinity` while it has room. */
  congestedAtMs: number = Infinity;
  #in: Uint8Array | null = null;
  #inLength = 0;
  #isStalled = false;
  #out: FrameWriter | null = null;
  #pending: Map<number, Pending> | null = null;
  #lastRequest = 0;
  #isGreeting: boolean;

  constructor(owner: LinkOwner, now: number, stream: Stream, dialed: Address, from: Address) {
    super();
    this.owner = owner;
    this.stream = stream;
    this.dialed = dialed;
    this.from = from;
    this.usedAtMs = now;
    this.#isGreeting = dialed !== 0;
    this.isOpen = dialed === 0;
  }

  /** Requests under way. */
  get pendingCount(): number {
    return this.#pending?.size ?? 0;
  }

  /** In the middle of a frame. */
  get isCut(): boolean {
    return this.#inLength > 0;
  }

  /** What was asked may have got there: before the stream stands nothing has left. */
  get hasReached(): boolean {
    return this.isConnected || this.dialed === 0;
  }

  get isCongested(): boolean {
    return this.congestedAtMs !== Infinity;
  }

  // Writing.

  /** Begins a request; the caller writes its payload and calls `send`. */
  ask(now: number, type: number, line: Line, done: Reply): FrameWriter {
    this.usedAtMs = now;
    this.owner.counters.requestsOut++;
    this.#lastRequest = (this.#lastRequest + 1) % REQUESTS;
    const pending = new Pending(this, this.#lastRequest, done);
    this.#pending ??= new Map();
    this.#pending.set(pending.request, pending);
    line.join(now, pending);
    return this.begin(type, pending.request);
  }

  /** Begins the reply to a request of the other side, or a frame that wants no reply. */
  begin(type: number, request: number): FrameWriter {
    const out = this.#out ?? this.#takeWriter();
    out.begin(type, request);
    return out;
  }

  #takeWriter(): FrameWriter {
    const out = this.owner.shared.takeWriter();
    this.#out = out;
    this.owner.dirty.push(this);
    return out;
  }

  /** Ends the frame begun last. */
  send(): void {
    this.#out!.end();
    this.owner.counters.framesOut++;
  }

  /** Answers with a status and nothing else. */
  answerStatus(type: number, request: number, status: Status): void {
    this.begin(type | REPLY, request).u8(status);
    this.send();
  }

  /** Bytes that are no frame: the greeting. */
  raw(bytes: Uint8Array): void {
    (this.#out ?? this.#takeWriter()).raw(bytes);
  }

  /** Hands what was written to the world. Called at the end of a turn. */
  flush(now: number): void {
    const out = this.#out;
    if (out === null || this.stream === 0) return;
    this.#out = null;
    if (!this.isOver) this.#write(now, out);
    this.owner.shared.giveWriter(out);
  }

  #write(now: number, out: FrameWriter): void {
    const { counters, host } = this.owner;
    counters.bytesOut += out.length;
    const queued = host.write(this.stream, out.bytes, 0, out.length);
    if (queued > STREAM_QUEUE_BYTES && !this.isCongested) this.congestedAtMs = now;
  }

  /** What a node said to itself, to be read by itself; null when it said nothing. */
  takeOut(): FrameWriter | null {
    const out = this.#out;
    this.#out = null;
    return out;
  }

  // Reading.

  /** Takes bytes of the other side, borrowed until it returns. */
  take(now: number, bytes: Uint8Array, start: number, end: number): void {
    this.owner.counters.bytesIn += end - start;
    this.usedAtMs = now;
    if (this.#in === null) {
      const at = this.#read(now, bytes, start, end);
      if (at < end && !this.isOver) this.#keep(bytes, at, end);
    } else {
      this.#keep(bytes, start, end);
      this.#readKept(now);
    }
  }

  #readKept(now: number): void {
    const kept = this.#in!;
    const length = this.#inLength;
    const at = this.#read(now, kept, 0, length);
    if (at === 0 && !this.isOver) return;
    this.#in = null;
    this.#inLength = 0;
    if (at < length && !this.isOver) this.#keep(kept, at, length);
  }

  #keep(bytes: Uint8Array, start: number, end: number): void {
    const length = this.#inLength + end - start;
    let kept = this.#in;
    if (kept === null || kept.length < length) {
      const longer = new Uint8Array(kept === null ? length : Math.max(length, kept.length * 2));
      if (kept !== null) longer.set(kept.subarray(0, this.#inLength));
      this.#in = kept = longer;
    }
    kept.set(bytes.subarray(start, end), this.#inLength);
    this.#inLength = length;
  }

  /** Reads whole frames and returns where the first one that is not whole begins. */
  #read(now: number, bytes: Uint8Array, start: number, end: number): number {
    let at = start;
    if (this.#isGreeting) {
      at = this.#readGreeting(now, bytes, start, end);
      if (this.#isGreeting) return start;
    }
    const { frame } = this.owner.shared;
    const { counters, frameBytesMax } = this.owner;
    while (end - at >= LENGTH_BYTES && !this.#isStalled) {
      const length = readU32(bytes, at);
      if (length < FRAME_HEADER_BYTES - LENGTH_BYTES || length > frameBytesMax) {
        this.break(now);
        return end;
      }
      const next = at + LENGTH_BYTES + length;
      if (next > end) break;
      counters.framesIn++;
      frame.open(bytes, at, next);
      this.#dispatch(now, frame);
      if (this.isOver) return end;
      at = next;
      this.#restrain(now);
    }
    return at;
  }

  /** A client that does not read what it asked for is not asked what else it wants. */
  #restrain(now: number): void {
    if (this.home !== 0 || this.#out === null || this.#out.length < OUT_BYTES) return;
    if (this.stream === 0) return;
    this.#write(now, this.#out);
    this.#out.length = 0;
    if (!this.isCongested) return;
    this.#isStalled = true;
    this.owner.host.pause(this.stream, true);
  }

  #dispatch(now: number, frame: Frame): void {
    const type = frame.type & ~REPLY;
    if (type === 0 || type > FRAME_TYPES_LAST) return this.break(now);
    if (type === FrameType.hello) return this.#hello(now, frame);
    if ((frame.type & REPLY) === 0) {
      this.owner.counters.requestsIn++;
      if (!this.owner.answer(now, this, frame)) this.break(now);
      return;
    }
    const pending = this.#pending?.get(frame.request);
    if (pending === undefined) {
      this.owner.counters.lateReplies++;
      return;
    }
    this.owner.counters.repliesIn++;
    this.forget(frame.request);
    pending.line?.leave(pending);
    pending.done(now, frame);
    if (frame.isBroken) this.break(now);
  }

  /** `VER` was answered with a text and its length, as 8 bytes or as a line. Returns where it ends. */
  #readGreeting(now: number, bytes: Uint8Array, start: number, end: number): number {
    if (end === start) return start;
    let length = 0;
    let at = start;
    if (bytes[start] === 0) {
      if (end - start < 8) return start;
      length = readU32(bytes, start) === 0 ? readU32(bytes, start + 4) : Infinity;
      at = start + 8;
    } else {
      const line = bytes.indexOf(NEWLINE, start);
      if (line < 0 || line >= end || line > start + 5) {
        if (end - start > 5) this.break(now);
        return start;
      }
      for (; at < line; at++) length = length * 10 + bytes[at] - 48;
      at++;
    }
    if (!(length >= 2 && length <= CAPABILITIES_BYTES_MAX)) {
      this.break(now);
      return end;
    }
    if (end - at < length) return start;
    this.#isGreeting = false;
    this.line?.leave(this);
    this.isOpen = true;
    const member = this.owner.shared.members.of(this.dialed);
    member.isPlain = false;
    member.isProven = true;
    return at + length;
  }

  #hello(now: number, frame: Frame): void {
    const list = frame.list(this.owner.shared.members);
    if (!frame.isWhole) return this.break(now);
    const home = list[0]?.home ?? 0;
    const addresses = list.map((member) => member.address);
    if (this.dialed !== 0 && !addresses.includes(this.dialed)) {
      // Somebody else lives there now, or it is no member at all.
      if (home !== 0) return this.break(now);
    }
    if (this.dialed === 0 && home !== 0 && !sameHost(home, this.from)) return;
    this.home = home;
    this.addresses = addresses;
    this.owner.met(this);
  }

  forget(request: number): void {
    this.#pending!.delete(request);
  }

  drained(now: number): void {
    this.congestedAtMs = Infinity;
    if (this.#isStalled) {
      this.#isStalled = false;
      if (this.#in !== null) this.#readKept(now);
      // It may have stalled again on what it had kept.
      if (!this.#isStalled && !this.isOver) this.owner.host.pause(this.stream, false);
    }
  }

  // The end.

  /** Not connected, or not answered, in time. */
  expired(now: number): void {
    this.drop(now);
  }

  /** The other side is not what we think, or we are not. */
  break(now: number): void {
    this.owner.counters.broken++;
    this.drop(now);
  }

  drop(now: number): void {
    if (this.isOver) return;
    if (this.stream !== 0) this.owner.host.destroy(this.stream);
    this.#end(now);
  }

  closed(now: number): void {
    if (!this.isOver) this.#end(now);
  }

  #end(now: number): void {
    this.isOver = true;
    this.line?.leave(this);
    this.#in = null;
    this.#inLength = 0;
    this.owner.forget(this);
    const pending = this.#pending;
    this.#pending = null;
    if (pending === null) return;
    if (pending.size > 0) this.owner.counters.brokenOff++;
    for (const request of pending.values()) request.line?.leave(request);
    for (const request of pending.values()) request.done(now, null);
  }
}

const NOBODY: readonly Address[] = [];

/** Whoever says that it is the process at `home` should come from there. */
function sameHost(home: Address, from: Address): boolean {
  return ipOf(home) === ipOf(from) || (isLoopback(home) && isLoopback(from));
}

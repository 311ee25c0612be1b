/**
 * Frames: what two of our own nodes say to each other once a connection was upgraded by `VER`. Many
 * may be under way at a time; a reply carries its request's number.
 *
 *      4          1        4           …
 *     ┌──────────┬────────┬───────────┬───────────┐
 *     │ length   │ type   │ request   │ payload   │     length counts all that follows it
 *     └──────────┴────────┴───────────┴───────────┘     a reply has bit 7 of its type set
 *
 * Numbers are big-endian; a list is one byte with its length and then its entries. Reading is strict:
 * a payload that is too short or too long breaks the connection, for then one of the two is mistaken
 * about everything that follows.
 */
import { type Address, readAddress, writeAddress } from '../core/address.ts';
import { ID_BYTES } from '../core/id.ts';
import { MEMBER_BYTES, type Member, type Members } from './circle/member.ts';

export const FRAME_HEADER_BYTES = 9;
export const LENGTH_BYTES = 4;
export const REPLY = 0x80;

export const FrameType = {
  /** Who I am, or say that I am (greeting/hello.ts). The reply, if there is one, is a refusal: u8 K. */
  hello: 1,
  owner: 2,
  get: 3,
  put: 4,
  remove: 5,
  /** Records for you to keep; answered when they are durable. */
  replicate: 6,
  /** My lists for yours: stabilise, rectify and pulse in one. */
  neighbours: 7,
  pulse: 8,
  /** Is that member alive, seen from you? */
  indirect: 9,
  join: 10,
  /** The joiner owns its arc from this byte on. */
  switch: 11,
  leave: 12,
  /** The predecessor owns the leaver's arc from this byte on. */
  inherit: 13,
  digest: 14,
  fetch: 15,
  /** Your copy of one record, whoever owns it. */
  peek: 16,
  info: 17,
  /** Do you hold these, safely? Then I may drop mine. */
  confirm: 18,
  /** I know the secret, too (greeting/handshake.ts). No reply. */
  proof: 19,
  /** Did you dial me, and say this nonce? (vouching.ts) */
  vouch: 20,
  /** I am still at what you asked. No reply, but the reply itself. */
  working: 21,
  /** A change that depends on what is there (records/act.ts). */
  act: 22,
  /** Parts of a value, lists of keys, what has changed (queries.ts). */
  query: 23,
  /** Take nothing lower any more for that arc (titles/elector.ts); epoch 0: only tell what you know. */
  promise: 24,
  /** These are the titles of that arc now. */
  accept: 25,
  /** Records written under a title, to be kept if that is still the last one. */
  keep: 26,
  /** I leave: does a title of yours still name me? */
  resign: 27,
  /** An operator says that these will not come back (handover/forgotten.ts). */
  forget: 28,
} as const;
export const FRAME_TYPES_LAST = 28;

/** First byte of most replies. */
export const Status = {
  ok: 0,
  /** Not my arc; candidates follow. */
  notOwner: 1,
  tooFewCopies: 2,
  storeFailed: 3,
  tooLarge: 4,
  busy: 5,
  refused: 6,
  notMember: 7,
  /** You have not the rights for that. */
  forbidden: 8,
  /** Too few electors of the arc can be heard; nothing was done. */
  unavailable: 9,
  /** It came after its time and was not done; my clock follows. */
  late: 10,
  /** It came again, and whether it has been done is not remembered any more. */
  forgotten: 11,
} as const;
export type Status = (typeof Status)[keyof typeof Status];

/** Beside the level of a `get`: only whether there is a value. */
export const EXISTS_ONLY = 0x80;

/** Members in one list at most. */
export const LIST_LIMIT = 64;

/** A payload being read; reading beyond its end sets `isBroken` and gives zeros. */
export class Frame {
  bytes: Uint8Array = NO_BYTES;
  at = 0;
  end = 0;
  type = 0;
  request = 0;
  isBroken = false;

  /** Takes the frame at `bytes[start]`, whose length has been checked: it ends at `end`. */
  open(bytes: Uint8Array, start: number, end: number): void {
    this.bytes = bytes;
    this.end = end;
    this.type = bytes[start + LENGTH_BYTES];
    this.request = readU32(bytes, start + LENGTH_BYTES + 1);
    this.at = start + FRAME_HEADER_BYTES;
    this.isBroken = false;
  }

  get left(): number {
    return this.end - this.at;
  }

  /** All was there, and all was read. */
  get isWhole(): boolean {
    return !this.isBroken && this.at === this.end;
  }

  /** Steps over `length` bytes and returns where they begin; they are there even when broken. */
  skip(length: number): number {
    const at = this.at;
    if (length > this.end - at) {
      this.isBroken = true;
      this.at = this.end;
      return -1;
    }
    this.at = at + length;
    return at;
  }

  u8(): number {
    const at = this.skip(1);
    return at < 0 ? 0 : this.bytes[at];
  }

  u32(): number {
    const at = this.skip(4);
    return at < 0 ? 0 : readU32(this.bytes, at);
  }

  /** The word at a place that was skipped. */
  u32At(at: number): number {
    return readU32(this.bytes, at);
  }

  f64(): number {
    const at = this.skip(8);
    return at < 0 ? 0 : new DataView(this.bytes.buffer, this.bytes.byteOffset + at).getFloat64(0);
  }

  address(): Address {
    const at = this.skip(6);
    return at < 0 ? 0 : readAddress(this.bytes, at);
  }

  /** A copy of the next 20 bytes. */
  id(): Uint8Array {
    return this.copy(ID_BYTES);
  }

  copy(length: number): Uint8Array {
    const at = this.skip(length);
    return at < 0
      ? new Uint8Array(Math.min(length, ID_BYTES))
      : Uint8Array.prototype.slice.call(this.bytes, at, at + length);
  }

  /**
   * A member that somebody names: a hint where to dial. What is known of it from its own greeting stays;
   * of one that nobody has met yet at least a class program is worth knowing, for it must not be greeted.
   */
  member(members: Members): Member {
    const at = this.skip(MEMBER_BYTES);
    if (at < 0) return members.of(0);
    const { bytes } = this;
    // Nobody has port 0.
    if ((bytes[at + 4] | bytes[at + 5]) === 0 || (bytes[at + 10] | bytes[at + 11]) === 0) {
      this.isBroken = true;
    }
    const member = members.readAt(bytes, at);
    if (!member.isProven) member.isPlain = (bytes[at + 16] & PLAIN) !== 0;
    return member;
  }

  list(members: Members): Member[] {
    const count = this.u8();
    if (count > LIST_LIMIT) this.isBroken = true;
    if (this.isBroken) return [];
    // As long as it will be: one that grows takes three times as much.
    const list = new Array<Member>(count);
    for (let i = 0; i < count; i++) {
      list[i] = this.member(members);
      if (this.isBroken) return list.slice(0, i + 1);
    }
    return list;
  }
}

/** The next `length` bytes where they lie; none when they are not there. */
export function borrowed(frame: Frame, length: number): Uint8Array {
  const at = frame.skip(length);
  return at < 0 ? NO_BYTES : frame.bytes.subarray(at, at + length);
}

const NO_BYTES = new Uint8Array(0);
const PLAIN = 1;
const ROOM_BYTES = 1024;

/** Frames being written, one behind the other. */
export class FrameWriter {
  bytes: Uint8Array = new Uint8Array(ROOM_BYTES);
  length = 0;
  #start = 0;

  begin(type: number, request: number): void {
    this.#start = this.length;
    this.room(FRAME_HEADER_BYTES);
    this.bytes[this.length + LENGTH_BYTES] = type;
    writeU32(this.bytes, this.length + LENGTH_BYTES + 1, request);
    this.length += FRAME_HEADER_BYTES;
  }

  end(): void {
    writeU32(this.bytes, this.#start, this.length - this.#start - LENGTH_BYTES);
  }

  /** Room for `more` bytes. */
  room(more: number): void {
    if (this.length + more <= this.bytes.length) return;
    const longer = new Uint8Array(Math.max(this.bytes.length * 2, this.length + more));
    longer.set(this.bytes.subarray(0, this.length));
    this.bytes = longer;
  }

  u8(value: number): void {
    this.room(1);
    this.bytes[this.length++] = value;
  }

  u32(value: number): void {
    this.room(4);
    writeU32(this.bytes, this.length, value);
    this.length += 4;
  }

  f64(value: number): void {
    this.room(8);
    new DataView(this.bytes.buffer, this.bytes.byteOffset).setFloat64(this.length, value);
    this.length += 8;
  }

  address(address: Address): void {
    this.room(6);
    writeAddress(this.bytes, this.length, address);
    this.length += 6;
  }

  raw(bytes: Uint8Array, start = 0, end: number = bytes.length): void {
    const length = end - start;
    this.room(length);
    if (length <= SHORT_COPY_BYTES) {
      for (let i = 0; i < length; i++) this.bytes[this.length + i] = bytes[start + i];
    } else {
      this.bytes.set(bytes.subarray(start, end), this.length);
    }
    this.length += length;
  }

  member(member: Member): void {
    this.room(MEMBER_BYTES);
    writeAddress(this.bytes, this.length, member.address);
    writeAddress(this.bytes, this.length + 6, member.home);
    writeU32(this.bytes, this.length + 12, member.host);
    this.bytes[this.length + 16] = member.isPlain ? PLAIN : 0;
    this.length += MEMBER_BYTES;
  }

  list(list: readonly Member[]): void {
    const count = Math.min(list.length, LIST_LIMIT);
    this.u8(count);
    for (let i = 0; i < count; i++) this.member(list[i]);
  }
}

/** Below this a loop beats `subarray` and `set`, which makes an object. */
const SHORT_COPY_BYTES = 64;

export function readU32(bytes: Uint8Array, at: number): number {
  return ((bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3]) >>> 0;
}

export function writeU32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 24;
  bytes[at + 1] = (value >>> 16) & 255;
  bytes[at + 2] = (value >>> 8) & 255;
  bytes[at + 3] = value & 255;
}

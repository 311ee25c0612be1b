/**
 * A message of the ring taken apart: a frame of our own nodes (ring/frames.ts), or a class program's
 * command or reply (explain-dialect.ts). What it is can be told from its first byte: a frame begins
 * with its length, and no frame is so long that this could be a letter.
 *
 *     ┌──────────┬────────┬───────────┬───────────┐
 *     │ length   │ type   │ request   │ payload   │      get: key · level
 *     └──────────┴────────┴───────────┴───────────┘      its reply: status · found · version · value
 *
 * Each member that a frame names is told how far before the key it stands, when the key is known.
 */
import { formatAddress, formatIp, readAddress } from '../../core/address.ts';
import { ID_BYTES } from '../../core/id.ts';
import { sha1 } from '../../lab/sha1.ts';
import { MEMBER_BYTES } from '../../ring/circle/member.ts';
import type { Wire } from '../../ring/dialects/wire.ts';
import {
  EXISTS_ONLY,
  FRAME_HEADER_BYTES,
  FRAME_TYPES_LAST,
  FrameType,
  LENGTH_BYTES,
  REPLY,
  readU32,
  Status,
} from '../../ring/frames.ts';
import { VERSION_BYTES, versionMs } from '../../ring/records/clock.ts';
import { isTombstone, RECORD_HEADER_BYTES } from '../../ring/records/record.ts';
import { LEVELS } from '../../ring/settings.ts';
import type { Part } from '../protocol/messages.ts';
import { explainDialect, kindOfDialect } from './dialect.ts';
import { asHex, Dissection, distanceClockwise, shownBytes } from './dissection.ts';
import {
  CLOSER,
  CLOSER_NOTE,
  COMPARED,
  FRAMES,
  LISTS,
  REFUSALS,
  REPLIES,
  STATUSES,
  VERDICTS,
} from './frame-words.ts';

/** What is known of a message besides its bytes. */
export interface RingContext {
  /** The dialect of the ring. Default `seed`. */
  wire?: Wire;
  /** A class program's stream carries one command: its word, when this is a later piece of it. */
  command?: string;
  /** It comes from the side that was asked. */
  isReply?: boolean;
  /** 20 bytes: what its lookup is about, when it does not say so itself. */
  key?: Uint8Array | null;
}

/** Are these the bytes of one frame, or of what was meant as one? */
export function isFrame(bytes: Uint8Array, start: number, end: number): boolean {
  const length = end - start;
  if (length < FRAME_HEADER_BYTES) return false;
  const type = bytes[start + LENGTH_BYTES]! & ~REPLY;
  return readU32(bytes, start) === length - LENGTH_BYTES && type >= 1 && type <= FRAME_TYPES_LAST;
}

/** One word for a message: `get`, `replicate`, `stabilise`, `get reply`, `closer nodes`; `GET`, `CON` … */
export function kindOfRing(
  bytes: Uint8Array,
  start: number,
  end: number,
  context: RingContext = {},
): string {
  if (!isFrame(bytes, start, end)) return kindOfDialect(bytes, start, end, context);
  const type = bytes[start + LENGTH_BYTES]!;
  if ((type & REPLY) === 0) return FRAMES[type]!.kind;
  const asked = type & ~REPLY;
  if (!hasStatus(asked) || end - start === FRAME_HEADER_BYTES) return REPLIES[asked]!;
  const status = bytes[start + FRAME_HEADER_BYTES]!;
  if (status === Status.notOwner && isRouted(asked)) return CLOSER;
  return status === Status.ok ? REPLIES[asked]! : REFUSALS[asked]!;
}

/** Does its reply begin with a status? */
function hasStatus(type: number): boolean {
  const without: readonly number[] = [
    FrameType.indirect,
    FrameType.digest,
    FrameType.fetch,
    FrameType.peek,
    FrameType.info,
  ];
  return !without.includes(type);
}

/** Is it asked of one node after the other, until one is the owner? */
function isRouted(type: number): boolean {
  return type >= FrameType.owner && type <= FrameType.remove;
}

/** What each byte of one message means. */
export function explainRing(
  bytes: Uint8Array,
  context: RingContext = {},
): { kind: string; root: Part } {
  const kind = kindOfRing(bytes, 0, bytes.length, context);
  if (!isFrame(bytes, 0, bytes.length)) return explainDialect(bytes, kind, context);
  return { kind, root: new FrameReader(bytes, context.key ?? null).read(kind) };
}

class FrameReader {
  readonly #cut: Dissection;
  #key: Uint8Array | null;

  constructor(bytes: Uint8Array, key: Uint8Array | null) {
    this.#cut = new Dissection(bytes);
    this.#key = key;
  }

  read(kind: string): Part {
    const cut = this.#cut;
    const type = cut.bytes[LENGTH_BYTES]!;
    const word = FRAMES[type & ~REPLY]!;
    const isReply = (type & REPLY) !== 0;
    cut.begin('frame');
    cut.u32(
      'length',
      String,
      'How many bytes follow: frames lie one behind the other in a stream, which has no borders of its own.',
    );
    cut.u8(
      'type',
      () => (isReply ? `${word.kind}, answered` : word.kind),
      isReply ? 'What was asked; the highest bit says that this is the answer.' : 'What is asked.',
    );
    cut.u32(
      'request',
      String,
      'The request’s number: many are under way on one connection, and a reply carries the number of its request.',
    );
    if (isReply) this.#reply(type & ~REPLY);
    else this.#request(type);
    const answered = kind === CLOSER ? CLOSER_NOTE : word.answered;
    const note = isReply ? answered : word.note;
    return cut.whole(kind, `${cut.bytes.length} bytes`, note);
  }

  #request(type: number): void {
    switch (type) {
      case FrameType.hello:
        return this.#list('identities');
      case FrameType.owner:
      case FrameType.peek:
        return this.#ownKey();
      case FrameType.get:
      case FrameType.remove:
        this.#ownKey();
        return this.#level();
      case FrameType.put:
        this.#ownKey();
        this.#level();
        return this.#value('The bytes to keep, just as they are.');
      case FrameType.replicate:
        return this.#records();
      case FrameType.neighbours:
        this.#target();
        this.#member('asker');
        return this.#lists();
      case FrameType.pulse:
        return this.#target();
      case FrameType.indirect:
        return this.#member('member');
      case FrameType.join:
        this.#target();
        return this.#member('joiner');
      case FrameType.switch:
        this.#target();
        this.#member('host');
        this.#cut.id('end', 'Where the joiner’s arc ends: the place of its successor.');
        this.#list('predecessors');
        return this.#list('successors');
      case FrameType.leave:
        this.#target();
        return this.#member('leaver');
      case FrameType.inherit:
        this.#target();
        this.#member('leaver');
        this.#cut.id('end', 'Where the leaver’s arc ended: the heir’s ends there now.');
        return this.#list('successors');
      case FrameType.digest:
        return this.#digest();
      case FrameType.fetch:
        return this.#each('key', ID_BYTES, () =>
          this.#cut.id('key', 'The key of a record that is wanted.'),
        );
      case FrameType.confirm:
        this.#cut.u8(
          'leaver',
          yesNo,
          'Does the asker leave? Then it cannot wait for as many copies as others.',
        );
        return this.#each('record', ID_BYTES + VERSION_BYTES, (index) => this.#listed(index));
    }
  }

  #reply(type: number): void {
    const cut = this.#cut;
    switch (type) {
      case FrameType.indirect:
        return void cut.u8('alive', yesNo, 'Did the member answer a pulse from here?');
      case FrameType.digest:
        return this.#compared();
      case FrameType.fetch:
        cut.u32(
          'served',
          String,
          'For how many of the keys asked for this is the answer; the others have to be asked for again.',
        );
        return this.#records();
      case FrameType.peek:
        cut.u8('there', yesNo, 'Is there a copy here?');
        return this.#record(cut.left);
      case FrameType.info:
        return cut.rest(
          'text',
          shownBytes(cut.bytes, cut.at, cut.end),
          'JSON, for people and programs.',
        );
    }
    const status = cut.u8(
      'status',
      (value) => STATUSES[value] ?? `unknown: ${value}`,
      'How it went.',
    );
    if (status === Status.notOwner && isRouted(type)) return this.#list('candidates');
    if (type === FrameType.put || type === FrameType.remove) return this.#written();
    if (status !== Status.ok) return;
    switch (type) {
      case FrameType.owner:
        this.#member('owner');
        return cut.id(
          'end',
          'Where the owner’s arc ends: it owns all keys from its own place up to, but without, this point.',
        );
      case FrameType.get:
        return this.#found();
      case FrameType.neighbours:
        return this.#lists();
      case FrameType.join:
        return cut.f64(
          'since',
          (ms) => String(ms),
          'Since when the ring has been there, by its clock: the older of two rings that meet is the one to join.',
        );
      case FrameType.confirm:
        return this.#each(
          'verdict',
          1,
          () =>
            void cut.u8(
              'verdict',
              (value) => VERDICTS[value] ?? `unknown: ${value}`,
              'May the asker drop this record?',
            ),
        );
    }
  }

  // Fields.

  #ownKey(): void {
    const cut = this.#cut;
    if (cut.left >= ID_BYTES) this.#key = cut.bytes.subarray(cut.at, cut.at + ID_BYTES);
    cut.id(
      'key',
      'SHA-1 of the name: a point on the circle, owned by the last node at or before it.',
    );
  }

  #level(): void {
    this.#cut.u8(
      'level',
      levelName,
      'How many durable copies must agree: one is the owner alone, quorum a majority of owner and backups, all is all.',
    );
  }

  #value(note: string): void {
    const cut = this.#cut;
    cut.rest('value', shownBytes(cut.bytes, cut.at, cut.end), note);
  }

  #target(): void {
    this.#cut.endpoint(
      'for',
      'Which of the receiver’s identities is meant: one process can stand at many places.',
    );
  }

  /** A member, and how far it is from the key. */
  #member(label: string): void {
    const cut = this.#cut;
    if (cut.left < MEMBER_BYTES) return void cut.leaf(label, MEMBER_BYTES);
    const address = readAddress(cut.bytes, cut.at);
    const text = formatAddress(address);
    cut.begin(label, text, this.#key === null ? '' : distanceClockwise(placeOf(text), this.#key));
    cut.endpoint('address', 'Where it listens. The SHA-1 of this text is its place on the circle.');
    cut.endpoint(
      'home',
      'The first address of its process: two copies of a record never go to one process.',
    );
    cut.u32(
      'host',
      (host) => (host === 0 ? 'unknown' : formatIp(host)),
      'What it may share a fate with: its IP, or the mark of a label.',
    );
    cut.u8(
      'flags',
      (flags) => ((flags & 1) !== 0 ? 'plain' : 'ours'),
      'A plain member is a class program: it speaks no frames and keeps no backups.',
    );
    cut.finish();
  }

  #list(label: string): void {
    const cut = this.#cut;
    const count = Math.max(0, cut.peek());
    cut.begin(label, count === 1 ? '1 member' : `${count} members`, LISTS[label] ?? '');
    cut.u8('count', String, 'How many members follow, 17 bytes each.');
    for (let i = 0; i < count && !cut.isBroken; i++) this.#member(`${i + 1}`);
    cut.finish();
  }

  #lists(): void {
    this.#list('predecessors');
    this.#list('successors');
    this.#list('known');
  }

  #version(label = 'version'): void {
    const cut = this.#cut;
    if (cut.left < VERSION_BYTES) return void cut.leaf(label, VERSION_BYTES);
    const counter = cut.bytes[cut.at + 6]! * 256 + cut.bytes[cut.at + 7]!;
    const ms = versionMs(cut.bytes, cut.at);
    cut.begin(
      label,
      `${ms} · ${counter}`,
      'A hybrid logical clock: of two writes the one with the larger version wins, on every path, so all copies end up the same.',
    );
    cut.leaf('time', 6, `${ms} ms`, 'When it was written, by the owner’s clock.');
    cut.leaf('counter', 2, String(counter), 'Orders writes of the same millisecond.');
    cut.leaf(
      'writer',
      8,
      asHex(cut.bytes, cut.at, cut.at + 8),
      'The beginning of the writer’s hash: two owners never give the same version.',
    );
    cut.finish();
  }

  #record(length: number): void {
    const cut = this.#cut;
    if (length === 0) return;
    if (length < RECORD_HEADER_BYTES) {
      return cut.break(`A record has ${RECORD_HEADER_BYTES} bytes before its value.`);
    }
    if (cut.left < length) return void cut.leaf('record', length);
    const isGone = isTombstone(cut.bytes, cut.at);
    const valueBytes = length - RECORD_HEADER_BYTES;
    cut.begin(
      'record',
      isGone ? 'removed' : `${valueBytes} bytes`,
      isGone ? 'A tombstone: the key was removed, and this remembers it for a week.' : '',
    );
    this.#version();
    cut.leaf('flags', 1, isGone ? 'tombstone' : 'value', 'Is it a value, or the mark of a delete?');
    cut.leaf(
      'expiry',
      6,
      asHex(cut.bytes, cut.at, cut.at + 6),
      'When it would expire; zeros are never. There is a place for it and no use yet.',
    );
    cut.leaf(
      'value',
      valueBytes,
      shownBytes(cut.bytes, cut.at, cut.at + valueBytes),
      'The value, just as it was put.',
    );
    cut.finish();
  }

  #records(): void {
    const cut = this.#cut;
    for (let count = 1; cut.left > 0 && !cut.isBroken; count++) {
      cut.begin(`record ${count}`);
      cut.id('key', 'SHA-1 of the name.');
      const length = cut.u32('length', String, 'How long the record is.');
      if (!cut.isBroken) this.#record(length);
      cut.finish();
    }
  }

  /** Equal parts up to the end of the frame. */
  #each(label: string, size: number, cutOne: (index: number) => void): void {
    const cut = this.#cut;
    for (let index = 1; cut.left > 0 && !cut.isBroken; index++) {
      if (cut.left < size) cut.leaf(label, size);
      else cutOne(index);
    }
  }

  #listed(index: number): void {
    const cut = this.#cut;
    cut.begin(`record ${index}`);
    cut.id('key', 'SHA-1 of the name.');
    this.#version();
    cut.finish();
  }

  #digest(): void {
    const cut = this.#cut;
    cut.id('from', 'Where the part of the circle begins that is compared.');
    cut.id('to', 'Where it ends; this point is not in it.');
    this.#sum();
  }

  #sum(): void {
    this.#cut.u32('count', String, 'How many records there are.');
    this.#cut.u32(
      'sum, high',
      hex32,
      'Half of the exclusive-or of a 64-bit hash of each key and version: equal sums, equal records.',
    );
    this.#cut.u32('sum, low', hex32, 'The other half of it.');
  }

  #compared(): void {
    const cut = this.#cut;
    const kind = cut.u8(
      'outcome',
      (value) => COMPARED[value] ?? `unknown: ${value}`,
      'What the comparison showed.',
    );
    if (kind === 1) {
      cut.u32('count', String, 'How many records are listed, 36 bytes each.');
      this.#each('record', ID_BYTES + VERSION_BYTES, (index) => this.#listed(index));
    } else if (kind === 2) {
      this.#each('part', 12, (index) => {
        cut.begin(`part ${index}`);
        this.#sum();
        cut.finish();
      });
    }
  }

  #found(): void {
    const cut = this.#cut;
    const found = cut.u8('found', yesNo, 'Is there such a key?');
    if (found !== 1) return;
    this.#version();
    this.#value('The value, just as it was put.');
  }

  #written(): void {
    const cut = this.#cut;
    if (cut.left === 0) return;
    cut.u8('found', yesNo, 'Was there a value before?');
    cut.u8(
      'copies',
      String,
      'Durable copies that the owner knew of when it answered, its own included.',
    );
    if (cut.left > 0) this.#version();
  }
}

function levelName(value: number): string {
  const name = LEVELS[value & ~EXISTS_ONLY] ?? `unknown: ${value}`;
  return (value & EXISTS_ONLY) !== 0 ? `${name}, exists only` : name;
}

function yesNo(value: number): string {
  return value === 1 ? 'yes' : value === 0 ? 'no' : `unknown: ${value}`;
}

function hex32(value: number): string {
  return value.toString(16).padStart(8, '0');
}

function placeOf(text: string): Uint8Array {
  return sha1(new TextEncoder().encode(text));
}

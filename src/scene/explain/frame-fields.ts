/**
 * The fields that frames of the ring are made of, each cut out with what it means:
 *
 *     member    address 6 · home 6 · host 4 · flags 1           17 bytes
 *     list      count 1 · members
 *     version   time 6 · counter 2 · writer 8                   16 bytes: a hybrid logical clock
 *     record    version 16 · flags 1 · expiry 6 · value
 *
 * Each member is told how far before the key it stands, once the key is known.
 */
import { formatAddress, formatIp, readAddress } from '../../core/address.ts';
import { ID_BYTES } from '../../core/id.ts';
import { sha1 } from '../../lab/sha1.ts';
import { CLOSED } from '../../ring/circle/identity.ts';
import { MEMBER_BYTES } from '../../ring/circle/member.ts';
import { EXISTS_ONLY, Status } from '../../ring/frames.ts';
import { RING_ID_BYTES } from '../../ring/greeting/hello.ts';
import { NONCE_BYTES } from '../../ring/greeting/nonce.ts';
import { MORTAL } from '../../ring/lifetime.ts';
import { VERSION_BYTES, versionMs } from '../../ring/records/clock.ts';
import { CLIENT_BYTES } from '../../ring/records/done-acts.ts';
import { isRecord, isTombstone, partsOf, RECORD_HEADER_BYTES } from '../../ring/records/record.ts';
import { LEVELS } from '../../ring/settings.ts';
import { asHex, type Dissection, distanceClockwise, shownBytes } from './dissection.ts';
import { COMPARED, FORGETTING, LISTS } from './frame-words.ts';

/** By the byte of a hello. */
const RIGHTS: readonly string[] = ['none', 'read', 'write', 'member'];

export class FrameFields {
  readonly #cut: Dissection;
  #key: Uint8Array | null;

  /** @param key what the frame is about, when it does not say so itself. */
  constructor(cut: Dissection, key: Uint8Array | null) {
    this.#cut = cut;
    this.#key = key;
  }

  ownKey(): void {
    const cut = this.#cut;
    if (cut.left >= ID_BYTES) this.#key = cut.bytes.subarray(cut.at, cut.at + ID_BYTES);
    cut.id(
      'key',
      'SHA-1 of the name: a point on the circle, owned by the last node at or before it.',
    );
  }

  level(): void {
    this.#cut.u8(
      'level',
      levelName,
      'How many durable copies must agree: one is the owner alone, quorum a majority of owner and backups, all is all.',
    );
  }

  vouched(): void {
    this.#cut.leaf('nonce', NONCE_BYTES, '16 bytes', 'What the stranger said in its greeting.');
    this.#cut.endpoint('dialed', 'Our address to which the stranger connected.');
  }

  /** A step on the way to a ring without some members. */
  forgotten(): void {
    const cut = this.#cut;
    cut.u8('step', (value) => FORGETTING[value] ?? `unknown: ${value}`, 'What is wanted.');
    cut.u8('lost', yesNo, 'Are they lost for good, also where no majority is left without them?');
    cut.rest(
      'named',
      `${cut.left} bytes`,
      'An epoch to stand above, and the addresses of those members.',
    );
  }

  /** The level of a change, and how long it may live. */
  mortal(): void {
    const cut = this.#cut;
    const isMortal = (Math.max(0, cut.peek()) & MORTAL) !== 0;
    this.level();
    if (!isMortal) return;
    cut.f64(
      'sent',
      (ms) => (ms > 0 ? `${ms} ms` : 'unknown'),
      'When it was sent, by the receiver’s clock as its greeting told: nobody has to have the right time.',
    );
    cut.u32(
      'left',
      (ms) => `${ms} ms`,
      'How long somebody waits for it: after that it is not done.',
    );
    cut.u32(
      'age',
      (ms) => (ms > 0 ? `${ms} ms` : 'sent for the first time'),
      'How long ago it was first sent, when this is not the first time.',
    );
    const client = this.#hex(CLIENT_BYTES);
    cut.leaf('client', CLIENT_BYTES, client, 'Whose act it is: drawn by chance.');
    cut.u32('number', String, 'Which of its acts: one that comes again is not done twice.');
    cut.u32('oldest', String, 'The oldest that it still waits for: all before may be forgotten.');
  }

  hello(): void {
    const cut = this.#cut;
    cut.u8('version', String, 'Of all frames: two that speak different ones part at once.');
    cut.u8('rights', (value) => RIGHTS[value] ?? `unknown: ${value}`, 'What the dialer asks for.');
    cut.leaf(
      'ring',
      RING_ID_BYTES,
      this.#hex(RING_ID_BYTES),
      'Of which ring it is; zeros before it is of any.',
    );
    cut.leaf(
      'incarnation',
      6,
      this.#hex(6),
      'Of its data: who comes back without it is somebody else.',
    );
    cut.f64('clock', (ms) => `${ms} ms`, 'Its clock, for people who look for one that is wrong.');
    cut.leaf(
      'nonce',
      NONCE_BYTES,
      this.#hex(NONCE_BYTES),
      'Drawn for this connection; its home vouches for it.',
    );
    cut.endpoint('meant', 'Whom the dialer thinks it has reached.');
    this.list('identities');
    if (cut.left > 0) cut.rest('proof', '32 bytes', 'That it knows the secret of the ring.');
  }

  #hex(length: number): string {
    const { at, bytes } = this.#cut;
    return asHex(bytes, at, Math.min(at + length, bytes.length));
  }

  value(note: string): void {
    const cut = this.#cut;
    cut.rest('value', shownBytes(cut.bytes, cut.at, cut.end), note);
  }

  target(): void {
    this.#cut.endpoint(
      'for',
      'Which of the receiver’s identities is meant: one process can stand at many places.',
    );
  }

  /** A member, and how far it is from the key. */
  member(label: string): void {
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

  list(label: string): void {
    const cut = this.#cut;
    const count = Math.max(0, cut.peek());
    cut.begin(label, count === 1 ? '1 member' : `${count} members`, LISTS[label] ?? '');
    cut.u8('count', String, 'How many members follow, 17 bytes each.');
    for (let i = 0; i < count && !cut.isBroken; i++) this.member(`${i + 1}`);
    cut.finish();
  }

  elsewhere(status: number): void {
    if (status === Status.notOwner) this.list('candidates');
    if (this.#cut.left === 0) return;
    this.#cut.u8(
      'closed',
      (value) => CLOSED[value] ?? `unknown: ${value}`,
      'The arc of the key is nobody’s: what is lacking for somebody to own it.',
    );
  }

  lists(): void {
    this.list('predecessors');
    this.list('successors');
    this.list('known');
  }

  #version(label = 'version'): void {
    const cut = this.#cut;
    if (cut.left < VERSION_BYTES) return void cut.leaf(label, VERSION_BYTES);
    const counter = cut.bytes[cut.at + 6] * 256 + cut.bytes[cut.at + 7];
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

  record(length: number): void {
    const cut = this.#cut;
    if (length === 0) return;
    if (length < RECORD_HEADER_BYTES) {
      return cut.break(`A record has ${RECORD_HEADER_BYTES} bytes before its value.`);
    }
    if (cut.left < length) return void cut.leaf('record', length);
    const isGone = isTombstone(cut.bytes, cut.at);
    if (!isRecord(cut.bytes, cut.at, cut.at + length)) return void cut.leaf('record', length);
    const [nameBytes, actBytes] = partsOf(cut.bytes, cut.at);
    const valueBytes = length - RECORD_HEADER_BYTES - nameBytes - actBytes;
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
      'When it expires, in ms since 1970; zeros are never.',
    );
    if (nameBytes > 0) {
      const name = shownBytes(cut.bytes, cut.at + 2, cut.at + nameBytes);
      cut.leaf('name', nameBytes, name, 'Its length, and the name that the key is the hash of.');
    }
    if (actBytes > 0) {
      cut.leaf(
        'done acts',
        actBytes,
        `${actBytes} bytes`,
        'Their length, and the acts that made this record, so that one that comes again is answered only.',
      );
    }
    cut.leaf(
      'value',
      valueBytes,
      shownBytes(cut.bytes, cut.at, cut.at + valueBytes),
      'The value, just as it was put.',
    );
    cut.finish();
  }

  records(): void {
    const cut = this.#cut;
    for (let count = 1; cut.left > 0 && !cut.isBroken; count++) {
      cut.begin(`record ${count}`);
      cut.id('key', 'SHA-1 of the name.');
      const length = cut.u32('length', String, 'How long the record is.');
      if (!cut.isBroken) this.record(length);
      cut.finish();
    }
  }

  /** Equal parts up to the end of the frame. */
  each(label: string, size: number, cutOne: (index: number) => void): void {
    const cut = this.#cut;
    for (let index = 1; cut.left > 0 && !cut.isBroken; index++) {
      if (cut.left < size) cut.leaf(label, size);
      else cutOne(index);
    }
  }

  listed(index: number): void {
    const cut = this.#cut;
    cut.begin(`record ${index}`);
    cut.id('key', 'SHA-1 of the name.');
    this.#version();
    cut.finish();
  }

  digest(): void {
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

  compared(): void {
    const cut = this.#cut;
    const kind = cut.u8(
      'outcome',
      (value) => COMPARED[value] ?? `unknown: ${value}`,
      'What the comparison showed.',
    );
    if (kind === 1) {
      cut.u32('count', String, 'How many records are listed, 36 bytes each.');
      this.each('record', ID_BYTES + VERSION_BYTES, (index) => this.listed(index));
    } else if (kind === 2) {
      this.each('part', 12, (index) => {
        cut.begin(`part ${index}`);
        this.#sum();
        cut.finish();
      });
    }
  }

  found(): void {
    const cut = this.#cut;
    const found = cut.u8('found', yesNo, 'Is there such a key?');
    if (found !== 1) return;
    this.#version();
    this.value('The value, just as it was put.');
  }

  written(): void {
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
  const name = LEVELS[value & ~(EXISTS_ONLY | MORTAL)] ?? `unknown: ${value}`;
  return (value & EXISTS_ONLY) !== 0 ? `${name}, exists only` : name;
}

export function yesNo(value: number): string {
  return value === 1 ? 'yes' : value === 0 ? 'no' : `unknown: ${value}`;
}

function hex32(value: number): string {
  return value.toString(16).padStart(8, '0');
}

function placeOf(text: string): Uint8Array {
  return sha1(new TextEncoder().encode(text));
}

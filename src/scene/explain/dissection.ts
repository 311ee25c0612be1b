/**
 * Taking a message apart: its bytes from the first to the last, cut into leaves that lie one behind the
 * other, in groups that say what the leaves are together.
 *
 *     ┌ message ───────────────────────────────────────────┐
 *     │ length │ type │ ┌ member ───────────┐ │ unreadable │
 *     │        │      │ │ address │ host    │ │            │
 *     └────────┴──────┴─┴─────────┴─────────┴─┴────────────┘
 *
 * Every byte belongs to exactly one leaf, whatever the bytes are. What promises more than there is
 * breaks the dissection: nothing more is cut, and all that is left becomes one leaf that says so.
 */
import {
  type Address,
  formatAddress,
  formatIp,
  ipOf,
  portOf,
  readAddress,
} from '../../core/address.ts';
import { arcShare } from '../../core/arc.ts';
import { formatId, ID_BITS, ID_BYTES, sharedPrefixBits } from '../../core/id.ts';
import type { Part } from '../protocol/messages.ts';

/** Bytes of one leaf whose value is written out; of longer ones the beginning. */
const SHOWN_BYTES = 48;

interface Group {
  label: string;
  value: string;
  note: string;
  start: number;
  parts: Part[];
}

export class Dissection {
  readonly bytes: Uint8Array;
  /** Up to here all is cut. */
  at = 0;
  /** Where the part that is being read must end. */
  end: number;
  isBroken = false;
  /** What was wrong, for the leaf of what could not be read. */
  #complaint = '';
  readonly #open: Group[] = [];

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.end = bytes.length;
  }

  get left(): number {
    return this.end - this.at;
  }

  /** The byte that comes next, -1 at the end. */
  peek(): number {
    return this.at < this.end ? this.bytes[this.at] : -1;
  }

  begin(label: string, value = '', note = ''): void {
    this.#open.push({ label, value, note, start: this.at, parts: [] });
  }

  /** Changes what the group that is open says, once that is known. */
  say(value: string, note?: string): void {
    const group = this.#open.at(-1)!;
    group.value = value;
    if (note !== undefined) group.note = note;
  }

  /** Ends the group that was begun last; one without bytes leaves no trace. */
  finish(): void {
    const { label, value, note, start, parts } = this.#open.pop()!;
    if (this.at > start) this.#add({ label, value, note, start, end: this.at, parts });
  }

  /** The next `length` bytes as one leaf. False, and broken, when there are not so many. */
  leaf(label: string, length: number, value = '', note = ''): boolean {
    if (this.isBroken) return false;
    if (length > this.left) {
      this.break(
        `The message ends before “${label}” does: ${this.left} of ${length} bytes are there.`,
      );
      return false;
    }
    if (length === 0) return true;
    this.#add({ label, value, note, start: this.at, end: this.at + length, parts: [] });
    this.at += length;
    return true;
  }

  /** All that is left, if anything is. */
  rest(label: string, value: string, note = ''): void {
    this.leaf(label, this.left, value, note);
  }

  break(complaint: string): void {
    if (!this.isBroken) this.#complaint = complaint;
    this.isBroken = true;
  }

  /** The whole message; groups still open are ended, and what could not be read is a leaf. */
  root(label: string, value: string, note: string): Part {
    while (this.#open.length > 1) this.finish();
    const parts = this.#open.pop()?.parts ?? [];
    const end = this.bytes.length;
    if (this.at < end) {
      const start = this.at;
      const why =
        this.#complaint || 'Nothing more belongs to this message: a reader would drop it.';
      parts.push({
        label: 'unreadable',
        value: shownBytes(this.bytes, start, end),
        note: why,
        start,
        end,
        parts: [],
      });
    }
    const isCut = this.isBroken && parts.at(-1)?.label !== 'unreadable';
    return {
      label,
      value,
      note: isCut ? `${note} ${this.#complaint}` : note,
      start: 0,
      end,
      parts,
    };
  }

  #add(part: Part): void {
    this.#open.at(-1)!.parts.push(part);
  }

  // Fields that more than one protocol has.

  u8(label: string, show: (value: number) => string, note: string): number {
    const value = this.left > 0 ? this.bytes[this.at] : 0;
    this.leaf(label, 1, show(value), note);
    return value;
  }

  u32(label: string, show: (value: number) => string, note: string): number {
    const value = this.left >= 4 ? new DataView(this.#view(4)).getUint32(0) : 0;
    this.leaf(label, 4, show(value), note);
    return value;
  }

  f64(label: string, show: (value: number) => string, note: string): void {
    const value = this.left >= 8 ? new DataView(this.#view(8)).getFloat64(0) : 0;
    this.leaf(label, 8, show(value), note);
  }

  #view(length: number): ArrayBuffer {
    return Uint8Array.from(this.bytes.subarray(this.at, this.at + length)).buffer;
  }

  id(label: string, note: string): void {
    this.leaf(label, ID_BYTES, this.left >= ID_BYTES ? formatId(this.bytes, this.at) : '', note);
  }

  /** IP and port, 6 bytes, as one group. Returns the address, 0 when it is not there. */
  endpoint(label: string, note = ''): Address {
    if (this.isBroken || this.left < 6) {
      this.leaf(label, 6, '', note);
      return 0;
    }
    const address = readAddress(this.bytes, this.at);
    this.begin(label, formatAddress(address), note);
    this.leaf('IP', 4, formatIp(ipOf(address)), 'The IPv4 address, 4 bytes in network order.');
    this.leaf('port', 2, String(portOf(address)), 'The port, 2 bytes in network order.');
    this.finish();
    return address;
  }
}

/** Bytes for people: text where it is text, else hexadecimal digits. */
export function shownBytes(bytes: Uint8Array, start: number, end: number): string {
  const cut = Math.min(end, start + SHOWN_BYTES);
  const dots = cut < end ? '…' : '';
  return isText(bytes, start, cut)
    ? `“${asText(bytes, start, cut)}”${dots}`
    : asHex(bytes, start, cut) + dots;
}

export function asHex(bytes: Uint8Array, start: number, end: number): string {
  let text = '';
  for (let at = start; at < end; at++) text += bytes[at].toString(16).padStart(2, '0');
  return text;
}

export function asText(bytes: Uint8Array, start: number, end: number): string {
  let text = '';
  for (let at = start; at < end; at++) text += String.fromCharCode(bytes[at]);
  return text;
}

function isText(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (bytes[at] < 0x20 || bytes[at] > 0x7e) return false;
  return end > start;
}

/** How far an id is from a target by XOR, in words. */
export function distanceByXor(bytes: Uint8Array, at: number, target: Uint8Array): string {
  const shared = sharedPrefixBits(bytes, at, target, 0);
  if (shared === ID_BITS) return 'It is the target itself.';
  return `It shares its first ${bits(shared)} with the target: their XOR distance is less than 2^${ID_BITS - shared}.`;
}

/** How far before a key a node stands, clockwise, as a share of the whole circle. */
export function distanceClockwise(hash: Uint8Array, key: Uint8Array): string {
  if (hash.every((byte, i) => byte === key[i])) return 'It stands exactly at the key.';
  const percent = arcShare(hash, 0, key, 0) * 100;
  return `From it to the key it is ${percent < 0.001 ? 'less than 0.001' : percent.toFixed(3)} % of the circle.`;
}

function bits(count: number): string {
  return count === 1 ? '1 bit' : `${count} bits`;
}

/**
 * Members: identities that a node knows of. An identity is one `IP:port` with its SHA-1, its place on
 * the circle; a process has one or more of them. All lists hold references to the same few objects,
 * and a lab with 10,000 nodes shares one table of them, so a list of fourteen fingers costs 14 words.
 *
 *      6           6           4        1
 *     ┌───────────┬───────────┬────────┬────────┐
 *     │ address   │ home      │ host   │ flags  │      on the wire; the hash follows from the address
 *     └───────────┴───────────┴────────┴────────┘
 *
 * On the wire all but the address is a hint (frames.ts): it counts when the member itself has said it.
 * `home` is the first address of the process: two copies of a record never go to one process.
 * `host` tells what else they might share: the IP, or the mark of a label that a program chose; 0
 * says nothing, as on loopback, where all processes are on one host.
 */
import { type Address, formatAddress, ipOf, isLoopback, readAddress } from '../../core/address.ts';

export type Sha1 = (bytes: Uint8Array) => Uint8Array;

export const MEMBER_BYTES = 17;
/** Members interned; then the table starts afresh. Old references stay good: they hold all they need. */
const MEMBERS_LIMIT = 1 << 17;

export class Member {
  readonly address: Address;
  readonly hash: Uint8Array;
  home: Address;
  host: number;
  /** Of its data, as its process says; 0: not heard yet, or it keeps none that matters. */
  incarnation = 0;
  /** The home that it says it has; it has it only if that one says so, too. */
  claimedHome: Address = 0;
  /** As a home: all addresses that its process says are its own. */
  kin: readonly Address[] = NOBODY;
  /** How far its clock was before ours when it greeted us, in ms; null: it has not. */
  clockOffsetMs: number | null = null;
  /** A class program: it speaks no frames and keeps no backups. */
  isPlain = false;
  /** It took our connection and had no answer to `VER`: a class program, or one that was just dying. */
  isMute = false;
  /** All of this is its own word, given where we dialed it, or its silence there; else it is hearsay. */
  isProven = false;

  constructor(address: Address, hash: Uint8Array) {
    this.address = address;
    this.hash = hash;
    this.home = address;
    this.host = hostOf(address);
  }
}

const NOBODY: readonly Address[] = [];

/** Rows of the table to begin with; a power of two. */
const ROWS = 64;
/** Odd, without a pattern: they spread addresses that follow each other over the table. */
const SPREAD_LOW = 0x9e3779b1 | 0;
const SPREAD_HIGH = 0x85ebca6b | 0;

/**
 * The members that are known, by address: a table of the two halves of addresses, at most half full, in which a
 * member is looked for from its row on. A list on the wire is eleven look-ups, which a Map of 48-bit keys takes
 * four times as long for.
 */
export class Members {
  readonly #sha1: Sha1;
  readonly #limit: number;
  #count = 0;
  #lows = new Int32Array(ROWS);
  #highs = new Uint32Array(ROWS);
  #rows: (Member | undefined)[] = new Array<Member | undefined>(ROWS).fill(undefined);
  readonly #text = new Uint8Array(21); // 255.255.255.255:65535

  constructor(sha1: Sha1, limit: number = MEMBERS_LIMIT) {
    this.#sha1 = sha1;
    this.#limit = limit;
  }

  get count(): number {
    return this.#count;
  }

  of(address: Address): Member {
    const high = Math.floor(address / 0x100000000);
    const row = this.#rowOf(high, address | 0);
    return this.#rows[row] ?? this.#add(address, high, address | 0);
  }

  /** The one whose address lies at `bytes[at]`. */
  readAt(bytes: Uint8Array, at: number): Member {
    const high = (bytes[at] << 8) | bytes[at + 1];
    const low =
      (bytes[at + 2] << 24) | (bytes[at + 3] << 16) | (bytes[at + 4] << 8) | bytes[at + 5];
    return this.#rows[this.#rowOf(high, low)] ?? this.#add(readAddress(bytes, at), high, low);
  }

  /** The row of an address, or the free one where it would go. */
  #rowOf(high: number, low: number): number {
    const rows = this.#rows;
    const mask = rows.length - 1;
    const mixed = Math.imul(low ^ Math.imul(high, SPREAD_HIGH), SPREAD_LOW);
    let row = (mixed ^ (mixed >>> 15)) & mask;
    while (rows[row] !== undefined && !(this.#lows[row] === low && this.#highs[row] === high)) {
      row = (row + 1) & mask;
    }
    return row;
  }

  #add(address: Address, high: number, low: number): Member {
    if (this.#count >= this.#limit) this.#resize(ROWS, []);
    if (2 * this.#count >= this.#rows.length) this.#resize(2 * this.#rows.length, this.#rows);
    const member = new Member(address, this.hashOf(address));
    this.#put(member, high, low);
    return member;
  }

  #put(member: Member, high: number, low: number): void {
    const row = this.#rowOf(high, low);
    this.#rows[row] = member;
    this.#lows[row] = low;
    this.#highs[row] = high;
    this.#count++;
  }

  /** Another table, with those in it. */
  #resize(rows: number, members: readonly (Member | undefined)[]): void {
    this.#count = 0;
    this.#lows = new Int32Array(rows);
    this.#highs = new Uint32Array(rows);
    this.#rows = new Array<Member | undefined>(rows).fill(undefined);
    for (const member of members) {
      if (member === undefined) continue;
      const { address } = member;
      this.#put(member, Math.floor(address / 0x100000000), address | 0);
    }
  }

  /** SHA-1 of the text `IP:port`: where it stands on the circle. */
  hashOf(address: Address): Uint8Array {
    const text = formatAddress(address);
    for (let i = 0; i < text.length; i++) this.#text[i] = text.charCodeAt(i);
    return Uint8Array.prototype.slice.call(this.#sha1(this.#text.subarray(0, text.length)));
  }
}

function hostOf(address: Address): number {
  return isLoopback(address) ? 0 : ipOf(address);
}

/** The mark of a label (FNV-1a), never 0; without one what the address tells. */
export function hostMark(label: string, address: Address): number {
  if (label === '') return hostOf(address);
  let mark = 0x811c9dc5;
  for (let i = 0; i < label.length; i++) {
    mark = Math.imul(mark ^ label.charCodeAt(i), 0x01000193);
  }
  return mark >>> 0 || 1;
}

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
import { type Address, formatAddress, ipOf, isLoopback } from '../../core/address.ts';

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

export class Members {
  readonly #sha1: Sha1;
  readonly #limit: number;
  readonly #byAddress = new Map<Address, Member>();
  readonly #text = new Uint8Array(21); // 255.255.255.255:65535

  constructor(sha1: Sha1, limit: number = MEMBERS_LIMIT) {
    this.#sha1 = sha1;
    this.#limit = limit;
  }

  get count(): number {
    return this.#byAddress.size;
  }

  of(address: Address): Member {
    const known = this.#byAddress.get(address);
    if (known) return known;
    if (this.#byAddress.size >= this.#limit) this.#byAddress.clear();
    const member = new Member(address, this.hashOf(address));
    this.#byAddress.set(address, member);
    return member;
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

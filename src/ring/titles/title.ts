/**
 * A title: the one fact about an arc of the circle, on which a majority of its electors agrees.
 *
 *     [from ══════════════ end)   epoch   owner
 *         copies      processes that hold every write acknowledged in this arc, the owner among them
 *         electors    processes whose majority can change the title; most hold copies, some nothing else
 *         previous    electorates from before, whose majorities have a say until this title is in force
 *         wanted      copies that there should be: as many as there ever were, less those taken out by name
 *         forgotten   no removed value older than this version is remembered as removed
 *
 * A process is named by its first address and its *incarnation*, 48 random bits that its data folder
 * keeps: who comes back without its data is somebody else.
 *
 * A title says something about each point of its arc, so a part of it is a title, too (`clipped`).
 * A title may be accepted by a few and never come into force; whoever then finds it has to ask those
 * who had a say before it as well, and so `previous` grows until somebody knows that one is in force.
 */
import { type Address, readAddress, writeAddress } from '../../core/address.ts';
import { equalIds, ID_BYTES } from '../../core/id.ts';
import { compareEpochs, EPOCH_BYTES, type Epoch } from './epoch.ts';
import { VERSION_BYTES } from './version.ts';

/** A process of a certain incarnation. */
export interface Peer {
  /** Its first address. */
  readonly home: Address;
  /** 48 bits. */
  readonly incarnation: number;
}

export interface Owner extends Peer {
  /** The identity that answers for the arc. */
  readonly address: Address;
}

export interface Title {
  readonly from: Uint8Array;
  /** Equal to `from`: the whole circle. */
  readonly end: Uint8Array;
  readonly epoch: Epoch;
  readonly owner: Owner;
  readonly copies: readonly Peer[];
  readonly electors: readonly Peer[];
  readonly previous: readonly (readonly Peer[])[];
  readonly wanted: number;
  /** 16 bytes; zeros: nothing was ever forgotten. */
  readonly forgottenBelow: Uint8Array;
}

const PEER_BYTES = 12;
const FIXED_BYTES = 2 * ID_BYTES + EPOCH_BYTES + 6 + PEER_BYTES + 1 + VERSION_BYTES;
/** Processes in one list: 2K + 1 for the largest K, with room for those who are on their way out. */
export const PEERS_LIMIT = 64;
/** Electorates from before; who would need more has to bring one title into force first. */
export const PREVIOUS_LIMIT = 8;
export const NOTHING_FORGOTTEN: Uint8Array = new Uint8Array(VERSION_BYTES);

export function hasForgotten({ forgottenBelow }: Title): boolean {
  return forgottenBelow.some((byte) => byte !== 0);
}

export function samePeer(a: Peer, b: Peer): boolean {
  return a.home === b.home && a.incarnation === b.incarnation;
}

export function hasPeer(list: readonly Peer[], peer: Peer): boolean {
  return list.some((other) => samePeer(other, peer));
}

/** The same processes, in whatever order. */
export function samePeers(a: readonly Peer[], b: readonly Peer[]): boolean {
  return a.length === b.length && a.every((peer) => hasPeer(b, peer));
}

/** All of several lists, each once, in the order in which they are met. */
export function peersOf(lists: readonly (readonly Peer[])[]): Peer[] {
  const all: Peer[] = [];
  for (const list of lists) for (const peer of list) if (!hasPeer(all, peer)) all.push(peer);
  return all;
}

/** Electorates without repetitions. */
export function distinct(electorates: readonly (readonly Peer[])[]): (readonly Peer[])[] {
  const all: (readonly Peer[])[] = [];
  for (const list of electorates) if (!all.some((other) => samePeers(other, list))) all.push(list);
  return all;
}

/** Who has a say in a title: its electors, and until it is known to be in force those before them. */
export function electoratesOf(title: Title, isInForce: boolean): (readonly Peer[])[] {
  return distinct(isInForce ? [title.electors] : [title.electors, ...title.previous]);
}

/** Titles that split an arc have one epoch, and begin at different points. */
export function sameTitle(a: Title | null, b: Title | null): boolean {
  if (a === b || a === null || b === null) return a === b;
  return compareEpochs(a.epoch, b.epoch) === 0 && equalIds(a.from, 0, b.from, 0);
}

/**
 * The same title, whatever parts of its arc are spoken of: one epoch and the same words. Nobody who remembers what
 * it has proposed gives two titles one epoch; whoever was put back to what it was yesterday does not remember.
 */
export function sameTerms(a: Title, b: Title): boolean {
  if (a === b) return true;
  return (
    compareEpochs(a.epoch, b.epoch) === 0 &&
    a.owner.address === b.owner.address &&
    samePeer(a.owner, b.owner) &&
    a.wanted === b.wanted &&
    samePeers(a.copies, b.copies) &&
    samePeers(a.electors, b.electors) &&
    a.forgottenBelow.every((byte, i) => byte === b.forgottenBelow[i])
  );
}

/** What a title says of a part of its arc. */
export function clipped(title: Title, from: Uint8Array, end: Uint8Array): Title {
  if (equalIds(title.from, 0, from, 0) && equalIds(title.end, 0, end, 0)) return title;
  return { ...title, from, end };
}

export function titleBytes(title: Title): number {
  let peers = title.copies.length + title.electors.length;
  for (const list of title.previous) peers += list.length;
  return FIXED_BYTES + peers * PEER_BYTES + 3 + title.previous.length;
}

/** Writes `titleBytes` of them; returns where they end. */
export function writeTitle(out: Uint8Array, start: number, title: Title): number {
  let at = start;
  out.set(title.from, at);
  out.set(title.end, at + ID_BYTES);
  at = writeEpoch(out, at + 2 * ID_BYTES, title.epoch);
  writeAddress(out, at, title.owner.address);
  at = writePeer(out, at + 6, title.owner);
  out[at++] = title.wanted;
  out.set(title.forgottenBelow, at);
  at = writePeers(out, at + VERSION_BYTES, title.copies);
  at = writePeers(out, at, title.electors);
  out[at++] = title.previous.length;
  for (const list of title.previous) at = writePeers(out, at, list);
  return at;
}

/** Reads titles and what stands around them; beyond the end it gives zeros and `isBroken` is set. */
export class TitleReader {
  readonly bytes: Uint8Array;
  readonly end: number;
  at: number;
  isBroken = false;

  constructor(bytes: Uint8Array, start: number, end: number) {
    this.bytes = bytes;
    this.at = start;
    this.end = end;
  }

  get isWhole(): boolean {
    return !this.isBroken && this.at === this.end;
  }

  #skip(length: number): number {
    const { at } = this;
    if (length > this.end - at) {
      this.isBroken = true;
      this.at = this.end;
      return -1;
    }
    this.at += length;
    return at;
  }

  u8(): number {
    const at = this.#skip(1);
    return at < 0 ? 0 : this.bytes[at];
  }

  copy(length: number): Uint8Array {
    const at = this.#skip(length);
    return at < 0 ? new Uint8Array(length) : new Uint8Array(this.bytes.subarray(at, at + length));
  }

  address(): Address {
    const at = this.#skip(6);
    return at < 0 ? 0 : readAddress(this.bytes, at);
  }

  epoch(): Epoch {
    const at = this.#skip(EPOCH_BYTES);
    if (at < 0) return { number: 0, claimant: 0 };
    return { number: wordAt(this.bytes, at), claimant: wordAt(this.bytes, at + 4) };
  }

  peer(): Peer {
    const home = this.address();
    return { home, incarnation: this.address() };
  }

  peers(): Peer[] {
    const list: Peer[] = [];
    const count = this.u8();
    if (count > PEERS_LIMIT) this.isBroken = true;
    for (let i = 0; i < count && !this.isBroken; i++) list.push(this.peer());
    return list;
  }

  title(): Title {
    const from = this.copy(ID_BYTES);
    const end = this.copy(ID_BYTES);
    const epoch = this.epoch();
    const address = this.address();
    const owner = { address, ...this.peer() };
    const wanted = this.u8();
    const forgottenBelow = this.copy(VERSION_BYTES);
    const copies = this.peers();
    const electors = this.peers();
    const previous: Peer[][] = [];
    const count = this.u8();
    if (count > PREVIOUS_LIMIT) this.isBroken = true;
    for (let i = 0; i < count && !this.isBroken; i++) previous.push(this.peers());
    // A title without electors could be changed by anybody.
    if (electors.length === 0 || previous.some(({ length }) => length === 0)) this.isBroken = true;
    if (!hasPeer(copies, owner)) this.isBroken = true;
    return { from, end, epoch, owner, copies, electors, previous, wanted, forgottenBelow };
  }
}

export function writeEpoch(out: Uint8Array, at: number, { number, claimant }: Epoch): number {
  writeWord(out, at, number);
  writeWord(out, at + 4, claimant);
  return at + EPOCH_BYTES;
}

function writePeer(out: Uint8Array, at: number, { home, incarnation }: Peer): number {
  writeAddress(out, at, home);
  writeAddress(out, at + 6, incarnation);
  return at + PEER_BYTES;
}

function writePeers(out: Uint8Array, start: number, list: readonly Peer[]): number {
  out[start] = list.length;
  let at = start + 1;
  for (const peer of list) at = writePeer(out, at, peer);
  return at;
}

function wordAt(bytes: Uint8Array, at: number): number {
  return ((bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3]) >>> 0;
}

function writeWord(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 24;
  bytes[at + 1] = (value >>> 16) & 255;
  bytes[at + 2] = (value >>> 8) & 255;
  bytes[at + 3] = value & 255;
}

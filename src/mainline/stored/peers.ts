/**
 * The peer store: who announced itself for which info-hash (BEP 5 "announce_peer").
 *
 * One IP has one place per info-hash, whatever ports and node ids it invents; announcing again moves
 * the port and renews the place. (On loopback, where everybody has the same IP, one socket has one
 * place. Who has more than one place fills them with ports, and then moves the oldest.) Everything is bounded: info-hashes, peers per info-hash, peers in
 * all, age, and what one network may have of each, since its addresses cost nothing to whoever owns it:
 *
 *     a swarm      5.1.7/24 ■■■■ (no more)   9.4.2/24 ■■   93.7.1/24 ■
 *
 * When there is no room for somebody the node tells him so beforehand, by giving him no
 * token (BEP 33). A reply shows a random sample, so that every peer of a large swarm is seen.
 */
import {
  type Address,
  addressOf,
  holdAddress,
  ipOf,
  isLoopback,
  letGoOfAddress,
  networkOf,
  partyOf,
  Scope,
  scopeOf,
} from '../../core/address.ts';
import { grown } from '../../core/column.ts';
import type { Sha1 } from '../../core/hash.ts';
import { type Random, randomBelow } from '../../core/random.ts';
import { Records } from './records.ts';
import { insertIp, ipBytes, newFilter } from './scrape.ts';
import { Shares } from './shares.ts';

export interface PeerLimits {
  /** Info-hashes with peers at most. */
  infoHashes: number;
  /** Peers of one info-hash at most. */
  peersPerInfoHash: number;
  /** Peers in all at most. */
  peers: number;
  /** Peers that one /24 network announced, over all info-hashes, at most. */
  perNetwork: number;
  /** Peers of one info-hash that one IP announced at most: its ports. */
  perIpAndInfoHash: number;
  /** Peers of one info-hash that one /24 network announced at most; local networks apart. */
  perNetworkAndInfoHash: number;
  /** How long an announce counts. BEP 5 clients announce again every 15 to 30 minutes. */
  ttlMs: number;
}

/** 100,000 peers take 3 MB; one network has a twentieth of the info-hashes. Others: 2000 × 500 for 45 min (libtorrent), 16384 × 2048 for 32. */
export const PEER_LIMITS: PeerLimits = {
  infoHashes: 4000,
  peersPerInfoHash: 500,
  peers: 100_000,
  perNetwork: 200,
  // Two clients behind one NAT are found by exchanging peers; who has an IP does not have a swarm.
  perIpAndInfoHash: 1,
  // A campus finds its others by exchanging peers; who owns a /24 does not make up most of a swarm.
  perNetworkAndInfoHash: 4,
  ttlMs: 45 * 60_000,
};

/** Values in one reply at most, even where more would fit; jech/dht and mldht send 50 too. */
const SAMPLE_LIMIT = 50;
/** A full store looks for peers that are too old at most this often: the search visits everything. */
const EXPIRE_EVERY_MS = 60_000;

class Swarm {
  count = 0;
  addresses = new Float64Array(4);
  /** Who holds the place, see `placeOf`. */
  parties = new Float64Array(4);
  announcedAtMs = new Float64Array(4);
  seeds = new Uint8Array(4);
}

export class Peers {
  readonly #limits: PeerLimits;
  readonly #swarms: Records<Swarm>;
  readonly #sample = new Float64Array(SAMPLE_LIMIT);
  readonly #shares: Shares;
  #count = 0;
  #expiredAtMs = -Infinity;

  constructor(limits: PeerLimits, seed: number) {
    this.#limits = limits;
    this.#shares = new Shares(limits.perNetwork);
    this.#swarms = new Records(limits.infoHashes, limits.ttlMs, seed);
  }

  /** Peers stored, over all info-hashes. */
  get count(): number {
    return this.#count;
  }

  get infoHashCount(): number {
    return this.#swarms.count;
  }

  /** Would an announce from this address be stored? */
  hasRoom(now: number, infoHash: Uint8Array, start: number, from: Address): boolean {
    const swarm = this.#swarms.get(infoHash, start);
    if (swarm && rowOfParty(swarm, placeOf(from)) >= 0) return true;
    return this.#hasPlace(now, infoHash, start, from, swarm);
  }

  /** Is there a place for one more peer of whoever sends from there? */
  #hasPlace(
    now: number,
    infoHash: Uint8Array,
    start: number,
    from: Address,
    swarm: Swarm | undefined,
  ): boolean {
    if (!this.#shares.hasRoom(from)) this.expire(now);
    if (!this.#shares.hasRoom(from)) return false;
    if (swarm) {
      this.#dropOld(now, swarm);
      if (this.#isCrowded(swarm, from)) return false;
    }
    if (this.#roomFor(swarm)) return true;
    this.expire(now);
    return this.#roomFor(this.#swarms.get(infoHash, start));
  }

  /** Has the network of `from` as many places of this swarm as one may have? */
  #isCrowded(swarm: Swarm, from: Address): boolean {
    const { perNetworkAndInfoHash } = this.#limits;
    if (swarm.count < perNetworkAndInfoHash || scopeOf(from) !== Scope.public) return false;
    const network = networkOf(from);
    let count = 0;
    for (let row = 0; row < swarm.count; row++) {
      if (networkOf(swarm.addresses[row]) === network) count++;
    }
    return count >= perNetworkAndInfoHash;
  }

  /** Stores or renews the peer at `port` of whoever sent from `from`; false when there is no room. */
  announce(
    now: number,
    infoHash: Uint8Array,
    start: number,
    from: Address,
    port: number,
    seed: boolean,
  ): boolean {
    if (!this.hasRoom(now, infoHash, start, from)) return false;
    const swarm = this.#swarms.get(infoHash, start) ?? new Swarm();
    if (!this.#swarms.put(now, infoHash, start, swarm)) return false;
    const party = placeOf(from);
    const peer = addressOf(ipOf(from), port);
    let row = this.#rowFor(now, infoHash, start, from, peer, swarm);
    const isKnown = row >= 0;
    if (row < 0) {
      row = swarm.count++;
      this.#count++;
      this.#shares.take(from);
      growTo(swarm, row);
    }
    holdAddress(peer);
    if (isKnown) letGoOfAddress(swarm.addresses[row]);
    swarm.addresses[row] = peer;
    swarm.parties[row] = party;
    swarm.announcedAtMs[row] = now;
    swarm.seeds[row] = seed ? 1 : 0;
    return true;
  }

  /** The row that an announce takes over: that of its port, or the oldest of its IP; -1 where it has another. */
  #rowFor(
    now: number,
    infoHash: Uint8Array,
    start: number,
    from: Address,
    peer: Address,
    swarm: Swarm,
  ): number {
    const { perIpAndInfoHash } = this.#limits;
    const party = placeOf(from);
    const first = rowOfParty(swarm, party);
    if (first < 0 || perIpAndInfoHash === 1) return first;
    let oldest = first;
    let places = 0;
    for (let row = first; row < swarm.count; row++) {
      if (swarm.parties[row] !== party) continue;
      if (swarm.addresses[row] === peer) return row;
      places++;
      if (swarm.announcedAtMs[row] < swarm.announcedAtMs[oldest]) oldest = row;
    }
    const hasMore = places < perIpAndInfoHash && this.#hasPlace(now, infoHash, start, from, swarm);
    return hasMore ? -1 : oldest;
  }

  /**
   * A random sample of the peers of an info-hash, at most `limit`; how many stand in `sampled`.
   * With `noSeed` those that download come first (BEP 33).
   */
  sample(
    now: number,
    infoHash: Uint8Array,
    start: number,
    limit: number,
    noSeed: boolean,
    random: Random,
  ): number {
    const swarm = this.#swarms.get(infoHash, start);
    if (!swarm) return 0;
    this.#dropOld(now, swarm);
    const wanted = Math.min(limit, SAMPLE_LIMIT, swarm.count);
    shuffleFirst(swarm, wanted, random);
    if (noSeed) downloadersFirst(swarm);
    for (let i = 0; i < wanted; i++) this.#sample[i] = swarm.addresses[i];
    return wanted;
  }

  /** Bloom filters of those who have all of it and of those who have not (BEP 33); null for nobody. */
  scrape(
    now: number,
    infoHash: Uint8Array,
    start: number,
    sha1: Sha1,
  ): { seeds: Uint8Array; peers: Uint8Array } | null {
    const swarm = this.#swarms.get(infoHash, start);
    if (swarm) this.#dropOld(now, swarm);
    if (!swarm || swarm.count === 0) return null;
    const seeds = newFilter();
    const peers = newFilter();
    for (let row = 0; row < swarm.count; row++) {
      const filter = swarm.seeds[row] === 1 ? seeds : peers;
      insertIp(filter, ipBytes(swarm.addresses[row]), sha1);
    }
    return { seeds, peers };
  }

  /** All peers of an info-hash that are not too old. */
  of(now: number, infoHash: Uint8Array, start: number): Address[] {
    const swarm = this.#swarms.get(infoHash, start);
    if (!swarm) return [];
    this.#dropOld(now, swarm);
    return [...swarm.addresses.subarray(0, swarm.count)];
  }

  /** Peers of an info-hash that are not too old; nothing is changed by asking. */
  countOf(now: number, infoHash: Uint8Array, start: number): number {
    const swarm = this.#swarms.get(infoHash, start);
    let count = 0;
    for (let row = 0; swarm && row < swarm.count; row++) {
      if (swarm.announcedAtMs[row] + this.#limits.ttlMs > now) count++;
    }
    return count;
  }

  get sampled(): Float64Array {
    return this.#sample;
  }

  /** Forgets peers that are too old. Does nothing when it was called within the last minute. */
  expire(now: number): void {
    if (this.#expiredAtMs + EXPIRE_EVERY_MS > now) return;
    this.#expiredAtMs = now;
    for (const [, swarm] of this.#swarms) this.#dropOld(now, swarm);
    this.#swarms.expire(now);
  }

  *[Symbol.iterator](): Generator<{ infoHash: Uint8Array; addresses: Address[] }> {
    for (const [infoHash, swarm] of this.#swarms) {
      yield { infoHash, addresses: [...swarm.addresses.subarray(0, swarm.count)] };
    }
  }

  #roomFor(swarm: Swarm | undefined): boolean {
    if (this.#count >= this.#limits.peers) return false;
    return swarm ? swarm.count < this.#limits.peersPerInfoHash : !this.#swarms.full;
  }

  #dropOld(now: number, swarm: Swarm): void {
    for (let row = swarm.count - 1; row >= 0; row--) {
      if (swarm.announcedAtMs[row] + this.#limits.ttlMs > now) continue;
      swarm.count--;
      this.#count--;
      this.#shares.giveBack(swarm.addresses[row]);
      letGoOfAddress(swarm.addresses[row]);
      move(swarm, swarm.count, row);
    }
  }
}

/** What has one place per info-hash: an IP, or on loopback the sender's endpoint. */
function placeOf(from: Address): number {
  return isLoopback(from) ? from : partyOf(from);
}

function rowOfParty(swarm: Swarm, party: number): number {
  for (let row = 0; row < swarm.count; row++) if (swarm.parties[row] === party) return row;
  return -1;
}

function growTo(swarm: Swarm, row: number): void {
  if (row < swarm.addresses.length) return;
  const rows = swarm.addresses.length * 2;
  swarm.addresses = grown(swarm.addresses, rows);
  swarm.parties = grown(swarm.parties, rows);
  swarm.announcedAtMs = grown(swarm.announcedAtMs, rows);
  swarm.seeds = grown(swarm.seeds, rows);
}

/** Fisher and Yates, stopped after the first `wanted` places. */
function shuffleFirst(swarm: Swarm, wanted: number, random: Random): void {
  for (let i = 0; i < wanted; i++) exchange(swarm, i, i + randomBelow(random, swarm.count - i));
}

function downloadersFirst(swarm: Swarm): void {
  let place = 0;
  for (let row = 0; row < swarm.count; row++) {
    if (swarm.seeds[row] === 0) exchange(swarm, row, place++);
  }
}

function exchange(swarm: Swarm, a: number, b: number): void {
  swap(swarm.addresses, a, b);
  swap(swarm.parties, a, b);
  swap(swarm.announcedAtMs, a, b);
  swap(swarm.seeds, a, b);
}

function swap(column: Float64Array | Uint8Array, a: number, b: number): void {
  const kept = column[a];
  column[a] = column[b];
  column[b] = kept;
}

function move(swarm: Swarm, from: number, to: number): void {
  swarm.addresses[to] = swarm.addresses[from];
  swarm.parties[to] = swarm.parties[from];
  swarm.announcedAtMs[to] = swarm.announcedAtMs[from];
  swarm.seeds[to] = swarm.seeds[from];
}

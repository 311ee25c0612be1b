/**
 * The store of signed peers: whose keys were announced for which info-hash. A key costs nothing, so it is
 * networks that have shares: of the store, and of each info-hash.
 *
 *     info-hash ── key, time, signature, whose network ── key, time, signature, whose network ── …
 */
import { type Address, networkOf, Scope, scopeOf } from '../../core/address.ts';
import { type Random, randomBelow } from '../../core/random.ts';
import { equalBytes } from '../krpc/item.ts';
import type { SignedPeer } from '../krpc/signed-peer.ts';
import type { PeerLimits } from './peers.ts';
import { Records } from './records.ts';
import { Shares } from './shares.ts';

interface Entry {
  peer: SignedPeer;
  from: Address;
  announcedAtMs: number;
}

/** Info-hashes at most and keys in all: a tenth of the peers, for an entry takes 400 bytes, not 30. */
const SHARE_OF_PEERS = 0.1;

export class SignedPeers {
  readonly #limits: PeerLimits;
  readonly #entriesMax: number;
  readonly #swarms: Records<Entry[]>;
  readonly #shares: Shares;
  #count = 0;

  /** @param limits those of peers. */
  constructor(limits: PeerLimits, seed: number) {
    this.#limits = limits;
    this.#entriesMax = Math.ceil(limits.peers * SHARE_OF_PEERS);
    this.#shares = new Shares(limits.perNetwork);
    this.#swarms = new Records(Math.ceil(limits.infoHashes * SHARE_OF_PEERS), limits.ttlMs, seed);
  }

  /** Keys stored, over all info-hashes. */
  get count(): number {
    return this.#count;
  }

  /** Would a key from this address be stored? One that came from it before may be renewed. */
  hasRoom(now: number, infoHash: Uint8Array, start: number, from: Address): boolean {
    const swarm = this.#swarms.get(infoHash, start);
    if (swarm?.some((entry) => entry.from === from)) return true;
    return this.#takesOneMore(now, infoHash, start, from);
  }

  #takesOneMore(now: number, infoHash: Uint8Array, start: number, from: Address): boolean {
    const swarm = this.#swarms.get(infoHash, start);
    if (swarm) this.#dropOld(now, swarm);
    else if (this.#swarms.full) this.#expire(now);
    if (this.#count >= this.#entriesMax) this.#expire(now);
    if (this.#count >= this.#entriesMax || !this.#shares.hasRoom(from)) return false;
    if (!swarm) return !this.#swarms.full;
    return swarm.length < this.#limits.peersPerInfoHash && !this.#isCrowded(swarm, from);
  }

  /** Stores or renews a key whose signature was looked at before; false when there is no room. */
  announce(
    now: number,
    infoHash: Uint8Array,
    start: number,
    from: Address,
    peer: SignedPeer,
  ): boolean {
    const known = this.#swarms
      .get(infoHash, start)
      ?.find((entry) => equalBytes(entry.peer.key, peer.key));
    if (known) {
      // An older one that somebody says again takes nothing back.
      if (peer.timeUs > known.peer.timeUs) known.peer = peer;
      known.announcedAtMs = now;
      return true;
    }
    if (!this.#takesOneMore(now, infoHash, start, from)) return false;
    const swarm = this.#swarms.get(infoHash, start) ?? [];
    swarm.push({ peer, from, announcedAtMs: now });
    this.#swarms.put(now, infoHash, start, swarm);
    this.#shares.take(from);
    this.#count++;
    return true;
  }

  /** A random sample of an info-hash, at most `limit`. */
  sample(
    now: number,
    infoHash: Uint8Array,
    start: number,
    limit: number,
    random: Random,
  ): SignedPeer[] {
    const swarm = this.#swarms.get(infoHash, start) ?? [];
    this.#dropOld(now, swarm);
    const wanted = Math.min(limit, swarm.length);
    for (let i = 0; i < wanted; i++) {
      const other = i + randomBelow(random, swarm.length - i);
      [swarm[i], swarm[other]] = [swarm[other], swarm[i]];
    }
    return swarm.slice(0, wanted).map(({ peer }) => peer);
  }

  #isCrowded(swarm: readonly Entry[], from: Address): boolean {
    if (scopeOf(from) !== Scope.public) return false;
    const network = networkOf(from);
    const same = swarm.filter((entry) => networkOf(entry.from) === network);
    return same.length >= this.#limits.perNetworkAndInfoHash;
  }

  #expire(now: number): void {
    for (const [, swarm] of this.#swarms) this.#dropOld(now, swarm);
    this.#swarms.expire(now);
  }

  #dropOld(now: number, swarm: Entry[]): void {
    for (let i = swarm.length - 1; i >= 0; i--) {
      if (swarm[i].announcedAtMs + this.#limits.ttlMs > now) continue;
      this.#shares.giveBack(swarm[i].from);
      this.#count--;
      swarm.splice(i, 1);
    }
  }
}

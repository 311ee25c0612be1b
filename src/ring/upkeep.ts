/**
 * Upkeep: what a node does by itself from time to time, and what it remembers of the ring so that it
 * finds back after a restart or a partition. Each concern has one time at which it is due.
 */
import { COMPACT_ADDRESS_BYTES, portOf, readAddress, writeAddress } from '../core/address.ts';
import { randomBelow } from '../core/random.ts';
import type { Identity } from './circle/identity.ts';
import type { Member } from './circle/member.ts';
import { forget, Release, repair } from './copies/repair.ts';
import { pulse, refreshFinger, selfTest } from './membership.ts';
import type { RingNode } from './node.ts';

/** Members remembered for finding a ring again. */
const KNOWN_LIMIT = 32;
/** In the first round fingers are looked up so quickly one after the other. */
const FIRST_FINGERS_MS = 50;
/** Foreign records are looked for so long after the ring has moved, and again while there are some. */
const RELEASE_MS = 2000;
/** Tombstones are looked for this many times in their lifetime. */
const FORGET_TIMES = 64;
const KNOWN_FACT = 'known';
const TIMES_FACT = 'times';

export class Upkeep {
  /** Whom we have ever seen, a random few. */
  readonly known: Member[] = [];
  /** Records of others that were here when last looked. */
  foreign = 0;
  repairAtMs: number = Infinity;
  /** This store has been in a ring before. */
  hasMemory = false;
  /** When this store was last known to be in a ring, and since when without a long absence. */
  aliveAtMs = 0;
  sinceMs = 0;
  readonly #node: RingNode;
  #release: Release | null = null;
  #releaseAtMs = Infinity;
  #selfTestAtMs = Infinity;
  #fingerAtMs = Infinity;
  #sweepAtMs = Infinity;
  #forgetAtMs = Infinity;
  /** All fingers have been looked up once. */
  #areFingersSet = false;
  #isKnownNews = false;

  constructor(node: RingNode) {
    this.#node = node;
  }

  get deadline(): number {
    const next = Math.min(this.repairAtMs, this.#selfTestAtMs, this.#fingerAtMs);
    return Math.min(next, this.#sweepAtMs, this.#forgetAtMs, this.#releaseAtMs);
  }

  start(now: number): void {
    this.sinceMs = now;
    const { idleMs, bulkIdleMs, tombstoneMs } = this.#node.settings;
    this.#sweepAtMs = now + Math.min(idleMs, bulkIdleMs) / 2;
    this.#forgetAtMs = now + tombstoneMs / FORGET_TIMES;
    this.#recall(now);
  }

  /** An identity has become a member. */
  joined(now: number): void {
    const { selfTestMs, fingerMs, policy } = this.#node.settings;
    const chance = (ms: number) => randomBelow(this.#node.random, Math.ceil(ms));
    if (selfTestMs > 0 && policy === 'correct' && this.#selfTestAtMs === Infinity) {
      this.#selfTestAtMs = now + chance(selfTestMs);
    }
    if (fingerMs > 0) this.#fingerAtMs = now + chance(Math.min(fingerMs, FIRST_FINGERS_MS));
    this.repairAtMs = now;
    this.moved(now);
    // Whoever dies right after this should find back.
    this.remember(now);
  }

  /** Fingers were set beforehand: no first round. */
  fingered(now: number): void {
    this.#areFingersSet = true;
    const { fingerMs } = this.#node.settings;
    if (fingerMs > 0) this.#fingerAtMs = now + randomBelow(this.#node.random, fingerMs);
  }

  /** Arcs have moved: some of what is here may be others'. */
  moved(now: number): void {
    if (this.#node.store.count > 0)
      this.#releaseAtMs = Math.min(this.#releaseAtMs, now + RELEASE_MS);
  }

  tick(now: number): void {
    const node = this.#node;
    const { settings } = node;
    for (const identity of node.identities) {
      if (identity.isMember && identity.pulseAtMs <= now) this.#pulse(now, identity);
    }
    if (this.repairAtMs <= now) {
      if (settings.k > 0) repair(node, now);
      else this.repairAtMs = Infinity;
    }
    if (this.#selfTestAtMs <= now) {
      this.#selfTestAtMs = now + settings.selfTestMs;
      for (const identity of node.identities) selfTest(node, now, identity);
      this.remember(now);
    }
    if (this.#fingerAtMs <= now) this.#refreshFingers(now);
    if (this.#sweepAtMs <= now) {
      this.#sweepAtMs = now + Math.min(settings.idleMs, settings.bulkIdleMs) / 2;
      node.connections.sweep(now);
    }
    if (this.#forgetAtMs <= now) {
      this.#forgetAtMs = now + settings.tombstoneMs / FORGET_TIMES;
      forget(node, now);
    }
    if (this.#releaseAtMs <= now) this.#releaseForeign(now);
  }

  #pulse(now: number, identity: Identity): void {
    const node = this.#node;
    pulse(node, now, identity);
    // A broken store is tried again; until it works no write is taken.
    if (node.flushes.error !== null) node.flushes.wait(() => {});
    // Alone, but there were others: find them.
    if (identity.successor === undefined && this.known.length > 0) {
      this.#selfTestAtMs = Math.min(this.#selfTestAtMs, now);
    }
  }

  #refreshFingers(now: number): void {
    const node = this.#node;
    let isRound = true;
    for (const identity of node.identities) {
      if (identity.isMember && refreshFinger(node, now, identity)) isRound = false;
    }
    if (isRound) this.#areFingersSet = true;
    const { fingerMs } = node.settings;
    this.#fingerAtMs =
      now + (this.#areFingersSet ? fingerMs : Math.min(FIRST_FINGERS_MS, fingerMs));
  }

  #releaseForeign(now: number): void {
    // One that is under way has looked at some of it before the ring moved.
    this.#releaseAtMs = this.#release === null ? Infinity : now + RELEASE_MS;
    if (!this.#node.isMember || this.#release !== null) return;
    this.release(now, (at, left) => {
      if (left > 0) this.#releaseAtMs = Math.min(this.#releaseAtMs, at + RELEASE_MS);
    });
  }

  /** Passes once over the store for records of others; `done` hears how many are left. */
  release(now: number, done: (now: number, left: number) => void): void {
    this.#release?.abort();
    this.#release = new Release(this.#node, (at, left) => {
      this.#release = null;
      this.foreign = left;
      done(at, left);
    });
    this.#release.step(now);
  }

  /** An arc is about to be ours: what comes with it is not to go again. */
  receiving(now: number): void {
    if (this.#release === null) return;
    this.#release.abort();
    this.#release = null;
    this.#releaseAtMs = now + RELEASE_MS;
  }

  stop(): void {
    this.#release?.abort();
    this.#release = null;
    this.#releaseAtMs = Infinity;
    this.#selfTestAtMs = Infinity;
    this.#fingerAtMs = Infinity;
    this.repairAtMs = Infinity;
  }

  // What we know of the ring.

  learn(member: Member): void {
    const { known } = this;
    if (this.#node.isOwn(member) || known.includes(member)) return;
    this.#isKnownNews = true;
    if (known.length < KNOWN_LIMIT) known.push(member);
    else known[randomBelow(this.#node.random, KNOWN_LIMIT)] = member;
  }

  /** It has left for good. */
  forget(member: Member): void {
    const at = this.known.indexOf(member);
    if (at >= 0) this.known.splice(at, 1);
  }

  someoneKnown(): Member | null {
    const { known } = this;
    return known.length === 0 ? null : known[randomBelow(this.#node.random, known.length)]!;
  }

  /** Writes down whom we know, and that we live; it is durable with the next flush. */
  remember(now: number): void {
    if (!this.#node.isMember) return;
    if (this.#node.store.count > 0) this.#keepTimes(now);
    if (!this.#isKnownNews) return;
    this.#isKnownNews = false;
    const bytes = new Uint8Array(this.known.length * COMPACT_ADDRESS_BYTES);
    this.known.forEach(({ address }, i) => {
      writeAddress(bytes, i * COMPACT_ADDRESS_BYTES, address);
    });
    this.#node.store.keepFact(KNOWN_FACT, bytes);
    this.#node.flushes.touch();
  }

  #keepTimes(now: number): void {
    const times = new Uint8Array(16);
    const view = new DataView(times.buffer);
    view.setFloat64(0, now);
    view.setFloat64(8, this.sinceMs);
    this.#node.store.keepFact(TIMES_FACT, times);
    this.#node.flushes.touch();
  }

  /**
   * May what is in our store be older than what the ring has forgotten? Tombstones live for
   * `tombstoneMs`; who was away for longer, while the ring went on, would bring deleted values back.
   * @param ringSinceMs since when the ring has gone on, as a member of it says.
   */
  isOutdated(now: number, ringSinceMs: number): boolean {
    const { tombstoneMs } = this.#node.settings;
    if (this.aliveAtMs === 0) return false;
    return this.aliveAtMs + tombstoneMs < now && ringSinceMs + tombstoneMs < now;
  }

  #recall(now: number): void {
    const times = this.#node.store.fact(TIMES_FACT);
    if (times !== null && times.length === 16) {
      const view = new DataView(times.buffer, times.byteOffset);
      this.aliveAtMs = view.getFloat64(0);
      const isShort = this.aliveAtMs + this.#node.settings.tombstoneMs >= now;
      if (isShort) this.sinceMs = view.getFloat64(8);
    }
    const bytes = this.#node.store.fact(KNOWN_FACT);
    if (bytes === null) return;
    this.hasMemory = true;
    for (let at = 0; at + COMPACT_ADDRESS_BYTES <= bytes.length; at += COMPACT_ADDRESS_BYTES) {
      const address = readAddress(bytes, at);
      if (portOf(address) !== 0) this.learn(this.#node.commons.members.of(address));
    }
    this.#isKnownNews = false;
  }
}

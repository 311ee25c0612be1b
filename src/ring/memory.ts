/**
 * Memory: whom a node has met, a random few of all, so that it finds the ring again after a restart or
 * a partition; and since when it has gone on, so that it does not bring back what was deleted while
 * it was away. Both are kept in its store as facts.
 *
 *     known    6 bytes of address, as often as there are members
 *     times    alive · since: two times in ms, 8 bytes each
 */
import { COMPACT_ADDRESS_BYTES, portOf, readAddress, writeAddress } from '../core/address.ts';
import { type Random, randomBelow } from '../core/random.ts';
import type { Store } from '../core/store.ts';
import type { Member, Members } from './circle/member.ts';
import type { Flushes } from './records/flushes.ts';

/** Members remembered for finding a ring again. */
const KNOWN_LIMIT = 32;
const KNOWN_FACT = 'known';
const TIMES_FACT = 'times';

/** Who remembers: it need not remember itself. */
export interface Owner {
  isOwn(member: Member): boolean;
}

export class Memory {
  /** Whom we have ever seen, a random few. */
  readonly known: Member[] = [];
  /** This store has been in a ring before. */
  hasMemory = false;
  /** When this store was last known to be in a ring, and since when without a long absence. */
  aliveAtMs = 0;
  sinceMs = 0;
  #isKnownNews = false;
  readonly #owner: Owner;
  readonly #store: Store;
  readonly #flushes: Flushes;
  readonly #members: Members;
  readonly #random: Random;
  readonly #tombstoneMs: number;

  constructor(
    owner: Owner,
    store: Store,
    flushes: Flushes,
    members: Members,
    random: Random,
    tombstoneMs: number,
  ) {
    this.#owner = owner;
    this.#store = store;
    this.#flushes = flushes;
    this.#members = members;
    this.#random = random;
    this.#tombstoneMs = tombstoneMs;
  }

  learn(member: Member): void {
    const { known } = this;
    if (this.#owner.isOwn(member) || known.includes(member)) return;
    this.#isKnownNews = true;
    if (known.length < KNOWN_LIMIT) known.push(member);
    else known[randomBelow(this.#random, KNOWN_LIMIT)] = member;
  }

  /** It has left for good. */
  forget(member: Member): void {
    const at = this.known.indexOf(member);
    if (at >= 0) this.known.splice(at, 1);
  }

  someoneKnown(): Member | null {
    const { known } = this;
    return known.length === 0 ? null : known[randomBelow(this.#random, known.length)];
  }

  /** So many at most, each once, in an order of chance. */
  someKnown(count: number): Member[] {
    const rest = [...this.known];
    const some: Member[] = [];
    while (some.length < count && rest.length > 0) {
      some.push(...rest.splice(randomBelow(this.#random, rest.length), 1));
    }
    return some;
  }

  /** A member writes down whom it knows, and that it lives; it is durable with the next flush. */
  remember(now: number): void {
    if (this.#store.count > 0) this.#keepTimes(now);
    if (!this.#isKnownNews) return;
    this.#isKnownNews = false;
    const bytes = new Uint8Array(this.known.length * COMPACT_ADDRESS_BYTES);
    this.known.forEach(({ address }, i) => {
      writeAddress(bytes, i * COMPACT_ADDRESS_BYTES, address);
    });
    this.#store.keepFact(KNOWN_FACT, bytes);
    this.#flushes.touch();
  }

  #keepTimes(now: number): void {
    const times = new Uint8Array(16);
    const view = new DataView(times.buffer);
    view.setFloat64(0, now);
    view.setFloat64(8, this.sinceMs);
    this.#store.keepFact(TIMES_FACT, times);
    this.#flushes.touch();
  }

  /**
   * May what is in our store be older than what the ring has forgotten? Tombstones live for
   * `tombstoneMs`; who was away for longer, while the ring went on, would bring deleted values back.
   * @param ringSinceMs since when the ring has gone on, as a member of it says.
   */
  isOutdated(now: number, ringSinceMs: number): boolean {
    const tombstoneMs = this.#tombstoneMs;
    if (this.aliveAtMs === 0) return false;
    return this.aliveAtMs + tombstoneMs < now && ringSinceMs + tombstoneMs < now;
  }

  /** What the store remembers of the time before. */
  recall(now: number): void {
    this.sinceMs = now;
    const times = this.#store.fact(TIMES_FACT);
    if (times !== null && times.length === 16) {
      const view = new DataView(times.buffer, times.byteOffset);
      this.aliveAtMs = view.getFloat64(0);
      const isShort = this.aliveAtMs + this.#tombstoneMs >= now;
      if (isShort) this.sinceMs = view.getFloat64(8);
    }
    const bytes = this.#store.fact(KNOWN_FACT);
    if (bytes === null) return;
    this.hasMemory = true;
    for (let at = 0; at + COMPACT_ADDRESS_BYTES <= bytes.length; at += COMPACT_ADDRESS_BYTES) {
      const address = readAddress(bytes, at);
      if (portOf(address) !== 0) this.learn(this.#members.of(address));
    }
    this.#isKnownNews = false;
  }
}

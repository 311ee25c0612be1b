/**
 * The keys of a ring as commands of Redis see them: names that are byte strings, each with one value, which
 * is read in part, and changed in one step with the look at it.
 *
 *     GET, GETRANGE, TTL …   read      a query to the owner
 *     SET, INCR, EXPIRE …    act       an act at the owner
 *     SCAN, KEYS, DBSIZE …   list      owner by owner, from place to place
 */
import { ID_BYTES, randomId } from '../../core/id.ts';
import type { Clock } from '../../io/clock.ts';
import { sha1, systemRandom } from '../../io/entropy.ts';
import { ListFlag } from '../../ring/queries.ts';
import { type Act, actOf, plainSet } from '../../ring/records/act.ts';
import { NAME_BYTES_MAX } from '../../ring/records/record.ts';
import type { Level } from '../../ring/settings.ts';
import type { HearsAct, RingAccess } from '../ring/access.ts';
import {
  type Acted,
  type Listed,
  type ListPage,
  listPageOf,
  listQuery,
  type Part,
  partOf,
  readQuery,
} from '../ring/answers.ts';
import { Refusal } from './refusal.ts';

/** What single commands need; a transaction has its own (transactions.ts). */
export interface Keys {
  /** The time by which expiries are reckoned. */
  now(): number;
  /** The bytes from `first` to `last`, each counted from 0 or backwards from -1; null: no such key. */
  read(name: Uint8Array, first?: number, last?: number): Promise<Part | null>;
  /** The value alone. */
  value(name: Uint8Array): Uint8Array | null | Promise<Uint8Array | null>;
  act(name: Uint8Array, act: Partial<Act> & Pick<Act, 'verb'>): Acted | Promise<Acted>;
}

const ZERO = new Uint8Array(ID_BYTES);
const NO_PREFIX = new Uint8Array(0);
/** Keys of one answer of an owner when all of them are wanted. */
const PAGE_KEYS = 1024;

export class RingKeys implements Keys {
  readonly ring: RingAccess;
  readonly #level: Level;
  readonly clock: Clock;

  constructor(ring: RingAccess, level: Level, clock: Clock) {
    this.ring = ring;
    this.#level = level;
    this.clock = clock;
  }

  now(): number {
    return Math.floor(this.clock.now());
  }

  async read(name: Uint8Array, first = 0, last = -1): Promise<Part | null> {
    const query = readQuery(first, last);
    return partOf(await this.ring.query(sha1(name), query, { level: this.#level }));
  }

  value(name: Uint8Array): Uint8Array | null | Promise<Uint8Array | null> {
    return orRejected(() => this.ring.getNow(sha1(name), this.#level));
  }

  act(name: Uint8Array, act: Partial<Act> & Pick<Act, 'verb'>): Acted | Promise<Acted> {
    return orRejected(() => {
      if (name.length > NAME_BYTES_MAX) {
        throw new Refusal(`ERR a key has ${NAME_BYTES_MAX} bytes at most`);
      }
      return this.ring.actNow(sha1(name), actOf({ name, ...act }), this.#level);
    });
  }

  /** A record that is our own, borrowed; null: there is none; undefined: it takes a `value`. */
  glance(name: Uint8Array): Uint8Array | null | undefined {
    return this.ring.glance(sha1(name), this.#level);
  }

  /** Sets a value, which has no expiry then; `heard` may be told at once. */
  set(name: Uint8Array, value: Uint8Array, heard: HearsAct): void {
    this.ring.tellAct(sha1(name), plainSet(name, value), this.#level, heard);
  }

  /** The names from a place on, as many as one owner gives at a time. */
  async page(
    place: Uint8Array,
    limit: number = PAGE_KEYS,
    prefix: Uint8Array = NO_PREFIX,
    flags = 0,
  ): Promise<ListPage> {
    const query = listQuery(ZERO, { limit, prefix, flags });
    const frame = await this.ring.query(place, query, { level: 'one' });
    return listPageOf(frame, flags);
  }

  /** All names with a prefix, in the order of their places. */
  async *names(prefix: Uint8Array = NO_PREFIX, flags = 0): AsyncGenerator<Listed> {
    for (let place: Uint8Array = ZERO; ; ) {
      const { next, entries } = await this.page(place, PAGE_KEYS, prefix, flags);
      yield* entries;
      if (isEnd(next)) return;
      place = next;
    }
  }

  async count(): Promise<number> {
    let total = 0;
    for (let place: Uint8Array = ZERO; ; ) {
      const { next, count } = await this.page(place, 1, NO_PREFIX, ListFlag.countOnly);
      total += count;
      if (isEnd(next)) return total;
      place = next;
    }
  }

  /** A name behind a place that nobody chose; null when there is none at all. */
  async any(): Promise<Uint8Array | null> {
    let place: Uint8Array = randomId(systemRandom);
    for (let rounds = 0; rounds < 2; ) {
      const { next, entries } = await this.page(place, 1);
      if (entries.length > 0) return entries[0]!.name;
      if (isEnd(next)) rounds++;
      place = next;
    }
    return null;
  }
}

/** What fails at once fails like all that fails later, so that whoever begins several waits for all of them. */
function orRejected<T>(begin: () => T | Promise<T>): T | Promise<T> {
  try {
    return begin();
  } catch (error) {
    return Promise.reject(error);
  }
}

/** The end of the circle, which is its beginning. */
export function isEnd(place: Uint8Array): boolean {
  return place.every((byte) => byte === 0);
}

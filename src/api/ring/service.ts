/**
 * The calls of a ring that do more than put and get: changes that depend on what is there, parts of values,
 * values that expire, lists of names, and following what happens. For a member and for a client alike.
 */
import { formatAddress } from '../../core/address.ts';
import { shown } from '../../core/argument.ts';
import { formatId, ID_BYTES, parseId } from '../../core/id.ts';
import type { CallLimits } from '../../io/calls.ts';
import { DhtError } from '../../io/errors.ts';
import { ListFlag } from '../../ring/queries.ts';
import { type Act, actOf, type Condition } from '../../ring/records/act.ts';
import { VERSION_BYTES } from '../../ring/records/clock.ts';
import { EXPIRY_MS_MAX, NAME_BYTES_MAX, RecordRoom } from '../../ring/records/record.ts';
import type { ReadOptions, WriteOptions, WriteResult } from './access.ts';
import { RingAccess } from './access.ts';
import {
  type Acted,
  type Listed,
  listPageOf,
  listQuery,
  type Part,
  partOf,
  readQuery,
} from './answers.ts';
import { Following, type RingChange, type Subject } from './follow.ts';
import { bytesOf, hashOf, type RingKey, type RingValue } from './keys.ts';

/** When a change is to happen: only one of these. */
export interface RingCondition {
  /** There is no such key. */
  absent?: true;
  /** There is one. */
  present?: true;
  /** It has this version, as `read` or a change before told it. */
  version?: string;
  /** It has this value. */
  value?: RingValue;
}

export interface StoreOptions extends WriteOptions {
  /** It expires after this long. Default: never. */
  ttlMs?: number;
}

/** What became of a change with a condition. */
export interface ChangeResult extends WriteResult {
  /** False: the condition was not met, and nothing has changed. */
  isDone: boolean;
  /** Of the record as it is now, 32 hexadecimal digits; '' when there is none. */
  version: string;
}

/** A value that is still coming in. */
export interface IncomingValue {
  /** To be filled. */
  readonly bytes: Uint8Array;
  /** Stores it, once: from then on the bytes are the ring's, and nobody may write to them. @throws as `insert`. */
  storeIf(condition: RingCondition, options?: StoreOptions): Promise<ChangeResult>;
}

export interface RingEntry {
  value: Uint8Array;
  /** 32 hexadecimal digits; the newer is the larger. */
  version: string;
  /** Stored until this time, in ms since 1970; null: until it is removed. */
  storedUntilMs: number | null;
  /** Of the whole value. */
  bytes: number;
}

export interface RingName {
  name: string;
  key: string;
  version: string;
  storedUntilMs: number | null;
  bytes: number;
}

export interface RingRecord {
  /** 40 hexadecimal digits. */
  key: string;
  /** Null: it was not kept, or is no UTF-8. */
  name: string | null;
  version: string;
  storedUntilMs: number | null;
  value: Uint8Array;
}

export interface RingPage {
  records: RingRecord[];
  next: string | null;
}

export interface FollowOptions {
  /** One key. */
  key?: RingKey;
  /** Or all whose names begin so; '' is all that have a name. */
  prefix?: string;
  /** The `resume` of a change: go on behind it. */
  after?: string;
  signal?: AbortSignal;
}

const FIRST_PLACE: Uint8Array = new Uint8Array(ID_BYTES);
const NAMES_AT_ONCE = 1024;
/** Calls of one `getMany` or `insertMany` under way. */
const MANY_AT_ONCE = 256;

export class RingService extends RingAccess {
  /** A value, or a part of it, and what is known of it; null when there is none. @throws DhtError. */
  async read(
    key: RingKey,
    options: ReadOptions & { from?: number; to?: number } = {},
  ): Promise<RingEntry | null> {
    const { from = 0, to = Infinity } = options;
    const hash = hashOf(key);
    if (!(from >= 0) || !(to >= 0)) {
      throw new RangeError(`"from" and "to" expected 0 or more, got ${shown(from)}, ${shown(to)}`);
    }
    // An empty part is asked for as one that ends before it begins.
    const query = from < to ? readQuery(from, to - 1) : readQuery(1, 0);
    const part = partOf(await this.query(hash, query, options));
    return part === null ? null : entryOf(part);
  }

  /** Adds or replaces a value under a name that is kept, so that it can be listed and followed. */
  async store(name: string, value: RingValue, options: StoreOptions = {}): Promise<ChangeResult> {
    return this.storeIf(name, value, {}, options);
  }

  /** The same if a condition is met, of a key that is a name or a hash; nobody else's change comes between. @throws as `insert`. */
  async storeIf(
    key: RingKey,
    value: RingValue,
    condition: RingCondition,
    options: StoreOptions = {},
  ): Promise<ChangeResult> {
    return this.#set(key, { value: bytesOf(value) }, condition, options);
  }

  /**
   * Room for a value of so many bytes that are still coming in: an owner that keeps its records in memory keeps
   * it where it was written, so that a large one is never there twice.
   */
  incoming(name: string, length: number): IncomingValue {
    const room = new RecordRoom(nameBytes(name), length);
    return {
      bytes: room.value,
      storeIf: (condition, options = {}) =>
        this.#set(name, { value: room.value, room }, condition, options),
    };
  }

  async removeIf(
    key: RingKey,
    condition: RingCondition,
    options: WriteOptions = {},
  ): Promise<ChangeResult> {
    return this.#change(key, options, { verb: 'remove', ...conditionOf(condition) });
  }

  /** Adds bytes at the end; only they travel to the owner. The new length. @throws as `insert`. */
  async append(name: string, value: RingValue, options: WriteOptions = {}): Promise<number> {
    const act = { verb: 'append', value: bytesOf(value), name: nameBytes(name) } as const;
    return Number(textOf(expected(await this.act(name, actOf(act), options))));
  }

  /** Adds to a whole number of 64 bits, written in decimal digits; none is 0. The sum. */
  async increment(
    name: string,
    by: bigint | number = 1,
    options: WriteOptions = {},
  ): Promise<bigint> {
    const act = { verb: 'add', delta: BigInt(by), name: nameBytes(name) } as const;
    return BigInt(textOf(expected(await this.act(name, actOf(act), options))));
  }

  /** Lets a value expire after this long; null: never. False when there is none. */
  async expire(key: RingKey, ttlMs: number | null, options: WriteOptions = {}): Promise<boolean> {
    const { isDone, existed } = await this.#change(key, options, {
      verb: 'expire',
      ...(ttlMs === null ? { expiry: 'none' } : { expiry: 'at', untilMs: this.#after(ttlMs) }),
    });
    return isDone || (ttlMs === null && existed);
  }

  /** Values in the order of their keys; null where there is none. */
  getMany(keys: readonly RingKey[], options: ReadOptions = {}): Promise<(Uint8Array | null)[]> {
    return many(keys, (key) => this.get(key, options));
  }

  /** Each by itself: when one fails others may be there. */
  storeMany(
    entries: readonly (readonly [name: string, value: RingValue])[],
    options: StoreOptions = {},
  ): Promise<ChangeResult[]> {
    return many(entries, ([name, value]) => this.store(name, value, options));
  }

  /**
   * The names that are kept, owner by owner in the order of their hashes. One that is there all the time is
   * told, whoever joins or leaves meanwhile. With `after`, the `key` of one of them, those behind it.
   */
  async *names(
    options: { prefix?: string; after?: string } & CallLimits = {},
  ): AsyncGenerator<RingName> {
    const { prefix = '', after, ...limits } = options;
    const wish = { prefix: nameBytes(prefix), flags: 0, limit: NAMES_AT_ONCE };
    for (let place = after === undefined ? FIRST_PLACE : behind(after); ; ) {
      const query = listQuery(FIRST_PLACE, wish);
      const { next, entries } = listPageOf(
        await this.query(place, query, { level: 'one', ...limits }),
        0,
      );
      for (const entry of entries) yield ringName(entry);
      if (next.every((byte) => byte === 0)) return;
      place = next;
    }
  }

  /**
   * Records with their values, with and without names: as many as one owner gives at a time, as they are at
   * one moment. `next` is where to go on, null at the end. @throws DhtError.
   */
  async page(options: { from?: string } & CallLimits = {}): Promise<RingPage> {
    const { from, ...limits } = options;
    const place = from === undefined ? FIRST_PLACE : parseId(from, 'from');
    const flags = ListFlag.values | ListFlag.unnamed;
    const query = listQuery(FIRST_PLACE, { prefix: nameBytes(''), flags, limit: NAMES_AT_ONCE });
    const answer = await this.query(place, query, { level: 'one', ...limits });
    const { next, entries } = listPageOf(answer, flags);
    const isOver = next.every((byte) => byte === 0);
    return { records: entries.map(ringRecord), next: isOver ? null : formatId(next) };
  }

  /**
   * What happens to a key, or to all keys whose names begin alike, from now on or from where one was. The
   * first that is told is `following`. Only what a member keeps of history can be told: see `historyBytes`.
   * @throws TypeError or RangeError for wrong options; the iteration fails with a DhtError.
   */
  follow(options: FollowOptions): AsyncGenerator<RingChange> {
    const { key, prefix, after, signal } = options;
    if ((key === undefined) === (prefix === undefined)) {
      throw new TypeError('"key" or "prefix" expected, and not both');
    }
    const subject: Subject =
      key === undefined ? { prefix: nameBytes(prefix!) } : { hash: hashOf(key) };
    return new Following(this, this.world.clock, subject, after).changes(signal);
  }

  async #set(
    key: RingKey,
    what: Pick<Act, 'value' | 'room'>,
    condition: RingCondition,
    { ttlMs, ...options }: StoreOptions,
  ): Promise<ChangeResult> {
    return this.#change(key, options, {
      ...{ verb: 'set', ...what, ...conditionOf(condition) },
      ...(ttlMs === undefined ? { expiry: 'none' } : { expiry: 'at', untilMs: this.#after(ttlMs) }),
    });
  }

  async #change(
    key: RingKey,
    options: WriteOptions,
    act: Partial<Act> & Pick<Act, 'verb'>,
  ): Promise<ChangeResult> {
    const name = typeof key === 'string' ? { name: nameBytes(key) } : {};
    return changeResult(await this.act(key, actOf({ ...name, ...act }), options));
  }

  #after(ttlMs: number): number {
    if (!Number.isFinite(ttlMs) || ttlMs <= 0) {
      throw new RangeError(`"ttlMs" expected more than 0, got ${shown(ttlMs)}`);
    }
    return Math.min(EXPIRY_MS_MAX, Math.ceil(this.world.clock.now() + ttlMs));
  }
}

/** The place right behind a key. @throws RangeError when it is none. */
function behind(key: string): Uint8Array {
  const place = new Uint8Array(parseId(key, 'after'));
  for (let i = ID_BYTES - 1; i >= 0; i--) {
    place[i] = (place[i]! + 1) & 255;
    if (place[i] !== 0) break;
  }
  return place;
}

/** @throws TypeError or RangeError for more or less than one condition, or a wrong one. */
function conditionOf(condition: RingCondition): { when: Condition; expected?: Uint8Array } {
  const given = Object.entries(condition).filter(([, value]) => value !== undefined);
  if (given.length > 1) throw new TypeError('"condition" expected one, got several');
  const [name, value] = given[0] ?? [];
  switch (name) {
    case undefined:
      return { when: 'always' };
    case 'absent':
    case 'present':
      return { when: name };
    case 'version':
      return { when: 'version', expected: versionBytes(value) };
    case 'value':
      return { when: 'equal', expected: bytesOf(value as RingValue) };
    default:
      throw new TypeError(`"condition" has no "${name}": absent, present, version or value`);
  }
}

function versionBytes(version: unknown): Uint8Array {
  if (typeof version !== 'string' || !/^[0-9a-f]{32}$/.test(version)) {
    throw new RangeError(`"version" expected 32 hexadecimal digits, got ${shown(version)}`);
  }
  return Uint8Array.from({ length: VERSION_BYTES }, (_, i) =>
    Number.parseInt(version.slice(2 * i, 2 * i + 2), 16),
  );
}

function nameBytes(name: string): Uint8Array {
  if (typeof name !== 'string') throw new TypeError(`"name" expected a text, got ${shown(name)}`);
  const bytes = new TextEncoder().encode(name);
  if (bytes.length <= NAME_BYTES_MAX) return bytes;
  throw new RangeError(`"name" expected ${NAME_BYTES_MAX} bytes at most, got ${bytes.length}`);
}

/** The result of an act; what could not be done is an error. */
function expected({ verdict, result }: Acted): Uint8Array {
  if (verdict === 'too-large') {
    throw new DhtError('TOO_LARGE', 'the value would be larger than the owner takes');
  }
  if (verdict === 'not-an-integer' || verdict === 'overflow') {
    throw new DhtError('NOT_A_NUMBER', 'the value is no whole number of 64 bits, or would be none');
  }
  return result!;
}

function changeResult({ verdict, existed, version, copies, owner, hops }: Acted): ChangeResult {
  const isDone = verdict === 'done';
  return {
    isDone,
    existed,
    version: versionText(version),
    copies,
    owner: formatAddress(owner),
    hops,
  };
}

export function versionText(version: Uint8Array): string {
  if (version.every((byte) => byte === 0)) return '';
  return Array.from(version, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function entryOf({ value, version, untilMs, length }: Part): RingEntry {
  const storedUntilMs = untilMs === 0 ? null : untilMs;
  return { value, version: versionText(version), storedUntilMs, bytes: length };
}

/** Null also for a name that is no text: by its key the record is found all the same. */
function utf8Of(name: Uint8Array | null): string | null {
  if (name === null) return null;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(name);
  } catch {
    return null;
  }
}

function ringRecord({ hash, name, version, untilMs, value }: Listed): RingRecord {
  return {
    key: formatId(hash),
    name: utf8Of(name),
    version: versionText(version),
    storedUntilMs: untilMs === 0 ? null : untilMs,
    value: value!,
  };
}

function ringName({ hash, name, version, untilMs, length }: Listed): RingName {
  const storedUntilMs = untilMs === 0 ? null : untilMs;
  const text = textOf(name!);
  return {
    name: text,
    key: formatId(hash),
    version: versionText(version),
    storedUntilMs,
    bytes: length,
  };
}

function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

/** All of them, so many at a time, in their order. */
async function many<Item, Result>(
  items: readonly Item[],
  call: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  for (let at = 0; at < items.length; at += MANY_AT_ONCE) {
    results.push(...(await Promise.all(items.slice(at, at + MANY_AT_ONCE).map(call))));
  }
  return results;
}

/**
 * MULTI and EXEC. The ring changes one key at a time, so what a transaction may promise is this:
 *
 *     of one key        its commands are done on a copy, and the result takes the old one's place if nobody
 *                       has changed that meanwhile; else all is done again, or with WATCH not at all
 *     of several keys   each command by itself, one after the other; others may see some of it
 *     with WATCH        one key at most is changed; watched keys that are only read are looked at last, before
 */
import { type Act, type Applied, actOf, applyAct } from '../../ring/records/act.ts';
import { VERSION_BYTES } from '../../ring/records/clock.ts';
import { expiryMs, isGone, roomyRecord, valueAt } from '../../ring/records/record.ts';
import { NULL_ARRAY, type Reply } from '../../ring/resp/replies.ts';
import type { Acted, Part } from '../ring/answers.ts';
import { type Command, keysOf, replyOf } from './command.ts';
import type { Keys, RingKeys } from './keyspace.ts';
import { Refusal } from './refusal.ts';

/** A command that waits for EXEC. */
export interface Queued {
  readonly command: Command;
  readonly words: readonly Uint8Array[];
}

/** So often others may come first. */
const ROUNDS_MAX = 64;
const NO_VERSION = new Uint8Array(VERSION_BYTES);

/** A watched key: its version when it was watched, zeros when there was none. */
export interface Watched {
  readonly name: Uint8Array;
  readonly version: Uint8Array;
}

export async function watch(keys: Keys, name: Uint8Array): Promise<Watched> {
  const part = await keys.read(name, 1, 0);
  return { name, version: part === null ? NO_VERSION : part.version };
}

async function isUnchanged(keys: Keys, { name, version }: Watched): Promise<boolean> {
  return isSame((await watch(keys, name)).version, version);
}

/** Does what was queued; the null array when a watched key has changed. */
export async function exec(
  keys: RingKeys,
  queued: readonly Queued[],
  watched: readonly Watched[],
): Promise<Reply> {
  const written = new Map<string, Uint8Array>();
  for (const { command, words } of queued) {
    if (command.isWrite) for (const name of keysOf(command, words)) written.set(name.join(), name);
  }
  if (written.size > 1 && watched.length > 0) {
    throw new Refusal(
      'CROSSSLOT with WATCH a transaction can change one key: the ring changes one at a time',
    );
  }
  if (written.size !== 1) {
    for (const key of watched) if (!(await isUnchanged(keys, key))) return NULL_ARRAY;
    return inOrder(keys, queued);
  }
  const [name] = [...written.values()];
  for (let round = 0; round < ROUNDS_MAX; round++) {
    const copy = new CopiedKey(keys, name!, await keys.read(name!));
    for (const key of watched) {
      const isOwn = isSame(key.name, name!);
      const isStill = isOwn ? isSame(copy.version, key.version) : await isUnchanged(keys, key);
      if (!isStill) return NULL_ARRAY;
    }
    const replies = await inOrder(copy, queued);
    if (await copy.commit()) return replies;
    if (watched.some((key) => isSame(key.name, name!))) return NULL_ARRAY;
  }
  throw new Refusal('BUSY others change this key all the time');
}

async function inOrder(keys: Keys, queued: readonly Queued[]): Promise<Reply[]> {
  const replies: Reply[] = [];
  for (const { command, words } of queued) {
    try {
      replies.push(await command.run(keys, words));
    } catch (error) {
      replies.push(replyOf(error));
    }
  }
  return replies;
}

/** One key as it was read, on which acts are tried; all others are those of the ring. */
class CopiedKey implements Keys {
  readonly #keys: RingKeys;
  readonly #name: Uint8Array;
  readonly #before: Part | null;
  #record: Uint8Array | null;
  #isChanged = false;

  constructor(keys: RingKeys, name: Uint8Array, before: Part | null) {
    this.#keys = keys;
    this.#name = name;
    this.#before = before;
    this.#record = before === null ? null : recordOf(before);
  }

  get version(): Uint8Array {
    return this.#before?.version ?? NO_VERSION;
  }

  now(): number {
    return this.#keys.now();
  }

  async read(name: Uint8Array, first = 0, last = -1): Promise<Part | null> {
    if (!isSame(name, this.#name)) return this.#keys.read(name, first, last);
    const record = this.#record;
    if (record === null || isGone(record, this.now())) return null;
    const value = record.subarray(valueAt(record));
    const { length } = value;
    const from = Math.max(0, first < 0 ? length + first : first);
    const to = Math.min(length, (last < 0 ? length + last : last) + 1);
    const part = value.subarray(Math.min(from, length), Math.max(from, to));
    return { value: part, version: this.version, untilMs: expiryMs(record), length };
  }

  async value(name: Uint8Array): Promise<Uint8Array | null> {
    return (await this.read(name))?.value ?? null;
  }

  async act(_name: Uint8Array, said: Partial<Act> & Pick<Act, 'verb'>): Promise<Acted> {
    const existed = this.#record !== null && !isGone(this.#record, this.now());
    const most = this.#keys.ring.valueBytesMax;
    const applied: Applied = applyAct(actOf(said), this.#record, this.now(), most);
    if (applied.record !== null) {
      this.#record = applied.record;
      this.#isChanged = true;
    }
    const { verdict, result } = applied;
    return { verdict, result, existed, version: this.version, copies: 0, owner: 0, hops: 0 };
  }

  /** Puts the result in the old one's place. False: somebody was faster. */
  async commit(): Promise<boolean> {
    if (!this.#isChanged) return true;
    const before = this.#before;
    const condition =
      before === null
        ? ({ when: 'absent' } as const)
        : ({ when: 'version', expected: before.version } as const);
    const record = this.#record!;
    const isLeft = !isGone(record, this.now());
    if (!isLeft && before === null) return true;
    const untilMs = expiryMs(record);
    const change: Partial<Act> & Pick<Act, 'verb'> = isLeft
      ? {
          verb: 'set',
          value: record.subarray(valueAt(record)),
          expiry: untilMs === 0 ? 'none' : 'at',
          untilMs,
        }
      : { verb: 'remove' };
    return (await this.#keys.act(this.#name, { ...change, ...condition })).verdict === 'done';
  }
}

function recordOf({ value, untilMs, version }: Part): Uint8Array {
  const record = roomyRecord(null, untilMs, value.length);
  record.set(version);
  record.set(value, valueAt(record));
  return record;
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

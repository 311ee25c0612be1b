/**
 * The store that a machine keeps its records in, as the seam has it. Reading is at once; a write is
 * asked for and reported back later, when it would survive the loss of the process, so that a world
 * can crash a node between the two:
 *
 *     put, put, remove, flush(7)  …  stored(now, 7, null)     all of it is durable
 *                                 …  stored(now, 7, error)    nobody knows how much of it is
 *
 * A report stands for all flushes that were asked for before and not reported yet: many writes that
 * one flush of the disk made durable are one report.
 *
 * A record is opaque bytes under a key of 20 bytes; keys are ordered as unsigned big-endian numbers.
 */

/**
 * Of each record so many bytes are at hand without a look at any disk: enough for whoever keeps in its head
 * what has to be known of all of them.
 */
export const HEAD_BYTES = 24;

/**
 * What a read throws that the disk could not do. What was asked for is there, or was; whoever asked has to be
 * told that it cannot be had.
 */
export class StoreReadError extends Error {
  override name = 'StoreReadError';
}

/** Names what a flush was for; the machine's own numbers, each greater than the one before. */
export type StoreToken = number;

export interface Store {
  /** Records held, durable or not yet. */
  readonly count: number;
  /** Bytes of all records, keys included. */
  readonly byteLength: number;
  /** Nothing in it will ever be more durable than it is at once: nobody has to wait for a flush. */
  readonly isVolatile?: boolean;
  /**
   * The record last put under `key[start, start + 20)`, durable or not; borrowed until the next call.
   * @throws StoreReadError when the disk does not give it, as `range` does.
   */
  get(key: Uint8Array, start: number): Uint8Array | null;
  /** The same of which at least the first `HEAD_BYTES` are there; never throws. */
  head(key: Uint8Array, start: number): Uint8Array | null;
  /**
   * Replaces the record. A record that has memory of its own may be kept as it is, so nobody changes it from then
   * on; one that is part of something larger is copied, and so is the key.
   */
  put(key: Uint8Array, start: number, record: Uint8Array): void;
  remove(key: Uint8Array, start: number): void;
  /** Asks for everything so far to be made durable; `stored` of the machine reports it. */
  flush(token: StoreToken): void;
  /**
   * Visits records with `from <= key < to` in ascending order until `visit` returns false; null is
   * the end of the circle on either side. Borrowed like `get`; `visit` must not write.
   */
  range(
    from: Uint8Array | null,
    to: Uint8Array | null,
    visit: (key: Uint8Array, record: Uint8Array) => boolean,
  ): void;
  /** The same with what `head` gives of each record. */
  heads(
    from: Uint8Array | null,
    to: Uint8Array | null,
    visit: (key: Uint8Array, head: Uint8Array) => boolean,
  ): void;
  /** Small facts beside the records (who we are, whom we knew), flushed with them. */
  fact(name: string): Uint8Array | null;
  keepFact(name: string, value: Uint8Array): void;
}

/** Below this V8 keeps an array's bytes beside the object, and copying is cheaper than to ask for its buffer. */
const SHORT_BYTES = 64;

/** The bytes in memory of their own: themselves, or a copy of what is part of something larger. */
export function ownMemory(bytes: Uint8Array): Uint8Array {
  const isOwn = bytes.length > SHORT_BYTES && bytes.length === bytes.buffer.byteLength;
  return isOwn ? bytes : new Uint8Array(bytes);
}

/** What a machine with a store hears from it. */
export interface StoreMachine {
  /** `error` is null, or one line that says what the store could not do, up to flush `token`. */
  stored(now: number, token: StoreToken, error: string | null): void;
}

/**
 * The store in memory: the twin of the one on disk, for nodes that keep nothing, for tests and for
 * the lab, where it can be crashed.
 *
 *     put a · put b · flush 7 │ put c · flush 8 │ put d      writes in their order
 *                             │                 │
 *         harden(7) ──────────┘                 │            a and b are durable from here on
 *         crash()    undoes d and c, the newest first: what a process that dies leaves behind
 *
 * The world is told of each flush and says with `harden` when it has come to pass; only then may it
 * tell the machine `stored`. Until then the store remembers what each write replaced.
 */
import { assert } from './assert.ts';
import { ID_BYTES } from './id.ts';
import { KeptRecords } from './kept-records.ts';
import { ownMemory, type StoreToken } from './store.ts';

/** One write that could still be lost: what was there before, and under which key or name. */
interface Undo {
  key: Uint8Array | string;
  before: Uint8Array | null;
}

/** A flush that was asked for, and the number of the last write it stands for. */
interface Flush {
  token: StoreToken;
  writes: number;
}

/** A copy: `slice` of a Node.js Buffer would be a view. */
const idOf = (key: Uint8Array, start: number): Uint8Array =>
  new Uint8Array(key.subarray(start, start + ID_BYTES));

export class MemoryStore extends KeptRecords {
  readonly #onFlush: (token: StoreToken) => void;
  /** Writes from the first that is not durable; the flushes among them. */
  #undos: Undo[] = [];
  #flushes: Flush[] = [];
  /** Writes so far, and how many of them are durable. */
  #written = 0;
  #durable = 0;

  /** `onFlush` hears of each flush; it must not call back into the machine, but may `harden` at once. */
  constructor(onFlush: (token: StoreToken) => void) {
    super();
    this.#onFlush = onFlush;
  }

  /** Writes that a crash would lose. */
  get undurable(): number {
    return this.#written - this.#durable;
  }

  override put(key: Uint8Array, start: number, record: Uint8Array): void {
    this.#remember(idOf(key, start), this.replace(key, start, ownMemory(record)));
  }

  override remove(key: Uint8Array, start: number): void {
    const before = this.replace(key, start, null);
    if (before !== null) this.#remember(idOf(key, start), before);
  }

  override keepFact(name: string, value: Uint8Array): void {
    this.#remember(name, this.fact(name));
    super.keepFact(name, value);
  }

  flush(token: StoreToken): void {
    this.#flushes.push({ token, writes: this.#written });
    this.#onFlush(token);
  }

  /** The world's word that all up to the flush `token` is durable. Flushes come to pass in order. */
  harden(token: StoreToken): void {
    const flush = this.#flushes.shift();
    assert(flush?.token === token, 'flushes become durable in the order they were asked for');
    this.#undos.splice(0, flush.writes - this.#durable);
    this.#durable = flush.writes;
  }

  /** All that was written is durable: a lab puts records where they have been for long. */
  hardenAll(): void {
    assert(this.#flushes.length === 0, 'no flush is under way');
    this.#undos = [];
    this.#durable = this.#written;
  }

  /**
   * The process dies. Of the writes that are not durable the first `survivors` are there all the
   * same, for a disk may be ahead of its reports; the others never happened. Flushes that were under
   * way will not be reported.
   */
  crash(survivors = 0): void {
    while (this.undurable > survivors) {
      const { key, before } = this.#undos.pop()!;
      this.#written--;
      if (typeof key !== 'string') this.replace(key, 0, before);
      else if (before === null) this.facts.delete(key);
      else this.facts.set(key, before);
    }
    this.#undos = [];
    this.#flushes = [];
    this.#durable = this.#written;
  }

  #remember(key: Uint8Array | string, before: Uint8Array | null): void {
    this.#undos.push({ key, before });
    this.#written++;
  }
}

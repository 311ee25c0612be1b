/**
 * Records and facts in the memory of this process: what both stores have that know no disk. They differ in what
 * a flush is to them.
 *
 *     KeptRecords ─┬─ VolatileStore   a flush is over at once: no process that dies leaves anything
 *                  └─ MemoryStore     a flush takes its time, and a crash undoes what none has reached
 */
import { ID_BYTES } from './id.ts';
import { OrderedRecords } from './ordered.ts';
import { ownMemory, type Store, type StoreToken } from './store.ts';

export abstract class KeptRecords implements Store {
  #byteLength = 0;
  readonly #records = new OrderedRecords();
  /** @internal */
  protected readonly facts: Map<string, Uint8Array> = new Map();

  get count(): number {
    return this.#records.count;
  }

  get byteLength(): number {
    return this.#byteLength;
  }

  get(key: Uint8Array, start: number): Uint8Array | null {
    return this.#records.get(key, start);
  }

  head(key: Uint8Array, start: number): Uint8Array | null {
    return this.#records.get(key, start);
  }

  put(key: Uint8Array, start: number, record: Uint8Array): void {
    this.replace(key, start, ownMemory(record));
  }

  remove(key: Uint8Array, start: number): void {
    this.replace(key, start, null);
  }

  range(
    from: Uint8Array | null,
    to: Uint8Array | null,
    visit: (key: Uint8Array, record: Uint8Array) => boolean,
  ): void {
    this.#records.range(from, to, visit);
  }

  heads(
    from: Uint8Array | null,
    to: Uint8Array | null,
    visit: (key: Uint8Array, head: Uint8Array) => boolean,
  ): void {
    this.#records.range(from, to, visit);
  }

  fact(name: string): Uint8Array | null {
    return this.facts.get(name) ?? null;
  }

  keepFact(name: string, value: Uint8Array): void {
    this.facts.set(name, new Uint8Array(value));
  }

  abstract flush(token: StoreToken): void;

  /** @internal Puts the record, or removes what is there; keeps the sum of bytes. Returns what was there. */
  protected replace(key: Uint8Array, start: number, record: Uint8Array | null): Uint8Array | null {
    const before =
      record === null ? this.#records.remove(key, start) : this.#records.put(key, start, record);
    if (before !== null) this.#byteLength -= ID_BYTES + before.length;
    if (record !== null) this.#byteLength += ID_BYTES + record.length;
    return before;
  }
}

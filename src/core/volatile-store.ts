/**
 * The store of a process that keeps nothing: what is put is as durable as it will ever be, so nobody waits for
 * a flush and nothing is remembered of what was there before. Its twin for the lab, where processes die and
 * disks are slow, is the memory store.
 *
 *     put a ─▶ kept, the record itself      flush 7 ─▶ reported at once
 */
import { ID_BYTES } from './id.ts';
import { OrderedRecords } from './ordered.ts';
import { ownMemory, type Store, type StoreToken } from './store.ts';

export class VolatileStore implements Store {
  readonly isVolatile = true;
  readonly #records = new OrderedRecords();
  readonly #facts = new Map<string, Uint8Array>();
  readonly #report: (token: StoreToken) => void;
  #byteLength = 0;

  /** @param report hears of each flush; it must not call back into the machine. */
  constructor(report: (token: StoreToken) => void) {
    this.#report = report;
  }

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
    const before = this.#records.put(key, start, ownMemory(record));
    this.#byteLength += record.length - (before === null ? -ID_BYTES : before.length);
  }

  remove(key: Uint8Array, start: number): void {
    const before = this.#records.remove(key, start);
    if (before !== null) this.#byteLength -= ID_BYTES + before.length;
  }

  flush(token: StoreToken): void {
    this.#report(token);
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
    return this.#facts.get(name) ?? null;
  }

  keepFact(name: string, value: Uint8Array): void {
    this.#facts.set(name, new Uint8Array(value));
  }
}

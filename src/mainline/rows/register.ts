/**
 * The register of every node ever seen, as LightDHT kept it for research: whoever asked us something
 * or was asked by us, with the times it was first and last seen and how it behaved. A routing table
 * forgets; the register does not, up to its limit.
 */
import type { Address } from '../../core/address.ts';
import { grown } from '../../core/column.ts';
import { CONTACT_BYTES, type Contacts, type Handle } from './contacts.ts';

/** Contacts a register keeps at most: 1 M take 119 MB. Later strangers are counted, not kept. */
export const REGISTER_LIMIT = 1_000_000;

export interface RegisterEntry {
  /** Offset of the 20-byte id in `contacts.bytes`. */
  idStart: number;
  address: Address;
  firstSeenMs: number;
  lastSeenMs: number;
  queries: number;
  answers: number;
  failures: number;
}

export class Register {
  readonly limit: number;
  /** Sightings of contacts that came after the limit was reached. */
  refused = 0;
  readonly #contacts: Contacts;
  readonly #rows = new Map<Handle, number>();
  #firstSeenMs = new Float64Array(16);
  #lastSeenMs = new Float64Array(16);
  #queries = new Uint32Array(16);
  #answers = new Uint32Array(16);
  #failures = new Uint32Array(16);

  constructor(contacts: Contacts, limit: number = REGISTER_LIMIT) {
    this.#contacts = contacts;
    this.limit = limit;
  }

  get count(): number {
    return this.#rows.size;
  }

  /** It asked us something. */
  queried(now: number, id: Uint8Array, start: number, address: Address): void {
    const row = this.#seen(now, id, start, address);
    if (row >= 0) this.#queries[row]++;
  }

  /** It answered a request of ours. */
  answered(now: number, id: Uint8Array, start: number, address: Address): void {
    const row = this.#seen(now, id, start, address);
    if (row >= 0) this.#answers[row]++;
  }

  /** It left a request of ours unanswered. That is no sighting: a known one's `lastSeenMs` stays. */
  failed(now: number, id: Uint8Array, start: number, address: Address): void {
    const row = this.#rowOf(now, id, start, address);
    if (row >= 0) this.#failures[row]++;
  }

  /** All entries, first seen first. Each is an object of its own. */
  *[Symbol.iterator](): Generator<RegisterEntry> {
    for (const [handle, row] of this.#rows) {
      yield {
        idStart: handle * CONTACT_BYTES,
        address: this.#contacts.addressOf(handle),
        firstSeenMs: this.#firstSeenMs[row],
        lastSeenMs: this.#lastSeenMs[row],
        queries: this.#queries[row],
        answers: this.#answers[row],
        failures: this.#failures[row],
      };
    }
  }

  /** Lets go of all contacts. */
  release(): void {
    for (const handle of this.#rows.keys()) this.#contacts.release(handle);
    this.#rows.clear();
  }

  #seen(now: number, id: Uint8Array, start: number, address: Address): number {
    const row = this.#rowOf(now, id, start, address);
    if (row >= 0) this.#lastSeenMs[row] = now;
    return row;
  }

  #rowOf(now: number, id: Uint8Array, start: number, address: Address): number {
    const known = this.#rows.get(this.#contacts.find(id, start, address));
    if (known !== undefined) return known;
    if (this.#rows.size >= this.limit) {
      this.refused++;
      return -1;
    }
    const row = this.#rows.size;
    this.#rows.set(this.#contacts.retain(id, start, address), row);
    if (row >= this.#firstSeenMs.length) this.#grow();
    this.#firstSeenMs[row] = now;
    this.#lastSeenMs[row] = now;
    this.#queries[row] = 0;
    this.#answers[row] = 0;
    this.#failures[row] = 0;
    return row;
  }

  #grow(): void {
    const rows = this.#firstSeenMs.length * 2;
    this.#firstSeenMs = grown(this.#firstSeenMs, rows);
    this.#lastSeenMs = grown(this.#lastSeenMs, rows);
    this.#queries = grown(this.#queries, rows);
    this.#answers = grown(this.#answers, rows);
    this.#failures = grown(this.#failures, rows);
  }
}

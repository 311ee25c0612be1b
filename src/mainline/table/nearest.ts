/**
 * The n contacts nearest to a target, kept in order while those of a table stream by. Used again.
 *
 * They are gathered first and ranked together: their ids lie anywhere in memory, and when all of them
 * are read before anything depends on one, the cache misses overlap instead of adding up.
 */
import { compareDistance, orderedWord, wordAt } from '../../core/id.ts';
import { CONTACT_BYTES, type Contacts, type Handle } from '../rows/contacts.ts';
import type { Slab } from '../rows/slab.ts';
import { isBad, isGoodSince, NOT_BAD } from './condition.ts';

export class Nearest {
  readonly handles: Uint32Array;
  count = 0;
  limit = 0;
  target: Uint8Array = new Uint8Array(20);
  targetStart = 0;
  #targetWord = 0;
  readonly #contacts: Contacts;
  /** First words of the distances, which decide nearly every time; signed, in the same order. */
  readonly #distances: Int32Array;
  readonly #gathered: Uint32Array;
  readonly #gatheredDistances: Int32Array;
  #gatheredCount = 0;

  constructor(contacts: Contacts, capacity: number) {
    this.#contacts = contacts;
    this.handles = new Uint32Array(capacity);
    this.#distances = new Int32Array(capacity);
    this.#gathered = new Uint32Array(capacity);
    this.#gatheredDistances = new Int32Array(capacity);
  }

  begin(target: Uint8Array, start: number, limit: number): void {
    this.target = target;
    this.targetStart = start;
    this.#targetWord = orderedWord(target, start);
    this.limit = Math.min(limit, this.handles.length);
    this.count = 0;
    this.#gatheredCount = 0;
  }

  get full(): boolean {
    return this.count === this.limit;
  }

  /** Takes a candidate, which counts from the next `rank` on. */
  gather(handle: Handle): void {
    if (this.#gatheredCount === this.#gathered.length) this.rank();
    const i = this.#gatheredCount++;
    this.#gathered[i] = handle;
    this.#gatheredDistances[i] =
      wordAt(this.#contacts.bytes, handle * CONTACT_BYTES) ^ this.#targetWord;
  }

  /**
   * Ranks the contacts in the rows `[first, end)` of a slab, up to the first free one: the good ones,
   * or all that are not bad. The same as `gather` and `rank` one by one, in a single loop.
   */
  collect(slab: Slab, first: number, end: number, sinceSeconds: number): void {
    const { bytes } = this.#contacts;
    const { handles } = slab;
    const gathered = this.#gathered;
    const distances = this.#gatheredDistances;
    const target = this.#targetWord;
    let count = this.#gatheredCount;
    for (let row = first; row < end; row++) {
      const handle = handles[row];
      if (handle === 0) break;
      const state = slab.stateOf(row);
      if (sinceSeconds === NOT_BAD ? isBad(state) : !isGoodSince(state, sinceSeconds)) continue;
      if (count === gathered.length) {
        this.#gatheredCount = count;
        this.rank();
        count = 0;
      }
      gathered[count] = handle;
      distances[count++] = wordAt(bytes, handle * CONTACT_BYTES) ^ target;
    }
    this.#gatheredCount = count;
    this.rank();
  }

  /** Ranks what was gathered. */
  rank(): void {
    const { limit, handles } = this;
    const distances = this.#distances;
    const count = this.#gatheredCount;
    this.#gatheredCount = 0;
    for (let i = 0; i < count; i++) {
      const handle = this.#gathered[i];
      const distance = this.#gatheredDistances[i];
      let position = this.count;
      if (position < limit) this.count++;
      else if (position === 0 || !this.#beats(handle, distance, --position)) continue;
      for (; position > 0 && this.#beats(handle, distance, position - 1); position--) {
        handles[position] = handles[position - 1];
        distances[position] = distances[position - 1];
      }
      handles[position] = handle;
      distances[position] = distance;
    }
  }

  #beats(handle: Handle, distance: number, position: number): boolean {
    const other = this.#distances[position];
    return (
      distance < other || (distance === other && this.#isNearer(handle, this.handles[position]))
    );
  }

  #isNearer(handle: Handle, other: Handle): boolean {
    const { bytes } = this.#contacts;
    const at = handle * CONTACT_BYTES;
    const otherAt = other * CONTACT_BYTES;
    return compareDistance(bytes, at, bytes, otherAt, this.target, this.targetStart) < 0;
  }
}

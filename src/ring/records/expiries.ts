/**
 * Expiries: which record is the next whose time is over. A heap of times and keys, an entry for each
 * expiry that was ever set; one that has changed since is found out when it is due, by a look at the record.
 *
 *     note(a, 100) · note(b, 50) · note(a, 200)      deadline 50: b, then a at 100 (no more), a at 200
 */
import { ID_BYTES } from '../../core/id.ts';

/** Records looked at in one turn: what is left is due again at once. */
export const EXPIRED_AT_ONCE = 1024;

interface Entry {
  readonly atMs: number;
  readonly key: Uint8Array;
}

export class Expiries {
  readonly #heap: Entry[] = [];

  get count(): number {
    return this.#heap.length;
  }

  /** When the first of them is due; Infinity when none is. */
  get deadline(): number {
    return this.#heap[0]?.atMs ?? Infinity;
  }

  note(key: Uint8Array, start: number, atMs: number): void {
    const heap = this.#heap;
    let at = heap.length;
    heap.push({ atMs, key: new Uint8Array(key.subarray(start, start + ID_BYTES)) });
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (heap[parent].atMs <= heap[at].atMs) break;
      swap(heap, at, parent);
      at = parent;
    }
  }

  /** Keys whose time has come, each taken out; so many at a time. */
  due(now: number): Uint8Array[] {
    const keys: Uint8Array[] = [];
    while (this.deadline <= now && keys.length < EXPIRED_AT_ONCE) keys.push(this.#take().key);
    return keys;
  }

  #take(): Entry {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop()!;
    if (heap.length === 0) return first;
    heap[0] = last;
    for (let at = 0; ; ) {
      const left = 2 * at + 1;
      if (left >= heap.length) return first;
      const right = left + 1;
      const isRight = right < heap.length && heap[right].atMs < heap[left].atMs;
      const least = isRight ? right : left;
      if (heap[at].atMs <= heap[least].atMs) return first;
      swap(heap, at, least);
      at = least;
    }
  }
}

function swap(heap: Entry[], a: number, b: number): void {
  const kept = heap[a];
  heap[a] = heap[b];
  heap[b] = kept;
}

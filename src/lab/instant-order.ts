/**
 * The order within a millisecond, which hangs on nothing but what is in it: not on when an event was
 * put into the wheel, nor on what else the world does. First what befalls the world, then node by node:
 *
 *     calls of the lab's own       as they were put
 *     node 0    datagrams          by sender; of one sender as they were sent
 *               what it is told    by its word
 *               its deadline       so an answer that comes just in time counts
 *     node 1    …
 *
 * What is put for a millisecond that has begun comes after all of this, as it was put. A way takes a
 * millisecond at least, so by then all datagrams are here.
 */
import { grown } from '../core/column.ts';
import type { EventRow, Wheel } from './wheel.ts';
import { Event } from './world-state.ts';

/** Places in a millisecond; with nodes below 2^25 a key is a whole number below 2^53. */
const PLACES = 2 ** 28;
/** In place of a sender: what comes after all datagrams. */
const TOLD = 2 ** 24;
const DEADLINE = 2 ** 25 - 1;
/** Up to so many are put in order faster by hand. */
const FEW = 16;

export class InstantOrder {
  /** The last of those that were arranged. */
  last: EventRow = 0;
  #rows = new Uint32Array(256);
  /** Whose the event in a place is × `PLACES` + that place. */
  #keys = new Float64Array(256);

  /** Puts the events that `first` leads to in order; the first of them. */
  arrange(wheel: Wheel, first: EventRow): EventRow {
    const { kind, a, next } = wheel;
    let count = 0;
    let before = 0;
    let isInOrder = true;
    for (let row = first; row !== 0; row = next[row]) {
      if (count === this.#rows.length) this.#grow();
      const owner = kind[row] === Event.call ? 0 : a[row] + 1;
      if (owner < before || (owner === before && owner !== 0)) isInOrder = false;
      before = owner;
      this.#rows[count] = row;
      this.#keys[count] = owner * PLACES + count;
      count++;
    }
    this.last = this.#rows[count - 1];
    if (isInOrder) return first;
    this.#sort(0, count);
    this.#arrangeEach(wheel, count);
    return this.#link(next, count);
  }

  /** Puts the events of each node in order. */
  #arrangeEach(wheel: Wheel, count: number): void {
    const keys = this.#keys;
    for (let start = 0; start < count; ) {
      const owner = Math.floor(keys[start] / PLACES);
      let end = start + 1;
      while (end < count && Math.floor(keys[end] / PLACES) === owner) end++;
      if (owner !== 0 && end > start + 1) this.#arrangeOne(wheel, start, end);
      start = end;
    }
  }

  #arrangeOne({ kind, b }: Wheel, start: number, end: number): void {
    const keys = this.#keys;
    for (let i = start; i < end; i++) {
      const place = placeOf(keys[i]);
      const row = this.#rows[place];
      keys[i] = rankOf(kind[row], b[row]) * PLACES + place;
    }
    this.#sort(start, end);
  }

  #sort(start: number, end: number): void {
    const keys = this.#keys;
    if (end - start > FEW) {
      keys.subarray(start, end).sort();
      return;
    }
    for (let i = start + 1; i < end; i++) {
      const key = keys[i];
      let at = i;
      for (; at > start && keys[at - 1] > key; at--) keys[at] = keys[at - 1];
      keys[at] = key;
    }
  }

  #link(next: Uint32Array, count: number): EventRow {
    const rows = this.#rows;
    const keys = this.#keys;
    let row = rows[placeOf(keys[0])];
    const first = row;
    for (let i = 1; i < count; i++) {
      const following = rows[placeOf(keys[i])];
      next[row] = following;
      row = following;
    }
    next[row] = 0;
    this.last = row;
    return first;
  }

  #grow(): void {
    const places = this.#rows.length * 2;
    this.#rows = grown(this.#rows, places);
    this.#keys = grown(this.#keys, places);
  }
}

/** @param by the sender, or the word */
function rankOf(kind: number, by: number): number {
  if (kind === Event.datagram) return by;
  return kind === Event.told ? TOLD + by : DEADLINE;
}

function placeOf(key: number): number {
  return key - Math.floor(key / PLACES) * PLACES;
}

/**
 * Keys of one fixed width, stored once and known by a row number from then on.
 *
 *     keys   row 1          row 2          row 3                  slots (open addressing)
 *          ┌──────────────┬──────────────┬──────────────┐        ┌───┬───┬───┬───┬───┬───┐
 *          │ 26 bytes     │ 26 bytes     │ 26 bytes     │ …      │ 0 │ 2 │ 0 │ 3 │ 1 │ 0 │ …
 *          └──────────────┴──────────────┴──────────────┘        └───┴───┴───┴───┴───┴───┘
 *
 * A slot holds a row number, 0 is an empty slot, so row 0 is never used and 0 can mean "none"
 * everywhere. Strangers choose many of these keys, so the hash is seeded: nobody outside can tell
 * which keys collide. Removal shifts later keys of the probe chain back; there are no tombstones.
 */
import { assert } from './assert.ts';
import { grown } from './column.ts';

/** Slots are kept at most this full; linear probing stays short (about 2.5 probes at 3/4). */
const MAX_LOAD = 0.75;

export class InternedKeys {
  readonly keyBytes: number;
  keys: Uint8Array;
  /** Rows in use. */
  count = 0;
  #slots: Uint32Array;
  #rows = 1; // rows ever used, row 0 included
  #firstFree = 0;
  readonly #seed: number;

  constructor(keyBytes: number, capacity: number, seed: number) {
    assert(keyBytes >= 4, 'a free row has room for a link');
    this.keyBytes = keyBytes;
    this.keys = new Uint8Array((capacity + 1) * keyBytes);
    this.#slots = new Uint32Array(slotsFor(capacity));
    this.#seed = seed;
  }

  /** One past the largest row number in use: how long a column beside the keys must be. */
  get rowEnd(): number {
    return this.#rows;
  }

  /** Bytes of all columns. */
  get byteLength(): number {
    return this.keys.byteLength + this.#slots.byteLength;
  }

  /** The row of a key, or 0. */
  find(bytes: Uint8Array, start: number): number {
    const mask = this.#slots.length - 1;
    for (let slot = this.#hash(bytes, start) & mask; ; slot = (slot + 1) & mask) {
      const row = this.#slots[slot];
      if (row === 0 || this.#equals(row, bytes, start)) return row;
    }
  }

  /** The row of a key, which is stored if it is new. Freed rows are used again. */
  intern(bytes: Uint8Array, start: number): number {
    const found = this.find(bytes, start);
    if (found !== 0) return found;
    if (this.count + 1 > this.#slots.length * MAX_LOAD) this.#growSlots();
    const row = this.#takeRow();
    this.keys.set(bytes.subarray(start, start + this.keyBytes), row * this.keyBytes);
    this.#place(row);
    this.count++;
    return row;
  }

  /**
   * Stores a key that will be found by other means than `find`, behind all that were ever stored: no slot
   * is spent on it, and it stays for good.
   */
  append(bytes: Uint8Array, start: number): number {
    const row = this.#nextRow();
    const { keys, keyBytes } = this;
    // Ten million times when a lab begins: a `subarray` each would be a gigabyte of garbage.
    for (let i = 0; i < keyBytes; i++) keys[row * keyBytes + i] = bytes[start + i];
    this.count++;
    return row;
  }

  remove(row: number): void {
    const mask = this.#slots.length - 1;
    let hole = this.#hash(this.keys, row * this.keyBytes) & mask;
    while (this.#slots[hole] !== row) {
      assert(this.#slots[hole] !== 0, 'a row that is removed was interned');
      hole = (hole + 1) & mask;
    }
    this.#closeHole(hole, mask);
    this.#writeLink(row, this.#firstFree);
    this.#firstFree = row;
    this.count--;
  }

  /** Moves every later key of the probe chain whose home lies at or before the hole into it. */
  #closeHole(start: number, mask: number): void {
    let hole = start;
    for (let slot = (hole + 1) & mask; this.#slots[slot] !== 0; slot = (slot + 1) & mask) {
      const row = this.#slots[slot];
      const home = this.#hash(this.keys, row * this.keyBytes) & mask;
      if (((slot - home) & mask) >= ((slot - hole) & mask)) {
        this.#slots[hole] = row;
        hole = slot;
      }
    }
    this.#slots[hole] = 0;
  }

  #takeRow(): number {
    const free = this.#firstFree;
    if (free !== 0) {
      this.#firstFree = this.#readLink(free);
      return free;
    }
    return this.#nextRow();
  }

  #nextRow(): number {
    if ((this.#rows + 1) * this.keyBytes > this.keys.length) {
      this.keys = grown(this.keys, this.keys.length * 2);
    }
    return this.#rows++;
  }

  // A free row's first four bytes hold the number of the next free row.
  #readLink(row: number): number {
    const at = row * this.keyBytes;
    const k = this.keys;
    return ((k[at] << 24) | (k[at + 1] << 16) | (k[at + 2] << 8) | k[at + 3]) >>> 0;
  }

  #writeLink(row: number, next: number): void {
    const at = row * this.keyBytes;
    this.keys[at] = next >>> 24;
    this.keys[at + 1] = next >>> 16;
    this.keys[at + 2] = next >>> 8;
    this.keys[at + 3] = next;
  }

  #growSlots(): void {
    const old = this.#slots;
    this.#slots = new Uint32Array(old.length * 2);
    for (const row of old) if (row !== 0) this.#place(row);
  }

  #place(row: number): void {
    const mask = this.#slots.length - 1;
    let slot = this.#hash(this.keys, row * this.keyBytes) & mask;
    while (this.#slots[slot] !== 0) slot = (slot + 1) & mask;
    this.#slots[slot] = row;
  }

  #equals(row: number, bytes: Uint8Array, start: number): boolean {
    const at = row * this.keyBytes;
    for (let i = 0; i < this.keyBytes; i++)
      if (this.keys[at + i] !== bytes[start + i]) return false;
    return true;
  }

  #hash(bytes: Uint8Array, start: number): number {
    let hash = this.#seed;
    const end = start + this.keyBytes;
    let i = start;
    for (; i + 4 <= end; i += 4) {
      hash = Math.imul(hash ^ word(bytes, i), 0x9e3779b1);
      hash ^= hash >>> 15;
    }
    for (; i < end; i++) hash = Math.imul(hash ^ bytes[i], 0x9e3779b1);
    // Once more: what differs in the top bits of the last word only would stay out of the slot's number.
    hash = Math.imul(hash ^ (hash >>> 15), 0x85ebca6b);
    return hash ^ (hash >>> 13);
  }
}

function word(bytes: Uint8Array, i: number): number {
  return bytes[i] | (bytes[i + 1] << 8) | (bytes[i + 2] << 16) | (bytes[i + 3] << 24);
}

function slotsFor(capacity: number): number {
  let slots = 8;
  while (slots * MAX_LOAD < capacity) slots *= 2;
  return slots;
}

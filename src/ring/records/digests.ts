/**
 * Digests: two nodes compare what they hold of an arc by a few bytes. Each record gives 64 bits of
 * its key and version, and the digest of an arc is their XOR beside their number: it does not depend
 * on order, and a write changes it in one step.
 *
 *     key space by its first 16 bits:   │ 0000 │ 0001 │ … │ ffff │      one cell each, once the store
 *     arc                                  ├──┬──────────┬──┤           holds enough to be worth it
 *                                      scanned   cells   scanned
 *
 * Cells belong to the key space and not to an arc, so they stay when arcs move; pages of 256 cells
 * are made where there are records. When two digests differ, the arc is cut in 16 and each part is
 * compared, down to parts whose keys can be listed.
 */
import { arcLength } from '../../core/arc.ts';
import { compareIds, ID_BYTES } from '../../core/id.ts';
import type { Store } from '../../core/store.ts';
import { readU32 } from '../frames.ts';
import { VERSION_BYTES } from './clock.ts';

/** Below so many records scanning is cheaper than cells, and a lab's nodes hold hardly any. */
export const SCANNED_RECORDS = 1024;
/** Parts that an arc is cut into. */
export const PARTS = 16;
const CELLS = 256;
const WORDS = 3;

export class Digest {
  count = 0;
  high = 0;
  low = 0;

  clear(): void {
    this.count = 0;
    this.high = 0;
    this.low = 0;
  }

  equals(other: Digest): boolean {
    return this.count === other.count && this.high === other.high && this.low === other.low;
  }
}

export class Digests {
  readonly #store: Store;
  /** By the first byte of the key: cells by the second, three words each; and their sums. */
  #pages: (Uint32Array | null)[] | null = null;
  readonly #sums = new Digest();
  readonly #edge = new Uint8Array(ID_BYTES);

  constructor(store: Store) {
    this.#store = store;
  }

  /** `before` was replaced by `after`; null where there was or is none. Call it for every change. */
  changed(
    key: Uint8Array,
    start: number,
    before: Uint8Array | null,
    after: Uint8Array | null,
  ): void {
    if (this.#pages === null) return;
    const page = this.#page(key[start]);
    const cell = key[start + 1] * WORDS;
    if (before) this.#flip(page, cell, key, start, before, -1);
    if (after) this.#flip(page, cell, key, start, after, 1);
  }

  /** The digest of [from, to); the whole circle when both are equal. */
  of(from: Uint8Array, to: Uint8Array, out: Digest): void {
    out.clear();
    if (this.#pages === null && this.#store.count > SCANNED_RECORDS) this.#build();
    if (compareIds(from, 0, to, 0) < 0) return this.#straight(from, to, out);
    this.#straight(from, null, out);
    this.#straight(null, to, out);
  }

  #straight(from: Uint8Array | null, to: Uint8Array | null, out: Digest): void {
    if (this.#pages === null) return this.#scan(from, to, out);
    const first = from === null ? 0 : firstCell(from);
    const last = to === null ? CELLS * CELLS : (to[0] << 8) | to[1];
    if (first >= last) return this.#scan(from, to, out);
    if (from !== null) this.#scan(from, this.#startOf(first), out);
    this.#sum(first, last, out);
    if (to !== null) this.#scan(this.#startOf(last), to, out);
  }

  #sum(first: number, last: number, out: Digest): void {
    for (let cell = first; cell < last; cell++) {
      const page = this.#pages![cell >>> 8];
      if (!page) {
        cell |= CELLS - 1; // on to the next page
        continue;
      }
      const at = (cell & (CELLS - 1)) * WORDS;
      out.high = (out.high ^ page[at]) >>> 0;
      out.low = (out.low ^ page[at + 1]) >>> 0;
      out.count += page[at + 2];
    }
  }

  /** The least key of a cell; null after the last one. */
  #startOf(cell: number): Uint8Array | null {
    if (cell >= CELLS * CELLS) return null;
    this.#edge.fill(0);
    this.#edge[0] = cell >>> 8;
    this.#edge[1] = cell & 255;
    return this.#edge;
  }

  #scan(from: Uint8Array | null, to: Uint8Array | null, out: Digest): void {
    const sums = this.#sums;
    this.#store.heads(from, to, (key, record) => {
      mark(key, 0, record, sums);
      out.high = (out.high ^ sums.high) >>> 0;
      out.low = (out.low ^ sums.low) >>> 0;
      out.count++;
      return true;
    });
  }

  #build(): void {
    this.#pages = new Array<Uint32Array | null>(CELLS).fill(null);
    this.#store.heads(null, null, (key, record) => {
      this.#flip(this.#page(key[0]), key[1] * WORDS, key, 0, record, 1);
      return true;
    });
  }

  #page(byte: number): Uint32Array {
    let page = this.#pages![byte];
    if (!page) this.#pages![byte] = page = new Uint32Array(CELLS * WORDS);
    return page;
  }

  #flip(
    page: Uint32Array,
    cell: number,
    key: Uint8Array,
    start: number,
    record: Uint8Array,
    count: number,
  ): void {
    const sums = this.#sums;
    mark(key, start, record, sums);
    page[cell] = page[cell] ^ sums.high;
    page[cell + 1] = page[cell + 1] ^ sums.low;
    page[cell + 2] = page[cell + 2] + count;
  }
}

/** The first cell that begins at or after `from`. */
function firstCell(from: Uint8Array): number {
  const cell = (from[0] << 8) | from[1];
  for (let i = 2; i < ID_BYTES; i++) if (from[i] !== 0) return cell + 1;
  return cell;
}

/** 64 bits of a key and the version of its record: two chains of multiplications (MurmurHash3's). */
function mark(key: Uint8Array, start: number, record: Uint8Array, out: Digest): void {
  let high = 0x9747b28c;
  let low = 0x3c6ef372;
  for (let i = 0; i < ID_BYTES; i += 4) {
    const word = readU32(key, start + i);
    high = mix(high, Math.imul(word, 0xcc9e2d51 | 0));
    low = mix(low, Math.imul(word, 0x1b873593));
  }
  for (let i = 0; i < VERSION_BYTES; i += 4) {
    const word = readU32(record, i);
    high = mix(high, Math.imul(word, 0xcc9e2d51 | 0));
    low = mix(low, Math.imul(word, 0x1b873593));
  }
  out.high = finish(high);
  out.low = finish(low ^ high);
}

function mix(state: number, word: number): number {
  const mixed = state ^ word ^ (word >>> 15);
  return (Math.imul((mixed << 13) | (mixed >>> 19), 5) + 0xe6546b64) | 0;
}

function finish(state: number): number {
  let mixed = Math.imul(state ^ (state >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

/** Visits the records of [from, to) clockwise, over zero if need be; all of them when both are equal. */
export function visitArc(
  store: Store,
  from: Uint8Array,
  to: Uint8Array,
  visit: (key: Uint8Array, record: Uint8Array) => boolean,
): void {
  visitParts(from, to, visit, (first, end, each) => store.range(first, end, each));
}

/** The same with the heads of records: no disk is looked at. */
export function visitHeads(
  store: Store,
  from: Uint8Array,
  to: Uint8Array,
  visit: (key: Uint8Array, head: Uint8Array) => boolean,
): void {
  visitParts(from, to, visit, (first, end, each) => store.heads(first, end, each));
}

type Visit = (key: Uint8Array, bytes: Uint8Array) => boolean;

function visitParts(
  from: Uint8Array,
  to: Uint8Array,
  visit: Visit,
  range: (from: Uint8Array | null, to: Uint8Array | null, visit: Visit) => void,
): void {
  if (compareIds(from, 0, to, 0) < 0) return range(from, to, visit);
  let goesOn = true;
  range(from, null, (key, bytes) => {
    goesOn = visit(key, bytes);
    return goesOn;
  });
  if (goesOn) range(null, to, visit);
}

/** Cuts [from, to) in 16 parts of equal length: their 17 bounds, the first `from`, the last `to`. */
export function cutArc(from: Uint8Array, to: Uint8Array): Uint8Array[] {
  const span = new Uint8Array(ID_BYTES + 1);
  arcLength(from, 0, to, 0, span, 1);
  if (span.every((byte) => byte === 0)) span[0] = 1; // all of the circle
  const bounds: Uint8Array[] = [];
  for (let part = 0; part < PARTS; part++) bounds.push(pointAt(from, span, part));
  bounds.push(to);
  return bounds;
}

/** from + span · part / 16, mod 2^160. */
function pointAt(from: Uint8Array, span: Uint8Array, part: number): Uint8Array {
  const product = new Uint16Array(ID_BYTES + 2);
  let carry = 0;
  for (let i = ID_BYTES; i >= 0; i--) {
    const value = span[i] * part + carry;
    product[i + 1] = value & 255;
    carry = value >>> 8;
  }
  product[0] = carry;
  const point = new Uint8Array(ID_BYTES);
  carry = 0;
  for (let i = ID_BYTES - 1; i >= 0; i--) {
    // Byte i of the quotient is byte i + 2 of the product, moved down by 4 bits.
    const quotient = (product[i + 2] >>> 4) | ((product[i + 1] << 4) & 255);
    const sum = from[i] + quotient + carry;
    point[i] = sum & 255;
    carry = sum >>> 8;
  }
  return point;
}

/**
 * A warm start: tables as a network has them that has been running for long. For each bucket a node
 * knows up to k of those who could be in it, chosen by chance; its last bucket holds all of its
 * neighbours. The way down the id tree to a node passes by all of its buckets:
 *
 *     [0, n) ─┬─ nodes whose next bit is another than its own: bucket 0 is filled from these
 *             └─ nodes whose next bit is the same
 *                 ├─ … : bucket 1
 *                 └─ … until at most k + 1 nodes are left: they know each other
 *
 * A table is filled when its node is first touched. It is drawn from a stream of the node's own, so it
 * is the same whoever was touched before, and as if all had been filled at the start. A run that
 * touches few costs what these few cost: of ten million nodes, a thousand lookups touch 0.2 %.
 */
import { assert } from '../../core/assert.ts';
import { SeededRandom } from '../../core/random.ts';
import type { Settings } from '../../mainline/state.ts';
import { rowsBefore } from '../../mainline/table/bucket-chain.ts';
import { FilledBuckets } from '../../mainline/table/filled-buckets.ts';
import { SPARES } from '../../mainline/table/kbuckets.ts';
import type { TableRows, TableShared } from '../../mainline/table/table.ts';
import { KEY_BITS, KeyTree } from './key-tree.ts';
import type { Population } from './population.ts';

/**
 * Where nodes look after their tables, contacts were heard at random times within this long before the
 * start: BEP 5's 15 minutes, less one.
 */
const HEARD_WITHIN_MS = 14 * 60_000;

export interface WarmStart {
  shared: Pick<TableShared, 'contacts' | 'slab'>;
  /** Node i has the contact i + 1. */
  population: Population;
  /** Who is there, their ids ascending: they alone have tables and are in them. Null: everybody. */
  members: Uint32Array | null;
  k: number;
  /** Sizes of the first buckets, where these are larger. */
  wide?: readonly number[];
  /**
   * For each place so many are drawn by chance, and those with the shortest ways get the places: what
   * tables come to that prefer short round trips. Default 1: whoever came first.
   */
  draws?: number;
  /** One way, in ms; needed where there is more than one draw. */
  wayMs?: (from: number, to: number) => number;
  nowMs: number;
  /** Without upkeep all contacts are fresh, or they would go stale one by one from the first minute on. */
  upkeep: boolean;
  /** Chooses the streams of the nodes. */
  stream: number;
}

export class WarmTables {
  readonly #start: WarmStart;
  readonly #wide: readonly number[];
  readonly #draws: number;
  /** Of the members; all numbers below are places among these. */
  readonly #tree: KeyTree;
  readonly #buckets: FilledBuckets;
  /** The stream of the node at hand. */
  readonly #random = new SeededRandom(0);
  /** Its place. */
  #owner = 0;

  constructor(start: WarmStart) {
    const { members, population } = start;
    this.#start = start;
    this.#wide = start.wide ?? [];
    this.#draws = start.draws ?? 1;
    this.#tree = members
      ? new KeyTree(Float64Array.from(members, (node) => population.keyOf(node)))
      : population.tree;
    this.#buckets = new FilledBuckets(start.shared);
  }

  /** How many nodes have warm tables. */
  get count(): number {
    return this.#tree.keys.length;
  }

  /** Bytes of its own columns. */
  get byteLength(): number {
    const { members } = this.#start;
    return members ? members.byteLength + this.#tree.keys.byteLength : 0;
  }

  nodeAt(place: number): number {
    const { members, population } = this.#start;
    return members === null ? population.nodeAtPlace(place) : members[place];
  }

  /**
   * Fills the table of a node. Once: each time it takes rows of its own.
   * @returns its rows, in an object that is used again; null for who was not there.
   */
  fill(node: number): TableRows | null {
    const owner = this.#placeOf(node);
    if (owner < 0) return null;
    const { k, stream } = this.#start;
    const tree = this.#tree;
    const key = tree.keys[owner];
    const buckets = this.#buckets;
    let low = 0;
    let high = tree.keys.length;
    this.#owner = owner;
    this.#random.begin(key, stream);
    buckets.begin();
    for (let depth = 0; high - low > k + 1; depth++) {
      assert(depth < KEY_BITS, 'ids differ within their first 48 bits');
      const middle = tree.split(key, low, high, depth);
      buckets.open(this.#wide[depth] ?? k);
      if (owner < middle) {
        this.#choose(middle, high, this.#wide[depth] ?? k);
        high = middle;
      } else {
        this.#choose(low, middle, this.#wide[depth] ?? k);
        low = middle;
      }
    }
    buckets.open(k);
    this.#takeAll(low, high);
    return buckets.end();
  }

  /** The place of a node, or -1. */
  #placeOf(node: number): number {
    const { members, population } = this.#start;
    const all = population.placeOf(node);
    if (members === null || all < 0) return all;
    let low = 0;
    let high = members.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (population.placeOf(members[middle]) < all) low = middle + 1;
      else high = middle;
    }
    return members[low] === node ? low : -1;
  }

  /** Up to `room` different ones of a range. */
  #choose(low: number, high: number, room: number): void {
    const size = high - low;
    if (size <= room) this.#takeAll(low, high);
    else if (this.#draws > 1) this.#chooseNear(low, size, room);
    else {
      const buckets = this.#buckets;
      for (let count = 0; count < room; ) {
        const place = low + this.#below(size);
        if (buckets.has(this.nodeAt(place) + 1)) continue;
        this.#take(place);
        count++;
      }
    }
  }

  /** Of `draws` times as many as there is room for, the nearest. */
  #chooseNear(low: number, size: number, room: number): void {
    const { wayMs = () => 0 } = this.#start;
    const owner = this.nodeAt(this.#owner);
    const drawn = new Set<number>();
    const wanted = room * this.#draws;
    if (wanted * 2 > size) for (let i = 0; i < size; i++) drawn.add(low + i);
    while (drawn.size < Math.min(wanted, size)) drawn.add(low + this.#below(size));
    const byWay = [...drawn].map((place) => ({ place, ms: wayMs(owner, this.nodeAt(place)) }));
    byWay.sort((a, b) => a.ms - b.ms || a.place - b.place);
    for (let i = 0; i < room; i++) this.#take(byWay[i].place);
  }

  #takeAll(low: number, high: number): void {
    for (let place = low; place < high; place++) if (place !== this.#owner) this.#take(place);
  }

  #take(place: number): void {
    const { nowMs, upkeep } = this.#start;
    const agoMs = upkeep ? this.#below(HEARD_WITHIN_MS) : 0;
    this.#buckets.add(this.nodeAt(place) + 1, nowMs - agoMs);
  }

  /** A whole number in [0, limit), exact as `randomBelow`; unsigned all the way, which is a fast division. */
  #below(limit: number): number {
    const unsigned = limit >>> 0;
    for (;;) {
      const bits = this.#random.uint32() >>> 0;
      const rest = (bits % unsigned) >>> 0;
      if (bits - rest + unsigned <= 0x100000000) return rest;
    }
  }
}

/** Rows that one node takes at most on average: log2(n / k) full buckets, the rest, its spares. */
export function rowsPerNode(count: number, { k, wide }: Settings): number {
  let buckets = 2;
  for (let size = count; size > k; size /= 2) buckets++;
  return rowsBefore(wide, k, Math.max(buckets, wide.length)) + SPARES;
}

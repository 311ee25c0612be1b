/**
 * A warm start: tables as a network has them that has been running for long. For each bucket a node
 * knows up to k of those who could be in it, chosen by chance; its last bucket holds all of its
 * neighbours. One descent of the id tree fills all tables:
 *
 *     [0, n) ─┬─ nodes whose next bit is 0: bucket 0 from the other half
 *             └─ nodes whose next bit is 1: bucket 0 from this half
 *                 └─ … until at most k + 1 nodes are left: they know each other
 */
import { assert } from '../../core/assert.ts';
import { type Random, randomBelow } from '../../core/random.ts';
import type { KBuckets } from '../../mainline/table/kbuckets.ts';
import { KEY_BITS, type Population, split } from './population.ts';

/**
 * Where nodes look after their tables, contacts were heard at random times within this long before the
 * start: BEP 5's 15 minutes, less one.
 */
const HEARD_WITHIN_MS = 14 * 60_000;

export interface WarmStart {
  population: Population;
  /** Who is there, ascending: they alone have tables and are in them. Null: everybody. */
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
  random: Random;
  tableOf: (node: number) => KBuckets;
  /** Told of each table when it is full. */
  filled?: (node: number, table: KBuckets) => void;
}

interface Range {
  low: number;
  high: number;
}

export function fillTables(start: WarmStart): void {
  const { k, members, wide = [], draws = 1, wayMs = () => 0 } = start;
  const { keys: allKeys } = start.population;
  // All numbers below are places among the members.
  const keys = members ? Float64Array.from(members, (node) => allKeys[node]) : allKeys;
  const handles = new Uint32Array(Math.max(k, ...wide));
  const heardAtMs = new Float64Array(handles.length);
  /** Ranges of nodes that buckets 0, 1, … of the nodes below are filled from. */
  const siblings: Range[] = [];
  descend(0, keys.length);

  function descend(low: number, high: number): void {
    const depth = siblings.length;
    if (high - low <= k + 1) {
      for (let place = low; place < high; place++) fillOne(place, low, high);
      return;
    }
    assert(depth < KEY_BITS, 'ids differ within their first 48 bits');
    const middle = split(keys, low, high, depth);
    siblings.push({ low: middle, high });
    descend(low, middle);
    siblings[depth] = { low, high: middle };
    descend(middle, high);
    siblings.pop();
  }

  function fillOne(place: number, low: number, high: number): void {
    const table = start.tableOf(nodeAt(place));
    for (const [depth, sibling] of siblings.entries()) {
      const count = choose(place, sibling, wide[depth] ?? k);
      table.fill(handles, heardAtMs, count, false);
    }
    let count = 0;
    for (let other = low; other < high; other++) if (other !== place) take(other, count++);
    table.fill(handles, heardAtMs, count, true);
    start.filled?.(nodeAt(place), table);
  }

  /** Up to `room` different nodes of a range, into `handles`. */
  function choose(owner: number, { low, high }: Range, room: number): number {
    const size = high - low;
    if (size <= room) {
      for (let i = 0; i < size; i++) take(low + i, i);
      return size;
    }
    if (draws > 1) return chooseNear(owner, low, size, room);
    for (let count = 0; count < room; ) {
      const place = low + randomBelow(start.random, size);
      if (!isChosen(nodeAt(place) + 1, count)) take(place, count++);
    }
    return room;
  }

  /** Of `draws` times as many as there is room for, the nearest. */
  function chooseNear(owner: number, low: number, size: number, room: number): number {
    const drawn = new Set<number>();
    const wanted = room * draws;
    if (wanted * 2 > size) for (let i = 0; i < size; i++) drawn.add(low + i);
    while (drawn.size < Math.min(wanted, size)) drawn.add(low + randomBelow(start.random, size));
    const byWay = [...drawn].map((place) => ({ place, ms: wayMs(nodeAt(owner), nodeAt(place)) }));
    byWay.sort((a, b) => a.ms - b.ms || a.place - b.place);
    for (let i = 0; i < room; i++) take(byWay[i].place, i);
    return room;
  }

  function isChosen(handle: number, count: number): boolean {
    for (let i = 0; i < count; i++) if (handles[i] === handle) return true;
    return false;
  }

  function take(place: number, at: number): void {
    handles[at] = nodeAt(place) + 1;
    const agoMs = start.upkeep ? randomBelow(start.random, HEARD_WITHIN_MS) : 0;
    heardAtMs[at] = start.nowMs - agoMs;
  }

  function nodeAt(place: number): number {
    return members === null ? place : members[place];
  }
}

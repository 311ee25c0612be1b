/**
 * A warm start: tables as a network has them that has been running for long. For each bucket a node
 * knows up to k of those who could be in it, chosen by chance; its last bucket holds all of its
 * neighbours. One descent of the id tree fills all tables:
 *
 *     [0, n) ─┬─ nodes whose next bit is 0: bucket 0 from the other half
 *             └─ nodes whose next bit is 1: bucket 0 from this half
 *                 └─ … until at most k + 1 nodes are left: they know each other
 */
import { assert } from '../core/assert.ts';
import type { Random } from '../core/random.ts';
import { randomBelow } from '../core/random.ts';
import type { KBuckets } from '../mainline/kbuckets.ts';
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
  nowMs: number;
  /** Without upkeep all contacts are fresh, or they would go stale one by one from the first minute on. */
  upkeep: boolean;
  random: Random;
  tableOf: (node: number) => KBuckets;
  /** Told of each table when it is full. */
  filled?: (node: number, table: KBuckets) => void;
}

export function fillTables(start: WarmStart): void {
  const { k, members } = start;
  const { keys: allKeys } = start.population;
  // All numbers below are places among the members.
  const keys = members ? Float64Array.from(members, (node) => allKeys[node]!) : allKeys;
  const handles = new Uint32Array(k);
  const heardAtMs = new Float64Array(k);
  /** Ranges of nodes that buckets 0, 1, … of the nodes below are filled from. */
  const siblings: { low: number; high: number }[] = [];
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
    for (const sibling of siblings) {
      table.fill(handles, heardAtMs, choose(sibling.low, sibling.high), false);
    }
    let count = 0;
    for (let other = low; other < high; other++) if (other !== place) take(other, count++);
    table.fill(handles, heardAtMs, count, true);
    start.filled?.(nodeAt(place), table);
  }

  /** Up to k different nodes of a range, into `handles`. */
  function choose(low: number, high: number): number {
    const size = high - low;
    if (size <= k) {
      for (let i = 0; i < size; i++) take(low + i, i);
      return size;
    }
    for (let count = 0; count < k; ) {
      const place = low + randomBelow(start.random, size);
      if (!isChosen(nodeAt(place) + 1, count)) take(place, count++);
    }
    return k;
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
    return members === null ? place : members[place]!;
  }
}

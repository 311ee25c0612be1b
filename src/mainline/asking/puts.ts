/**
 * Puts (BEP 44 "put"): the closest nodes that the lookup found are given an item. What it is may depend
 * on what is there: who numbers the next version has to know the last one.
 */
import type { ItemErrand } from '../errand.ts';
import type { Item } from '../krpc/item.ts';
import type { Lookup } from '../rows/lookup.ts';
import type { MainlineState } from '../state.ts';
import { itemErrandOf } from './items.ts';
import { writeToClosest } from './writes.ts';

/** To the k closest that gave a token. False when there is nothing to put, or nobody to put it to. */
export function put(node: MainlineState, now: number, lookup: Lookup): boolean {
  const errand = itemErrandOf(node, lookup);
  const item = errand.compose?.(errand.newest);
  if (!item || (errand.isSparing && isPlentiful(lookup, errand, item))) return false;
  return writeToClosest(node, now, lookup, (to, token, row) => {
    const { query } = node.shared;
    const id = node.idFor(lookup.target, 0, to);
    // Only who has an item can compare its number.
    const cas = errand.holders.has(row) ? errand.cas : null;
    query.put(id.bytes, id.start, item, cas, token);
  });
}

/** Do more than k have it, and the k closest among them? */
function isPlentiful(lookup: Lookup, errand: ItemErrand, item: Item): boolean {
  let copies = 0;
  for (const seq of errand.holders.values()) if (seq >= item.seq) copies++;
  if (copies <= lookup.k) return false;
  let isComplete = true;
  lookup.closestAnswered(lookup.k, (row) => {
    const seq = errand.holders.get(row);
    if (seq === undefined || seq < item.seq) isComplete = false;
  });
  return isComplete;
}

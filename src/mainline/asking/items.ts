/**
 * Items asked for (BEP 44 "get"): every answer of the lookup may hold one. What does not belong under the
 * target, or is not signed rightly, is nothing; of what is genuine the highest number is the newest.
 * Whoever answers with a number and no value has what we have.
 *
 *     answer ─ v, k, sig, seq ─ hash = target? ─ signature? ─ newer? ─▶ told; an immutable one ends it
 */

import type { ItemErrand } from '../errand.ts';
import { equalBytes, type Item, isGenuine, isSeq, itemOfReply } from '../krpc/item.ts';
import type { Message } from '../krpc/message.ts';
import { integerAt } from '../krpc/storage-fields.ts';
import type { Lookup } from '../rows/lookup.ts';
import { LookupKind } from '../rows/purpose.ts';
import type { MainlineState } from '../state.ts';

/** Looks at what an answer says about the item; whoever hears of one may give the lookup up. */
export function readItem(node: MainlineState, lookup: Lookup, row: number, message: Message): void {
  const errand = itemErrandOf(node, lookup);
  const { bytes, storage } = message;
  if (storage.valueStart === 0) {
    const seq = integerAt(bytes, storage.seqStart, storage.seqLength);
    if (isSeq(seq)) errand.holders.set(row, seq);
    return;
  }
  const item = itemOfReply(message, errand.salt);
  const { sha1, verify } = node.shared;
  if (!item) return;
  // Eight answers hold the same item: its signature is looked at once.
  if (!isSame(item, errand.newest) && !isGenuine(item, lookup.target, sha1, verify)) return;
  errand.holders.set(row, item.seq);
  consider(errand, item);
}

/** What we keep for others is an answer, too. */
export function readOwnItem(node: MainlineState, now: number, lookup: Lookup): void {
  const item = node.items?.get(now, lookup.target, 0);
  if (item) consider(itemErrandOf(node, lookup), item);
}

/** An immutable item is found when one has it: there is no newer one. */
export function isSatisfied(node: MainlineState, lookup: Lookup): boolean {
  return lookup.kind === LookupKind.get && itemErrandOf(node, lookup).newest?.key === null;
}

export function itemErrandOf(node: MainlineState, lookup: Lookup): ItemErrand {
  return node.errands!.get(lookup) as ItemErrand;
}

function consider(errand: ItemErrand, item: Item): void {
  const { newest } = errand;
  if (newest && newest.seq >= item.seq) return;
  errand.newest = item;
  errand.found?.(item);
}

function isSame(item: Item, other: Item | null): boolean {
  if (!other || item.seq !== other.seq) return false;
  return (
    equal(item.key, other.key) &&
    equal(item.signature, other.signature) &&
    equal(item.value, other.value)
  );
}

function equal(a: Uint8Array | null, b: Uint8Array | null): boolean {
  return a === null || b === null ? a === b : equalBytes(a, b);
}

/**
 * Scrapes asked for (BEP 33): the filters of all answers are joined. An answer of somebody who knows no
 * scrapes has peers by name, which go into a filter of our own. A filter that is full, or lacks the
 * peers that came with it, is a lie and counts for nothing.
 */
import {
  type Address,
  COMPACT_ADDRESS_BYTES,
  COMPACT_ADDRESS6_BYTES,
  readAddress,
  readAddress6,
} from '../../core/address.ts';
import type { Sha1 } from '../../core/hash.ts';
import type { ScrapeErrand } from '../errand.ts';
import type { Message } from '../krpc/message.ts';
import { FILTER_BYTES } from '../krpc/storage-fields.ts';
import type { Lookup } from '../rows/lookup.ts';
import type { MainlineState } from '../state.ts';
import { ipBytes, join, mayHold, newFilter, zeroBits } from '../stored/scrape.ts';

/** A filter could not tell more of them apart either. */
export const NAMED_MAX = 6000;

/** What we keep for others is an answer, too. */
export function readOwnScrape(node: MainlineState, now: number, lookup: Lookup): void {
  const errand = node.errands!.get(lookup) as ScrapeErrand;
  const own = node.peers?.scrape(now, lookup.target, 0, node.shared.sha1);
  if (!own) return;
  join(errand.seeds, own.seeds, 0);
  join(errand.peers, own.peers, 0);
}

export function readScrape(node: MainlineState, lookup: Lookup, message: Message): void {
  const errand = node.errands!.get(lookup) as ScrapeErrand;
  const { sha1 } = node.shared;
  const { bytes, storage, valuesStart } = message;
  const { peersFilterStart, seedsFilterStart } = storage;
  const values: Address[] = [];
  if (valuesStart > 0) {
    const length = node.isV6 ? COMPACT_ADDRESS6_BYTES : COMPACT_ADDRESS_BYTES;
    for (let at = message.firstPeer(length); at >= 0; at = message.nextPeer(length)) {
      values.push(node.isV6 ? readAddress6(bytes, at) : readAddress(bytes, at));
    }
  }
  if (peersFilterStart <= 0 && seedsFilterStart <= 0) {
    for (const peer of values) if (errand.named.size < NAMED_MAX) errand.named.add(peer);
    if (values.length > 0) errand.answers++;
    return;
  }
  const seeds = filterAt(bytes, seedsFilterStart);
  const peers = filterAt(bytes, peersFilterStart);
  if (!isCredible(seeds, peers, values, sha1)) return;
  join(errand.seeds, seeds, 0);
  join(errand.peers, peers, 0);
  errand.answers++;
}

function filterAt(bytes: Uint8Array, start: number): Uint8Array {
  const filter = newFilter();
  if (start > 0) filter.set(bytes.subarray(start, start + FILTER_BYTES));
  return filter;
}

function isCredible(
  seeds: Uint8Array,
  peers: Uint8Array,
  values: readonly Address[],
  sha1: Sha1,
): boolean {
  if (zeroBits(seeds) === 0 || zeroBits(peers) === 0) return false;
  return values.every((peer) => {
    const ip = ipBytes(peer);
    return mayHold(seeds, ip, sha1) || mayHold(peers, ip, sha1);
  });
}

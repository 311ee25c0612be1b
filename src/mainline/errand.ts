/**
 * Errands: what a lookup is to bring back or to carry there, beside nodes. The lookup's kind says which
 * of them it is; whoever sent it looks into it when the lookup is over.
 */
import type { Address } from '../core/address.ts';
import type { Item } from './krpc/item.ts';
import type { SignedPeer } from './krpc/signed-peer.ts';
import type { Announcement } from './rows/purpose.ts';
import { newFilter } from './stored/scrape.ts';

/** What a get looks for and a put brings. */
export interface ItemErrand {
  /** Part of what the target is the hash of; empty for none, and for immutable items. */
  salt: Uint8Array;
  /** Values with this number or a lower one need not be sent; null for any. */
  seq: bigint | null;
  /** The newest genuine item so far, and who hears of each as it is found. */
  newest: Item | null;
  found: ((item: Item) => void) | null;
  /** What candidates have, by row: the number of an item that they gave, or said they have. */
  holders: Map<number, bigint>;
  /** What is to be put, given the newest that was found; null for a get, and where nothing is to be put. */
  compose: ((newest: Item | null) => Item | null) | null;
  /** The number that the item must still have where it is (BEP 44 "CAS"); null for any. */
  cas: bigint | null;
  /** Puts nothing where it need not: more than k have it, the k closest among them (BEP 44). */
  isSparing: boolean;
}

/** What a scrape looks for (BEP 33): Bloom filters of addresses, joined from all answers. */
export interface ScrapeErrand {
  seeds: Uint8Array;
  peers: Uint8Array;
  /** Peers named by those who know no scrapes, `NAMED_MAX` of them at most. */
  named: Set<Address>;
  /** Nodes that said something about the info-hash. */
  answers: number;
}

/** What one node said of the info-hashes stored there (BEP 51). */
export interface NodeSample {
  id: Uint8Array;
  address: Address;
  /** 20 bytes each, end to end. */
  hashes: Uint8Array;
  /** How many it has in all, as it says. */
  num: number;
  /** How long this sample stays the same. */
  intervalMs: number;
}

/** What a walk for samples looks for. */
export interface SampleErrand {
  found: (sample: NodeSample) => void;
}

/** What a lookup for signed peers looks for, and what is announced after it. */
export interface SignedPeerErrand {
  found: (peer: SignedPeer) => void;
  /** The newest time of each key that was found, so that its signature is looked at once. */
  known: Map<string, number>;
  /** Our own, to be announced; null for a lookup only. */
  own: SignedPeer | null;
}

export type Errand = Announcement | ItemErrand | ScrapeErrand | SampleErrand | SignedPeerErrand;

export function scrapeErrand(): ScrapeErrand {
  return { seeds: newFilter(), peers: newFilter(), named: new Set(), answers: 0 };
}

/** @param compose what is to be put; null for a get. */
export function itemErrand(
  salt: Uint8Array,
  compose: ItemErrand['compose'] = null,
  more: Partial<ItemErrand> = {},
): ItemErrand {
  return {
    ...{ salt, compose, seq: null, newest: null, found: null },
    ...{ holders: new Map(), cas: null, isSparing: false },
    ...more,
  };
}

/**
 * How many seeds and peers an info-hash has (BEP 33), estimated from joined Bloom filters:
 *
 *     n = ln(zero bits / 2048) / (2 ln(1 - 1 / 2048))
 *
 * 1000 addresses come out as 1001, 4000 as 3843; from 6000 on hardly a bit is zero, and all that can be
 * said is "6000 or more".
 */
import { parseId } from '../../core/id.ts';
import type { CallLimits } from '../../io/calls.ts';
import { sha1 } from '../../io/entropy.ts';
import { scrapeErrand } from '../../mainline/errand.ts';
import { FILTER_BYTES } from '../../mainline/krpc/storage-fields.ts';
import { LookupKind } from '../../mainline/rows/purpose.ts';
import { insertIp, ipBytes, mayHold, zeroBits } from '../../mainline/stored/scrape.ts';
import type { Desk } from './desk.ts';
import { checkLimits } from './options.ts';
import type { FindNodeResult, Id } from './results.ts';

const BITS = FILTER_BYTES * 8;
/** With fewer zero bits a filter says no more than that. */
const ZERO_BITS_MIN = 9;
/** What is said of it: the BEP's own limit of a node's peers for one info-hash. */
export const SCRAPE_MAX = 6000;

export interface ScrapeResult extends FindNodeResult {
  /** Estimates; 6000 stands for 6000 or more. */
  seeds: number;
  peers: number;
  /** Nodes that said something about the info-hash. */
  answers: number;
}

/** The joined filter's number of addresses. */
export function estimate(filter: Uint8Array): number {
  const zero = zeroBits(filter);
  if (zero === BITS) return 0;
  if (zero < ZERO_BITS_MIN) return SCRAPE_MAX;
  const size = Math.log(zero / BITS) / (2 * Math.log(1 - 1 / BITS));
  return Math.min(SCRAPE_MAX, Math.round(size));
}

export async function scrape(desk: Desk, infoHash: Id, limits: CallLimits): Promise<ScrapeResult> {
  checkLimits(limits, 'scrape');
  const target = parseId(infoHash, 'infoHash');
  const errand = scrapeErrand();
  const { trace } = await desk.lookup(limits, LookupKind.scrape, target, errand);
  const { seeds, peers, named, answers } = errand;
  // Who is named and is a seed to somebody else is no peer.
  for (const peer of named) {
    const ip = ipBytes(peer);
    if (!mayHold(seeds, ip, sha1)) insertIp(peers, ip, sha1);
  }
  const found = { nodes: trace.closest, lookup: trace };
  return { ...found, seeds: estimate(seeds), peers: estimate(peers), answers };
}

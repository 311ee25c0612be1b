/**
 * What info-hashes are there (BEP 51): a walk goes to points that lie evenly around the keyspace, and asks
 * each node on its way for some of those that it keeps.
 *
 *     0 ──────●──────────●──────────●──────────●──── 2^160       four walks
 *             └─ 20 or so nodes on the way to each
 */
import { formatIp, ipOf, portOf } from '../../core/address.ts';
import { wholeNumber } from '../../core/argument.ts';
import { formatId, ID_BYTES, parseId, randomId } from '../../core/id.ts';
import type { Random } from '../../core/random.ts';
import type { CallLimits } from '../../io/calls.ts';
import type { Search } from '../../io/search.ts';
import type { NodeSample } from '../../mainline/errand.ts';
import { LookupKind } from '../../mainline/rows/purpose.ts';
import type { LookupTrace, NodeInfo } from '../../mainline/trace.ts';
import { budgetOf, type Desk } from './desk.ts';
import { checkLimits } from './options.ts';
import type { Id } from './results.ts';

/** Points of the keyspace that are walked to. Each asks some 20 nodes. */
export const SAMPLE_WALKS = 8;
const SAMPLE_WALKS_MAX = 100_000;
/** Info-hashes that are found before it is enough, each 100 bytes in the result. */
export const SAMPLE_LIMIT = 10_000;
const SAMPLE_LIMIT_MAX = 10_000_000;

export interface SampleOptions extends CallLimits {
  /** Where the first walk goes. Default: anywhere. */
  target?: Id;
  /** How many points of the keyspace are walked to, 1 to 100,000. Default 8; with a target 1. */
  walks?: number;
  /** Enough info-hashes, 1 to 10,000,000. Default 10,000. */
  limit?: number;
}

/** An info-hash, and who said first that it is stored there. */
export interface SampledInfoHash {
  infoHash: string;
  node: NodeInfo;
}

/** What one node said. */
export interface SampledNode extends NodeInfo {
  /** Info-hashes that it told of, and that it has in all, as it says. */
  told: number;
  num: number;
  /** It is not asked again before this is over. */
  intervalMs: number;
}

export interface SampleResult {
  /** Each once, in the order found. */
  infoHashes: string[];
  nodes: SampledNode[];
  /** Nodes asked on the way, and those that answered. */
  asked: number;
  answered: number;
  /** The walks. */
  lookups: LookupTrace[];
}

export function sample(
  desk: Desk,
  random: Random,
  options: SampleOptions,
): Search<SampledInfoHash, SampleResult> {
  return desk.search(async (found, opened) => {
    checkLimits(options, 'sample', ['target', 'walks', 'limit']);
    const { target, walks = target === undefined ? SAMPLE_WALKS : 1 } = options;
    wholeNumber(walks, 'walks', 1, SAMPLE_WALKS_MAX);
    const limit = wholeNumber(options.limit ?? SAMPLE_LIMIT, 'limit', 1, SAMPLE_LIMIT_MAX);
    const first = target === undefined ? randomId(random) : parseId(target, 'target');
    const known = new Set<string>();
    const nodes: SampledNode[] = [];
    const take = (one: NodeSample): void => {
      const node = nodeOf(one);
      nodes.push({ ...node, told: one.hashes.length / ID_BYTES, ...numbersOf(one) });
      for (let at = 0; at < one.hashes.length && known.size < limit; at += ID_BYTES) {
        const infoHash = formatId(one.hashes, at);
        if (known.has(infoHash)) continue;
        known.add(infoHash);
        found({ infoHash, node });
      }
    };
    const lookups: LookupTrace[] = [];
    const budget = budgetOf(desk, options);
    for (let walk = 0; walk < walks && known.size < limit; walk++) {
      const to = pointOf(first, walk, walks);
      const errand = { found: take };
      const { trace } = await desk.lookup(budget(), LookupKind.sample, to, errand, opened);
      lookups.push(trace);
    }
    const asked = lookups.reduce((sum, { steps }) => sum + steps.length, 0);
    const answered = lookups.reduce((sum, one) => sum + one.answered, 0);
    return { infoHashes: [...known], nodes, asked, answered, lookups };
  });
}

/** The so-manieth of `walks` points that lie evenly around the keyspace from `first` on. */
export function pointOf(first: Uint8Array, walk: number, walks: number): Uint8Array {
  const point = first.slice();
  // 48 bits tell any number of walks apart.
  let carry = Math.floor((walk / walks) * 2 ** 48);
  for (let i = 5; i >= 0; i--) {
    carry += point[i]!;
    point[i] = carry % 256;
    carry = Math.floor(carry / 256);
  }
  return point;
}

function nodeOf({ id, address }: NodeSample): NodeInfo {
  return { id: formatId(id), host: formatIp(ipOf(address)), port: portOf(address) };
}

const numbersOf = ({ num, intervalMs }: NodeSample) => ({ num, intervalMs });

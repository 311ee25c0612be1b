/**
 * What stands between a node and the network: nothing, a NAT of one of the kinds of RFC 3489, or a
 * firewall. A NAT lets in what comes to a mapping, and a mapping lives as long as the node sends:
 *
 *                      an outside address may send to it     what others see as its address
 *     open             always                                its own
 *     full cone        if it sent to anybody lately          its own
 *     restricted       if it sent to that IP lately          its own
 *     port-restricted  if it sent to that address lately     its own
 *     symmetric        if it sent to that address lately     another port for each address
 *     firewalled       as often as it sent there lately      its own
 *
 * "Lately" is the life of a mapping; what comes in does not prolong it (RFC 4787 REQ-6 asks for no
 * more). A firewalled node hears answers but no questions, not even of those whom it asks.
 *
 * So a contact that was learned from one node's datagram is of no use to another (transitivity), to
 * whoever was asked by it (reciprocity), or five minutes later (persistence).
 */
import {
  type Address,
  addressOf,
  COMPACT_ADDRESS_BYTES,
  ipOf,
  portOf,
  readAddress,
  writeAddress,
} from '../../core/address.ts';
import { grown } from '../../core/column.ts';
import { InternedKeys } from '../../core/interned.ts';
import { mix } from '../mix.ts';
import { wordsBelow } from './bursts.ts';

export const NatClass = {
  open: 0,
  fullCone: 1,
  restricted: 2,
  portRestricted: 3,
  symmetric: 4,
  firewalled: 5,
} as const;
export type NatClass = (typeof NatClass)[keyof typeof NatClass];

export interface NatModel {
  /** Shares of the nodes, together at most 1; the rest are open. */
  shares: Partial<Record<Exclude<keyof typeof NatClass, 'open'>, number>>;
  /** Life of a mapping nothing is sent through. Default 120,000, the least that RFC 4787 REQ-5 allows. */
  mappingMs?: number;
}

export const MAPPING_MS = 120_000;
/** No node: there is one, but its NAT turns the datagram away. */
export const NOT_LET_IN = -2;

/**
 * Jimenez, Osmani and Knutsson (P2P 2009) met 3.6 million Mainline nodes. `failures` gives the shares
 * of nodes that failed each test (reciprocity 20 %, transitivity 40 %, persistence for 5 min 44 %),
 * `causes` the shares they put down to each cause (firewall 10.6 %, port-restricted or symmetric NAT
 * 31.3 %, full cone or churn 2.7 %). Both at once cannot be had: the paper leaves the rest of the
 * failures unexplained. Halving "port-restricted or symmetric" is our choice.
 */
export const JIMENEZ_2009: Readonly<Record<'failures' | 'causes', NatModel>> = {
  failures: { shares: { firewalled: 0.2, portRestricted: 0.1, symmetric: 0.1, fullCone: 0.04 } },
  causes: {
    shares: { firewalled: 0.106, portRestricted: 0.1565, symmetric: 0.1565, fullCone: 0.027 },
  },
};

/** Node (4 bytes) and outside address. */
const PAIR_BYTES = 4 + COMPACT_ADDRESS_BYTES;
/** Pairs at which the dead ones are first looked for; later whenever they have doubled. */
const SWEEP_AT_LEAST = 4096;
/** Ports below are never given to a mapping (RFC 4787 REQ-3 sets well-known ports apart). */
const FIRST_PORT = 1024;
const PORTS = 0x10000 - FIRST_PORT;
const CREDITS_MAX = 255;

export class Nats {
  /** By node, see `NatClass`. */
  readonly classOf: Uint8Array;
  readonly #seed: number;
  readonly #mappingMs: number;
  /** When each node last sent anything. */
  readonly #sentAtMs: Float64Array;
  /** Whom each node sent to: pairs, and beside them when, how often unanswered, its outside address. */
  readonly #pairs: InternedKeys;
  #pairSentAtMs = new Float64Array(64).fill(-Infinity);
  #credits = new Uint8Array(64);
  #outside = new Uint32Array(64);
  /** Outside addresses of symmetric NATs, and the pair of each. */
  readonly #mapped: InternedKeys;
  #pairOf = new Uint32Array(64);
  #sweepAt = SWEEP_AT_LEAST;
  #portsGiven = 0;
  readonly #key = new Uint8Array(PAIR_BYTES);

  constructor({ shares, mappingMs = MAPPING_MS }: NatModel, count: number, seed: number) {
    this.#seed = seed;
    this.#mappingMs = mappingMs;
    this.classOf = classesOf(shares, count, seed);
    this.#sentAtMs = new Float64Array(count).fill(-Infinity);
    this.#pairs = new InternedKeys(PAIR_BYTES, 63, seed);
    this.#mapped = new InternedKeys(COMPACT_ADDRESS_BYTES, 63, seed);
  }

  /** Pairs that are remembered. */
  get count(): number {
    return this.#pairs.count;
  }

  get byteLength(): number {
    const own = [this.classOf, this.#sentAtMs, this.#pairSentAtMs, this.#credits, this.#outside];
    const shared = [this.#pairs, this.#mapped, this.#pairOf];
    return [...own, ...shared].reduce((sum, { byteLength }) => sum + byteLength, 0);
  }

  /** A datagram of the node goes out: the address that its receiver sees. */
  leave(now: number, node: number, from: Address, to: Address): Address {
    const kind = this.classOf[node];
    if (kind === NatClass.open) return from;
    this.#sentAtMs[node] = now;
    if (kind === NatClass.fullCone) return from;
    const pair = this.#touch(now, node, kind === NatClass.restricted ? anyPort(to) : to);
    if (kind === NatClass.firewalled) {
      this.#credits[pair] = Math.min(CREDITS_MAX, this.#credits[pair] + 1);
    }
    return kind === NatClass.symmetric ? this.#outsideOf(pair, from) : from;
  }

  /**
   * Whom a datagram is for that is seen to come from `from`. `atHome` is the node whose own address `to`
   * is, or -1. A symmetric NAT has no port of that number, only others, each for one outside address.
   */
  receiver(to: Address, atHome: number, from: Address): number {
    if (atHome >= 0) return this.classOf[atHome] === NatClass.symmetric ? NOT_LET_IN : atHome;
    writeAddress(this.#key, 0, to);
    const row = this.#mapped.find(this.#key, 0);
    if (row === 0) return -1;
    const key = this.#pairs.keys;
    const at = this.#pairOf[row] * PAIR_BYTES;
    if (readAddress(key, at + 4) !== from) return NOT_LET_IN;
    return ((key[at] << 24) | (key[at + 1] << 16) | (key[at + 2] << 8) | key[at + 3]) >>> 0;
  }

  /** May a datagram that is seen to come from `from` go in to the node? Uses up what allowed it. */
  admits(now: number, node: number, from: Address): boolean {
    const kind = this.classOf[node];
    if (kind === NatClass.open) return true;
    if (kind === NatClass.fullCone) return now - this.#sentAtMs[node] <= this.#mappingMs;
    this.#writePair(node, kind === NatClass.restricted ? anyPort(from) : from);
    const pair = this.#pairs.find(this.#key, 0);
    if (pair === 0 || this.#isDead(now, pair)) return false;
    if (kind !== NatClass.firewalled) return true;
    if (this.#credits[pair] === 0) return false;
    this.#credits[pair] = this.#credits[pair] - 1;
    return true;
  }

  #isDead(now: number, pair: number): boolean {
    return now - this.#pairSentAtMs[pair] > this.#mappingMs;
  }

  /** The row of a pair, which lives from now on. One that had died begins anew. */
  #touch(now: number, node: number, remote: Address): number {
    if (this.#pairs.count >= this.#sweepAt) this.#sweep(now);
    this.#writePair(node, remote);
    const pair = this.#pairs.intern(this.#key, 0);
    while (pair >= this.#outside.length) this.#grow();
    if (this.#isDead(now, pair)) this.#end(pair);
    this.#pairSentAtMs[pair] = now;
    return pair;
  }

  /** The address that the outside end of a pair sees; a port is opened for it if it has none. */
  #outsideOf(pair: number, home: Address): Address {
    let row = this.#outside[pair];
    const ip = ipOf(home);
    while (row === 0) {
      const port = FIRST_PORT + (mix(this.#seed, ++this.#portsGiven) % PORTS);
      writeAddress(this.#key, 0, addressOf(ip, port));
      if (port === portOf(home) || this.#mapped.find(this.#key, 0) !== 0) continue;
      row = this.#mapped.intern(this.#key, 0);
      if (row >= this.#pairOf.length) this.#pairOf = grown(this.#pairOf, this.#pairOf.length * 2);
      this.#pairOf[row] = pair;
      this.#outside[pair] = row;
    }
    return readAddress(this.#mapped.keys, row * COMPACT_ADDRESS_BYTES);
  }

  /** Closes the port of a pair and takes back what it allowed. */
  #end(pair: number): void {
    if (this.#outside[pair] !== 0) this.#mapped.remove(this.#outside[pair]);
    this.#outside[pair] = 0;
    this.#credits[pair] = 0;
    this.#pairSentAtMs[pair] = -Infinity;
  }

  #sweep(now: number): void {
    for (let pair = 1; pair < this.#pairs.rowEnd; pair++) {
      if (this.#pairSentAtMs[pair] === -Infinity || !this.#isDead(now, pair)) continue;
      this.#end(pair);
      this.#pairs.remove(pair);
    }
    this.#sweepAt = Math.max(SWEEP_AT_LEAST, this.#pairs.count * 2);
  }

  #writePair(node: number, remote: Address): void {
    this.#key[0] = node >>> 24;
    this.#key[1] = node >>> 16;
    this.#key[2] = node >>> 8;
    this.#key[3] = node;
    writeAddress(this.#key, 4, remote);
  }

  #grow(): void {
    const rows = this.#outside.length * 2;
    this.#outside = grown(this.#outside, rows);
    this.#credits = grown(this.#credits, rows);
    const before = this.#pairSentAtMs.length;
    this.#pairSentAtMs = grown(this.#pairSentAtMs, rows).fill(-Infinity, before);
  }
}

function anyPort(address: Address): Address {
  return addressOf(ipOf(address), 0);
}

function classesOf(shares: NatModel['shares'], count: number, seed: number): Uint8Array {
  const classOf = new Uint8Array(count);
  const limits: [limit: number, kind: NatClass][] = [];
  let share = 0;
  for (const name of Object.keys(NatClass) as (keyof typeof NatClass)[]) {
    if (name === 'open') continue;
    share += shares[name] ?? 0;
    limits.push([wordsBelow(share), NatClass[name]]);
  }
  for (let node = 0; node < count; node++) {
    const word = mix(seed, node);
    classOf[node] = limits.find(([limit]) => word < limit)?.[1] ?? NatClass.open;
  }
  return classOf;
}

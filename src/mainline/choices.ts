/**
 * The choices a program has about a node, checked and completed to `Settings`. A socket, the lab and
 * a test offer the same ones.
 */
import { formatIp, ipOf, portOf } from '../core/address.ts';
import { checkNames, shown, wholeNumber } from '../core/argument.ts';
import { ID_BYTES } from '../core/id.ts';
import { answerQuery } from './answering/answers.ts';
import { hookHandler, type QueryHook } from './answering/hook.ts';
import { PATHS_LIMIT } from './rows/paths.ts';
import {
  DEFAULTS,
  type Identity,
  INBOUND_LIMITS,
  type InboundLimits,
  OUTBOUND_LIMITS,
  type OutboundLimits,
} from './settings.ts';
import type { Settings } from './state.ts';
import type { ItemLimits } from './stored/items.ts';
import type { PeerLimits } from './stored/peers.ts';
import { flatTable, prefixTable } from './table/groups.ts';
import { KBuckets } from './table/kbuckets.ts';
import type { TableFactory } from './table/table.ts';

/** 8 KB a bucket; beyond the eighth a bucket is a 256th of the network and need not be wide. */
const WIDE_BUCKETS_MAX = 8;
const WIDE_BUCKET_SIZE_MAX = 1024;

export interface NodeChoices {
  /** Routing table: BEP 5's k-buckets (default), or one that forgets nobody. */
  table?: 'kbuckets' | 'flat' | 'prefix' | TableFactory;
  /**
   * BEP 43: ask, but answer nobody and say so. Default `auto`: while nobody from outside can reach us,
   * and not for good. (false where `onePerIp` is.)
   */
  readOnly?: boolean | 'auto';
  /** Contacts per bucket and reply, nodes that a lookup must hear. 1..64, default 8 (BEP 5). */
  k?: number;
  /**
   * Sizes of the buckets farthest from us where they are to be larger than k, the farthest first. Half
   * of all lookups begin there, so a wide one saves them a hop. At most 8 buckets of 1024. Default none.
   */
  wideBuckets?: readonly number[];
  /** Requests of one lookup under way at a time. 1..64, default 4. */
  alpha?: number;
  /**
   * Disjoint paths of each lookup: no two ask the same node, so that a liar turns aside one of them (S/Kademlia).
   * Each costs some requests. 1..16, default 1.
   */
  paths?: number;
  /**
   * Asks, and stores at, all nodes that are as close to a key as the k closest of an honest network would be,
   * as far apart as our own neighbours are. Sybils beside a key then do not have it for themselves. Default false.
   */
  expectedDistance?: boolean;
  /**
   * After this a lookup goes on without an answer, which still counts if it comes. It follows the
   * round trips that are seen, from `shortTimeoutMsMin` (default 250) to this (default 1000).
   */
  shortTimeoutMs?: number;
  shortTimeoutMsMin?: number;
  /** After this a request has failed. Default 6000. */
  timeoutMs?: number;
  /** One contact per IP in the table and in lookups, loopback addresses apart. Default true. */
  onePerIp?: boolean;
  /** One contact per /24 in lookups and in each bucket, local networks apart. Default: as `onePerIp`. */
  onePerNetwork?: boolean;
  /**
   * BEP 42: our id follows from our address once enough others told it to us, and nodes whose ids do
   * not follow from theirs have the last word nowhere. Default: as `onePerIp`; false in a network whose
   * addresses mean nothing.
   */
  secureIds?: boolean;
  /** Do loopback addresses pass the limits below? Default true. */
  exemptLoopback?: boolean;
  /** What others may ask of us. Defaults: 10 a second per IP (50 at once), 1000 in all; false: all. */
  inbound?: Partial<InboundLimits> | false;
  /** What we ask of the network. Default: 50 new endpoints a second (200 at once); false: any. */
  outbound?: Partial<OutboundLimits> | false;
  /** Bounds of the peer store. Defaults: 4000 info-hashes, 500 peers each, 100,000 in all, 200 of one /24 (4 of an info-hash), 45 min. */
  peers?: Partial<PeerLimits>;
  /** Bounds of the item store (BEP 44). Defaults: 4000 items, 200 of one /24 network, 2 h. */
  items?: Partial<ItemLimits>;
  /** Keep keys of peers that sign what they announce, and tell of them (a draft). Default false. */
  signedPeers?: boolean;
  /** Sees every query that passes the limits, and may answer it. */
  onQuery?: QueryHook;
  /** The id to show to `to`, in messages about `target` (null for a ping). Default: our id. */
  identity?: (target: Uint8Array | null, to: { host: string; port: number }) => Uint8Array;
}

/** By name, so that the compiler finds one that is missing. */
const NAMES: Record<keyof NodeChoices, true> = {
  table: true,
  readOnly: true,
  k: true,
  wideBuckets: true,
  alpha: true,
  paths: true,
  expectedDistance: true,
  shortTimeoutMs: true,
  shortTimeoutMsMin: true,
  timeoutMs: true,
  onePerIp: true,
  onePerNetwork: true,
  secureIds: true,
  exemptLoopback: true,
  inbound: true,
  outbound: true,
  peers: true,
  items: true,
  signedPeers: true,
  onQuery: true,
  identity: true,
};
export const CHOICE_NAMES: readonly string[] = Object.keys(NAMES);

/** Where an address means nothing, a network has no share of a swarm of its own. */
const ANYWHERE: PeerLimits = {
  ...DEFAULTS.peers,
  perNetworkAndInfoHash: DEFAULTS.peers.peersPerInfoHash,
};

/** @throws TypeError or RangeError that names the choice. */
export function settingsFrom(options: NodeChoices): Settings {
  const { identity, onQuery } = options;
  const onePerIp = yesOrNo(options.onePerIp ?? DEFAULTS.onePerIp, 'onePerIp');
  const timeoutMs = wholeNumber(options.timeoutMs ?? DEFAULTS.timeoutMs, 'timeoutMs', 1, 3_600_000);
  const shortTimeoutMs = options.shortTimeoutMs ?? Math.min(DEFAULTS.shortTimeoutMs, timeoutMs);
  const shortestMs =
    options.shortTimeoutMsMin ?? Math.min(DEFAULTS.shortTimeoutMsMin, shortTimeoutMs);
  return {
    k: wholeNumber(options.k ?? DEFAULTS.k, 'k', 1, 64),
    wide: wideBuckets(options.wideBuckets ?? DEFAULTS.wide),
    alpha: wholeNumber(options.alpha ?? DEFAULTS.alpha, 'alpha', 1, 64),
    paths: wholeNumber(options.paths ?? DEFAULTS.paths, 'paths', 1, PATHS_LIMIT),
    expectedDistance: yesOrNo(
      options.expectedDistance ?? DEFAULTS.expectedDistance,
      'expectedDistance',
    ),
    shortTimeoutMs: wholeNumber(shortTimeoutMs, 'shortTimeoutMs', 1, timeoutMs),
    shortTimeoutMsMin: wholeNumber(shortestMs, 'shortTimeoutMsMin', 1, shortTimeoutMs),
    timeoutMs,
    readOnly: options.readOnly === true,
    adaptsReadOnly: isAdaptive(options.readOnly ?? (onePerIp ? 'auto' : false)),
    onePerIp,
    onePerNetwork: yesOrNo(options.onePerNetwork ?? onePerIp, 'onePerNetwork'),
    secureIds: yesOrNo(options.secureIds ?? onePerIp, 'secureIds'),
    changesId: identity === undefined,
    keepsSignedPeers: yesOrNo(options.signedPeers ?? DEFAULTS.keepsSignedPeers, 'signedPeers'),
    wallOriginMs: DEFAULTS.wallOriginMs,
    exemptLoopback: yesOrNo(options.exemptLoopback ?? DEFAULTS.exemptLoopback, 'exemptLoopback'),
    table: tableFactory(options.table ?? 'kbuckets'),
    peers: limitsOver(onePerIp ? DEFAULTS.peers : ANYWHERE, options.peers, 'peers'),
    items: limitsOver(DEFAULTS.items, options.items, 'items'),
    inbound:
      options.inbound === false ? null : limitsOver(INBOUND_LIMITS, options.inbound, 'inbound'),
    outbound:
      options.outbound === false ? null : limitsOver(OUTBOUND_LIMITS, options.outbound, 'outbound'),
    handler: onQuery ? hookHandler(onQuery) : answerQuery,
    identity: identity ? checked(identity) : null,
  };
}

function isAdaptive(readOnly: unknown): boolean {
  if (readOnly === 'auto') return true;
  if (typeof readOnly === 'boolean') return false;
  throw new TypeError(`"readOnly" expected true, false or auto, got ${shown(readOnly)}`);
}

function yesOrNo(value: unknown, name: string): boolean {
  if (typeof value === 'boolean') return value;
  throw new TypeError(`"${name}" expected true or false, got ${shown(value)}`);
}

function wideBuckets(sizes: readonly number[]): readonly number[] {
  if (!Array.isArray(sizes) || sizes.length > WIDE_BUCKETS_MAX) {
    throw new TypeError(
      `"wideBuckets" expected at most ${WIDE_BUCKETS_MAX} numbers, got ${shown(sizes)}`,
    );
  }
  if (sizes.length === 0) return DEFAULTS.wide;
  return sizes.map((size, i) => wholeNumber(size, `wideBuckets[${i}]`, 1, WIDE_BUCKET_SIZE_MAX));
}

const kBuckets: TableFactory = (owner) => new KBuckets(owner);

function tableFactory(choice: NonNullable<NodeChoices['table']>): TableFactory {
  if (typeof choice === 'function') return choice;
  if (choice === 'kbuckets') return kBuckets;
  if (choice === 'flat') return flatTable();
  if (choice === 'prefix') return prefixTable();
  throw new TypeError(`"table" expected kbuckets, flat, prefix or a factory, got ${shown(choice)}`);
}

/** Limits that are the size of a hash table. */
const TABLE_SIZES = new Set(['sources', 'endpoints']);

function powerOfTwo(value: unknown, name: string): number {
  const size = wholeNumber(value, name, 8, 2 ** 24);
  if ((size & (size - 1)) === 0) return size;
  throw new RangeError(`"${name}" expected a power of two, got ${size}`);
}

/** A program's identity function, whose ids are as long as ids are. */
function checked(identity: NonNullable<NodeChoices['identity']>): Identity {
  return (target, to) => {
    const id = identity(target, { host: formatIp(ipOf(to)), port: portOf(to) });
    if (id instanceof Uint8Array && id.length === ID_BYTES) return id;
    throw new TypeError(`"identity" expected to return 20 bytes, got ${shown(id)}`);
  };
}

function limitsOver<T extends object>(
  defaults: T,
  chosen: Partial<T> | undefined,
  name: string,
): T {
  if (chosen === undefined) return defaults;
  const limits = { ...defaults };
  checkNames(chosen, name, name, Object.keys(defaults), `${name}.`);
  for (const [key, value] of Object.entries(chosen)) {
    if (value === undefined) continue;
    const limit = TABLE_SIZES.has(key)
      ? powerOfTwo(value, `${name}.${key}`)
      : wholeNumber(value, `${name}.${key}`, 1, 0x7fffffff);
    limits[key as keyof T] = limit as T[keyof T];
  }
  return limits;
}

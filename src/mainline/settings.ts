/**
 * How a node behaves: what a program may choose, with the reason for each default. Limits that are
 * nobody's choice stand where they are enforced.
 */
import type { Address } from '../core/address.ts';
import { ITEM_LIMITS, type ItemLimits } from './stored/items.ts';
import { PEER_LIMITS, type PeerLimits } from './stored/peers.ts';
import type { TableFactory } from './table/table.ts';

/** What one source may ask of us, and all of them together. */
export interface InboundLimits {
  /** Queries per second and IP, on average. libtorrent bans at 5 a second over 10 seconds. */
  perSource: number;
  /** Queries that an IP may send at once. */
  perSourceBurst: number;
  /** IPs remembered at a time, a power of two: 20 bytes each. */
  sources: number;
  /** Queries per second from all sources. A well-known node sees some hundred. */
  total: number;
  totalBurst: number;
}

/** What we may ask of the network, in the unit that routers suffer from. */
export interface OutboundLimits {
  /**
   * Endpoints not contacted for `memoryMs` that may be contacted per second. Home routers keep an
   * entry for each and fail at about 100 new ones a second (qBittorrent#18713).
   */
  newEndpoints: number;
  newEndpointsBurst: number;
  /** How long a router remembers an endpoint; 30 s is the least that RFC 4787 networks do. */
  memoryMs: number;
  /** Endpoints remembered at a time, a power of two: 16 bytes each. */
  endpoints: number;
}

/** The id shown to `to` in a message about `target` (null for a ping): 20 bytes, or null for our own. */
export type Identity = (target: Uint8Array | null, to: Address) => Uint8Array | null;

/** All of it but who answers, which knows the node (state.ts). */
export interface NodeSettings {
  /** Contacts per bucket and per reply, and nodes that a lookup must hear. BEP 5: 8. */
  k: number;
  /** Sizes of the first buckets where they are larger than k (Jimenez et al. 2011: 128, 64, 32, 16). */
  wide: readonly number[];
  /** Requests of one lookup on their way at a time. Kademlia says 3, Jimenez et al. (2011) took 4. */
  alpha: number;
  /** Disjoint paths of each lookup (S/Kademlia's d). 1: none, as Mainline has it. */
  paths: number;
  /**
   * Are all nodes asked, and written to, that are as close as the k closest of an honest network would be?
   * Then whoever settles beside a key in great numbers is one of many there (pubky/mainline's edk).
   */
  expectedDistance: boolean;
  /**
   * After this a request no longer holds one of the alpha places. It follows the round trips that
   * are seen, between the minimum and this. libtorrent: 1 s, fixed.
   */
  shortTimeoutMs: number;
  /** Equal to `shortTimeoutMs` for a fixed one. Below 250 ms a busy process would outwait itself. */
  shortTimeoutMsMin: number;
  /** After this a request has failed. */
  timeoutMs: number;
  /** BEP 43: ask, but answer nothing and say so. */
  readOnly: boolean;
  /** Read-only while nobody can reach us, as seen by who asks us (asking/reach.ts). */
  adaptsReadOnly: boolean;
  /** One contact per IP in the table and in lookups; loopback addresses are exempt. */
  onePerIp: boolean;
  /** One contact per /24 in lookups and in each bucket; local networks are exempt. */
  onePerNetwork: boolean;
  /** BEP 42: ids that follow from addresses, ours and others'. */
  secureIds: boolean;
  /** May our id change when our address becomes known? Not when a program has chosen it. */
  changesId: boolean;
  /** Are signed peers kept and told (a draft)? */
  keepsSignedPeers: boolean;
  /** The wall clock, in ms since 1970, when ours is at 0: signatures have a date. */
  wallOriginMs: number;
  /** Loopback addresses pass the inbound and outbound limits. */
  exemptLoopback: boolean;
  table: TableFactory;
  peers: PeerLimits;
  items: ItemLimits;
  /** Null: no limits, for a lab that has no strangers. */
  inbound: InboundLimits | null;
  outbound: OutboundLimits | null;
  identity: Identity | null;
}

export const INBOUND_LIMITS: InboundLimits = {
  perSource: 10,
  perSourceBurst: 50,
  sources: 4096,
  total: 1000,
  totalBurst: 2000,
};
export const OUTBOUND_LIMITS: OutboundLimits = {
  newEndpoints: 50,
  newEndpointsBurst: 200,
  memoryMs: 30_000,
  endpoints: 4096,
};

export const DEFAULTS: Omit<NodeSettings, 'table'> = {
  k: 8,
  wide: [],
  alpha: 4,
  paths: 1,
  expectedDistance: false,
  shortTimeoutMs: 1000,
  shortTimeoutMsMin: 250,
  timeoutMs: 6000,
  readOnly: false,
  adaptsReadOnly: true,
  onePerIp: true,
  onePerNetwork: true,
  secureIds: true,
  changesId: true,
  keepsSignedPeers: false,
  wallOriginMs: 0,
  exemptLoopback: true,
  peers: PEER_LIMITS,
  items: ITEM_LIMITS,
  inbound: INBOUND_LIMITS,
  outbound: OUTBOUND_LIMITS,
  identity: null,
};

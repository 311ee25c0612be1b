/** What calls of a Mainline node are given and come to. */
import type { CallLimits } from '../../io/calls.ts';
import type { Endpoint } from '../../io/endpoint.ts';
import type { LookupTrace, NodeInfo, NodeWrite } from '../../mainline/trace.ts';
import type { TurnReport } from './turns.ts';

/** 20 bytes, or 40 hexadecimal digits. */
export type Id = string | Uint8Array;

/** Where a BitTorrent client listens. */
export type Peer = Endpoint;

/** The nodes that a lookup ended with, and how it went. */
export interface FindNodeResult {
  /** The closest nodes that answered, closest first, at most k. */
  nodes: NodeInfo[];
  lookup: LookupTrace;
}

export interface GetPeersResult extends FindNodeResult {
  /** Every peer once, in the order found. */
  peers: Peer[];
}

export interface AnnounceOptions extends CallLimits {
  /** Where our BitTorrent client listens, 1..65535. Default: the node's own UDP port (BEP 5's implied_port). */
  port?: number;
  /** We have it all (BEP 33). Default false. */
  seed?: boolean;
}

export interface AnnounceEveryOptions {
  /** As of `announce`. */
  port?: number;
  seed?: boolean;
  /** How often, in ms; 60,000 at least. Default 15 min. */
  everyMs?: number;
}

/** What one turn of an announcement that is kept alive came to. */
export interface AnnounceReport extends TurnReport {
  /** Nodes that took it, and that refused it or did not answer. */
  stored: number;
  failed: number;
  peers: Peer[];
}

export interface AnnounceResult extends GetPeersResult {
  /** Nodes that acknowledged the announce. */
  stored: number;
  /** Nodes that refused it or did not answer. */
  failed: number;
  /** What each of them did, and why. */
  writes: NodeWrite[];
}

/**
 * What calls of a Mainline node are given and come to, and what is told to those who look on.
 */
import type { Address } from '../../core/address.ts';
import type { CallLimits } from '../../io/calls.ts';
import type { Endpoint } from '../../io/endpoint.ts';
import type { LookupTrace, NodeInfo, NodeWrite } from '../../mainline/trace.ts';
import type { TurnReport } from './turns.ts';

/** 20 bytes, or 40 hexadecimal digits. */
export type Id = string | Uint8Array;

/** Where a BitTorrent client listens. */
export type Peer = Endpoint;

/** What a node tells as it happens. */
export type MainlineEvent =
  /** An attempt to join is over, and so many nodes answered it. */
  | { kind: 'joined'; answered: number }
  /** Our id is another now: it follows from our address (BEP 42). */
  | { kind: 'identity'; id: string };

/** What a node tells somebody who looks on, as it happens. Looking changes nothing. */
export interface MainlineWatcher {
  /** Called after the node is done with what led to it, so that it may be answered with a call. */
  onEvent?(event: MainlineEvent): void;
  /**
   * A datagram to (`isOurs`) or from `peer`: `bytes[start, end)`, borrowed until this returns.
   * Copy what is kept, call nothing of the node.
   */
  onDatagram?(isOurs: boolean, peer: Address, bytes: Uint8Array, start: number, end: number): void;
  /** A lookup that was called for has ended. */
  onLookup?(trace: LookupTrace): void;
}

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

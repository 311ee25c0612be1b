/** What the calls of a lab's nodes come to: results of live nodes, with what the oracle says of them. */
import { type Address, formatIp, ipOf, portOf } from '../../core/address.ts';
import type { Grade } from '../../lab/results/grade.ts';
import type { Lookup } from '../../mainline/rows/lookup.ts';
import type { LookupTrace, NodeInfo } from '../../mainline/trace.ts';
import type { PingResult } from '../mainline/answer.ts';

export interface LabFindNodeResult {
  nodes: NodeInfo[];
  lookup: LookupTrace;
  /** What the oracle says of it. */
  grade: Grade;
}

export interface LabGetPeersResult extends LabFindNodeResult {
  peers: { host: string; port: number }[];
}

export interface LabPingResult extends PingResult {
  /** The number of the node that answered. */
  node: number;
}

export interface LabAnnounceResult extends LabGetPeersResult {
  stored: number;
  failed: number;
}

/** What may be said of an announce. */
export interface LabAnnounceOptions {
  /** Default: the port of the DHT. */
  port?: number;
  seed?: boolean;
}

/** Of a lookup that has ended, whatever it was for. */
export function lookupResult(
  { writes: { stored, failed } }: Lookup,
  trace: LookupTrace,
  grade: Grade,
  found: Iterable<Address>,
): LabAnnounceResult {
  const peers = [...found].map((peer) => ({ host: formatIp(ipOf(peer)), port: portOf(peer) }));
  return { nodes: trace.closest, lookup: trace, grade, peers, stored, failed };
}

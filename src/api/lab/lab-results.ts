/** What the calls of a lab's nodes come to: results of live nodes, with what the oracle says of them. */
import type { Grade } from '../../lab/results/grade.ts';
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

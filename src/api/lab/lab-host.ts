/**
 * A host of a lab whose nodes have addresses of both families: what is asked of it is asked of its node in each
 * network, at the same time, as a `Multihomed` of the live one does it.
 *
 *     host.getPeers ─┬─▶ host.ipv4.getPeers ─┐
 *                    └─▶ host.ipv6.getPeers ─┴─▶ one answer, with a grade for each
 */
import type { Grade } from '../../lab/results/grade.ts';
import type { LookupTrace, NodeInfo } from '../../mainline/trace.ts';
import { each } from '../mainline/each.ts';
import type { LabNode } from './lab-node.ts';
import type { LabAnnounceOptions, LabFindNodeResult, LabGetPeersResult } from './lab-results.ts';

/** What is of one family stands beside what is of the other, IPv4 first. */
export interface LabHostResult {
  nodes: NodeInfo[];
  lookups: LookupTrace[];
  grades: Grade[];
}

export class LabHost {
  readonly number: number;
  /** Its node in the network of IPv4; null where it has no such address. */
  readonly ipv4: LabNode | null;
  readonly ipv6: LabNode | null;

  /** @internal */
  constructor(number: number, ipv4: LabNode | null, ipv6: LabNode | null) {
    this.number = number;
    this.ipv4 = ipv4;
    this.ipv6 = ipv6;
  }

  /** A node for each of its addresses, IPv4 first. */
  get nodes(): LabNode[] {
    return [this.ipv4, this.ipv6].filter((node) => node !== null);
  }

  /** @throws DhtError as a node's `findNode`, when neither family found anybody. */
  async findNode(target: string | Uint8Array): Promise<LabHostResult> {
    return together(await each(this.nodes, (node) => node.findNode(target)));
  }

  /** @throws as `findNode`. */
  async getPeers(
    infoHash: string | Uint8Array,
  ): Promise<LabHostResult & Pick<LabGetPeersResult, 'peers'>> {
    const results = await each(this.nodes, (node) => node.getPeers(infoHash));
    return { ...together(results), peers: results.flatMap(({ peers }) => peers) };
  }

  /** From each of its addresses. @throws DhtError as a node's `announce`, when nobody took it. */
  async announce(
    infoHash: string | Uint8Array,
    options: LabAnnounceOptions = {},
  ): Promise<
    LabHostResult & Pick<LabGetPeersResult, 'peers'> & { stored: number; failed: number }
  > {
    const results = await each(this.nodes, (node) => node.announce(infoHash, options));
    return {
      ...together(results),
      peers: results.flatMap(({ peers }) => peers),
      stored: results.reduce((sum, { stored }) => sum + stored, 0),
      failed: results.reduce((sum, { failed }) => sum + failed, 0),
    };
  }
}

function together(results: readonly LabFindNodeResult[]): LabHostResult {
  return {
    nodes: results.flatMap(({ nodes }) => nodes),
    lookups: results.map(({ lookup }) => lookup),
    grades: results.map(({ grade }) => grade),
  };
}

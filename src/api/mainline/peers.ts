/**
 * The calls of BEP 5: who is close to an id ("find_node"), and peers ("get_peers", "announce_peer"), which are
 * told as they are found, each once.
 */
import { type Address, formatIp, ipOf, portOf } from '../../core/address.ts';
import { wholeNumber } from '../../core/argument.ts';
import { parseId } from '../../core/id.ts';
import type { CallLimits } from '../../io/calls.ts';
import type { Search } from '../../io/search.ts';
import type { Errand } from '../../mainline/errand.ts';
import { LookupKind } from '../../mainline/rows/purpose.ts';
import type { Desk, LookupOutcome } from './desk.ts';
import { checkLimits } from './options.ts';
import { notStored } from './outcomes.ts';
import type {
  AnnounceOptions,
  AnnounceResult,
  FindNodeResult,
  GetPeersResult,
  Id,
  Peer,
} from './results.ts';

export async function findNode(
  desk: Desk,
  target: Id,
  limits: CallLimits,
): Promise<FindNodeResult> {
  checkLimits(limits, 'findNode');
  const id = parseId(target, 'target');
  const { trace } = await desk.lookup(limits, LookupKind.findNode, id, null);
  return { nodes: trace.closest, lookup: trace };
}

export function getPeers(
  desk: Desk,
  infoHash: Id,
  limits: CallLimits,
): Search<Peer, GetPeersResult> {
  return desk.search(async (...on) => {
    checkLimits(limits, 'getPeers');
    const id = parseId(infoHash, 'infoHash');
    const { peers, outcome } = await collectPeers(desk, on, limits, LookupKind.getPeers, id, null);
    return { peers, nodes: outcome.trace.closest, lookup: outcome.trace };
  });
}

/** @param ownPort where the node itself listens, which is announced unless another port is named. */
export async function announce(
  desk: Desk,
  ownPort: number,
  infoHash: Id,
  options: AnnounceOptions,
): Promise<AnnounceResult> {
  checkLimits(options, 'announce', ['port', 'seed']);
  const id = parseId(infoHash, 'infoHash');
  const implied = options.port === undefined;
  const port = implied ? ownPort : wholeNumber(options.port, 'port', 1, 65535);
  return desk.search<Peer, AnnounceResult>(async (...on) => {
    const kind = LookupKind.announce;
    const errand = { port, impliedPort: implied, seed: options.seed ?? false };
    const { peers, outcome } = await collectPeers(desk, on, options, kind, id, errand);
    const { trace, stored, failed, writes } = outcome;
    if (stored === 0) throw notStored('announce', trace);
    return { peers, nodes: trace.closest, lookup: trace, stored, failed, writes };
  });
}

/** A lookup for peers: each once, in the order found. */
async function collectPeers(
  desk: Desk,
  [found, opened]: [found: (peer: Peer) => void, opened: (call: number) => void],
  limits: CallLimits,
  kind: LookupKind,
  id: Uint8Array,
  errand: Errand | null,
): Promise<{ peers: Peer[]; outcome: LookupOutcome }> {
  const peers = new Map<Address, Peer>();
  let own = 0;
  try {
    const outcome = await desk.lookup(limits, kind, id, errand, (call) => {
      own = call;
      opened(call);
      desk.found.set(call, (address) => {
        if (peers.has(address)) return;
        const peer = { host: formatIp(ipOf(address)), port: portOf(address) };
        peers.set(address, peer);
        found(peer);
      });
    });
    return { peers: [...peers.values()], outcome };
  } finally {
    desk.found.delete(own);
  }
}

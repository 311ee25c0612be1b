/**
 * Sybils: nodes of one attacker, whose ids he chose to be the closest to an info-hash (Douceur 2002;
 * Wang and Kangasharju 2012 met them in Mainline). They keep to the protocol, and say what suits him:
 *
 *     find_node, get_peers   the closest nodes are all his; there are no peers
 *     announce_peer          thanks, stored; but nothing is
 *
 * So whoever asks ends up among them, believing that he has found all there is. One handler serves all
 * nodes of a group.
 */
import { randomIdSharing } from '../../core/id.ts';
import type { Random } from '../../core/random.ts';
import { answerQuery } from '../../mainline/answering/answers.ts';
import { Method } from '../../mainline/krpc/fields.ts';
import type { QueryHandler } from '../../mainline/state.ts';

/**
 * Bits that a Sybil's id shares with its target. Of 100,000 honest nodes the closest shares about 17,
 * and one in 40,000 such networks has a node that shares 32.
 */
export const SYBIL_BITS = 32;

/** Writes an id that is closer to the target than that of any honest node. */
export function sybilId(target: Uint8Array, random: Random, out: Uint8Array): void {
  randomIdSharing(target, 0, SYBIL_BITS, random, out);
}

/** The answers of a group; `handles` are its contacts. */
export function sybilHandler(handles: readonly number[]): QueryHandler {
  return {
    answer(node, now, from, query, out) {
      const isSearch = query.method === Method.findNode || query.method === Method.getPeers;
      const isAnnounce = query.method === Method.announcePeer;
      const isWhole = query.idStart > 0 && query.aimStart > 0;
      if (!isWhole || !(isSearch || isAnnounce))
        return answerQuery.answer(node, now, from, query, out);
      query.verdict = 'answered';
      const { bytes, aimStart } = query;
      const id = node.idFor(bytes, aimStart, from);
      out.beginReply(from, id.bytes, id.start);
      if (isSearch) {
        const { nearest, isV6, shared } = node;
        nearest.begin(bytes, aimStart, Math.min(node.settings.k, out.nodesThatFit(query, isV6)));
        for (const handle of handles) if (handle !== node.self) nearest.gather(handle);
        nearest.rank();
        if (isV6) out.nodes6(shared.contacts, nearest.handles, nearest.count);
        else out.nodes(shared.contacts, nearest.handles, nearest.count);
      }
      if (query.method === Method.getPeers) {
        out.token(node.shared.tokens.issue(now, node.tenant, from, bytes, aimStart));
      }
      out.endReply(query);
      return true;
    },
  };
}

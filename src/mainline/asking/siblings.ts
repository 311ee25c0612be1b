/**
 * Dual stack (BEP 32): a node of each family on one host. They are nodes of two networks, but where one
 * knows nobody the other asks for it: while it has few contacts, or has heard nobody for long, queries of
 * its sibling want contacts of both families, and what comes for it is handed to its owner.
 *
 *     IPv4 node ── find_node, want n4 n6 ──▶ reply: nodes, nodes6
 *                                                    │      └──▶ onForeign ──▶ the IPv6 node joins through them
 *                                                    └─────────▶ the lookup
 */
import { type Address, meaningfulTo, readAddress, readAddress6 } from '../../core/address.ts';
import { ID_BYTES } from '../../core/id.ts';
import type { Message } from '../krpc/message.ts';
import { CONTACT_BYTES, CONTACT6_BYTES } from '../rows/contacts.ts';
import type { MainlineState } from '../state.ts';

/** Who has heard nobody for so long, while his sibling has, may have lost his network. */
const SILENCE_MS = 15 * 60_000;
/** Contacts of the other family that are taken from one reply: as many as routers send. */
const FOREIGN_PER_REPLY = 16;

/** Is there a sibling that could do with contacts? */
export function asksForSibling(node: MainlineState): boolean {
  const { sibling } = node;
  if (sibling === null) return false;
  const isPoor = sibling.table.count < sibling.settings.k;
  return isPoor || node.heardAtMs - sibling.heardAtMs > SILENCE_MS;
}

/** Contacts of the other family: nobody of them is believed before he answers the node whose they are. */
export function hearForSibling(node: MainlineState, from: Address, message: Message): void {
  const { observer } = node;
  if (observer.onForeign === undefined || !asksForSibling(node)) return;
  const { bytes } = message;
  const start = node.isV6 ? message.nodesStart : message.nodes6Start;
  const length = node.isV6 ? message.nodesLength : message.nodes6Length;
  const each = node.isV6 ? CONTACT_BYTES : CONTACT6_BYTES;
  if (start <= 0) return;
  const found: Address[] = [];
  const count = Math.min(FOREIGN_PER_REPLY, Math.floor(length / each));
  for (let i = 0; i < count; i++) {
    const at = start + i * each + ID_BYTES;
    const address = node.isV6 ? readAddress(bytes, at) : readAddress6(bytes, at);
    if (meaningfulTo(from, address)) found.push(address);
  }
  if (found.length > 0) observer.onForeign(found);
}

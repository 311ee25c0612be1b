/**
 * Who we are from outside (BEP 42). Every reply says at which address its sender sees us; none of them is
 * believed. Networks vote: each /24 that answered a query of ours has one voice, its latest.
 *
 *     replies ── one voice per network, of the last 32 ──▶ at least 4, and more than half, agree ──▶ our address
 *                                                     its id does not follow from it ──▶ another id
 *
 * With another id the table is filed anew around it, and the node looks for its new neighbours. That
 * waits for upkeep: the reply that decided may be one of a lookup that goes on.
 */
import {
  type Address,
  COMPACT_ADDRESS_BYTES,
  COMPACT_ADDRESS6_BYTES,
  networkOf,
  readAddress,
  readAddress6,
  Scope,
  scopeOf,
} from '../../core/address.ts';
import { ID_BYTES } from '../../core/id.ts';
import { isSecureId, secureIdFor } from '../../core/secure-id.ts';
import type { Message } from '../krpc/message.ts';
import { CONTACT_BYTES } from '../rows/contacts.ts';
import { isOwn } from '../rows/purpose.ts';
import type { MainlineState } from '../state.ts';
import { discardLookup } from './lookups.ts';

/** An id stays for so long at least, however our address changes: each move costs a whole table. */
const ID_LIFE_MS = 10 * 60_000;

/** A reply to a query of ours came from `from`. */
export function hearOwnAddress(
  node: MainlineState,
  now: number,
  from: Address,
  message: Message,
): void {
  const length = node.isV6 ? COMPACT_ADDRESS6_BYTES : COMPACT_ADDRESS_BYTES;
  if (message.ipLength !== length || scopeOf(from) !== Scope.public) return;
  const { bytes, ipStart } = message;
  const said = node.isV6 ? readAddress6(bytes, ipStart) : readAddress(bytes, ipStart);
  if (scopeOf(said) !== Scope.public) return;
  if (node.votes.hear(now, networkOf(from), said) && wantsOtherId(node, now)) {
    node.upkeepAtMs = now;
  }
}

function wantsOtherId(node: MainlineState, now: number): boolean {
  const { changesId, secureIds } = node.settings;
  const { address } = node.votes;
  if (!secureIds || !changesId || address === 0) return false;
  if (now - node.idChangedAtMs < ID_LIFE_MS) return false;
  return !isSecureId(node.shared.contacts.bytes, node.self * CONTACT_BYTES, address);
}

/** Takes the id that our address wants, if ours is another. The node then has to join anew. */
export function settleId(node: MainlineState, now: number): void {
  if (!node.hasVotes || !wantsOtherId(node, now)) return;
  const { id } = node.shared;
  secureIdFor(node.votes.address, node.shared.random, id);
  takeId(node, now, id);
}

function takeId(node: MainlineState, now: number, id: Uint8Array): void {
  const { contacts } = node.shared;
  for (const lookup of node.lookups) if (lookup && isOwn(lookup.kind)) discardLookup(node, lookup);
  const { self, table } = node;
  node.self = contacts.retain(id, 0, node.address);
  node.table = node.makeTable(null);
  table.visit((handle, heardSeconds, failures, _part, isSuspect) => {
    if (failures > 0 || isSuspect) return;
    const start = handle * CONTACT_BYTES;
    node.table.answered(heardSeconds * 1000, contacts.bytes, start, contacts.addressOf(handle));
  });
  table.release();
  contacts.release(self);
  node.idChangedAtMs = now;
  node.isMember = false;
  node.observer.onIdentity?.(
    contacts.bytes.slice(node.self * CONTACT_BYTES, node.self * CONTACT_BYTES + ID_BYTES),
  );
}

/**
 * Can others reach us? Behind a NAT or a firewall only those can whom we asked before; such a node is
 * worse than none in the tables of others, and so it becomes read-only by itself (BEP 43), and comes back.
 *
 *     serving ── for 45 minutes nobody asks whom we did not ask before ──▶ read-only
 *        ▲                                                                     │
 *        └──── a stranger asks, or an hour has passed: on trial again ◀────────┘
 *
 * A query from somebody new cannot be forged past a NAT. That none comes means something only in a large
 * network, in which others have heard of us: a table of many contacts, and an address that is known.
 */
import { type Address, addressOf, ipOf, Scope, scopeOf } from '../../core/address.ts';
import { RecentAddresses } from '../rows/meter.ts';
import type { MainlineState } from '../state.ts';

/**
 * A node of the public network is asked by strangers several times a minute; in an idle one of 400 nodes
 * the longest wait was 16 minutes, since contacts ask after each other every 15.
 */
export const UNREACHED_MS: number = 45 * 60_000;
/** How often a read-only node tries whether it can be reached by now. */
export const TRIAL_EVERY_MS: number = 60 * 60_000;
/** NATs remember whom we asked for 2 to 5 minutes (RFC 4787). */
const NAT_MEMORY_MS = 5 * 60_000;
/** IPs asked within that time that are remembered; 128 KiB. */
const ASKED = 8192;
/** A table of fewer contacts times k is that of a network of some 30 k nodes, whose silence means nothing. */
const LARGE_TABLE = 6;

/** Something of ours leaves: what is then let in by a NAT shows nothing. Answers count, they keep it open. */
export function noteSent(node: MainlineState, now: number, to: Address): void {
  if (scopeOf(to) !== Scope.public) return;
  if (node.asked === null) {
    node.asked = new RecentAddresses(ASKED, NAT_MEMORY_MS, node.shared.random.uint32());
    node.reachedAtMs = now;
  }
  node.asked.add(now, hostOf(to));
}

/** An IP as an address: a NAT may let others ports of it in. */
function hostOf(address: Address): Address {
  return addressOf(ipOf(address), 1);
}

/** A query came: from somebody whom we did not ask it shows that we can be reached. */
export function noteQueried(node: MainlineState, now: number, from: Address): void {
  const { asked } = node;
  if (asked === null || scopeOf(from) !== Scope.public || asked.has(now, hostOf(from))) return;
  node.reachedAtMs = now;
  if (node.isReadOnly) turn(node, false);
}

/** Looks whether it is time to change; part of upkeep. */
export function judgeReach(node: MainlineState, now: number): void {
  const { reachedAtMs, settings } = node;
  if (!settings.adaptsReadOnly || node.asked === null) return;
  if (node.isReadOnly) {
    if (now - reachedAtMs < TRIAL_EVERY_MS) return;
  } else {
    const isKnown = node.hasVotes && node.votes.address !== 0;
    const isLarge = node.table.count >= LARGE_TABLE * settings.k;
    if (now - reachedAtMs < UNREACHED_MS || !isKnown || !isLarge) return;
  }
  turn(node, !node.isReadOnly);
  node.reachedAtMs = now;
}

function turn(node: MainlineState, isReadOnly: boolean): void {
  node.isReadOnly = isReadOnly;
  node.observer.onReadOnly?.(isReadOnly);
}

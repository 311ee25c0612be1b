/**
 * Upkeep: what a node does when nobody asks it to. One thing at a time, when it is due: get into the
 * network, ask after contacts that have been quiet, look where the table has gaps or has gone stale
 * (BEP 5 "Routing Table"; the order is ours).
 */

import type { Address } from '../../core/address.ts';
import { ID_BYTES } from '../../core/id.ts';
import { fillRandom, randomBelow } from '../../core/random.ts';
import { CONTACT_BYTES, type Handle } from '../rows/contacts.ts';
import { LookupKind, Purpose } from '../rows/purpose.ts';
import { JOIN_RETRY_MS, type MainlineState } from '../state.ts';
import { JOIN_RETRY_MS_MAX, REUNION_MS } from './joining.ts';
import { startLookup } from './lookups.ts';
import { settleId } from './own-address.ts';
import { mayContact, PINGS_LIMIT, ping } from './queries.ts';
import { judgeReach } from './reach.ts';
import { asksForSibling } from './siblings.ts';

/** Upkeep does one thing at a time, this far apart at least. */
export const UPKEEP_MS = 1000;
/** The longer nobody was heard the slower we ask, down to this: the link may be down. */
const CHECK_MS_MAX = 60_000;
/** How often a lookup is made for a sibling that knows few: its network may be that small. */
const SIBLING_MS = 5 * 60_000;
/**
 * A table of fewer contacts than this many times k is that of a network of some hundred nodes. Such a
 * network may be two that do not know of each other: founded at once through different bootstrap
 * addresses, or parted for so long that each side took the other for dead. Its nodes look for
 * themselves from their bootstrap addresses on, every `REUNION_MS`. Nodes of a large network never do:
 * its routers have enough to do, and it does not fall apart.
 */
const SMALL_TABLE = 8;

/** `sentAtMs` is when it was sent what it left unanswered, unless there can be no excuse. */
export function blame(
  node: MainlineState,
  now: number,
  handle: Handle,
  address: Address,
  sentAtMs: number = Infinity,
): void {
  const { contacts } = node.shared;
  // The row may have gone to somebody else while the request was out.
  if (contacts.referencesTo(handle) === 0 || contacts.addressOf(handle) !== address) return;
  node.world.register?.failed(now, contacts.bytes, handle * CONTACT_BYTES, address);
  node.table.failed(handle, sentAtMs);
}

/**
 * A contact was silent, and so was everybody else: is it dead, or our link? A quiet node may hear
 * nobody for minutes, so it asks another contact. Any answer puts the blame on the silent one.
 */
export function askWitness(node: MainlineState, now: number, silent: Handle): void {
  const { nearest } = node;
  const { contacts, random } = node.shared;
  const { id } = node.shared;
  fillRandom(random, id, 0, ID_BYTES);
  nearest.begin(id, 0, 2);
  node.table.closest(now, nearest, false);
  const witness = nearest.handles[0] === silent ? 1 : 0;
  if (witness < nearest.count) {
    const to = contacts.addressOf(nearest.handles[witness]);
    if (mayContact(node, now, to) && ping(node, now, to, Purpose.witness, silent)) return;
  }
  node.table.checking(silent, false);
}

/** One thing at a time: get into the network, ask after the quiet, refresh what is stale. */
export function upkeep(node: MainlineState, now: number): void {
  node.peers?.expire(now);
  node.items?.expire(now);
  settleId(node, now);
  judgeReach(node, now);
  if (node.ownLookupCount > 0) {
    node.upkeepAtMs = Infinity; // the lookup's end sets it
  } else if (!node.isMember || isAlone(node, now)) {
    tryToJoin(node, now);
  } else if (
    !reunite(node, now) &&
    !helpSibling(node, now) &&
    !checkQuietest(node, now) &&
    !explore(node, now)
  ) {
    const dueAtMs = Math.min(
      mayBePart(node) ? node.reunionAtMs : Infinity,
      asksForSibling(node) ? node.siblingAtMs : Infinity,
    );
    node.upkeepAtMs = Math.max(now + UPKEEP_MS, Math.min(node.table.dueAt(now), dueAtMs));
  }
}

function mayBePart(node: MainlineState): boolean {
  return node.bootstrap.length > 0 && node.table.count < SMALL_TABLE * node.settings.k;
}

/** Looks for another part of the network. */
function reunite(node: MainlineState, now: number): boolean {
  if (now < node.reunionAtMs || !mayBePart(node)) return false;
  node.reunionAtMs = now + REUNION_MS;
  return ownLookup(node, now, LookupKind.reunion, ownId(node));
}

/**
 * Looks for contacts of the other family, when there is nothing else to look for: each time somewhere else,
 * since those who are near us may all know one family only.
 */
function helpSibling(node: MainlineState, now: number): boolean {
  if (now < node.siblingAtMs || !asksForSibling(node)) return false;
  node.siblingAtMs = now + SIBLING_MS;
  const { id, random } = node.shared;
  fillRandom(random, id, 0, ID_BYTES);
  return ownLookup(node, now, LookupKind.upkeep, id);
}

function ownId(node: MainlineState): Uint8Array {
  const { id } = node.shared;
  const start = node.self * CONTACT_BYTES;
  id.set(node.shared.contacts.bytes.subarray(start, start + ID_BYTES));
  return id;
}

function isAlone(node: MainlineState, now: number): boolean {
  const { nearest, self } = node;
  nearest.begin(node.shared.contacts.bytes, self * CONTACT_BYTES, 1);
  node.table.closest(now, nearest, false);
  return nearest.count === 0;
}

function tryToJoin(node: MainlineState, now: number): void {
  node.upkeepAtMs = Infinity;
  if (startLookup(node, now, LookupKind.join, ownId(node), 0, null)) return;
  // Without a bootstrap we wait for others; the peer store still wants to be looked at.
  const isHopeless = node.bootstrap.length === 0;
  node.upkeepAtMs = now + (isHopeless ? JOIN_RETRY_MS_MAX : JOIN_RETRY_MS);
  if (isHopeless) node.observer.onJoin(0);
}

function checkQuietest(node: MainlineState, now: number): boolean {
  if (node.pingCount >= PINGS_LIMIT) return false;
  const handle = node.table.quietest(now);
  if (handle === 0) return false;
  // Spread, so that a table filled in one minute is not pinged in one minute for ever.
  const silenceMs = Math.min((now - node.heardAtMs) / 8, CHECK_MS_MAX);
  const spreadMs = randomBelow(node.shared.random, UPKEEP_MS);
  node.upkeepAtMs = now + Math.max(UPKEEP_MS, silenceMs) + spreadMs;
  const to = node.shared.contacts.addressOf(handle);
  if (!mayContact(node, now, to)) return true;
  if (ping(node, now, to, Purpose.check, handle)) node.table.checking(handle, true);
  return true;
}

/** Looks for contacts where the table has gaps after joining, later where it has gone stale. */
function explore(node: MainlineState, now: number): boolean {
  const { id } = node.shared;
  while (node.fillPart < node.table.parts) {
    if (!node.table.gapTarget(node.fillPart++, id)) continue;
    return ownLookup(node, now, LookupKind.upkeep, id);
  }
  return node.table.refreshTarget(now, id) && ownLookup(node, now, LookupKind.upkeep, id);
}

function ownLookup(
  node: MainlineState,
  now: number,
  kind: LookupKind,
  target: Uint8Array,
): boolean {
  node.upkeepAtMs = Infinity;
  if (startLookup(node, now, kind, target, 0, null)) return true;
  node.upkeepAtMs = now + UPKEEP_MS;
  return true;
}

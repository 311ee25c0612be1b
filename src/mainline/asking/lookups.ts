/**
 * Lookups of one node (BEP 5 "find_node", "get_peers", BEP 44 "get"), and the writes that may follow one
 * (announces.ts, puts.ts).
 * `rows/lookup.ts` decides whom to ask; this file sends, reads the answers and tells how it ended.
 *
 *     start ── seed ── step ─┬─▶ asked … answered ── nodes, values ── step
 *                            └─▶ done ── orphan what is still out ─┬─▶ conclude
 *                                                                  └─▶ announce … written ── conclude
 */
import {
  type Address,
  COMPACT_ADDRESS_BYTES,
  COMPACT_ADDRESS6_BYTES,
  meaningfulTo,
  reaches,
  readAddress,
  readAddress6,
  scopeAt,
  scopeOf,
} from '../../core/address.ts';
import { equalIds, ID_BYTES, prefixOf } from '../../core/id.ts';
import type { Errand } from '../errand.ts';
import { Method, NODES_PER_REPLY } from '../krpc/fields.ts';
import type { Message } from '../krpc/message.ts';
import { Failure, FROM_TABLE } from '../rows/candidate.ts';
import { CONTACT_BYTES, CONTACT6_BYTES } from '../rows/contacts.ts';
import type { Lookup } from '../rows/lookup.ts';
import { isOwn, LookupKind, Purpose } from '../rows/purpose.ts';
import type { WriteOutcome } from '../rows/writes.ts';
import type { MainlineState } from '../state.ts';
import { announce } from './announces.ts';
import { isSatisfied, itemErrandOf, readItem, readOwnItem } from './items.ts';
import { ownLookupEnded } from './joining.ts';
import { put } from './puts.ts';
import { mayContact, openRequest, sendQuery, writeQuery } from './queries.ts';
import { readSample, refusedSample, sampleMethod } from './samples.ts';
import { readOwnScrape, readScrape } from './scrapes.ts';
import { hearForSibling } from './siblings.ts';
import {
  announceSigned,
  readSignedPeers,
  refusedSignedPeers,
  signedPeersMethod,
} from './signed-peers.ts';
import { keepToken, outcomeOf } from './writes.ts';

/** Lookups of one node at a time, the node's own included. */
export const LOOKUPS_LIMIT = 256;
/** How soon to try again when all request rows are taken. */
const ROWS_RETRY_MS = 100;
export function blameCandidate(
  node: MainlineState,
  now: number,
  lookup: Lookup,
  row: number,
  sentAtMs: number,
): void {
  if (!lookup.isIdKnown(row)) return;
  const address = lookup.addressOf(row);
  const start = lookup.idStart(row);
  node.world.register?.failed(now, lookup.bytes, start, address);
  const handle = node.table.find(lookup.bytes, start, address);
  if (handle !== 0) node.table.failed(handle, sentAtMs);
}

export function startLookup(
  node: MainlineState,
  now: number,
  kind: LookupKind,
  target: Uint8Array,
  call: number,
  errand: Errand | null,
): boolean {
  const slot = freeSlot(node);
  if (slot < 0) return false;
  const { k, alpha, paths, onePerIp, onePerNetwork, secureIds } = node.settings;
  const lookup = node.shared.lookups.take();
  lookup.begin(target, 0, k, Math.max(alpha, paths), now);
  lookup.paths = paths;
  lookup.onePerIp = onePerIp;
  lookup.onePerNetwork = onePerNetwork;
  lookup.prefersSecure = secureIds;
  lookup.kind = kind;
  lookup.call = call;
  lookup.slot = slot;
  if (node.settings.expectedDistance && !isOwn(kind)) reachOut(node, now, lookup);
  seed(node, now, lookup);
  if (lookup.count === 0) {
    node.shared.lookups.release(lookup);
    return false;
  }
  // Room for one: an empty array that is written to takes room for 17, more than most nodes ever need.
  if (node.lookups.length === 0) node.lookups = [lookup];
  else node.lookups[slot] = lookup;
  if (isOwn(kind)) node.ownLookupCount++;
  if (errand) (node.errands ??= new Map()).set(lookup, errand);
  step(node, now, lookup);
  if (node.lookups[slot] === lookup && call !== 0) askOurselves(node, now, lookup);
  return true;
}

/**
 * The distance at which the k-th closest of an honest network is to be expected (pubky/mainline's `edk`). Our
 * own k closest contacts are as far from us, in the mean; they are k honest distances unless we are surrounded.
 */
function reachOut(node: MainlineState, now: number, lookup: Lookup): void {
  const { nearest } = node;
  nearest.begin(node.ownId, 0, lookup.k);
  node.table.closest(now, nearest, false);
  if (nearest.count < lookup.k) return;
  const start = nearest.handles[nearest.count - 1] * CONTACT_BYTES;
  const { bytes } = node.shared.contacts;
  lookup.reachTo((prefixOf(node.ownId, 0) ^ prefixOf(bytes, start)) >>> 0);
}

/** What we keep for others belongs to what we look for. */
function askOurselves(node: MainlineState, now: number, lookup: Lookup): void {
  if (lookup.kind === LookupKind.getPeers) return tellOwnPeers(node, now, lookup);
  if (lookup.kind === LookupKind.scrape) return readOwnScrape(node, now, lookup);
  if (lookup.kind !== LookupKind.get && lookup.kind !== LookupKind.put) return;
  readOwnItem(node, now, lookup);
  if (node.lookups[lookup.slot] === lookup && isSatisfied(node, lookup)) finish(node, now, lookup);
}

function tellOwnPeers(node: MainlineState, now: number, lookup: Lookup): void {
  const { call } = lookup;
  for (const peer of node.peers?.of(now, lookup.target, 0) ?? []) {
    node.observer.onPeer(call, peer);
    if (node.lookups[lookup.slot] !== lookup || lookup.call !== call) return;
  }
}

function freeSlot(node: MainlineState): number {
  const slot = node.lookups.indexOf(null);
  if (slot >= 0) return slot;
  return node.lookups.length < LOOKUPS_LIMIT ? node.lookups.length : -1;
}

/** The first candidates: the closest of the table, and the bootstrap addresses if those are few. */
function seed(node: MainlineState, now: number, lookup: Lookup): void {
  if (lookup.kind !== LookupKind.reunion) addFromTable(node, now, lookup, lookup.k);
  if (lookup.count === lookup.k) return;
  for (const address of node.bootstrap) lookup.addUnknown(address);
}

/**
 * There are further addresses to begin with: lookups that nobody has answered yet ask them next. (Who
 * has heard of somebody needs them no more.)
 */
export function introduce(node: MainlineState, now: number): void {
  for (const lookup of node.lookups) {
    if (!lookup || lookup.answeredCount > 0) continue;
    let isNew = false;
    for (const address of node.bootstrap.toReversed()) {
      if (lookup.addUnknown(address, true) >= 0) isNew = true;
    }
    if (isNew) step(node, now, lookup);
  }
}

/** Makes the `limit` contacts closest to the target candidates; false when all of them were. */
function addFromTable(node: MainlineState, now: number, lookup: Lookup, limit: number): boolean {
  const { nearest } = node;
  const { contacts } = node.shared;
  let isNew = false;
  nearest.begin(lookup.target, 0, limit);
  node.table.closest(now, nearest, false);
  for (let i = 0; i < nearest.count; i++) {
    const start = nearest.handles[i] * CONTACT_BYTES;
    const address = contacts.addressOf(nearest.handles[i]);
    if (lookup.addAt(contacts.bytes, start, address, FROM_TABLE) >= 0) isNew = true;
  }
  return isNew;
}

/**
 * All that a lookup began with were silent: they may have died together while the rest of the table
 * lives. It goes on with the next closest, once; false when it has, or there are none. (As soon as one
 * has answered it is for him to tell of others.)
 */
function widen(node: MainlineState, now: number, lookup: Lookup): boolean {
  if (lookup.answeredCount > 0 || lookup.kind === LookupKind.reunion) return false;
  const isWide = lookup.count > lookup.k + node.bootstrap.length;
  return !isWide && addFromTable(node, now, lookup, NODES_PER_REPLY);
}

/** Sends what a lookup may send now, and ends it when it is done. */
export function step(node: MainlineState, now: number, lookup: Lookup): void {
  if (!askNext(node, now, lookup)) return;
  while (lookup.done) {
    if (!widen(node, now, lookup)) return finish(node, now, lookup);
    if (!askNext(node, now, lookup)) return;
  }
}

/** Asks as many as may be asked now; false when it has to wait for the budget or for a row. */
function askNext(node: MainlineState, now: number, lookup: Lookup): boolean {
  for (let row = lookup.next(); row >= 0; row = lookup.next()) {
    const to = lookup.addressOf(row);
    if (!mayContact(node, now, to)) return false;
    const request = openRequest(node, now, to, Purpose.lookup, lookup.slot, row);
    if (request === 0) {
      node.blockedUntilMs = Math.min(node.blockedUntilMs, now + ROWS_RETRY_MS);
      return false;
    }
    lookup.asked(row, request, now);
    const method = methodFor(node, now, lookup.kind, to);
    const seq = method === Method.get ? itemErrandOf(node, lookup).seq : null;
    writeQuery(node, method, lookup.target, 0, to, seq, lookup.kind === LookupKind.scrape);
    sendQuery(node, request, to);
  }
  return true;
}

/** What a candidate is asked: of newer methods some know nothing, or have said all they will say. */
function methodFor(node: MainlineState, now: number, kind: number, to: Address): Method {
  if (kind === LookupKind.sample) return sampleMethod(node, now, to);
  if (isOfSignedPeers(kind)) return signedPeersMethod(node, now, to);
  return methodOf(kind);
}

function isOfSignedPeers(kind: number): boolean {
  return kind === LookupKind.getSignedPeers || kind === LookupKind.announceSigned;
}

/** Lookups after which something is written. */
function isWriting(kind: number): boolean {
  return (
    kind === LookupKind.announce || kind === LookupKind.put || kind === LookupKind.announceSigned
  );
}

function methodOf(kind: number): Method {
  if (kind === LookupKind.getPeers || kind === LookupKind.announce) return Method.getPeers;
  if (kind === LookupKind.scrape) return Method.getPeers;
  if (kind === LookupKind.get || kind === LookupKind.put) return Method.get;
  return Method.findNode;
}

export function candidateAnswered(
  node: MainlineState,
  now: number,
  from: Address,
  lookup: Lookup,
  row: number,
  message: Message,
): void {
  lookup.answered(row, message.bytes, message.idStart, now);
  const { kind } = lookup;
  if (isWriting(kind)) keepToken(lookup, row, message);
  readNodes(node, from, lookup, row, message);
  if (node.sibling !== null) hearForSibling(node, from, message);
  if (lookup.call !== 0 && message.valuesStart > 0) readPeers(node, from, lookup, row, message);
  if (kind === LookupKind.get || kind === LookupKind.put) readItem(node, lookup, row, message);
  if (kind === LookupKind.scrape) readScrape(node, lookup, message);
  if (kind === LookupKind.sample) readSample(node, now, from, lookup, message);
  if (isOfSignedPeers(kind)) readSignedPeers(node, lookup, message);
  if (node.lookups[lookup.slot] !== lookup) return;
  if (kind === LookupKind.get && isSatisfied(node, lookup)) finish(node, now, lookup);
  else step(node, now, lookup);
}

export function candidateFailed(
  node: MainlineState,
  now: number,
  lookup: Lookup,
  row: number,
  failure: Failure,
): void {
  lookup.failed(row, failure);
  if (failure === Failure.error) {
    const address = lookup.addressOf(row);
    if (lookup.kind === LookupKind.sample) refusedSample(node, now, address);
    if (isOfSignedPeers(lookup.kind)) refusedSignedPeers(node, now, address);
  }
  step(node, now, lookup);
}

/** Whole entries count, a torn one at the end is left (libtorrent's short_nodes tests). */
function readNodes(
  node: MainlineState,
  from: Address,
  lookup: Lookup,
  row: number,
  message: Message,
): void {
  if (node.isV6) return readNodes6(node, from, lookup, row, message);
  if (message.nodesStart <= 0) return;
  const { bytes, nodesStart } = message;
  const count = Math.min(NODES_PER_REPLY, Math.floor(message.nodesLength / CONTACT_BYTES));
  const peerScope = scopeOf(from);
  const own = node.shared.contacts.bytes;
  const ownStart = node.self * CONTACT_BYTES;
  for (let i = 0; i < count; i++) {
    const start = nodesStart + i * CONTACT_BYTES;
    if (!reaches(peerScope, scopeAt(bytes, start + ID_BYTES))) continue;
    if (equalIds(bytes, start, own, ownStart)) continue;
    if (!equalAddresses(bytes, start, own, ownStart)) lookup.add(bytes, start, row);
  }
}

/** The same for BEP 32's `nodes6`, 38 bytes each. */
function readNodes6(
  node: MainlineState,
  from: Address,
  lookup: Lookup,
  row: number,
  message: Message,
): void {
  if (message.nodes6Start <= 0) return;
  const { bytes, nodes6Start } = message;
  const count = Math.min(NODES_PER_REPLY, Math.floor(message.nodes6Length / CONTACT6_BYTES));
  for (let i = 0; i < count; i++) {
    const start = nodes6Start + i * CONTACT6_BYTES;
    const address = readAddress6(bytes, start + ID_BYTES);
    if (!meaningfulTo(from, address) || address === node.address) continue;
    if (!node.isOwnId(bytes, start)) lookup.addAt(bytes, start, address, row);
  }
}

/** Of two contacts; from the end on, where addresses differ soonest. */
function equalAddresses(a: Uint8Array, aStart: number, b: Uint8Array, bStart: number): boolean {
  for (let i = CONTACT_BYTES - 1; i >= ID_BYTES; i--) {
    if (a[aStart + i] !== b[bStart + i]) return false;
  }
  return true;
}

/**
 * `values`: strings of 6 bytes are IPv4 peers, of 18 bytes peers of IPv6; those of the other family are
 * passed over. Whoever
 * hears of a peer may give the lookup up; then the rest is not read.
 */
function readPeers(
  node: MainlineState,
  from: Address,
  lookup: Lookup,
  row: number,
  message: Message,
): void {
  const { call } = lookup;
  const { isV6 } = node;
  const length = isV6 ? COMPACT_ADDRESS6_BYTES : COMPACT_ADDRESS_BYTES;
  for (let start = message.firstPeer(length); start >= 0; start = message.nextPeer(length)) {
    const { bytes } = message;
    const peer = isV6 ? readAddress6(bytes, start) : readAddress(bytes, start);
    if (!meaningfulTo(from, peer)) continue;
    lookup.yielded(row);
    node.observer.onPeer(call, peer);
    if (node.lookups[lookup.slot] !== lookup || lookup.call !== call) return;
  }
}

function finish(node: MainlineState, now: number, lookup: Lookup): void {
  orphanRequests(node, lookup);
  if (lookup.kind === LookupKind.announce && announce(node, now, lookup)) return;
  if (lookup.kind === LookupKind.put && put(node, now, lookup)) return;
  if (lookup.kind === LookupKind.announceSigned && announceSigned(node, now, lookup)) return;
  conclude(node, now, lookup);
}

/** Requests that a finished lookup leaves behind still tell who is alive. */
function orphanRequests(node: MainlineState, lookup: Lookup): void {
  const { requests } = node.shared;
  for (let row = 0; row < lookup.count; row++) {
    const request = lookup.requestOf(row);
    if (request === 0) continue;
    const known = lookup.isIdKnown(row);
    requests.purpose[request] = Purpose.orphan;
    requests.subject[request] = known
      ? node.table.find(lookup.bytes, lookup.idStart(row), lookup.addressOf(row))
      : 0;
    lookup.failed(row, Failure.cancelled);
  }
}

/** A write was acknowledged or not; after the last of them the lookup is over. */
export function writeEnded(
  node: MainlineState,
  now: number,
  lookup: Lookup,
  row: number,
  outcome: WriteOutcome['outcome'],
  error: Message | null,
): void {
  lookup.writes.ended(outcomeOf(row, outcome, error));
  if (lookup.writes.pending === 0) conclude(node, now, lookup);
}

function conclude(node: MainlineState, now: number, lookup: Lookup): void {
  const { call, answeredCount } = lookup;
  const kind = lookup.kind as LookupKind;
  forget(node, lookup); // first: whoever hears the outcome may cancel, close or begin another
  if (isOwn(kind)) {
    ownLookupEnded(node, now, kind, answeredCount);
    node.observer.onOwnLookup?.(lookup);
  }
  if (call !== 0) node.observer.onLookup(call, lookup);
  node.shared.lookups.release(lookup);
}

export function discardLookup(node: MainlineState, lookup: Lookup): void {
  orphanRequests(node, lookup);
  const { requests } = node.shared;
  const { inFlight } = node;
  for (let row = inFlight?.first() ?? 0; row !== 0; row = inFlight!.after(row)) {
    if (requests.purpose[row] !== Purpose.write) continue;
    if (requests.subject[row] !== lookup.slot) continue;
    requests.purpose[row] = Purpose.orphan;
    requests.subject[row] = 0;
  }
  forget(node, lookup);
  node.shared.lookups.release(lookup);
}

function forget(node: MainlineState, lookup: Lookup): void {
  if (isOwn(lookup.kind)) node.ownLookupCount--;
  node.errands?.delete(lookup);
  node.lookups[lookup.slot] = null;
}

export function stepAll(node: MainlineState, now: number): void {
  node.blockedUntilMs = Infinity;
  for (const lookup of node.lookups) {
    if (lookup && lookup.writes.pending === 0) step(node, now, lookup);
  }
}

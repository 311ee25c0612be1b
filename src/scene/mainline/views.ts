/**
 * Mainline nodes and lookups as a view shows them. Looking changes nothing, and makes no machine for
 * a node that never had one.
 */

import { formatAddress } from '../../core/address.ts';
import { formatId, ID_BITS, sharedPrefixBits } from '../../core/id.ts';
import type { MainlineOverlay } from '../../lab/mainline/mainline-overlay.ts';
import { START_MS } from '../../lab/world-state.ts';
import type { MainlineNode } from '../../mainline/node.ts';
import { CandidateState, Failure } from '../../mainline/rows/candidate.ts';
import { CONTACT_BYTES } from '../../mainline/rows/contacts.ts';
import type { Lookup } from '../../mainline/rows/lookup.ts';
import { LOOKUP_CANDIDATES } from '../../mainline/rows/lookup-rows.ts';
import { LookupKind, Purpose } from '../../mainline/rows/purpose.ts';
import { BAD_FAILURES, QUIET_MS } from '../../mainline/table/condition.ts';
import { kindName } from '../../mainline/trace.ts';
import { STORED_SHOWN } from '../protocol/limits.ts';
import type {
  ContactRow,
  ContactView,
  LookupStepView,
  NodeView,
  StoredView,
} from '../protocol/messages.ts';

/** Bits of an id that the label of a bucket shows. */
const LABEL_BITS = 24;
const SECOND_MS = 1000;

/** The flights of a lookup's queries and their replies, by row. */
export class StepFlights {
  readonly requests: Float64Array = new Float64Array(LOOKUP_CANDIDATES);
  readonly replies: Float64Array = new Float64Array(LOOKUP_CANDIDATES);
}

/** The queries of a lookup, under way or just ended, in the order in which they were sent. */
export function stepsOf(
  overlay: MainlineOverlay,
  lookup: Lookup,
  flights: StepFlights,
  timeoutMs: number,
  endedMs: number | null,
): LookupStepView[] {
  const steps: LookupStepView[] = new Array(lookup.askedCount);
  for (let row = 0; row < lookup.count; row++) {
    const sequence = lookup.sequenceOf(row);
    if (sequence === 0) continue;
    const isKnown = lookup.isIdKnown(row);
    const start = lookup.idStart(row);
    const parent = lookup.parentOf(row);
    steps[sequence - 1] = {
      node: overlay.nodeAt(lookup.addressOf(row)),
      id: isKnown ? formatId(lookup.bytes, start) : null,
      toldBy: parent >= 0 ? lookup.sequenceOf(parent) - 1 : -1,
      hops: lookup.hopsOf(row),
      distanceBits: isKnown
        ? ID_BITS - sharedPrefixBits(lookup.bytes, start, lookup.target, 0)
        : null,
      sentMs: lookup.askedAtMs(row) - START_MS,
      endedMs: stepEndedMs(lookup, row, timeoutMs, endedMs),
      verdict: verdictOf(lookup, row),
      request: flights.requests[row],
      reply: flights.replies[row],
    };
  }
  return steps;
}

function stepEndedMs(
  lookup: Lookup,
  row: number,
  timeoutMs: number,
  endedMs: number | null,
): number | null {
  const state = lookup.stateOf(row);
  if (state === CandidateState.answered) return lookup.answeredAtMs(row) - START_MS;
  if (state !== CandidateState.failed) return null;
  if (lookup.failureOf(row) !== Failure.timeout) return endedMs;
  return lookup.askedAtMs(row) + timeoutMs - START_MS;
}

function verdictOf(lookup: Lookup, row: number): LookupStepView['verdict'] {
  const state = lookup.stateOf(row);
  if (state === CandidateState.answered) return lookup.isLate(row) ? 'late' : 'answered';
  if (state !== CandidateState.failed) return 'waiting';
  const failure = lookup.failureOf(row);
  if (failure === Failure.timeout) return 'timeout';
  return failure === Failure.cancelled ? 'cancelled' : 'error';
}

/** A number that is another one whenever the lookup has moved on. */
export function progressOf(lookup: Lookup): number {
  const { askedCount, answeredCount, slowCount, freshCount, writes } = lookup;
  const progress = (askedCount * 256 + answeredCount) * 256 + slowCount * 16 + freshCount;
  return (progress * 64 + writes.stored) * 64 + writes.failed;
}

/** What is inside of a node. State, log and names of keys are the simulation's to tell. */
export function nodeViewOf(overlay: MainlineOverlay, node: number, isSybil: boolean): NodeView {
  const { world } = overlay;
  const view: NodeView = {
    type: 'node',
    node,
    atMs: world.elapsedMs,
    state: 0,
    addresses: [formatAddress(overlay.addressOf(node))],
    ids: [formatId(overlay.contactBytes, (node + 1) * CONTACT_BYTES)],
    facts: [],
    rows: [],
    stored: [],
    storedCount: 0,
    inFlight: [],
    log: [],
  };
  if (!overlay.hasBegun(node)) return view;
  const machine = overlay.node(node);
  return {
    ...view,
    facts: factsOf(machine, isSybil),
    rows: rowsOf(overlay, machine),
    ...storedBy(machine, world.now),
    inFlight: inFlightOf(machine),
  };
}

/** A node that may be in two networks: what is of one stands under its name. */
export function viewOfBoth(views: readonly NodeView[]): NodeView {
  const [first] = views;
  const named = views.map((view) => ({ view, family: familyOf(view) }));
  return {
    ...first,
    addresses: views.flatMap(({ addresses }) => addresses),
    ids: views.flatMap(({ ids }) => ids),
    facts: named.flatMap(({ view, family }) =>
      view.facts.map(({ name, value }) => ({ name: `IPv${family}: ${name}`, value })),
    ),
    rows: named.flatMap(({ view, family }) =>
      view.rows.map((row) => ({ ...row, label: `IPv${family} · ${row.label}`, family })),
    ),
    stored: views.flatMap(({ stored }) => stored).slice(0, STORED_SHOWN),
    storedCount: views.reduce((sum, { storedCount }) => sum + storedCount, 0),
    inFlight: views.flatMap(({ inFlight }) => inFlight),
  };
}

function familyOf({ addresses: [address = ''] }: NodeView): 4 | 6 {
  return address.startsWith('[') ? 6 : 4;
}

function factsOf(machine: MainlineNode, isSybil: boolean): NodeView['facts'] {
  const fact = (name: string, value: string | number) => ({ name, value: String(value) });
  const { table, settings } = machine;
  return [
    ...(isSybil ? [fact('Sybil', 'answers as its attacker wants')] : []),
    fact('Contacts', table.count),
    fact('Buckets', table.parts),
    fact('Bucket size k', settings.k),
    fact('Info-hashes stored', machine.peers?.infoHashCount ?? 0),
    fact('Peers stored', machine.peers?.count ?? 0),
    fact('Items stored', machine.items?.count ?? 0),
    fact('Lookups under way', machine.lookupCount),
    fact('Requests under way', machine.requestCount),
    fact('Goes on without an answer after', `${Math.round(machine.shortTimeoutMs)} ms`),
  ];
}

function rowsOf(overlay: MainlineOverlay, machine: MainlineNode): ContactRow[] {
  const { contacts } = overlay.shared;
  const { now } = overlay.world;
  const { k, wide } = machine.settings;
  const rows = Array.from({ length: machine.table.parts }, (_, part) => {
    const isLast = part === machine.table.parts - 1;
    const listed: ContactView[] = [];
    return {
      label: `bucket ${part} · ${bucketPath(contacts.bytes, machine.self, part, isLast)}`,
      prefixBits: part,
      capacity: wide[part] ?? k,
      contacts: listed,
    };
  });
  machine.table.visit((handle, heardSeconds, failures, part, isSuspect) => {
    const heardMs = heardSeconds * SECOND_MS;
    const isGood = !isSuspect && heardMs + QUIET_MS > now;
    const address = contacts.addressOf(handle);
    rows[part]?.contacts.push({
      id: formatId(contacts.bytes, handle * CONTACT_BYTES),
      address: formatAddress(address),
      node: overlay.nodeAt(address),
      state: failures >= BAD_FAILURES ? 'bad' : isGood ? 'good' : 'questionable',
      ageMs: Math.max(0, now - heardMs),
      failures,
    });
  });
  return rows;
}

/** The bits that all ids of a bucket begin with: the node's own, and then the other one. */
function bucketPath(bytes: Uint8Array, handle: number, part: number, isLast: boolean): string {
  const start = handle * CONTACT_BYTES;
  let path = '';
  for (let bit = 0; bit < part && bit < LABEL_BITS; bit++) path += bitOf(bytes, start, bit);
  if (part >= LABEL_BITS) return `${path}…`;
  return isLast ? `${path}…` : `${path}${1 - bitOf(bytes, start, part)}…`;
}

function bitOf(bytes: Uint8Array, start: number, bit: number): number {
  return (bytes[start + (bit >>> 3)] >>> (7 - (bit & 7))) & 1;
}

function storedBy(
  { peers }: MainlineNode,
  now: number,
): { stored: StoredView[]; storedCount: number } {
  const stored: StoredView[] = [];
  if (!peers) return { stored, storedCount: 0 };
  for (const { infoHash } of peers) {
    if (stored.length === STORED_SHOWN) break;
    const count = peers.countOf(now, infoHash, 0);
    stored.push({ key: formatId(infoHash), name: null, what: `peers: ${count}`, role: 'peers' });
  }
  return { stored, storedCount: peers.infoHashCount };
}

function inFlightOf(machine: MainlineNode): NodeView['inFlight'] {
  const { inFlight } = machine;
  const { requests } = machine.shared;
  const listed: { what: string; to: string; sinceMs: number }[] = [];
  for (let row = inFlight?.first() ?? 0; row !== 0; row = inFlight!.after(row)) {
    listed.push({
      what: purposeOf(machine, requests.purpose[row], requests.subject[row]),
      to: formatAddress(requests.address[row]),
      sinceMs: requests.sentAtMs[row] - START_MS,
    });
  }
  return listed;
}

function purposeOf(machine: MainlineNode, purpose: number, subject: number): string {
  if (purpose === Purpose.write) return 'announce_peer';
  if (purpose === Purpose.orphan) return 'left behind by a lookup';
  if (purpose !== Purpose.lookup) return 'ping';
  const kind = machine.lookups[subject]?.kind ?? 0;
  if (kind === LookupKind.join) return 'find_node · joining';
  if (kind === LookupKind.upkeep) return 'find_node · upkeep';
  if (kind === LookupKind.reunion) return 'find_node · looking for itself';
  return kindName(kind) === 'find_node' ? 'find_node' : 'get_peers';
}

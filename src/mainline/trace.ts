/**
 * A finished lookup as plain data: who was asked, who told us of them, how far they were, how long
 * they took and what came of it. A `Lookup` is used again at once; its trace can be kept.
 */
import { type Address, formatIp, ipOf, portOf } from '../core/address.ts';
import { formatId, ID_BITS, sharedPrefixBits } from '../core/id.ts';
import { CandidateState, Failure, FROM_BOOTSTRAP } from './rows/candidate.ts';
import type { Lookup } from './rows/lookup.ts';
import { LookupKind } from './rows/purpose.ts';
import type { WriteOutcome } from './rows/writes.ts';

/** A node as everybody shows it: id in hexadecimal, where it lives. */
export interface NodeInfo {
  id: string;
  host: string;
  port: number;
}

export type StepVerdict = 'answered' | 'late' | 'timeout' | 'error' | 'cancelled';

/** One query of a lookup. */
export interface LookupStep {
  /** Null when nobody told us its id and it never answered. */
  id: string | null;
  host: string;
  port: number;
  /** Who told us of this node: an index into `steps`, our own table, or the bootstrap list. */
  toldBy: number | 'table' | 'bootstrap';
  /** Length of the chain that led here: 1 for those we began with. */
  hops: number;
  /** log2 of the XOR distance to the target, rounded up: 160 is the far half, 0 the target itself. */
  distanceBits: number | null;
  /** When the query went out, in ms since the lookup began. */
  sentMs: number;
  /** Round trip in ms, null without an answer. */
  rttMs: number | null;
  /** `late` is an answer after the short time-out; `cancelled` was not waited for any more. */
  verdict: StepVerdict;
  /** Peers it gave. */
  peers: number;
}

export interface LookupTrace {
  kind:
    | 'find_node'
    | 'get_peers'
    | 'announce_peer'
    | 'get'
    | 'put'
    | 'sample_infohashes'
    | 'get_signed_peers'
    | 'announce_signed_peer';
  target: string;
  durationMs: number;
  /** All queries, in the order in which they were sent. */
  steps: LookupStep[];
  /** The closest nodes that answered, closest first, at most k. */
  closest: NodeInfo[];
  answered: number;
  failed: number;
}

export function traceOf(lookup: Lookup, now: number): LookupTrace {
  const steps: LookupStep[] = new Array(lookup.askedCount);
  let failed = 0;
  for (let row = 0; row < lookup.count; row++) {
    const sequence = lookup.sequenceOf(row);
    if (sequence === 0) continue;
    const step = stepOf(lookup, row);
    if (step.rttMs === null) failed++;
    steps[sequence - 1] = step;
  }
  return {
    kind: kindName(lookup.kind),
    target: formatId(lookup.target),
    durationMs: now - lookup.startedAtMs,
    steps,
    closest: closestOf(lookup),
    answered: lookup.answeredCount,
    failed,
  };
}

/** What one node did with what it was to store. */
export interface NodeWrite extends NodeInfo {
  outcome: WriteOutcome['outcome'];
  /** Code and text of its error; 0 and empty when there was none. */
  code: number;
  reason: string;
}

/** What became of the writes after a lookup, closest node first. */
export function writesOf(lookup: Lookup): NodeWrite[] {
  const writes: NodeWrite[] = [];
  const { outcomes } = lookup.writes;
  lookup.closestAnswered(lookup.count, (row) => {
    const ended = outcomes.find((outcome) => outcome.row === row);
    if (!ended) return;
    const { outcome, code, reason } = ended;
    const node = nodeInfo(lookup.bytes, lookup.idStart(row), lookup.addressOf(row));
    writes.push({ ...node, outcome, code, reason });
  });
  return writes;
}

/** The k closest nodes that answered. */
function closestOf(lookup: Lookup): NodeInfo[] {
  const nodes: NodeInfo[] = [];
  lookup.closestAnswered(lookup.k, (row) => {
    nodes.push(nodeInfo(lookup.bytes, lookup.idStart(row), lookup.addressOf(row)));
  });
  return nodes;
}

export function nodeInfo(id: Uint8Array, start: number, address: Address): NodeInfo {
  return { id: formatId(id, start), host: formatIp(ipOf(address)), port: portOf(address) };
}

function stepOf(lookup: Lookup, row: number): LookupStep {
  const known = lookup.isIdKnown(row);
  const start = lookup.idStart(row);
  const parent = lookup.parentOf(row);
  const answered = lookup.stateOf(row) === CandidateState.answered;
  const rttMs = answered ? lookup.answeredAtMs(row) - lookup.askedAtMs(row) : null;
  const address = lookup.addressOf(row);
  return {
    id: known ? formatId(lookup.bytes, start) : null,
    host: formatIp(ipOf(address)),
    port: portOf(address),
    toldBy:
      parent >= 0
        ? lookup.sequenceOf(parent) - 1
        : parent === FROM_BOOTSTRAP
          ? 'bootstrap'
          : 'table',
    hops: lookup.hopsOf(row),
    distanceBits: known ? ID_BITS - sharedPrefixBits(lookup.bytes, start, lookup.target, 0) : null,
    sentMs: lookup.askedAtMs(row) - lookup.startedAtMs,
    rttMs,
    verdict: verdictOf(lookup, row),
    peers: lookup.yieldsOf(row),
  };
}

function verdictOf(lookup: Lookup, row: number): StepVerdict {
  if (lookup.stateOf(row) === CandidateState.answered) {
    return lookup.isLate(row) ? 'late' : 'answered';
  }
  switch (lookup.failureOf(row)) {
    case Failure.error:
      return 'error';
    case Failure.timeout:
      return 'timeout';
    default:
      return 'cancelled';
  }
}

/** The BEPs' name of a `LookupKind`. */
export function kindName(kind: number): LookupTrace['kind'] {
  if (kind === LookupKind.get) return 'get';
  if (kind === LookupKind.put) return 'put';
  if (kind === LookupKind.sample) return 'sample_infohashes';
  if (kind === LookupKind.getPeers || kind === LookupKind.scrape) return 'get_peers';
  if (kind === LookupKind.getSignedPeers) return 'get_signed_peers';
  if (kind === LookupKind.announceSigned) return 'announce_signed_peer';
  return kind === LookupKind.announce ? 'announce_peer' : 'find_node';
}

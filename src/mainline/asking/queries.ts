/**
 * Queries: how a request leaves a node. Each takes a request row, which remembers what it was for, is
 * written into the shared writer and goes out through the host. The outbound budget is asked first.
 */
import { type Address, isLoopback } from '../../core/address.ts';
import { Method } from '../krpc/fields.ts';
import { EndpointMeter } from '../rows/meter.ts';
import { Purpose } from '../rows/purpose.ts';
import { InFlight, type RequestRow } from '../rows/requests.ts';
import type { MainlineState } from '../state.ts';
import { noteSent } from './reach.ts';
import { asksForSibling } from './siblings.ts';

/** Pings to strangers and to quiet contacts under way at a time. */
export const PINGS_LIMIT = 32;

/**
 * The short time-out follows the network: mean round trip plus four times its deviation, the rule
 * of RFC 6298. A dead node then costs a fast network less than the second it costs a slow one.
 */
export function learnRoundTrip(node: MainlineState, rttMs: number): void {
  const { shortTimeoutMs, shortTimeoutMsMin } = node.settings;
  if (node.rttMs === 0) {
    node.rttMs = rttMs;
    node.rttDeviationMs = rttMs / 2;
  } else {
    node.rttDeviationMs += (Math.abs(rttMs - node.rttMs) - node.rttDeviationMs) / 4;
    node.rttMs += (rttMs - node.rttMs) / 8;
  }
  const wanted = node.rttMs + 4 * node.rttDeviationMs;
  node.shortTimeoutMs = Math.min(shortTimeoutMs, Math.max(shortTimeoutMsMin, wanted));
}

export function openRequest(
  node: MainlineState,
  now: number,
  to: Address,
  purpose: number,
  subject: number,
  detail: number,
): RequestRow {
  const { requests } = node.shared;
  const row = requests.take(node.tenant, to, now, purpose);
  if (row === 0) return 0;
  requests.subject[row] = subject;
  requests.detail[row] = detail;
  node.inFlight ??= new InFlight(requests);
  node.inFlight.add(row);
  return row;
}

export function endRequest(node: MainlineState, request: RequestRow): void {
  const purpose = node.shared.requests.purpose[request];
  if (purpose === Purpose.check || purpose === Purpose.stranger || purpose === Purpose.witness) {
    node.pingCount--;
  }
  node.inFlight!.end(request);
}

export function writeQuery(
  node: MainlineState,
  method: Method,
  target: Uint8Array,
  start: number,
  to: Address,
  seq: bigint | null = null,
  scrape = false,
): void {
  const { query } = node.shared;
  const id = node.idFor(method === Method.ping ? null : target, start, to);
  query.wantsBoth = node.sibling !== null && asksForSibling(node);
  if (method === Method.ping) query.ping(id.bytes, id.start);
  else if (method === Method.findNode) query.findNode(id.bytes, id.start, target, start);
  else if (method === Method.sampleInfohashes)
    query.sampleInfohashes(id.bytes, id.start, target, start);
  else if (method === Method.getSignedPeers)
    query.getSignedPeers(id.bytes, id.start, target, start);
  else if (method === Method.get) query.get(id.bytes, id.start, target, start, seq);
  else query.getPeers(id.bytes, id.start, target, start, false, scrape);
}

export function sendQuery(node: MainlineState, row: RequestRow, to: Address): void {
  const { counters, host, shared } = node.world;
  const { query } = shared;
  query.endQuery(node.isReadOnly, shared.requests, row);
  if (node.settings.adaptsReadOnly) noteSent(node, shared.requests.sentAtMs[row], to);
  counters.queriesOut++;
  counters.datagramsOut++;
  counters.bytesOut += query.length;
  host.send(node.address, to, query.bytes, query.length);
}

export function ping(
  node: MainlineState,
  now: number,
  to: Address,
  purpose: number,
  subject: number,
): boolean {
  const row = openRequest(node, now, to, purpose, subject, 0);
  if (row === 0) return false;
  node.pingCount++;
  writeQuery(node, Method.ping, node.shared.id, 0, to);
  sendQuery(node, row, to);
  return true;
}

/** Asks the outbound budget. When it says no, `tick` is told when to try again. */
export function mayContact(node: MainlineState, now: number, to: Address): boolean {
  if (node.settings.exemptLoopback && isLoopback(to)) return true;
  const { outbound } = node.settings;
  if (outbound === null) return true;
  node.endpointMeter ??= new EndpointMeter(
    outbound.newEndpoints,
    outbound.newEndpointsBurst,
    outbound.endpoints,
    outbound.memoryMs,
    node.shared.random.uint32(),
  );
  if (node.endpointMeter.take(now, to)) return true;
  node.blockedUntilMs = Math.min(node.blockedUntilMs, node.endpointMeter.readyAt(now));
  return false;
}

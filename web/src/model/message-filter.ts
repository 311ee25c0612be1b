/**
 * Which messages one looks at: a conversation, a kind, a node, what became of them. Requests and replies
 * belong together (`Flight.exchange`), so that a request can be told that nobody answered.
 *
 *     request   id 7, exchange 7      reply   id 9, exchange 7
 */
import type { Flight } from 'ringlight/scene';
import type { SceneModel } from './scene-model.ts';

/** Messages that belong together: a request with its reply, a look-up, all between two nodes. */
export type Conversation =
  | { of: 'exchange'; exchange: number }
  | { of: 'lookup'; lookup: number }
  | { of: 'pair'; nodes: readonly [number, number] };

export const VERDICTS = [
  'delivered',
  'lost',
  'unreachable',
  'unknown',
  'answered',
  'unanswered',
] as const;
export type Verdict = (typeof VERDICTS)[number];

export interface MessageFilter {
  /** '' for all kinds. */
  kind: string;
  /** -1 for all nodes. */
  node: number;
  verdict: Verdict | null;
  conversation: Conversation | null;
}

export const ALL_MESSAGES: MessageFilter = {
  kind: '',
  node: -1,
  verdict: null,
  conversation: null,
};

/** A message, and the one that it answers or is answered by, if it is known. */
export interface PairedFlight {
  flight: Flight;
  /** Of a request its reply, of a reply its request. */
  other: Flight | null;
}

/** Does it ask for an answer? */
export function isRequest({ id, exchange }: Flight): boolean {
  return exchange === id;
}

/** Does it answer a message that is known? */
export function isReply({ id, exchange }: Flight): boolean {
  return exchange !== 0 && exchange !== id;
}

/** The newest messages that pass a filter, the newest first; looks at no more of them than it must. */
export function newestMessages(
  model: SceneModel,
  filter: MessageFilter,
  most: number,
): PairedFlight[] {
  const others = pairsOf(model.flights);
  const found: PairedFlight[] = [];
  for (let i = model.flights.length - 1; i >= 0 && found.length < most; i--) {
    const flight = model.flights[i];
    const other = others.get(flight.id) ?? null;
    if (passes(flight, other, filter)) found.push({ flight, other });
  }
  return found;
}

/** Of a message that is known, the one that answers it or that it answers. */
export function otherOf(model: SceneModel, flight: Flight): Flight | null {
  return pairsOf(model.flights).get(flight.id) ?? null;
}

/** Kinds of messages that there are, by name. */
export function kindsOf(model: SceneModel): string[] {
  return [...new Set(model.flights.map(({ kind }) => kind))].sort();
}

/** The nodes of which every message is wanted: a source that tells a sample only is asked for them. */
export function followedBy({ node, conversation }: MessageFilter): number[] {
  const nodes = new Set(conversation?.of === 'pair' ? conversation.nodes : []);
  nodes.add(node);
  return [...nodes].filter((one) => one >= 0);
}

function passes(flight: Flight, other: Flight | null, filter: MessageFilter): boolean {
  const { kind, node, verdict, conversation } = filter;
  if (kind !== '' && flight.kind !== kind) return false;
  if (node >= 0 && flight.from !== node && flight.to !== node) return false;
  if (conversation !== null && !isOf(flight, conversation)) return false;
  if (verdict === 'answered') return isRequest(flight) && other !== null;
  if (verdict === 'unanswered') return isRequest(flight) && other === null;
  return verdict === null || flight.fate === verdict;
}

function isOf({ exchange, from, lookup, to }: Flight, conversation: Conversation): boolean {
  if (conversation.of === 'exchange') return exchange === conversation.exchange;
  if (conversation.of === 'lookup') return lookup === conversation.lookup;
  const [a, b] = conversation.nodes;
  return (from === a && to === b) || (from === b && to === a);
}

/** By flight, its other half. */
function pairsOf(flights: readonly Flight[]): Map<number, Flight> {
  const requests = new Map<number, Flight>();
  const others = new Map<number, Flight>();
  for (const flight of flights) {
    if (isRequest(flight)) requests.set(flight.id, flight);
    const request = isReply(flight) ? requests.get(flight.exchange) : undefined;
    if (request === undefined) continue;
    others.set(flight.id, request);
    others.set(request.id, flight);
  }
  return others;
}

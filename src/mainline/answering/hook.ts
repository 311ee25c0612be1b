/**
 * The query handler as a program sees it: one function that is shown every incoming query, may ask
 * what the node itself would answer (`next`), and answers that, something else, or nothing.
 *
 *     onQuery: (query, next) => {
 *       const answer = next();                       // what BEP 5 says
 *       console.log(query.from, query.method, answer.verdict);
 *       return query.method === 'ping' ? null : answer;   // null: silence
 *     }
 */
import {
  type Address,
  COMPACT_ADDRESS_BYTES,
  COMPACT_ADDRESS6_BYTES,
  formatIp,
  ipOf,
  isV6,
  portOf,
  writeAddress,
  writeAddress6,
} from '../../core/address.ts';
import { shown } from '../../core/argument.ts';
import { ID_BYTES } from '../../core/id.ts';
import { type Encodable, encode, latin1 } from '../krpc/bencode.ts';
import {
  MAX_MESSAGE_BYTES,
  MAX_VALUE_MESSAGE_BYTES,
  Method,
  VERSION,
  type Verdict,
} from '../krpc/fields.ts';
import type { Message } from '../krpc/message.ts';
import type { Writer } from '../krpc/writer.ts';
import type { QueryHandler } from '../state.ts';
import { answerQuery } from './answers.ts';

/** A query that came in. All byte arrays are copies and may be kept. */
export interface IncomingQuery {
  from: { host: string; port: number };
  /** As sent: also methods that the node does not know. */
  method: string;
  /** The sender's 20-byte id, null when it is missing or malformed. */
  id: Uint8Array | null;
  /** The target of a find_node, the info-hash of a get_peers or announce_peer. */
  target: Uint8Array | null;
  /** Fields of announce_peer; null when absent. */
  port: number | null;
  impliedPort: boolean;
  token: Uint8Array | null;
  /** The sender is a read-only node (BEP 43). */
  readOnly: boolean;
  /** The whole datagram. */
  raw: Uint8Array;
}

/** What the node itself would answer. */
export interface OwnAnswer {
  verdict: Verdict;
  /** The encoded message. */
  bytes: Uint8Array;
}

/**
 * The node's own answer (also by returning nothing), null for silence, other return values
 * (`id` is added when missing), or an error.
 */
export type HookAnswer =
  | OwnAnswer
  | { reply: { readonly [key: string]: Encodable } }
  | { error: readonly [code: number, text: string] }
  | null
  | undefined;

export type QueryHook = (query: IncomingQuery, next: () => OwnAnswer) => HookAnswer;

/** Turns the hook into a handler of the node. */
export function hookHandler(hook: QueryHook): QueryHandler {
  return {
    answer(node, now, from, query, out) {
      let own: OwnAnswer | null = null;
      const next = (): OwnAnswer => {
        if (own) return own;
        answerQuery.answer(node, now, from, query, out);
        own = { verdict: query.verdict, bytes: out.bytes.slice(0, out.length) };
        return own;
      };
      const answer = hook(incoming(from, query), next);
      if (answer === null) return false;
      if (answer === undefined) {
        put(out, next().bytes, query);
        return true;
      }
      if (isOwn(answer)) {
        put(out, answer.bytes, query);
        return true;
      }
      checkAnswer(answer);
      query.verdict = 'error' in answer ? 'refused' : 'answered';
      put(out, encode(message(query, from, answer, idOf(node, query, from))), query);
      return true;
    },
  };
}

function isOwn(answer: Exclude<HookAnswer, null | undefined>): answer is OwnAnswer {
  return typeof answer === 'object' && 'bytes' in answer && answer.bytes instanceof Uint8Array;
}

/** @throws TypeError for what a program returned against its type: a promise, a text, a torn error. */
function checkAnswer(answer: unknown): void {
  const { reply, error, then } = Object(answer) as Record<string, unknown>;
  if (typeof reply === 'object' && reply !== null) return;
  if (Array.isArray(error)) {
    const [code, text] = error;
    if (error.length === 2 && Number.isInteger(code) && typeof text === 'string') return;
  }
  const kinds = 'nothing, null, what next() gave, { reply: { … } } or { error: [code, text] }';
  const got = typeof then === 'function' ? 'a promise' : shown(answer);
  throw new TypeError(`"onQuery" expected to return ${kinds}, got ${got}`);
}

function idOf(
  node: Parameters<QueryHandler['answer']>[0],
  query: Message,
  from: Address,
): Uint8Array {
  const id = node.idFor(query.aimStart > 0 ? query.bytes : null, query.aimStart, from);
  return id.bytes.slice(id.start, id.start + ID_BYTES);
}

function message(
  query: Message,
  from: Address,
  answer: Exclude<HookAnswer, OwnAnswer | null | undefined>,
  id: Uint8Array,
): Encodable {
  const ip = new Uint8Array(isV6(from) ? COMPACT_ADDRESS6_BYTES : COMPACT_ADDRESS_BYTES);
  if (isV6(from)) writeAddress6(ip, 0, from);
  else writeAddress(ip, 0, from);
  const t = query.bytes.slice(
    query.transactionStart,
    query.transactionStart + query.transactionLength,
  );
  const common = {
    ip,
    t,
    v: VERSION,
  };
  if ('error' in answer) return { ...common, e: [...answer.error], y: 'e' };
  return { ...common, r: { id, ...answer.reply }, y: 'r' };
}

function put(out: Writer, bytes: Uint8Array, query: Message): void {
  const limit = query.method === Method.get ? MAX_VALUE_MESSAGE_BYTES : MAX_MESSAGE_BYTES;
  if (bytes.length > limit) {
    throw new RangeError(
      `"onQuery" expected a reply of at most ${limit} bytes, got ${bytes.length}`,
    );
  }
  out.bytes.set(bytes);
  out.length = bytes.length;
}

function incoming(from: Address, query: Message): IncomingQuery {
  const { bytes, start, end } = query;
  const id = (at: number): Uint8Array | null => (at > 0 ? bytes.slice(at, at + ID_BYTES) : null);
  const { methodStart, methodLength, tokenStart, tokenLength } = query;
  return {
    from: { host: formatIp(ipOf(from)), port: portOf(from) },
    method: methodStart > 0 ? latin1(bytes, methodStart, methodStart + methodLength) : '',
    id: id(query.idStart),
    target: id(query.aimStart),
    port: query.port >= 0 ? query.port : null,
    impliedPort: query.impliedPort > 0,
    token: tokenStart > 0 ? bytes.slice(tokenStart, tokenStart + tokenLength) : null,
    readOnly: query.readOnly,
    raw: bytes.slice(start, end),
  };
}

/**
 * A capture, played to a node of the lab: what came in comes in again at its time, under virtual time, and
 * what the node does now is compared with what was done then.
 *
 *     captured queries ───────────────▶ node ─▶ answers, compared: answered, refused or silent, then and now
 *     captured replies ── by peer and method, when the node asks that peer for that ──▶ node
 *
 * The node chooses its own transactions, so a captured reply answers the next query of the same method to the
 * same peer, after as long as it took then. Who did not answer then does not now. A write token that was
 * given then stands for the one that is given now.
 */
import type { Address } from '../../core/address.ts';
import { ID_BYTES, randomId } from '../../core/id.ts';
import { SeededRandom } from '../../core/random.ts';
import { type CapturedPacket, hexOfBytes } from '../../mainline/capture/captured.ts';
import { type NodeChoices, settingsFrom } from '../../mainline/choices.ts';
import { Counters, DROP_REASONS, type DropReason } from '../../mainline/counters.ts';
import { latin1 } from '../../mainline/krpc/bencode.ts';
import { Kind, Malformed } from '../../mainline/krpc/fields.ts';
import { Message } from '../../mainline/krpc/message.ts';
import { MainlineNode } from '../../mainline/node.ts';
import { MainlineShared } from '../../mainline/shared.ts';
import type { MainlineObserver } from '../../mainline/state.ts';
import { verify } from '../ed25519.ts';
import { sha1 } from '../sha1.ts';

/** An answer that came later than this was none: a node has given up by then. */
const ANSWER_MS = 10_000;
/** Differences that are told one by one. */
const DIFFERENCES_TOLD = 100;

/** What a query got. */
export type QueryFate = 'answered' | 'refused' | 'silent';

export interface ReplayReport {
  packets: number;
  /** Queries that came in, what became of them in the capture and now, and those of which it is the same. */
  queries: number;
  captured: Record<QueryFate, number>;
  replayed: Record<QueryFate, number>;
  same: number;
  /** The first hundred that differ, by their place in the capture, from 0 on. */
  differences: { packet: number; method: string; captured: QueryFate; replayed: QueryFate }[];
  /** Captured replies, and those of them that answered a query of the replayed node. */
  replies: number;
  repliesUsed: number;
  /** Why datagrams were dropped. */
  dropped: Partial<Record<DropReason, number>>;
  /** Contacts in its table at the end. */
  contacts: number;
}

/** A reply of a peer that waits for its question. */
interface Waiting {
  bytes: Uint8Array;
  transactionStart: number;
  transactionLength: number;
  afterMs: number;
}

interface Due {
  atMs: number;
  from: Address;
  bytes: Uint8Array;
}

/** A query that came in. */
interface Asked {
  packet: number;
  method: string;
  fate: QueryFate;
  /** The write token in its captured answer, in hexadecimal digits. */
  token: string | null;
}

/** What a capture says, put in order. */
interface Script {
  queries: Asked[];
  replies: Map<string, Waiting[]>;
  replyCount: number;
  id: Uint8Array | null;
}

const SILENT: MainlineObserver = {
  onPeer: () => {},
  onLookup: () => {},
  onAnswer: () => {},
  onSilence: () => {},
  onJoin: () => {},
};

/**
 * @param choices settings of the node, so that other limits can be tried on the same traffic.
 * @throws RangeError for a capture that is empty, or that two nodes took part in.
 */
export function replayCapture(
  packets: readonly CapturedPacket[],
  choices: NodeChoices = {},
  seed = 1,
): ReplayReport {
  const [first] = packets;
  if (first === undefined) throw new RangeError('the capture has no packets');
  if (packets.some(({ local }) => local !== first.local)) {
    throw new RangeError('the capture has packets of more than one node of ours');
  }
  return new Replay(packets, choices, seed).run();
}

class Replay {
  readonly #packets: readonly CapturedPacket[];
  readonly #script: Script;
  readonly #counters = new Counters();
  readonly #node: MainlineNode;
  readonly #message = new Message();
  /** Replies on their way, in order of arrival. */
  readonly #due: Due[] = [];
  #nowMs: number;
  #repliesUsed = 0;
  #answer: QueryFate = 'silent';
  /** Tokens: the captured one of the query that is played, and for each captured one that of now. */
  #token: string | null = null;
  readonly #tokens = new Map<string, Uint8Array>();

  constructor(packets: readonly CapturedPacket[], choices: NodeChoices, seed: number) {
    this.#packets = packets;
    this.#script = scriptOf(packets);
    this.#nowMs = packets[0].atMs;
    const random = new SeededRandom(seed);
    const { local } = packets[0];
    const shared = new MainlineShared(random, sha1, verify);
    const host = {
      send: (_from: Address, to: Address, bytes: Uint8Array, length: number) =>
        this.#sent(to, bytes, length),
    };
    const world = { shared, host, counters: this.#counters, register: null };
    const id = this.#script.id ?? randomId(random);
    const settings = { ...settingsFrom(choices), changesId: false };
    this.#node = new MainlineNode(world, settings, id, local, SILENT);
  }

  run(): ReplayReport {
    const report: ReplayReport = {
      packets: this.#packets.length,
      queries: this.#script.queries.length,
      captured: { answered: 0, refused: 0, silent: 0 },
      replayed: { answered: 0, refused: 0, silent: 0 },
      same: 0,
      differences: [],
      replies: this.#script.replyCount,
      repliesUsed: 0,
      dropped: {},
      contacts: 0,
    };
    for (const { packet, method, fate, token } of this.#script.queries) {
      const { atMs, peer, bytes } = this.#packets[packet];
      this.#runUntil(atMs);
      this.#answer = 'silent';
      this.#token = token;
      const query = this.#withToken(bytes);
      this.#node.receive(this.#nowMs, peer, query, 0, query.length);
      this.#token = null;
      const replayed = this.#answer;
      report.captured[fate]++;
      report.replayed[replayed]++;
      if (replayed === fate) report.same++;
      else if (report.differences.length < DIFFERENCES_TOLD) {
        report.differences.push({ packet, method, captured: fate, replayed });
      }
    }
    this.#runUntil(this.#packets.at(-1)!.atMs + ANSWER_MS);
    for (const [i, reason] of DROP_REASONS.entries()) {
      if (this.#counters.dropped[i] > 0) report.dropped[reason] = this.#counters.dropped[i];
    }
    report.repliesUsed = this.#repliesUsed;
    report.contacts = this.#node.table.count;
    this.#node.close();
    return report;
  }

  /** The query, with the token of now where it has one that was given in the capture. */
  #withToken(bytes: Uint8Array): Uint8Array {
    const message = this.#message;
    if (message.read(bytes, 0, bytes.length) !== Malformed.fine) return bytes;
    const token = this.#tokens.get(tokenIn(message) ?? '');
    if (token === undefined || token.length !== message.tokenLength) return bytes;
    const query = bytes.slice();
    query.set(token, message.tokenStart);
    return query;
  }

  /** Ticks and replies that are due before it. */
  #runUntil(atMs: number): void {
    for (;;) {
      const [next] = this.#due;
      const dueMs = Math.min(next?.atMs ?? Infinity, this.#node.deadline);
      if (dueMs > atMs) break;
      this.#nowMs = Math.max(this.#nowMs, dueMs);
      if (next !== undefined && next.atMs <= this.#node.deadline) {
        this.#due.shift();
        this.#node.receive(this.#nowMs, next.from, next.bytes, 0, next.bytes.length);
      } else {
        this.#node.tick(this.#nowMs);
      }
    }
    this.#nowMs = Math.max(this.#nowMs, atMs);
  }

  /** The node sends: an answer is what we want to know, a query may have its captured reply. */
  #sent(to: Address, bytes: Uint8Array, length: number): void {
    const message = this.#message;
    if (message.read(bytes, 0, length) !== Malformed.fine) return;
    if (message.kind !== Kind.query) {
      this.#answer = message.kind === Kind.reply ? 'answered' : 'refused';
      const { tokenStart, tokenLength } = message;
      if (this.#token === null || tokenStart <= 0) return;
      this.#tokens.set(this.#token, bytes.slice(tokenStart, tokenStart + tokenLength));
      return;
    }
    const waiting = this.#script.replies.get(nameOf(to, methodOf(message)))?.shift();
    if (waiting === undefined) return;
    const { transactionStart, transactionLength } = message;
    if (waiting.transactionLength !== transactionLength) return;
    const reply = waiting.bytes.slice();
    const t = bytes.subarray(transactionStart, transactionStart + transactionLength);
    reply.set(t, waiting.transactionStart);
    this.#repliesUsed++;
    this.#arrive({ atMs: this.#nowMs + waiting.afterMs, from: to, bytes: reply });
  }

  #arrive(due: Due): void {
    let place = this.#due.length;
    while (place > 0 && this.#due[place - 1].atMs > due.atMs) place--;
    this.#due.splice(place, 0, due);
  }
}

function scriptOf(packets: readonly CapturedPacket[]): Script {
  const message = new Message();
  const script: Script = { queries: [], replies: new Map(), replyCount: 0, id: null };
  /** Queries whose answer is not seen yet, theirs and ours. */
  const theirs = new Map<string, Asked>();
  const ours = new Map<string, { name: string; atMs: number }>();
  for (const [packet, { atMs, isOurs, peer, bytes }] of packets.entries()) {
    if (message.read(bytes, 0, bytes.length) !== Malformed.fine) continue;
    const { transactionStart, transactionLength } = message;
    const t = latin1(bytes, transactionStart, transactionStart + transactionLength);
    const exchange = `${peer} ${t}`;
    const isQuery = message.kind === Kind.query;
    if (isOurs && message.idStart > 0)
      script.id ??= bytes.slice(message.idStart, message.idStart + ID_BYTES);
    if (isQuery && isOurs) ours.set(exchange, { name: nameOf(peer, methodOf(message)), atMs });
    else if (isQuery) {
      const query: Asked = { packet, method: methodOf(message), fate: 'silent', token: null };
      script.queries.push(query);
      theirs.set(exchange, query);
    } else if (isOurs) {
      const query = theirs.get(exchange);
      if (!query) continue;
      query.fate = message.kind === Kind.reply ? 'answered' : 'refused';
      query.token = tokenIn(message);
    } else {
      const query = ours.get(exchange);
      ours.delete(exchange);
      if (!query || atMs - query.atMs > ANSWER_MS) continue;
      const waiting = script.replies.get(query.name) ?? [];
      script.replies.set(query.name, waiting);
      const afterMs = atMs - query.atMs;
      waiting.push({ bytes, transactionStart, transactionLength, afterMs });
      script.replyCount++;
    }
  }
  return script;
}

function methodOf({ bytes, methodStart, methodLength }: Message): string {
  return methodStart > 0 ? latin1(bytes, methodStart, methodStart + methodLength) : '';
}

const nameOf = (peer: Address, method: string): string => `${peer} ${method}`;

function tokenIn({ bytes, tokenStart, tokenLength }: Message): string | null {
  if (tokenStart <= 0) return null;
  return hexOfBytes(bytes.subarray(tokenStart, tokenStart + tokenLength));
}

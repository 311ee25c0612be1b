/**
 * A crawl: all nodes of a zone of the keyspace (those whose ids share a prefix; of no bits: all), found by
 * asking each of them for others. It says whom to ask what, and is told what came back; who sends, waits and
 * keeps time is somebody else.
 *
 *     first nodes ─▶ next() ── whom, what ──▶ a node asks ──▶ answered(…) or silent(…) ─▶ new nodes ─▶ next() …
 *
 * Each node gets a few questions, never two at a time:
 *
 *     1  find_node across one of the first forks below the zone: contacts of a bucket of its own, any of 8
 *     2  sample_infohashes (BEP 51) for its own id, unless it rests; else find_node: its neighbourhood
 *     3… find_node across the other forks
 *
 * Asked for its own id alone a node names its neighbours, and a crawl would never leave their subtree; asked
 * across forks alone those are missed whom few know. Who is silent is asked once more before he counts as gone.
 */
import {
  type Address,
  COMPACT_ADDRESS_BYTES,
  COMPACT_ADDRESS6_BYTES,
  isV6,
  meaningfulTo,
  readAddress,
  readAddress6,
} from '../../core/address.ts';
import { grown } from '../../core/column.ts';
import { equalIds, ID_BYTES, sharedPrefixBits } from '../../core/id.ts';
import { Method, NODES_PER_REPLY } from '../krpc/fields.ts';
import type { Message } from '../krpc/message.ts';
import { InfoHashes } from './info-hashes.ts';

export interface CrawlOptions {
  /** The zone: the first `bits` bits of this id. */
  zone: Uint8Array;
  bits: number;
  /** Questions to each node that answers, 1 to 16. */
  questions: number;
  /** Asks for info-hashes, too. */
  samples: boolean;
  /** Nodes listed at most. */
  nodes: number;
  /** Who named whom is kept, so often at most. */
  edges: number;
  /** Info-hashes kept at most. */
  infoHashes: number;
  /** Our own id, which others name, too. */
  own: Uint8Array | null;
}

export const CRAWL_DEFAULTS: Omit<CrawlOptions, 'zone'> = {
  bits: 0,
  questions: 2,
  samples: true,
  nodes: 2_000_000,
  edges: 20_000_000,
  infoHashes: 1_000_000,
  own: null,
};
export const CRAWL_QUESTIONS_MAX = 16;

/** Where a node stands. `refused`: it lives, and answered with an error only. */
export const Visit = { waiting: 0, asked: 1, answered: 2, refused: 3, silent: 4 } as const;
export type Visit = (typeof Visit)[keyof typeof Visit];

/** Forks below the zone that questions cross: 16 subtrees of it, each named by many. */
const FORKS = 4;
/** Silent so often it counts as gone: what one datagram in ten loses, two lose once in thirty. */
const ATTEMPTS = 2;
const VERSION_BYTES = 4;
const FIRST_ROWS = 1024;

export interface Question {
  /** Number of the node in the crawl. */
  node: number;
  to: Address;
  method: Method;
  target: Uint8Array;
  /** It is the first that it is asked. */
  isFirst: boolean;
}

/** Tells whether a node may be asked for samples now (BEP 51: not before its interval is over). */
export type MaySample = (now: number, address: Address) => boolean;

export class Crawl {
  readonly options: CrawlOptions;
  readonly infoHashes: InfoHashes;
  /** Nodes listed; their columns are below. */
  count = 0;
  /** Nodes that were named and found no place in the list. */
  unlisted = 0;
  readonly visits: [
    waiting: number,
    asked: number,
    answered: number,
    refused: number,
    silent: number,
  ] = [0, 0, 0, 0, 0];
  /** Questions sent, and answers. */
  questionCount = 0;
  answerCount = 0;
  ids: Uint8Array = new Uint8Array(FIRST_ROWS * ID_BYTES);
  addresses: Float64Array = new Float64Array(FIRST_ROWS);
  states: Uint8Array = new Uint8Array(FIRST_ROWS);
  /** Questions answered or given up, and attempts at the present one. */
  done: Uint8Array = new Uint8Array(FIRST_ROWS);
  attempts: Uint8Array = new Uint8Array(FIRST_ROWS);
  startedAtMs: Float64Array = new Float64Array(FIRST_ROWS);
  endedAtMs: Float64Array = new Float64Array(FIRST_ROWS);
  rttMs: Float64Array = new Float64Array(FIRST_ROWS);
  versions: Uint8Array = new Uint8Array(FIRST_ROWS * VERSION_BYTES);
  /** Info-hashes that it has in all, as it says; -1 where it said nothing. */
  stored: Float64Array = new Float64Array(FIRST_ROWS);
  /** Until when it is not to be asked for samples again. */
  restsUntilMs: Float64Array = new Float64Array(FIRST_ROWS);
  edgeCount = 0;
  edgesFrom: Uint32Array = new Uint32Array(FIRST_ROWS);
  edgesTo: Uint32Array = new Uint32Array(FIRST_ROWS);
  readonly #numbers = new Map<Address, number>();
  /** Whose turn it is, first come first served. */
  #turns: Uint32Array = new Uint32Array(FIRST_ROWS);
  #firstTurn = 0;
  #lastTurn = 0;
  #underWay = 0;
  readonly #maySample: MaySample;

  /** @param secret a random number of 32 bits. */
  constructor(options: CrawlOptions, secret: number, maySample: MaySample = () => true) {
    this.options = options;
    this.infoHashes = new InfoHashes(options.infoHashes, secret);
    this.#maySample = maySample;
  }

  /** Questions under way. */
  get underWay(): number {
    return this.#underWay;
  }

  /** Nobody is left to ask, and nobody is waited for. */
  get isOver(): boolean {
    return this.#underWay === 0 && this.#firstTurn === this.#lastTurn;
  }

  /** Of the nodes listed, those whose visit is over: how far the crawl is, 0..1. */
  get coverage(): number {
    const [, , answered, refused, silent] = this.visits;
    return this.count === 0 ? 0 : (answered + refused + silent) / this.count;
  }

  /** Lists a node, if it is of the zone and new. @returns its number; -1 for one that is not listed. */
  meet(ids: Uint8Array, start: number, address: Address): number {
    const known = this.#numbers.get(address);
    if (known !== undefined) return known;
    const { zone, bits, nodes, own } = this.options;
    if (own !== null && equalIds(ids, start, own, 0)) return -1;
    if (sharedPrefixBits(ids, start, zone, 0) < bits) return -1;
    if (this.count >= nodes) {
      this.unlisted++;
      return -1;
    }
    const node = this.#add(ids, start, address);
    this.#queue(node);
    return node;
  }

  /** Lists a node as it was left by an earlier part of this crawl; those not yet visited get their turn. */
  restore(id: Uint8Array, address: Address, state: Visit, restsUntilMs: number): number {
    const node = this.#add(id, 0, address);
    this.restsUntilMs[node] = restsUntilMs;
    if (state === Visit.waiting || state === Visit.asked) this.#queue(node);
    else this.#enter(node, state);
    return node;
  }

  /** The next question; null when there is none for now. */
  next(now: number): Question | null {
    if (this.#firstTurn === this.#lastTurn) return null;
    const node = this.#turns[this.#firstTurn++ % this.#turns.length];
    const isFirst = this.states[node] === Visit.waiting;
    if (isFirst) {
      this.#enter(node, Visit.asked);
      this.startedAtMs[node] = now;
    }
    this.attempts[node]++;
    this.questionCount++;
    this.#underWay++;
    const method = this.#methodFor(node, now);
    const to = this.addresses[node];
    return { node, to, method, target: this.#targetFor(node), isFirst };
  }

  /** A question could not be sent: it is asked again later. */
  postpone({ node, isFirst }: Question): void {
    this.attempts[node]--;
    this.questionCount--;
    this.#underWay--;
    if (isFirst) this.#enter(node, Visit.waiting);
    this.#queue(node, true);
  }

  /** A reply came. @returns whether the visit is over; so do the others. */
  answered(node: number, now: number, rttMs: number, message: Message): boolean {
    this.#underWay--;
    this.answerCount++;
    const { bytes, idStart, versionStart, versionLength, storage } = message;
    if (idStart > 0) {
      for (let i = 0; i < ID_BYTES; i++) this.ids[node * ID_BYTES + i] = bytes[idStart + i];
    }
    this.rttMs[node] = rttMs;
    if (versionLength === VERSION_BYTES) {
      for (let i = 0; i < VERSION_BYTES; i++) {
        this.versions[node * VERSION_BYTES + i] = bytes[versionStart + i];
      }
    }
    if (storage.samplesStart > 0) this.#takeSamples(node, now, message);
    this.#takeNodes(node, message);
    return this.#goOn(node, now, Visit.answered);
  }

  /** An error came: who sends it lives, but has nothing for us. */
  refused(node: number, now: number): boolean {
    this.#underWay--;
    this.answerCount++;
    const wasSample = this.done[node] === 1 && this.options.samples;
    if (wasSample) this.restsUntilMs[node] = now + restOf(-1);
    return this.#goOn(node, now, Visit.refused);
  }

  /** Nothing came. */
  silent(node: number, now: number): boolean {
    this.#underWay--;
    const isLast = this.attempts[node] >= ATTEMPTS || this.done[node] > 0;
    if (!isLast) {
      this.#queue(node);
      return false;
    }
    // It answered before: then it is this method that it is silent about.
    return this.#goOn(node, now, Visit.silent);
  }

  #goOn(node: number, now: number, outcome: Visit): boolean {
    this.done[node]++;
    this.attempts[node] = 0;
    const before = this.states[node];
    const hasAnswered = before === Visit.answered || before === Visit.refused;
    if (!hasAnswered || outcome === Visit.answered) this.#enter(node, outcome);
    this.endedAtMs[node] = now;
    const isAsked = outcome !== Visit.silent || hasAnswered;
    const isOver = !isAsked || this.done[node] >= this.options.questions || !this.#isInZone(node);
    if (!isOver) this.#queue(node);
    return isOver;
  }

  /** It may have turned out to have another id than the one it was named by. */
  #isInZone(node: number): boolean {
    const { zone, bits } = this.options;
    return sharedPrefixBits(this.ids, node * ID_BYTES, zone, 0) >= bits;
  }

  #methodFor(node: number, now: number): Method {
    const isSample = this.options.samples && this.done[node] === 1;
    if (!isSample || this.restsUntilMs[node] > now) return Method.findNode;
    return this.#maySample(now, this.addresses[node]) ? Method.sampleInfohashes : Method.findNode;
  }

  #targetFor(node: number): Uint8Array {
    const target = this.ids.slice(node * ID_BYTES, (node + 1) * ID_BYTES);
    const question = this.done[node];
    if (question === 1) return target;
    const turn = question === 0 ? 0 : question - 1;
    const fork = Math.min(
      this.options.bits + ((node + turn) % FORKS) + FORKS * Math.floor(turn / FORKS),
      159,
    );
    target[fork >>> 3] ^= 0x80 >>> (fork & 7);
    return target;
  }

  #takeSamples(node: number, now: number, { bytes, storage }: Message): void {
    const { samplesStart, samplesLength, num, interval } = storage;
    const count = Math.floor(samplesLength / ID_BYTES);
    this.stored[node] = Math.max(count, num || 0);
    this.restsUntilMs[node] = now + restOf(interval);
    for (let i = 0; i < count; i++) this.infoHashes.add(bytes, samplesStart + i * ID_BYTES, node);
  }

  #takeNodes(from: number, message: Message): void {
    const isWide = isV6(this.addresses[from]);
    const start = isWide ? message.nodes6Start : message.nodesStart;
    const length = isWide ? message.nodes6Length : message.nodesLength;
    if (start <= 0) return;
    const rowBytes = ID_BYTES + (isWide ? COMPACT_ADDRESS6_BYTES : COMPACT_ADDRESS_BYTES);
    const count = Math.min(NODES_PER_REPLY, Math.floor(length / rowBytes));
    for (let i = 0; i < count; i++) {
      const at = start + i * rowBytes;
      const read = isWide ? readAddress6 : readAddress;
      const address = read(message.bytes, at + ID_BYTES);
      if (!meaningfulTo(this.addresses[from], address)) continue;
      const node = this.meet(message.bytes, at, address);
      if (node >= 0) this.join(from, node);
    }
  }

  /** Somebody named somebody. */
  join(from: number, to: number): void {
    if (this.edgeCount >= this.options.edges) return;
    if (this.edgeCount === this.edgesFrom.length) {
      this.edgesFrom = grown(this.edgesFrom, this.edgeCount * 2);
      this.edgesTo = grown(this.edgesTo, this.edgeCount * 2);
    }
    this.edgesFrom[this.edgeCount] = from;
    this.edgesTo[this.edgeCount++] = to;
  }

  #add(ids: Uint8Array, start: number, address: Address): number {
    const node = this.count++;
    if (node === this.addresses.length) this.#grow(node * 2);
    this.#numbers.set(address, node);
    this.addresses[node] = address;
    for (let i = 0; i < ID_BYTES; i++) this.ids[node * ID_BYTES + i] = ids[start + i];
    this.stored[node] = -1;
    this.rttMs[node] = -1;
    this.visits[Visit.waiting]++;
    return node;
  }

  #grow(rows: number): void {
    this.ids = grown(this.ids, rows * ID_BYTES);
    this.versions = grown(this.versions, rows * VERSION_BYTES);
    this.addresses = grown(this.addresses, rows);
    this.states = grown(this.states, rows);
    this.done = grown(this.done, rows);
    this.attempts = grown(this.attempts, rows);
    this.startedAtMs = grown(this.startedAtMs, rows);
    this.endedAtMs = grown(this.endedAtMs, rows);
    this.rttMs = grown(this.rttMs, rows);
    this.stored = grown(this.stored, rows);
    this.restsUntilMs = grown(this.restsUntilMs, rows);
  }

  #enter(node: number, state: Visit): void {
    this.visits[this.states[node] as Visit]--;
    this.states[node] = state;
    this.visits[state]++;
  }

  /** @param isNext before all others. */
  #queue(node: number, isNext = false): void {
    if (this.#lastTurn - this.#firstTurn === this.#turns.length) this.#growTurns();
    if (isNext && this.#firstTurn > 0) this.#turns[--this.#firstTurn % this.#turns.length] = node;
    else this.#turns[this.#lastTurn++ % this.#turns.length] = node;
  }

  #growTurns(): void {
    const { length } = this.#turns;
    const turns = new Uint32Array(length * 2);
    for (let i = 0; i < length; i++) turns[i] = this.#turns[(this.#firstTurn + i) % length];
    this.#turns = turns;
    this.#firstTurn = 0;
    this.#lastTurn = length;
  }
}

/** BEP 51: 0 to 6 hours; what lies outside, or is not said, counts as 6. */
function restOf(intervalS: number): number {
  return (intervalS >= 0 ? Math.min(intervalS, 21_600) : 21_600) * 1000;
}

/**
 * Stages for the class dialects: a host that writes down what one talk does to its stream, a pipe
 * between two talks that cuts bytes as it likes, a service that is a small ring of its own, and words
 * to write transcripts with.
 */
import { type Address, addressOf, formatAddress, parseIp } from '../../../src/core/address.ts';
import { isInArc } from '../../../src/core/arc.ts';
import {
  Closed,
  STREAM_QUEUE_BYTES,
  type Stream,
  type StreamHost,
} from '../../../src/core/host.ts';
import { formatId } from '../../../src/core/id.ts';
import { sha1 } from '../../../src/lab/sha1.ts';
import { Allowance } from '../../../src/ring/dialects/allowance.ts';
import { Conversation } from '../../../src/ring/dialects/conversation.ts';
import { Exchange } from '../../../src/ring/dialects/exchange.ts';
import type { JoinListener, Outcome, Request } from '../../../src/ring/dialects/request.ts';
import type { Arc, Caller, ItemSource, RingService } from '../../../src/ring/dialects/service.ts';
import type { Talk } from '../../../src/ring/dialects/talk.ts';
import type { Terms } from '../../../src/ring/dialects/terms.ts';
import { VALUE_BYTES_MAX, type Wire } from '../../../src/ring/dialects/wire.ts';
import { WireCounters } from '../../../src/ring/dialects/wire-counters.ts';

export const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
export const hex = (digits: string): Uint8Array =>
  Uint8Array.from(Buffer.from(digits.replaceAll(' ', ''), 'hex'));
export const shown = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');
export const joined = (...parts: (Uint8Array | string)[]): Uint8Array =>
  Uint8Array.from(
    Buffer.concat(
      parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : part)),
    ),
  );

export const at = (text: string): Address => {
  const [ip, port] = text.split(':');
  return addressOf(parseIp(ip), Number(port));
};
export const hashOf = (address: Address): Uint8Array => sha1(bytesOf(formatAddress(address)));
export const keyOf = (name: string): Uint8Array => sha1(bytesOf(name));
export const decimal = (key: Uint8Array): string => `${BigInt(`0x${formatId(key)}`)}`;

/** Eight bytes, big end first. */
export function int(value: number | bigint): Uint8Array {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(value));
  return Uint8Array.from(bytes);
}

export function termsOf(wire: Wire, changes: Partial<Terms> = {}): Terms {
  return {
    wire,
    served: 'all',
    valueBytesMax: VALUE_BYTES_MAX,
    memory: new Allowance(),
    counters: new WireCounters(),
    ...changes,
  };
}

/** Fields as the dialects write them, made apart from the product. */
export const spell = {
  key: (wire: Wire, key: Uint8Array) => (wire === 'text' ? bytesOf(`${decimal(key)}\n`) : key),
  number: (wire: Wire, value: number) => (wire === 'text' ? bytesOf(`${value}\n`) : int(value)),
  address(wire: Wire, address: string): Uint8Array {
    if (wire === 'text') return bytesOf(`${address}\n`);
    if (wire === 'string') return joined(int(address.length), address);
    const [ip, port] = address.split(':');
    return Uint8Array.of(...ip.split('.').map(Number), Number(port) >> 8, Number(port) & 255);
  },
  yes: (wire: Wire) => (wire === 'text' ? '1\n' : 'T'),
  no: (wire: Wire) => (wire === 'text' ? '0\n' : 'F'),
  not: (wire: Wire) => (wire === 'text' ? '0\n' : 'N'),
  value: (wire: Wire, value: Uint8Array | string) =>
    joined(spell.number(wire, joined(value).length), value),
};

/** One stream, number 1, seen from the talk: what was done to it, and what the world answers. */
export class OneStream implements StreamHost {
  readonly written: number[] = [];
  ends = 0;
  destroyed = 0;
  isPaused = false;
  /** What `write` returns: bytes that are queued. */
  queuedBytes = 0;
  writes = 0;

  connect(): Stream {
    return 1;
  }
  write(_stream: Stream, bytes: Uint8Array, start: number, end: number): number {
    if (this.ends + this.destroyed > 0) throw new Error('written to a stream that was ended');
    this.writes++;
    for (let i = start; i < end; i++) this.written.push(bytes[i]);
    return this.queuedBytes;
  }
  end(): void {
    this.ends++;
  }
  destroy(): void {
    this.destroyed++;
  }
  pause(_stream: Stream, isPaused: boolean): void {
    this.isPaused = isPaused;
  }
  /** What was written since it was last asked, one character a byte. */
  said(): string {
    return shown(Uint8Array.from(this.written.splice(0)));
  }
}

/** Feeds `bytes` in pieces of `size`. */
export function feed(talk: Talk, now: number, bytes: Uint8Array | string, size = 1 << 30): void {
  const all = joined(bytes);
  for (let start = 0; start < all.length; start += size) {
    const end = Math.min(all.length, start + size);
    // Elsewhere in a larger array, and gone afterwards: bytes are borrowed.
    const lent = new Uint8Array(end - start + 2);
    lent.set(all.subarray(start, end), 1);
    talk.take(now, lent, 1, lent.length - 1);
    lent.fill(0xee);
  }
}

/** Items from a list. */
export class ListedItems implements ItemSource {
  readonly #items: readonly (readonly [Uint8Array, Uint8Array])[];
  #at = -1;
  constructor(items: readonly (readonly [Uint8Array, Uint8Array])[]) {
    this.#items = items;
  }
  next(): boolean {
    return ++this.#at < this.#items.length;
  }
  get key(): Uint8Array {
    return this.#items[this.#at][0];
  }
  get value(): Uint8Array {
    return this.#items[this.#at][1];
  }
}

/**
 * A service that owns [hash(me), hash(s1)) and keeps what it holds in a map. It answers at once, or,
 * when told to be `late`, at the next `settle`, as a node does that asks its store and others first.
 */
export class SmallService implements RingService {
  readonly me: Address;
  s1: Address;
  s2: Address;
  readonly held = new Map<string, Uint8Array>();
  readonly told: string[] = [];
  isLate = false;
  /** Answer `fail` where something would be stored. */
  isFull = false;
  /** Hold the leaver back after every item, until the next `settle`. */
  isSlow = false;
  capabilityText: string | null = '{"ringlight":1}';
  #waiting: ((now: number) => void)[] = [];

  constructor(me = '10.0.0.1:5000', s1 = me, s2 = me) {
    this.me = at(me);
    this.s1 = at(s1);
    this.s2 = at(s2);
  }

  put(name: string, value: string | Uint8Array): void {
    this.held.set(formatId(keyOf(name)), joined(value));
  }
  names(): number {
    return this.held.size;
  }
  /** Gives the answers that are owed; true if there were any. */
  settle(now: number): boolean {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const answer of waiting) answer(now);
    return waiting.length > 0;
  }
  owns(key: Uint8Array): boolean {
    return isInArc(key, 0, hashOf(this.me), 0, hashOf(this.s1), 0);
  }

  owner(now: number, caller: Caller): void {
    this.#answer(now, (later) =>
      caller.answerAddress(later, this.owns(caller.key) ? this.me : this.s1),
    );
  }
  get(now: number, caller: Caller): void {
    this.#ifOwned(now, caller, (later) =>
      caller.answerValue(later, this.held.get(formatId(caller.key)) ?? null),
    );
  }
  exists(now: number, caller: Caller): void {
    this.#ifOwned(now, caller, (later) =>
      caller.answerAck(later, this.held.has(formatId(caller.key))),
    );
  }
  insert(now: number, caller: Caller): void {
    this.#ifOwned(now, caller, (later) => caller.goOn(later));
  }
  store(now: number, caller: Caller, value: Uint8Array): void {
    this.#answer(now, (later) => {
      if (this.isFull) return caller.fail(later);
      this.held.set(formatId(caller.key), value);
      caller.answerAck(later, true);
    });
  }
  remove(now: number, caller: Caller): void {
    this.#ifOwned(now, caller, (later) =>
      this.isFull
        ? caller.fail(later)
        : caller.answerAck(later, this.held.delete(formatId(caller.key))),
    );
  }
  info(now: number, caller: Caller): void {
    this.#answer(now, (later) => caller.answerText(later, `me ${formatAddress(this.me)} ✓`));
  }
  abandoned(now: number, caller: Caller): void {
    this.#answer(now, (later) => caller.answerAddress(later, this.s1));
  }
  updatePrevious(now: number, caller: Caller, previous: Address): void {
    this.told.push(`previous ${formatAddress(previous)}`);
    this.#answer(now, (later) => caller.answerAck(later, true));
  }
  join(now: number, caller: Caller, joiner: Address): void {
    const hash = joiner === 0 ? caller.key.slice() : hashOf(joiner);
    this.told.push(`join ${joiner === 0 ? decimal(hash) : formatAddress(joiner)}`);
    this.#answer(now, (later) => {
      if (!this.owns(hash)) return caller.refuse(later);
      const end = hashOf(this.s1);
      const items = [...this.held]
        .map(([key, value]) => [hex(key), value] as const)
        .filter(([key]) => isInArc(key, 0, hash, 0, end, 0));
      const s2 = this.s1 === this.me ? (joiner === 0 ? this.me : joiner) : this.s2;
      caller.handOver(later, this.s1, s2, items.length, new ListedItems(items));
    });
  }
  joined(_now: number, _caller: Caller, joiner: Address): void {
    this.told.push(`joined ${formatAddress(joiner)}`);
    this.s2 = this.s1;
    this.s1 = joiner;
  }
  joinAborted(): void {
    this.told.push('join aborted');
  }
  leave(now: number, caller: Caller, leaver: Address): void {
    this.told.push(`leave ${leaver === 0 ? 'of s1' : formatAddress(leaver)}`);
    this.#answer(now, (later) => {
      if (leaver !== 0 && leaver !== this.s1) caller.refuse(later);
      else caller.goOn(later);
    });
  }
  leaving(_now: number, _caller: Caller, s1: Address, s2: Address, count: number): Arc | null {
    this.told.push(`leaving ${formatAddress(s1)} ${s2 === 0 ? '-' : formatAddress(s2)} ${count}`);
    if (this.isFull) return null;
    const arc = { from: hashOf(this.s1), to: hashOf(s1) };
    this.#heirs = [s1, s2 === 0 ? this.s2 : s2];
    return arc;
  }
  #heirs: [Address, Address] = [0, 0];
  leaveItem(now: number, caller: Caller, key: Uint8Array, value: Uint8Array): void {
    this.held.set(formatId(key), value);
    if (!this.isSlow) return;
    caller.hold(now, true);
    this.#waiting.push((later) => caller.hold(later, false));
  }
  left(now: number, caller: Caller): void {
    this.told.push('left');
    [this.s1, this.s2] = this.#heirs;
    this.#answer(now, (later) => caller.answerAck(later, true));
  }
  leaveAborted(): void {
    this.told.push('leave aborted');
  }
  capabilities(): string | null {
    return this.capabilityText;
  }

  #ifOwned(now: number, caller: Caller, answer: (now: number) => void): void {
    const isOurs = this.owns(caller.key);
    this.#answer(now, (later) => (isOurs ? answer(later) : caller.refuse(later)));
  }
  #answer(now: number, answer: (now: number) => void): void {
    if (this.isLate) this.#waiting.push(answer);
    else answer(now);
  }
}

/** Writes down what an exchange tells; a join is confirmed at once, or by hand. */
export class Listener implements JoinListener {
  readonly outcomes: Outcome[] = [];
  readonly told: string[] = [];
  readonly items: [string, string, boolean][] = [];
  confirms = true;
  /** Called with every item. */
  onItem: ((now: number, exchange: Exchange) => void) | null = null;

  finished(_now: number, _exchange: Exchange, outcome: Outcome): void {
    this.outcomes.push(outcome);
  }
  joinAccepted(_now: number, _exchange: Exchange, s1: Address, s2: Address, count: number): void {
    const name = (address: Address) => (address === 0 ? '-' : formatAddress(address));
    this.told.push(`accepted ${name(s1)} ${name(s2)} ${count}`);
  }
  joinItem(
    now: number,
    exchange: Exchange,
    key: Uint8Array,
    value: Uint8Array,
    isOutside: boolean,
  ): void {
    this.items.push([formatId(key), shown(value), isOutside]);
    this.onItem?.(now, exchange);
  }
  joinReady(now: number, exchange: Exchange, s1: Address): void {
    this.told.push(`ready ${formatAddress(s1)}`);
    if (this.confirms) exchange.confirm(now);
  }
  /** The one outcome; throws unless there is exactly one. */
  get outcome(): Outcome {
    if (this.outcomes.length !== 1) throw new Error(`${this.outcomes.length} outcomes`);
    return this.outcomes[0];
  }
}

/** An exchange on a `OneStream`, connected unless told otherwise. */
export function asking(
  wire: Wire,
  request: Request,
  options: { terms?: Terms; isOpen?: boolean } = {},
): { exchange: Exchange; host: OneStream; listener: Listener; terms: Terms } {
  const host = new OneStream();
  const listener = new Listener();
  const terms = options.terms ?? termsOf(wire);
  const exchange = new Exchange(host, 1, terms, request, listener, 0);
  if (options.isOpen ?? true) exchange.opened(0);
  return { exchange, host, listener, terms };
}

/** A conversation on a `OneStream`. */
export function asked(
  wire: Wire,
  service: RingService = new SmallService(),
  terms: Terms = termsOf(wire),
): { conversation: Conversation; host: OneStream; terms: Terms } {
  const host = new OneStream();
  const conversation = new Conversation(
    host,
    1,
    at('10.9.9.9:40000'),
    at('10.0.0.1:5000'),
    terms,
    service,
    0,
  );
  return { conversation, host, terms };
}

/** Two talks and the stream between them: 1 is the end of the client, 2 that of the server. */
export class Pipe implements StreamHost {
  readonly #talks: (Talk | null)[] = [null, null, null];
  readonly #queues: number[][] = [[], [], []];
  readonly #hasEnded = [false, false, false];
  readonly #toldEnd = [false, false, false];
  readonly #isDestroyed = [false, false, false];
  readonly #isPaused = [false, false, false];
  readonly #isBacked = [false, false, false];
  readonly #cut: () => number;
  /** Everything each end ever wrote. */
  readonly transcript: number[][] = [[], [], []];

  /** `cut` says how many bytes the next piece has. */
  constructor(cut: () => number) {
    this.#cut = cut;
  }

  attach(stream: Stream, talk: Talk): void {
    this.#talks[stream] = talk;
  }
  connect(): Stream {
    return 1;
  }
  write(stream: Stream, bytes: Uint8Array, start: number, end: number): number {
    const queue = this.#queues[stream];
    for (let i = start; i < end; i++) {
      queue.push(bytes[i]);
      this.transcript[stream].push(bytes[i]);
    }
    if (queue.length > STREAM_QUEUE_BYTES) this.#isBacked[stream] = true;
    return queue.length;
  }
  end(stream: Stream): void {
    this.#hasEnded[stream] = true;
  }
  destroy(stream: Stream): void {
    this.#isDestroyed[stream] = true;
  }
  pause(stream: Stream, isPaused: boolean): void {
    this.#isPaused[stream] = isPaused;
  }

  /** Moves one thing from `from` to the other end; false if there was nothing to move. */
  #move(now: number, from: Stream): boolean {
    const to = 3 - from;
    const talk = this.#talks[to]!;
    const queue = this.#queues[from];
    if (talk.isOver) return false;
    if (queue.length > 0) {
      if (this.#isPaused[to]) return false;
      const piece = Uint8Array.from(queue.splice(0, this.#cut()));
      talk.take(now, piece, 0, piece.length);
      if (queue.length === 0 && this.#isBacked[from]) {
        this.#isBacked[from] = false;
        this.#talks[from]!.drained(now);
      }
      return true;
    }
    if (this.#isDestroyed[from]) {
      talk.closed(now, Closed.reset);
      return true;
    }
    if (this.#hasEnded[from] && !this.#toldEnd[from] && !this.#isPaused[to]) {
      this.#toldEnd[from] = true;
      talk.ended(now);
      if (this.#toldEnd[to] && this.#hasEnded[to]) talk.closed(now, Closed.ended);
      return true;
    }
    return false;
  }

  /** Moves what can be moved, both ways; `idle` is called when nothing can, and ends it with false. */
  run(now: number, idle: () => boolean): void {
    for (let steps = 0; steps < 1e7; steps++) {
      const isMoving = this.#move(now, 1);
      if (!this.#move(now, 2) && !isMoving && !idle()) return;
    }
    throw new Error('it never comes to rest');
  }
}

/** Lets a client ask a server over a pipe until all is quiet. */
export function meet(
  wire: Wire,
  request: Request,
  service: SmallService,
  cut: () => number = () => 1 << 20,
): {
  listener: Listener;
  exchange: Exchange;
  conversation: Conversation;
  pipe: Pipe;
  client: Terms;
  server: Terms;
} {
  const pipe = new Pipe(cut);
  const listener = new Listener();
  const client = termsOf(wire);
  const server = termsOf(wire);
  const exchange = new Exchange(pipe, 1, client, request, listener, 0);
  const conversation = new Conversation(
    pipe,
    2,
    at('10.9.9.9:40000'),
    service.me,
    server,
    service,
    0,
  );
  pipe.attach(1, exchange);
  pipe.attach(2, conversation);
  exchange.opened(0);
  pipe.run(0, () => service.settle(0));
  return { listener, exchange, conversation, pipe, client, server };
}

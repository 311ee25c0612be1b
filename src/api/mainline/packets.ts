/**
 * Every datagram in and out, as it happens, and what became of it:
 *
 *     for await (const packet of dht.packets({ kind: 'query' })) …
 *
 *     datagram in ── held ── the machine takes it in ── which counter moved? ── verdict ── filters ── lines
 *                              └─ what it sends meanwhile stands behind it
 *
 * Looking changes nothing: the verdict is read from the counters of the node, of which each datagram moves
 * exactly one. One who reads too slowly misses the oldest, and is told how many with the next.
 */
import { type Address, formatIp, ipOf, portOf } from '../../core/address.ts';
import type { Clock } from '../../io/clock.ts';
import { Line, type LineStream, type Source, streamOf } from '../../io/feed.ts';
import { type Counters, DROP_REASONS, type DropReason } from '../../mainline/counters.ts';
import { type Bencoded, decode, latin1 } from '../../mainline/krpc/bencode.ts';
import { Kind, Malformed } from '../../mainline/krpc/fields.ts';
import { Message } from '../../mainline/krpc/message.ts';
import { wasClosed } from './outcomes.ts';
import {
  filterFrom,
  limitOf,
  type PacketDirection,
  type PacketKind,
  type PacketOptions,
  type PacketVerdict,
  placeOfExchange,
} from './packet-filter.ts';
import type { Peer } from './results.ts';
import type { MainlineWatchers } from './watchers.ts';

/** Bytes of packets that wait for one who reads. */
const WAITING_BYTES = 16 << 20;
/** Exchanges whose query was seen and whose reply was not, at most; the oldest go. */
const EXCHANGES = 4096;
/** Of the text of a method that is kept. */
const METHOD_BYTES = 64;
const KINDS: Readonly<Record<number, PacketKind>> = {
  [Kind.query]: 'query',
  [Kind.reply]: 'reply',
  [Kind.error]: 'error',
};

/** One datagram, and what became of it. Its bytes are a copy and may be kept. */
export class Packet {
  /** ms since 1970. */
  readonly atMs: number;
  readonly direction: PacketDirection;
  readonly local: Peer;
  readonly peer: Peer;
  readonly bytes: Uint8Array;
  readonly kind: PacketKind;
  /** Of a query, as it was sent; of a reply that of the query, if that was seen; else empty. */
  readonly method: string;
  readonly verdict: PacketVerdict;
  /** Why it was dropped, else null. */
  readonly reason: DropReason | null;
  /** Packets before it that this reader was too slow for. */
  missed = 0;

  /** @internal */
  constructor(facts: Omit<Packet, 'missed' | 'message'>) {
    this.atMs = facts.atMs;
    this.direction = facts.direction;
    this.local = facts.local;
    this.peer = facts.peer;
    this.bytes = facts.bytes;
    this.kind = facts.kind;
    this.method = facts.method;
    this.verdict = facts.verdict;
    this.reason = facts.reason;
  }

  /** What it says, decoded when it is asked for; null for what is no bencode. */
  get message(): Bencoded | null {
    try {
      return decode(this.bytes);
    } catch {
      return null;
    }
  }
}

/** Packets as they come. */
export type PacketStream = LineStream<Packet>;

interface Reader {
  line: Line<Packet>;
  wants: ReturnType<typeof filterFrom>;
  ended: () => void;
}

/** A datagram whose verdict is not known yet, or that waits for one. */
interface Held {
  packet: Omit<Packet, 'missed' | 'message'>;
  address: Address;
  exchange: number;
}

/**
 * The packets of one node, or of several as one stream.
 * @throws TypeError or RangeError for an option that means nothing; DhtError CLOSED.
 */
export function packetsOf(taps: readonly PacketTap[], options: PacketOptions): PacketStream {
  const open = taps.filter(({ isClosed }) => !isClosed);
  if (open.length === 0) throw wasClosed();
  const wants = filterFrom(options);
  const line = new Line<Packet>({
    items: limitOf(options),
    size: WAITING_BYTES,
    sizeOf: ({ bytes }) => bytes.length,
    missed: (packet, count) => {
      packet.missed = count;
    },
  });
  const sources = open.map(
    (tap): Source<Packet> =>
      (line, ended) =>
        tap.fill(line, wants, ended),
  );
  return streamOf(line, sources, options.signal);
}

/** Joins a node's datagrams to those who read. */
export class PacketTap {
  readonly #watchers: MainlineWatchers;
  readonly #counters: Counters;
  readonly #clock: Clock;
  readonly #local: Peer;
  readonly #readers = new Set<Reader>();
  readonly #message = new Message();
  /** Methods of queries, by who asked whom and the transaction. */
  readonly #methods = new Map<string, string>();
  #detach: (() => void) | null = null;
  /** What came in and is being dealt with, and what was sent meanwhile. */
  #held: Held | null = null;
  #meanwhile: Held[] = [];
  #isClosed = false;
  #before: { dropped: number[]; refused: number; silenced: number; out: number; in: number };

  constructor(watchers: MainlineWatchers, counters: Counters, clock: Clock, local: Address) {
    this.#watchers = watchers;
    this.#counters = counters;
    this.#clock = clock;
    this.#local = peerOf(local);
    this.#before = countersOf(counters);
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Fills a line with what is wanted. @param ended is called when the node closes. */
  fill(line: Line<Packet>, wants: Reader['wants'], ended: () => void): () => void {
    const reader = { line, wants, ended };
    this.#readers.add(reader);
    this.#listen();
    return () => {
      this.#readers.delete(reader);
      this.#listen();
    };
  }

  /** The node is closing. */
  close(): void {
    this.#isClosed = true;
    for (const { ended } of [...this.#readers]) ended();
  }

  #listen(): void {
    const isWanted = this.#readers.size > 0;
    if (isWanted === (this.#detach !== null)) return;
    this.#detach?.();
    this.#detach = isWanted
      ? this.#watchers.attach({
          before: (...datagram) => this.#datagram(...datagram),
          after: () => this.#done(),
        })
      : null;
    if (!isWanted) this.#methods.clear();
  }

  #datagram(isOurs: boolean, peer: Address, bytes: Uint8Array, start: number, end: number): void {
    const held = this.#read(isOurs, peer, Uint8Array.prototype.slice.call(bytes, start, end));
    if (!isOurs) {
      this.#held = held;
      this.#before = countersOf(this.#counters);
    } else if (this.#held) {
      this.#meanwhile.push(held);
    } else {
      this.#tell(held);
    }
  }

  #read(isOurs: boolean, address: Address, bytes: Uint8Array): Held {
    const message = this.#message;
    const isKrpc = message.read(bytes, 0, bytes.length) === Malformed.fine;
    const { transactionStart, transactionLength } = message;
    const kind = isKrpc ? KINDS[message.kind]! : 'other';
    const exchange = placeOfExchange(bytes, transactionStart, transactionLength, address);
    const asker = isOurs === (kind === 'query') ? 'we' : 'they';
    const t = latin1(bytes, transactionStart, transactionStart + transactionLength);
    return {
      packet: {
        atMs: this.#clock.originMs + this.#clock.now(),
        direction: isOurs ? 'out' : 'in',
        local: this.#local,
        peer: peerOf(address),
        bytes,
        kind,
        method: this.#methodOf(kind, `${asker} ${address} ${t}`),
        verdict: 'sent',
        reason: null,
      },
      address,
      exchange,
    };
  }

  #methodOf(kind: PacketKind, exchange: string): string {
    if (kind === 'query') {
      const { bytes, methodStart, methodLength } = this.#message;
      const end = methodStart + Math.min(methodLength, METHOD_BYTES);
      const method = methodStart > 0 ? latin1(bytes, methodStart, end) : '';
      this.#methods.set(exchange, method);
      if (this.#methods.size > EXCHANGES) this.#methods.delete(this.#methods.keys().next().value!);
      return method;
    }
    const method = kind === 'other' ? undefined : this.#methods.get(exchange);
    this.#methods.delete(exchange);
    return method ?? '';
  }

  /** The datagram that came in is done with: the counters say how. */
  #done(): void {
    const held = this.#held;
    if (held === null) return;
    this.#held = null;
    this.#tell({ ...held, packet: { ...held.packet, ...this.#verdictOf(held.packet.kind) } });
    for (const sent of this.#meanwhile.splice(0)) this.#tell(sent);
  }

  #verdictOf(kind: PacketKind): { verdict: PacketVerdict; reason: DropReason | null } {
    const counters = this.#counters;
    const before = this.#before;
    const reason = DROP_REASONS.findIndex((_, i) => counters.dropped[i]! > before.dropped[i]!);
    if (reason >= 0) return { verdict: 'dropped', reason: DROP_REASONS[reason]! };
    const is = (verdict: PacketVerdict) => ({ verdict, reason: null });
    if (counters.replies + counters.errors > before.in) return is('taken');
    if (kind !== 'query') return is('failed');
    if (counters.refused > before.refused) return is('refused');
    if (counters.silenced > before.silenced) return is('silent');
    return is(counters.datagramsOut > before.out ? 'answered' : 'failed');
  }

  #tell({ packet, address, exchange }: Held): void {
    for (const { line, wants } of this.#readers) {
      // One for each reader: what he missed is said in it.
      if (wants(packet, address, exchange)) line.push(new Packet(packet));
    }
  }
}

function countersOf(counters: Counters) {
  return {
    dropped: counters.dropped.slice(),
    refused: counters.refused,
    silenced: counters.silenced,
    out: counters.datagramsOut,
    in: counters.replies + counters.errors,
  };
}

const peerOf = (address: Address): Peer => ({
  host: formatIp(ipOf(address)),
  port: portOf(address),
});

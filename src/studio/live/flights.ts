/**
 * Messages of live nodes, a bounded sample of them: each flush tells the first few and how many more
 * there were. Nodes that are followed come first. The bytes of what was told are kept for a while, so
 * that a message can be taken apart when somebody asks what it was.
 */
import {
  type ExchangeMark,
  Exchanges,
  type Flight,
  type Flights,
  KeptMessages,
} from '../../scene.ts';

/** Told per flush; with ten flushes a second a picture has enough to show. */
export const FLIGHTS_TOLD = 40;
/** Told per flush of nodes that are followed, beyond those. */
export const FOLLOWED_TOLD = 200;
/** Messages kept: of the smallest, of 32 bytes, as many as `BYTES_KEPT` holds. */
export const FLIGHTS_KEPT: number = 64 << 10;
/** Bytes kept of one message, and of all of them. */
export const FLIGHT_BYTES_KEPT: number = 16 << 10;
export const BYTES_KEPT: number = 2 << 20;

/** A message as somebody sees it who looks on at one of its ends. */
export interface Seen {
  atMs: number;
  from: number;
  to: number;
  /** Bytes of it in all. */
  length: number;
  /** It was seen to arrive: the other end is outside, or on the way to us. */
  hasArrived: boolean;
  lookup: number;
  isReply: boolean;
}

export class FlightSample {
  readonly #kindOf: (bytes: Uint8Array, isReply: boolean) => string;
  readonly #exchangeOf: (bytes: Uint8Array) => ExchangeMark | null;
  readonly #exchanges = new Exchanges();
  #waiting: Flight[] = [];
  #followedCount = 0;
  #omitted = 0;
  #lastId = 0;
  readonly #kept = new KeptMessages(FLIGHTS_KEPT, BYTES_KEPT);
  #followed: ReadonlySet<number> = new Set();

  /**
   * @param kindOf the word for a message; `isReply` of what comes from the side that was asked.
   * @param exchangeOf which request it is, or answers.
   */
  constructor(
    kindOf: (bytes: Uint8Array, isReply: boolean) => string,
    exchangeOf: (bytes: Uint8Array) => ExchangeMark | null,
  ) {
    this.#kindOf = kindOf;
    this.#exchangeOf = exchangeOf;
  }

  /** All messages to and from these nodes are wanted. */
  follow(nodes: ReadonlySet<number>): void {
    this.#followed = nodes;
  }

  /** Takes a message in; its number, or 0 when it is not among those that are told. */
  add(seen: Seen, bytes: Uint8Array): number {
    const mark = this.#exchangeOf(bytes);
    const answered = mark?.isReply ? this.#exchanges.answer(seen.from, seen.to, mark) : 0;
    const isRequest = mark !== null && !mark.isReply;
    const isFollowed =
      answered > 0 ||
      seen.lookup > 0 ||
      this.#followed.has(seen.from) ||
      this.#followed.has(seen.to);
    const count = isFollowed ? this.#followedCount : this.#waiting.length - this.#followedCount;
    if (count >= (isFollowed ? FOLLOWED_TOLD : FLIGHTS_TOLD)) {
      this.#omitted++;
      return 0;
    }
    if (isFollowed) this.#followedCount++;
    const id = ++this.#lastId;
    if (isRequest) this.#exchanges.open(id, seen.from, seen.to, mark);
    const own = bytes.slice(0, FLIGHT_BYTES_KEPT);
    this.#kept.keep(id, own, seen.lookup);
    this.#waiting.push({
      id,
      sentMs: seen.atMs,
      arrivesMs: seen.hasArrived ? seen.atMs : null,
      from: seen.from,
      to: seen.to,
      fate: seen.hasArrived ? 'delivered' : 'unknown',
      kind: this.#kindOf(own, seen.isReply),
      bytes: seen.length,
      lookup: seen.lookup,
      exchange: isRequest ? id : answered,
    });
    return id;
  }

  /**
   * It has been seen at the other end, which its sender may not have known by its number. False when
   * it is not among those that wait to be told.
   */
  arrived(atMs: number, from: number, to: number, length: number): boolean {
    for (const [i, flight] of this.#waiting.entries()) {
      if (flight.arrivesMs !== null || flight.from !== from || flight.bytes !== length) continue;
      if (flight.to !== to && flight.to !== -1) continue;
      this.#waiting[i] = { ...flight, to, arrivesMs: atMs, fate: 'delivered' };
      return true;
    }
    return false;
  }

  /** What has come together since the last time; null when there was nothing. */
  flush(): Flights | null {
    if (this.#waiting.length === 0 && this.#omitted === 0) return null;
    const told: Flights = { type: 'flights', flights: this.#waiting, omitted: this.#omitted };
    this.#waiting = [];
    this.#followedCount = 0;
    this.#omitted = 0;
    return told;
  }

  /** The bytes of a message that was told not long ago, the first 16 KiB of them. */
  bytesOf(flight: number): Uint8Array | undefined {
    return this.#kept.get(flight)?.bytes;
  }
}

/**
 * Messages on their way, for a view to draw: which of a world's messages become flights, and the bytes
 * of the newest, to be taken apart.
 *
 *     every message ─┬─ of a watched call, from or to a node that is followed ─▶ a flight
 *                    ├─ in a small world ─────────────────────────────────────▶ a flight
 *                    └─ one in so many of the others ─────────────────────────▶ a flight
 *
 * Nothing here changes the world; how often somebody takes the flights changes the sample only.
 */

import type { World } from '../../lab/world.ts';
import { Fate, type Tap } from '../../lab/world-state.ts';
import { Exchanges } from '../explain/exchanges.ts';
import type { Flight, Flights } from '../protocol/messages.ts';
import type { Inhabitants } from './inhabitants.ts';
import { type KeptMessage, KeptMessages } from './kept-messages.ts';

/** Flights whose bytes are kept. */
export const FLIGHTS_KEPT = 4000;
/** Their bytes in all: 4,000 datagrams take 1 MB, pieces of streams up to 64 KiB each. */
export const BYTES_KEPT: number = 16 * 2 ** 20;
/** The same of those that belong to watched calls, which are asked for long after. */
const CALL_BYTES_KEPT: number = 4 * 2 ** 20;
/** Flights of watched calls that are told of a time that was passed over: of fifty calls and more. */
export const PAST_KEPT = 1000;
/** Flights between two updates: more than that nobody sees. */
export const FLIGHTS_PER_UPDATE = 1000;
/** Flights of a large world that are there only by chance, between two updates. */
export const SAMPLE_PER_UPDATE = 100;
/** Up to so many nodes a world is small, and all of its messages are flights. */
export const SMALL_WORLD = 200;

export class FlightLog implements Tap {
  /** By node, messages that it has taken in. */
  readonly loads: Uint32Array;
  /** By node, bytes of datagrams that it has taken in, and datagrams sent where nobody is. */
  readonly bytesTaken: Float64Array;
  readonly sentNowhere: Uint32Array;
  /** Messages that arrived anywhere. */
  arrivals = 0;
  /** Off while a world catches up with a moment: then only messages of watched calls become flights. */
  isShowing = false;
  readonly #world: World;
  readonly #inhabitants: Inhabitants;
  readonly #isSmall: boolean;
  /** By node: watched calls that it has begun. */
  readonly #askers: Uint16Array;
  #followed = new Set<number>();
  #watched = 0;
  #flights: Flight[] = [];
  #past: Flight[] = [];
  #omitted = 0;
  /** Of the messages that nobody asked for, one in so many is shown. */
  #stride = 1;
  #unasked = 0;
  #lastId: number;
  readonly #newest = new KeptMessages(FLIGHTS_KEPT, BYTES_KEPT);
  readonly #ofCalls = new KeptMessages(FLIGHTS_KEPT, CALL_BYTES_KEPT);
  readonly #exchanges = new Exchanges();
  /** The datagram that was sent last, until it is known what becomes of it. */
  #sent: Flight | null = null;

  /** @param lastId of the flights of the world before, so that no number comes twice. */
  constructor(inhabitants: Inhabitants, lastId: number) {
    const { world, founders } = inhabitants;
    this.#world = world;
    this.#inhabitants = inhabitants;
    this.#isSmall = founders <= SMALL_WORLD;
    this.loads = new Uint32Array(world.count);
    this.bytesTaken = new Float64Array(world.count);
    this.sentNowhere = new Uint32Array(world.count);
    this.#askers = new Uint16Array(world.count);
    this.#lastId = lastId;
    world.tap = this;
  }

  get lastId(): number {
    return this.#lastId;
  }

  /** All messages of these nodes are flights from now on. */
  follow(nodes: readonly number[]): void {
    this.#followed = new Set(nodes);
  }

  /** A watched call of a node has begun, or ended. */
  watch(node: number, change: 1 | -1): void {
    this.#askers[node] = this.#askers[node] + change;
    this.#watched += change;
  }

  /** Watched calls under way. */
  get watched(): number {
    return this.#watched;
  }

  /** Flights since they were taken last; null when there were no messages. */
  take(): Flights | null {
    if (this.#flights.length + this.#past.length + this.#omitted === 0) return null;
    const flights = [...this.#past, ...this.#flights];
    const omitted = this.#omitted;
    this.#flights = [];
    this.#past = [];
    this.#omitted = 0;
    this.#stride = Math.max(1, Math.ceil(this.#unasked / SAMPLE_PER_UPDATE));
    this.#unasked = 0;
    return { type: 'flights', flights, omitted };
  }

  /** The bytes of a flight, and the watched call that it belongs to; null when they are gone. */
  messageOf(flight: number): KeptMessage | null {
    return this.#ofCalls.get(flight) ?? this.#newest.get(flight);
  }

  // What the world tells.

  sent(from: number, to: number, bytes: Uint8Array, length: number): void {
    if (to < 0) this.sentNowhere[from] = this.sentNowhere[from] + 1;
    this.#sent = this.#flight(from, to, bytes, 0, length, 0);
  }

  routed(atMs: number): void {
    const flight = this.#sent;
    if (flight === null) return;
    const { alive, elapsedMs, network, now } = this.#world;
    const { from, to } = flight;
    if (to < 0 || atMs === Fate.unreachable) {
      flight.fate = 'unreachable';
    } else if (atMs === Fate.lost) {
      flight.fate = 'lost';
      flight.arrivesMs = elapsedMs + network.latency.between(from, to);
    } else {
      flight.fate = alive[to] === 1 ? 'delivered' : 'unreachable';
      flight.arrivesMs = elapsedMs + atMs - now;
    }
  }

  arriving(to: number, _from: number, _bytes: Uint8Array, _start: number, length: number): void {
    this.bytesTaken[to] = this.bytesTaken[to] + length;
    this.pieceArriving(to);
  }

  pieceSent(
    from: number,
    to: number,
    bytes: Uint8Array,
    start: number,
    length: number,
    stream: number,
    atMs: number,
  ): void {
    const { alive, elapsedMs, now } = this.#world;
    const stop = start + length;
    for (let at = start; at < stop; ) {
      const end = this.#inhabitants.messageEnd?.(bytes, at, stop) ?? stop;
      const flight = this.#flight(from, to, bytes, at, end, stream);
      at = end;
      if (flight === null || atMs === Infinity) continue;
      flight.fate = alive[to] === 1 ? 'delivered' : 'unreachable';
      flight.arrivesMs = elapsedMs + atMs - now;
    }
  }

  pieceArriving(to: number): void {
    this.arrivals++;
    this.loads[to] = this.loads[to] + 1;
  }

  /** A flight for a message that is worth one, or null. */
  #flight(
    from: number,
    to: number,
    bytes: Uint8Array,
    start: number,
    end: number,
    stream: number,
  ): Flight | null {
    const call = this.#watched > 0 ? this.#callOf(from, to, bytes, start, end, stream) : 0;
    if (call === 0 && !this.isShowing) return null;
    const heard = this.#exchanges.awaits(to)
      ? this.#inhabitants.exchangeOf(bytes, start, end)
      : null;
    const answered = heard?.isReply ? this.#exchanges.answer(from, to, heard) : 0;
    if (!this.#isWanted(call, from, to, answered)) {
      this.#omitted++;
      return null;
    }
    const id = ++this.#lastId;
    (call === 0 ? this.#newest : this.#ofCalls).keep(id, bytes.slice(start, end), call);
    if (call !== 0) this.#inhabitants.flew(call, id, from, to, bytes, start, end);
    const mark = heard ?? this.#inhabitants.exchangeOf(bytes, start, end);
    const isRequest = mark !== null && !mark.isReply;
    if (isRequest) this.#exchanges.open(id, from, to, mark);
    const flight: Flight = {
      id,
      sentMs: this.#world.elapsedMs,
      arrivesMs: null,
      from,
      to,
      fate: 'unknown',
      kind: this.#inhabitants.kindOf(bytes, start, end, stream),
      bytes: end - start,
      lookup: call,
      exchange: isRequest ? id : answered,
    };
    if (this.isShowing) this.#flights.push(flight);
    else this.#remember(flight);
    return flight;
  }

  /** Of a time that is passed over, of a watched call: what it consists of is asked for afterwards. */
  #remember(flight: Flight): void {
    this.#past.push(flight);
    if (this.#past.length > 2 * PAST_KEPT) this.#past = this.#past.slice(-PAST_KEPT);
  }

  #callOf(
    from: number,
    to: number,
    bytes: Uint8Array,
    start: number,
    end: number,
    stream: number,
  ): number {
    // What others send for the sake of a call belongs to it, too; a large world is not searched for it.
    const isAsker = this.#askers[from] > 0 || (to >= 0 && this.#askers[to] > 0);
    return isAsker || this.#isSmall
      ? this.#inhabitants.callOf(from, to, bytes, start, end, stream)
      : 0;
  }

  /** @param answered the flight that it is the reply to: half an exchange would look like silence. */
  #isWanted(call: number, from: number, to: number, answered: number): boolean {
    if (this.#flights.length >= FLIGHTS_PER_UPDATE) return call !== 0 && !this.isShowing;
    if (call !== 0 || answered !== 0) return true;
    if (this.#followed.has(from) || this.#followed.has(to)) return true;
    const turn = this.#unasked++;
    return this.#isSmall || (turn % this.#stride === 0 && turn < SAMPLE_PER_UPDATE * this.#stride);
  }
}

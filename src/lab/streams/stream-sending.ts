/**
 * Sending: pieces leave an end as fast as its window and its uplink let them, and after the last of
 * them word that nothing more will come. Nothing overtakes what was sent before it.
 *
 *     queue ── window ── uplink ── way ──▶ piece at the peer's end
 *                                   └─ shut: held in front of it, and its end waits for the way
 */
import type { WorldState } from '../world-state.ts';
import { type End, type Ends, Is, What } from './stream-ends.ts';
import type { StreamState } from './stream-state.ts';
import type { Waits } from './stream-waits.ts';
import { bytesOnTheLine, segmentsOf, type Ways } from './stream-ways.ts';

/** Bytes on their way or not yet taken by the peer's machine, at most: a quarter of a MiB per stream. */
export const STREAM_WINDOW_BYTES: number = 1 << 18;

export class Sending {
  readonly #state: StreamState;
  readonly #world: WorldState;
  readonly #ends: Ends;
  readonly #ways: Ways;
  readonly #waits: Waits;

  constructor(state: StreamState) {
    this.#state = state;
    this.#world = state.world;
    this.#ends = state.ends;
    this.#ways = state.ways;
    this.#waits = state.waits;
  }

  /** Sends what the window and the uplink let through; after the last piece, word of the end. */
  pump(end: End): void {
    const ends = this.#ends;
    if (!ends.is(end, Is.open) || this.#world.alive[ends.node[end]] === 0) return;
    while (ends.queueHead[end] !== 0) {
      const length = ends.lengthOf(ends.queueHead[end]);
      const inWindow = ends.windowBytes[end];
      if (ends.is(end, Is.leaving)) return;
      if (inWindow > 0 && inWindow + length > STREAM_WINDOW_BYTES) return;
      ends.windowBytes[end] = inWindow + length;
      this.#sendPiece(end, ends.unqueue(end), length);
    }
    if (!ends.is(end, Is.ending) || ends.is(end, Is.endSent)) return;
    ends.set(end, Is.endSent);
    this.word(end, What.ended, Is.endHeld);
  }

  /** The same where the machine may be told that its queue is empty. */
  pumpAndTell(end: End): void {
    const ends = this.#ends;
    this.pump(end);
    if (!ends.is(end, Is.above) || ends.queueHead[end] !== 0) return;
    const node = ends.node[end];
    if (this.#world.alive[node] === 0) return;
    ends.clear(end, Is.above);
    this.#world.overlay.streams(node)!.drained(this.#world.now, end);
    this.#world.arm(node);
  }

  #sendPiece(end: End, piece: number, length: number): void {
    const ends = this.#ends;
    const { network, now } = this.#world;
    const peer = ends.peer[end];
    const [from, to] = [ends.node[end], ends.node[peer]];
    const bytes = bytesOnTheLine(length);
    const leavesAtMs = Math.ceil(network.uplinks?.streamLeavesAtMs(now, from, bytes) ?? now);
    if (leavesAtMs > now) {
      ends.set(end, Is.leaving);
      this.#state.put(leavesAtMs, end, What.left, 0);
    }
    const wayMs = this.#ways.wayMs(from, to, segmentsOf(length));
    this.#show(end, piece, Math.max(ends.arrivesAtMs[end], leavesAtMs + wayMs));
    if (wayMs < Infinity) {
      const atMs = Math.max(ends.arrivesAtMs[end], leavesAtMs + wayMs);
      ends.arrivesAtMs[end] = atMs;
      this.#state.put(atMs, peer, What.piece, piece);
    } else if (ends.is(peer, Is.over)) {
      this.#state.drop(piece);
      this.#waits.block(end, Is.resetHeld);
    } else {
      // What left before the way was shut is still to come, and comes first.
      if (ends.arrivesAtMs[end] >= now)
        this.#state.put(ends.arrivesAtMs[end], peer, What.piece, piece);
      else ends.hold(peer, piece);
      this.#waits.block(peer, 0);
    }
  }

  /** A piece leaves: whoever looks on sees it. */
  #show(end: End, piece: number, atMs: number): void {
    const { tap } = this.#world;
    if (!tap?.pieceSent) return;
    const { wire, node, peer } = this.#ends;
    const parcel = this.#ends.parcelOf(piece);
    const to = node[peer[end]];
    const [start, length] = [wire.startOf(parcel), wire.lengthOf(parcel)];
    tap.pieceSent(node[end], to, wire.bytesOf(parcel), start, length, end, atMs);
  }

  /** Sends word without bytes to the peer's end: `what`, held there as `held`; a reset is just lost. */
  word(end: End, what: number, held: number): void {
    const ends = this.#ends;
    const peer = ends.peer[end];
    const [from, to] = [ends.node[end], ends.node[peer]];
    const wayMs = this.#ways.wayMs(from, to, 1);
    if (wayMs < Infinity) {
      const atMs = Math.max(ends.arrivesAtMs[end], this.#world.now + wayMs);
      ends.arrivesAtMs[end] = atMs;
      this.#state.put(atMs, peer, what, 0);
    } else if (held !== 0 && !ends.is(peer, Is.over)) {
      this.#waits.block(peer, held);
    }
  }
}

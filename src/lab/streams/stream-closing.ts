/**
 * How streams end, and who hears of it. A machine hears why its stream is over as soon as it can hear:
 * one whose host fell silent when it is back, one that dropped its end itself never.
 *
 *     abandon ── by the machine, or with its process ──▶ reset at the peer's end
 *     close   ── ended on both sides, reset, refused, time-out ──▶ the machine hears why
 */
import { Closed } from '../../core/host.ts';
import type { WorldState } from '../world-state.ts';
import { type End, type Ends, Is, What } from './stream-ends.ts';
import type { Sending } from './stream-sending.ts';
import type { StreamState } from './stream-state.ts';
import type { Ways } from './stream-ways.ts';

export class Closing {
  readonly #state: StreamState;
  readonly #sending: Sending;
  readonly #world: WorldState;
  readonly #ends: Ends;
  readonly #ways: Ways;
  /** Ends whose silent host could not be told that they are over. */
  readonly #untold = new Map<number, [end: End, why: Closed][]>();

  constructor(state: StreamState, sending: Sending) {
    this.#state = state;
    this.#sending = sending;
    this.#world = state.world;
    this.#ends = state.ends;
    this.#ways = state.ways;
  }

  /** A silent host is back: what it could not be told is on its way. */
  tellAll(node: number): void {
    const { now } = this.#world;
    for (const [end, why] of this.#untold.get(node) ?? []) {
      this.#state.put(now, end, What.untold, why);
      this.#ends.unpin(end); // the event keeps its row now
    }
    this.#untold.delete(node);
  }

  /** A silent host's process is gone: there is nobody to be told. */
  tellNobody(node: number): void {
    for (const [end] of this.#untold.get(node) ?? []) {
      this.#ends.clear(end, Is.untold);
      this.#ends.unpin(end);
    }
    this.#untold.delete(node);
  }

  /** Bytes came for a stream that is over: its host, if there is one, says so. */
  answerForTheDead(end: End): void {
    const peer = this.#ends.peer[end];
    const [node, to] = [this.#ends.node[end], this.#ends.node[peer]];
    if (this.#ends.is(peer, Is.over) || this.#ways.isSilent[node] === 1) return;
    const wayMs = this.#ways.wayMs(node, to, 1);
    if (wayMs < Infinity) this.#state.put(this.#world.now + wayMs, peer, What.reset, 0);
  }

  /**
   * The machine, or its process, drops its end; it hears nothing more. A peer whose bytes wait here
   * goes on trying, and so hears of it even if the word that is sent now is lost.
   */
  abandon(end: End, isSaid: boolean): void {
    const ends = this.#ends;
    const peer = ends.peer[end];
    const isTried = ends.is(end, Is.blocked);
    if ((isSaid || isTried) && peer !== 0 && !ends.is(peer, Is.over)) {
      this.#sending.word(end, What.reset, isTried ? Is.resetHeld : 0);
    }
    this.#state.traffic.bytesDropped += ends.over(end);
    ends.forget(end);
  }

  /** The stream is over here, and the machine hears why, as soon as it can hear. */
  close(end: End, why: Closed): void {
    const ends = this.#ends;
    const node = ends.node[end];
    this.#state.traffic.bytesDropped += ends.over(end);
    if (this.#ways.isSilent[node] === 0) return this.#tell(end, why);
    ends.set(end, Is.untold);
    ends.pin(end);
    const waiting = this.#untold.get(node);
    if (waiting) waiting.push([end, why]);
    else this.#untold.set(node, [[end, why]]);
  }

  tellLate(end: End, why: Closed): void {
    if (!this.#ends.is(end, Is.untold)) return; // destroyed meanwhile
    this.#ends.clear(end, Is.untold);
    this.#tell(end, why);
  }

  #tell(end: End, why: Closed): void {
    const { now, overlay } = this.#world;
    const node = this.#ends.node[end];
    this.#state.traffic.closed[why] = this.#state.traffic.closed[why] + 1;
    this.#state.trace(What.closed, node, why);
    this.#ends.pin(end);
    overlay.streams(node)!.closed(now, end, why);
    this.#world.arm(node);
    this.#ends.unpin(end);
  }

  timeOut(end: End): void {
    const ends = this.#ends;
    const peer = ends.peer[end];
    ends.pin(end);
    if (peer !== 0 && !ends.is(peer, Is.over)) this.close(peer, Closed.timeout);
    if (!ends.is(end, Is.over)) this.close(end, Closed.timeout);
    ends.unpin(end);
  }
}

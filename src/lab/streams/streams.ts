/**
 * Streams under virtual time: what TCP is to its users, over the same network as the datagrams.
 *
 *     connect ──── one way ───▶ accepted          nobody listens: refused after the way back
 *     opened  ◀─── one way ────                   a silent host, a cut: `timeout`
 *     write   ──── uplink, one way ───▶ arrived   in order; the window holds back what is too much
 *     end     ──── one way ───▶ ended             both have ended: closed on both sides
 *     destroy ──── one way ───▶ closed (reset)    a process that is killed does that to all of its own
 *
 * Bytes that do not get through, because of a partition, a clog or a host that fell silent, wait in
 * front of the receiver's end. When the way is free again they go on with the next attempt that a
 * sender would make; when it stays shut for `STREAM_TIMEOUT_MS` both sides hear `timeout`. A lost
 * segment costs time, never bytes. Nothing here calls a machine from within one of its own calls.
 */

import type { Address } from '../../core/address.ts';
import { assert } from '../../core/assert.ts';
import { Closed, STREAM_QUEUE_BYTES, type StreamHost } from '../../core/host.ts';
import { PIECE_BYTES } from '../wire.ts';
import type { WorldState } from '../world-state.ts';
import { Closing } from './stream-closing.ts';
import { type End, type Ends, Is, What } from './stream-ends.ts';
import { Sending } from './stream-sending.ts';
import { StreamState } from './stream-state.ts';
import type { StreamTraffic } from './stream-traffic.ts';
import type { Waits } from './stream-waits.ts';
import { STREAM_TIMEOUT_MS, type Ways } from './stream-ways.ts';

export class Streams implements StreamHost {
  readonly traffic: StreamTraffic;
  readonly ends: Ends;
  readonly #state: StreamState;
  readonly #world: WorldState;
  readonly #ways: Ways;
  readonly #waits: Waits;
  readonly #sending: Sending;
  readonly #closing: Closing;

  constructor(world: WorldState) {
    const state = new StreamState(world);
    this.traffic = state.traffic;
    this.ends = state.ends;
    this.#state = state;
    this.#world = world;
    this.#ways = state.ways;
    this.#waits = state.waits;
    this.#sending = new Sending(state);
    this.#closing = new Closing(state, this.#sending);
  }

  // What machines ask for.

  connect(from: Address, to: Address): End {
    const node = this.#world.overlay.nodeAt(from);
    assert(this.#world.alive[node] === 1, 'who connects is alive');
    const end = this.ends.open(node, from, to, 0);
    this.traffic.connects++;
    this.#attempt(end);
    return end;
  }

  write(end: End, bytes: Uint8Array, start: number, stop: number): number {
    const { ends } = this;
    if (!this.#isThere(end)) return 0;
    assert(!ends.is(end, Is.ending), 'nothing is written to a stream after its end');
    this.traffic.bytesWritten += stop - start;
    const most = Math.min(PIECE_BYTES, this.#world.network.pieceBytes);
    for (let at = start; at < stop; at += most) {
      ends.queue(end, ends.keep(bytes, at, Math.min(stop, at + most)));
    }
    this.#sending.pump(end);
    if (ends.queuedBytes[end] > STREAM_QUEUE_BYTES) ends.set(end, Is.above);
    return ends.queuedBytes[end];
  }

  end(end: End): void {
    if (!this.#isThere(end)) return;
    this.ends.set(end, Is.ending);
    this.#sending.pump(end);
  }

  destroy(end: End): void {
    const isThere = this.#isThere(end);
    this.traffic.destroyed++;
    if (isThere) this.#closing.abandon(end, true);
    else this.ends.clear(end, Is.untold);
  }

  pause(end: End, isPaused: boolean): void {
    if (!this.#isThere(end)) return;
    if (isPaused) {
      this.ends.set(end, Is.paused);
    } else {
      this.ends.clear(end, Is.paused);
      const isWaiting = this.ends.heldHead[end] !== 0 || this.ends.is(end, Is.endHeld);
      const isShut = this.ends.is(end, Is.blocked);
      if (isWaiting && !isShut) this.#waits.resumeAt(end, this.#world.now);
    }
  }

  /** False when the stream is over and its machine could not be told yet. */
  #isThere(end: End): boolean {
    assert(this.ends.isUsable(end), 'a machine names streams that are not over');
    return !this.ends.is(end, Is.over);
  }

  // What the world tells.

  /** A node is alive again: what waited for its host goes on. */
  started(node: number): void {
    this.#ways.isSilent[node] = 0;
    this.#closing.tellAll(node);
    for (let end = this.ends.firstOf(node); end !== 0; end = this.ends.after(end)) {
      if (this.ends.is(end, Is.open)) this.#sending.pump(end);
    }
    this.#waits.look();
  }

  /** A node is not alive any more. Only a process that was killed leaves a host that says so. */
  stopped(node: number, isSilent: boolean): void {
    const wasSilent = this.#ways.isSilent[node] === 1;
    this.#ways.isSilent[node] = isSilent ? 1 : 0;
    if (isSilent) return;
    this.#closing.tellNobody(node);
    for (let end = this.ends.firstOf(node); end !== 0; end = this.ends.firstOf(node)) {
      this.traffic.killed++;
      this.#closing.abandon(end, !wasSilent);
    }
    if (wasSilent) this.#waits.look();
  }

  /** An event of ours has come. Until it is handled its end's row goes to nobody else. */
  handle(end: End, b: number, what: number): void {
    const { ends } = this;
    if (what === What.look) return this.#waits.look();
    if (what === What.giveUp)
      return this.#waits.hasGivenUp(end, b) ? this.#closing.timeOut(end) : undefined;
    if (what === What.piece) this.#pieceCame(end, b);
    else if (what === What.untold) this.#closing.tellLate(end, b as Closed);
    else if (!ends.is(end, Is.over)) this.#came(end, what, b);
    ends.unpin(end);
  }

  #came(end: End, what: number, b: number): void {
    const { ends } = this;
    if (what === What.connect) this.#connectCame(end);
    else if (what === What.opened) this.#openedCame(end);
    else if (what === What.ended) this.#endCame(end);
    else if (what === What.refused) this.#closing.close(end, Closed.refused);
    else if (what === What.reset) this.#resetCame(end);
    else if (what === What.closed) this.#closedCame(end);
    else if (what === What.resume) this.#resume(end);
    else if (what === What.left) {
      ends.clear(end, Is.leaving);
      this.#sending.pumpAndTell(end);
    } else {
      ends.windowBytes[end] = ends.windowBytes[end] - b;
      this.#sending.pumpAndTell(end);
    }
  }

  // Connecting.

  #attempt(end: End): void {
    const { network, now, overlay } = this.#world;
    const { node, remote } = this.ends;
    const from = node[end];
    const to = overlay.nodeAt(remote[end]);
    if (to < 0) {
      this.#state.put(now + 2 * network.latency.between(from, from), end, What.refused, 0);
      return;
    }
    const wayMs = this.#ways.accepts(to) ? this.#ways.wayMs(from, to, 1) : Infinity;
    if (wayMs < Infinity) this.#state.put(now + wayMs, end, What.connect, 0);
    else this.#waits.block(end, Is.connectHeld);
  }

  #connectCame(end: End): void {
    const { ends } = this;
    const { now, overlay } = this.#world;
    const from = ends.node[end];
    const local = ends.remote[end];
    const to = overlay.nodeAt(local);
    if (this.#ways.isSilent[to] === 1) return this.#waits.block(end, Is.connectHeld);
    const machine = this.#world.alive[to] === 0 ? null : overlay.streams(to);
    if (machine === null) return this.#refuse(end, from, to);
    const peer = ends.open(to, local, ends.local[end], end);
    ends.peer[end] = peer;
    ends.set(peer, Is.open);
    this.traffic.accepted++;
    this.#state.trace(What.connect, to, from);
    this.#sending.word(peer, What.opened, Is.openHeld);
    machine.accepted(now, peer, ends.local[end], local);
    this.#world.arm(to);
  }

  #refuse(end: End, from: number, to: number): void {
    const wayMs = this.#ways.wayMs(to, from, 1);
    if (wayMs < Infinity) this.#state.put(this.#world.now + wayMs, end, What.refused, 0);
    else this.#waits.block(end, Is.connectHeld);
  }

  #openedCame(end: End): void {
    if (!this.#gets(end, Is.openHeld)) return;
    const { now, overlay } = this.#world;
    const node = this.ends.node[end];
    this.ends.set(end, Is.open);
    this.traffic.opened++;
    this.#state.trace(What.opened, node, this.ends.node[this.ends.peer[end]]);
    overlay.streams(node)!.opened(now, end);
    if (!this.ends.is(end, Is.over)) this.#sending.pumpAndTell(end);
    this.#world.arm(node);
  }

  // Bytes.

  #pieceCame(end: End, piece: number): void {
    const { ends } = this;
    if (ends.is(end, Is.over)) {
      this.#state.drop(piece);
      this.#closing.answerForTheDead(end);
    } else if (this.#ways.isSilent[ends.node[end]] === 1) {
      ends.hold(end, piece);
      this.#waits.block(end, 0);
    } else if (this.#mustQueue(end)) {
      ends.hold(end, piece);
    } else {
      this.#deliver(end, piece);
    }
  }

  #deliver(end: End, piece: number): void {
    const { ends } = this;
    const { now, overlay } = this.#world;
    const parcel = ends.parcelOf(piece);
    const bytes = ends.wire.bytesOf(parcel);
    const start = ends.wire.startOf(parcel);
    const length = ends.wire.lengthOf(parcel);
    const [node, peer] = [ends.node[end], ends.peer[end]];
    this.traffic.pieces++;
    this.traffic.bytesDelivered += length;
    this.#world.watcher?.delivered(node);
    this.#state.trace(What.piece, node, ends.node[peer]);
    this.#world.hash.add((length << 8) ^ bytes[start] ^ (bytes[start + length - 1] << 16));
    this.#world.tap?.pieceArriving?.(node, ends.node[peer]);
    overlay.streams(node)!.arrived(now, end, bytes, start, start + length);
    ends.release(piece);
    if (!ends.is(peer, Is.over)) this.#take(end, peer, length);
    this.#world.arm(node);
  }

  /** Opens the sender's window. One that waits for it hears after one way, others need not be woken. */
  #take(end: End, peer: End, length: number): void {
    const { ends } = this;
    const { network, now } = this.#world;
    if (ends.queueHead[peer] === 0) {
      ends.windowBytes[peer] = ends.windowBytes[peer] - length;
    } else {
      const wayMs = network.segmentMs(now, ends.node[end], ends.node[peer]);
      this.#state.put(now + wayMs, peer, What.taken, length);
    }
  }

  // The end.

  #endCame(end: End): void {
    if (!this.#gets(end, Is.endHeld)) return;
    const { ends } = this;
    const { now, overlay } = this.#world;
    const [node, peer] = [ends.node[end], ends.peer[end]];
    ends.set(end, Is.peerEnded);
    this.#state.trace(What.ended, node, ends.node[peer]);
    overlay.streams(node)!.ended(now, end);
    this.#world.arm(node);
    if (ends.is(end, Is.over) || !ends.is(end, Is.endSent)) return;
    if (!ends.is(peer, Is.over)) this.#sending.word(end, What.closed, Is.closeHeld);
    this.#closing.close(end, Closed.ended);
  }

  /** Our end has come over there, after theirs had come here. */
  #closedCame(end: End): void {
    if (this.ends.is(end, Is.peerEnded)) this.#closing.close(end, Closed.ended);
  }

  #resetCame(end: End): void {
    if (this.#ways.isSilent[this.ends.node[end]] === 0) this.#closing.close(end, Closed.reset);
  }

  // Ways that are shut.

  /** Does word get through to this end now? If not, it is held there, as `held`, until it does. */
  #gets(end: End, held: number): boolean {
    const { ends } = this;
    if (this.#ways.isSilent[ends.node[end]] === 1) {
      this.#waits.block(end, held);
    } else if (this.#mustQueue(end) && held !== Is.openHeld) {
      ends.set(end, held);
    } else {
      return true;
    }
    return false;
  }

  /** Must what comes now queue up behind what is held already? */
  #mustQueue(end: End): boolean {
    const { ends } = this;
    return ends.is(end, Is.paused | Is.blocked | Is.resuming) || ends.heldHead[end] !== 0;
  }

  /** What was held goes on, unless the way is shut again. */
  #resume(end: End): void {
    const { ends } = this;
    ends.clear(end, Is.resuming);
    if (ends.is(end, Is.blocked)) {
      if (!this.#waits.isReachable(end)) return this.#goOnWaiting(end);
      ends.clear(end, Is.blocked);
    }
    if (ends.is(end, Is.connectHeld)) {
      ends.clear(end, Is.connectHeld);
      this.#attempt(end);
    }
    if (ends.is(end, Is.openHeld)) {
      ends.clear(end, Is.openHeld);
      this.#openedCame(end);
    }
    if (ends.is(end, Is.resetHeld)) return this.#closing.close(end, Closed.reset);
    while (ends.heldHead[end] !== 0 && !this.#stops(end)) this.#deliver(end, ends.unhold(end));
    if (ends.heldHead[end] !== 0 || this.#stops(end)) return;
    if (ends.is(end, Is.endHeld)) {
      ends.clear(end, Is.endHeld);
      this.#endCame(end);
    } else if (ends.is(end, Is.closeHeld)) {
      this.#closedCame(end);
    }
  }

  #stops(end: End): boolean {
    return this.ends.is(end, Is.paused | Is.blocked | Is.resuming | Is.over);
  }

  /** The way was free for a moment only. */
  #goOnWaiting(end: End): void {
    const waitedMs = this.#world.now - this.ends.blockedAtMs[end];
    if (waitedMs >= STREAM_TIMEOUT_MS) this.#closing.timeOut(end);
    else this.#waits.lookWhenOpen(end);
  }
}

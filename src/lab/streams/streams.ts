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
import type { TraceHash } from '../trace-hash.ts';
import { PIECE_BYTES } from '../wire.ts';
import type { World } from '../world.ts';
import { type End, Ends, Is, What } from './stream-ends.ts';
import { StreamTraffic } from './stream-traffic.ts';
import { Waits } from './stream-waits.ts';
import { bytesOnTheLine, STREAM_TIMEOUT_MS, segmentsOf, Ways } from './stream-ways.ts';

/** Bytes on their way or not yet taken by the peer's machine, at most: a quarter of a MiB per stream. */
export const STREAM_WINDOW_BYTES: number = 1 << 18;
export class Streams implements StreamHost {
  readonly traffic: StreamTraffic = new StreamTraffic();
  readonly ends: Ends;
  readonly #world: World;
  readonly #hash: TraceHash;
  readonly #ways: Ways;
  readonly #waits: Waits;
  readonly #eventKind: number;
  /** Ends whose silent host could not be told that they are over. */
  readonly #untold = new Map<number, [end: End, why: Closed][]>();

  /** @param eventKind under which the wheel knows our events. */
  constructor(world: World, hash: TraceHash, eventKind: number) {
    this.#world = world;
    this.#hash = hash;
    this.#eventKind = eventKind;
    this.ends = new Ends(world.count);
    this.#ways = new Ways(world);
    this.#waits = new Waits(world.wheel, eventKind, this.ends, this.#ways);
    world.network.eased = () => this.#waits.look();
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
    this.#pump(end);
    if (ends.queuedBytes[end]! > STREAM_QUEUE_BYTES) ends.set(end, Is.above);
    return ends.queuedBytes[end]!;
  }

  end(end: End): void {
    if (!this.#isThere(end)) return;
    this.ends.set(end, Is.ending);
    this.#pump(end);
  }

  destroy(end: End): void {
    const isThere = this.#isThere(end);
    this.traffic.destroyed++;
    if (isThere) this.#abandon(end, true);
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
    const { now } = this.#world;
    for (const [end, why] of this.#untold.get(node) ?? []) {
      this.#put(now, end, What.untold, why);
      this.ends.unpin(end); // the event keeps its row now
    }
    this.#untold.delete(node);
    for (let end = this.ends.firstOf(node); end !== 0; end = this.ends.after(end)) {
      if (this.ends.is(end, Is.open)) this.#pump(end);
    }
    this.#waits.look();
  }

  /** A node is not alive any more. Only a process that was killed leaves a host that says so. */
  stopped(node: number, isSilent: boolean): void {
    const wasSilent = this.#ways.isSilent[node] === 1;
    this.#ways.isSilent[node] = isSilent ? 1 : 0;
    if (isSilent) return;
    for (const [end] of this.#untold.get(node) ?? []) {
      this.ends.clear(end, Is.untold);
      this.ends.unpin(end);
    }
    this.#untold.delete(node);
    for (let end = this.ends.firstOf(node); end !== 0; end = this.ends.firstOf(node)) {
      this.traffic.killed++;
      this.#abandon(end, !wasSilent);
    }
    if (wasSilent) this.#waits.look();
  }

  /** An event of ours has come. Until it is handled its end's row goes to nobody else. */
  handle(end: End, b: number, what: number): void {
    const { ends } = this;
    if (what === What.look) return this.#waits.look();
    if (what === What.giveUp)
      return this.#waits.hasGivenUp(end, b) ? this.#timeOut(end) : undefined;
    if (what === What.piece) this.#pieceCame(end, b);
    else if (what === What.untold) this.#tellLate(end, b as Closed);
    else if (!ends.is(end, Is.over)) this.#came(end, what, b);
    ends.unpin(end);
  }

  #came(end: End, what: number, b: number): void {
    const { ends } = this;
    if (what === What.connect) this.#connectCame(end);
    else if (what === What.opened) this.#openedCame(end);
    else if (what === What.ended) this.#endCame(end);
    else if (what === What.refused) this.#close(end, Closed.refused);
    else if (what === What.reset) this.#resetCame(end);
    else if (what === What.closed) this.#closedCame(end);
    else if (what === What.resume) this.#resume(end);
    else if (what === What.left) {
      ends.clear(end, Is.leaving);
      this.#pumpAndTell(end);
    } else {
      ends.windowBytes[end] = ends.windowBytes[end]! - b;
      this.#pumpAndTell(end);
    }
  }

  // Connecting.

  #attempt(end: End): void {
    const { network, now, overlay } = this.#world;
    const { node, remote } = this.ends;
    const from = node[end]!;
    const to = overlay.nodeAt(remote[end]!);
    if (to < 0) {
      this.#put(now + 2 * network.latency.between(from, from), end, What.refused, 0);
      return;
    }
    const wayMs = this.#ways.accepts(to) ? this.#ways.wayMs(from, to, 1) : Infinity;
    if (wayMs < Infinity) this.#put(now + wayMs, end, What.connect, 0);
    else this.#waits.block(end, Is.connectHeld);
  }

  #connectCame(end: End): void {
    const { ends } = this;
    const { now, overlay } = this.#world;
    const from = ends.node[end]!;
    const local = ends.remote[end]!;
    const to = overlay.nodeAt(local);
    if (this.#ways.isSilent[to] === 1) return this.#waits.block(end, Is.connectHeld);
    const machine = this.#world.alive[to] === 0 ? null : overlay.streams(to);
    if (machine === null) return this.#refuse(end, from, to);
    const peer = ends.open(to, local, ends.local[end]!, end);
    ends.peer[end] = peer;
    ends.set(peer, Is.open);
    this.traffic.accepted++;
    this.#trace(What.connect, to, from);
    this.#send(peer, What.opened, Is.openHeld);
    machine.accepted(now, peer, ends.local[end]!, local);
    this.#world.settle(to);
  }

  #refuse(end: End, from: number, to: number): void {
    const wayMs = this.#ways.wayMs(to, from, 1);
    if (wayMs < Infinity) this.#put(this.#world.now + wayMs, end, What.refused, 0);
    else this.#waits.block(end, Is.connectHeld);
  }

  #openedCame(end: End): void {
    if (!this.#gets(end, Is.openHeld)) return;
    const { now, overlay } = this.#world;
    const node = this.ends.node[end]!;
    this.ends.set(end, Is.open);
    this.traffic.opened++;
    this.#trace(What.opened, node, this.ends.node[this.ends.peer[end]!]!);
    overlay.streams(node)!.opened(now, end);
    if (!this.ends.is(end, Is.over)) this.#pumpAndTell(end);
    this.#world.settle(node);
  }

  // Bytes.

  /** Sends what the window and the uplink let through; after the last piece, word of the end. */
  #pump(end: End): void {
    const { ends } = this;
    if (!ends.is(end, Is.open) || this.#world.alive[ends.node[end]!] === 0) return;
    while (ends.queueHead[end] !== 0) {
      const length = ends.lengthOf(ends.queueHead[end]!);
      const inWindow = ends.windowBytes[end]!;
      if (ends.is(end, Is.leaving)) return;
      if (inWindow > 0 && inWindow + length > STREAM_WINDOW_BYTES) return;
      ends.windowBytes[end] = inWindow + length;
      this.#sendPiece(end, ends.unqueue(end), length);
    }
    if (!ends.is(end, Is.ending) || ends.is(end, Is.endSent)) return;
    ends.set(end, Is.endSent);
    this.#send(end, What.ended, Is.endHeld);
  }

  /** The same where the machine may be told that its queue is empty. */
  #pumpAndTell(end: End): void {
    const { ends } = this;
    this.#pump(end);
    if (!ends.is(end, Is.above) || ends.queueHead[end] !== 0) return;
    const node = ends.node[end]!;
    if (this.#world.alive[node] === 0) return;
    ends.clear(end, Is.above);
    this.#world.overlay.streams(node)!.drained(this.#world.now, end);
    this.#world.settle(node);
  }

  #sendPiece(end: End, piece: number, length: number): void {
    const { ends } = this;
    const { network, now } = this.#world;
    const peer = ends.peer[end]!;
    const [from, to] = [ends.node[end]!, ends.node[peer]!];
    const bytes = bytesOnTheLine(length);
    const leavesAtMs = Math.ceil(network.uplinks?.streamLeavesAtMs(now, from, bytes) ?? now);
    if (leavesAtMs > now) {
      ends.set(end, Is.leaving);
      this.#put(leavesAtMs, end, What.left, 0);
    }
    const wayMs = this.#ways.wayMs(from, to, segmentsOf(length));
    this.#show(end, piece, Math.max(ends.arrivesAtMs[end]!, leavesAtMs + wayMs));
    if (wayMs < Infinity) {
      const atMs = Math.max(ends.arrivesAtMs[end]!, leavesAtMs + wayMs);
      ends.arrivesAtMs[end] = atMs;
      this.#put(atMs, peer, What.piece, piece);
    } else if (ends.is(peer, Is.over)) {
      this.#dropPiece(piece);
      this.#waits.block(end, Is.resetHeld);
    } else {
      // What left before the way was shut is still to come, and comes first.
      if (ends.arrivesAtMs[end]! >= now) this.#put(ends.arrivesAtMs[end]!, peer, What.piece, piece);
      else ends.hold(peer, piece);
      this.#waits.block(peer, 0);
    }
  }

  /** A piece leaves: whoever looks on sees it. */
  #show(end: End, piece: number, atMs: number): void {
    const { tap } = this.#world;
    if (!tap?.pieceSent) return;
    const { wire, node, peer } = this.ends;
    const parcel = this.ends.parcelOf(piece);
    const to = node[peer[end]!]!;
    const [start, length] = [wire.startOf(parcel), wire.lengthOf(parcel)];
    tap.pieceSent(node[end]!, to, wire.bytesOf(parcel), start, length, end, atMs);
  }

  #pieceCame(end: End, piece: number): void {
    const { ends } = this;
    if (ends.is(end, Is.over)) {
      this.#dropPiece(piece);
      this.#answerForTheDead(end);
    } else if (this.#ways.isSilent[ends.node[end]!] === 1) {
      ends.hold(end, piece);
      this.#waits.block(end, 0);
    } else if (this.#mustQueue(end)) {
      ends.hold(end, piece);
    } else {
      this.#deliver(end, piece);
    }
  }

  #dropPiece(piece: number): void {
    this.traffic.bytesDropped += this.ends.lengthOf(piece);
    this.ends.release(piece);
  }

  #deliver(end: End, piece: number): void {
    const { ends } = this;
    const { now, overlay } = this.#world;
    const parcel = ends.parcelOf(piece);
    const bytes = ends.wire.bytesOf(parcel);
    const start = ends.wire.startOf(parcel);
    const length = ends.wire.lengthOf(parcel);
    const [node, peer] = [ends.node[end]!, ends.peer[end]!];
    this.traffic.pieces++;
    this.traffic.bytesDelivered += length;
    this.#world.watcher?.delivered(node);
    this.#trace(What.piece, node, ends.node[peer]!);
    this.#hash.add((length << 8) ^ bytes[start]! ^ (bytes[start + length - 1]! << 16));
    this.#world.tap?.pieceArriving?.(node, ends.node[peer]!);
    overlay.streams(node)!.arrived(now, end, bytes, start, start + length);
    ends.release(piece);
    if (!ends.is(peer, Is.over)) this.#take(end, peer, length);
    this.#world.settle(node);
  }

  /** Opens the sender's window. One that waits for it hears after one way, others need not be woken. */
  #take(end: End, peer: End, length: number): void {
    const { ends } = this;
    const { network, now } = this.#world;
    if (ends.queueHead[peer] === 0) {
      ends.windowBytes[peer] = ends.windowBytes[peer]! - length;
    } else {
      const wayMs = network.segmentMs(now, ends.node[end]!, ends.node[peer]!);
      this.#put(now + wayMs, peer, What.taken, length);
    }
  }

  // The end.

  #endCame(end: End): void {
    if (!this.#gets(end, Is.endHeld)) return;
    const { ends } = this;
    const { now, overlay } = this.#world;
    const [node, peer] = [ends.node[end]!, ends.peer[end]!];
    ends.set(end, Is.peerEnded);
    this.#trace(What.ended, node, ends.node[peer]!);
    overlay.streams(node)!.ended(now, end);
    this.#world.settle(node);
    if (ends.is(end, Is.over) || !ends.is(end, Is.endSent)) return;
    if (!ends.is(peer, Is.over)) this.#send(end, What.closed, Is.closeHeld);
    this.#close(end, Closed.ended);
  }

  /** Our end has come over there, after theirs had come here. */
  #closedCame(end: End): void {
    if (this.ends.is(end, Is.peerEnded)) this.#close(end, Closed.ended);
  }

  #resetCame(end: End): void {
    if (this.#ways.isSilent[this.ends.node[end]!] === 0) this.#close(end, Closed.reset);
  }

  /** Bytes came for a stream that is over: its host, if there is one, says so. */
  #answerForTheDead(end: End): void {
    const peer = this.ends.peer[end]!;
    const [node, to] = [this.ends.node[end]!, this.ends.node[peer]!];
    if (this.ends.is(peer, Is.over) || this.#ways.isSilent[node] === 1) return;
    const wayMs = this.#ways.wayMs(node, to, 1);
    if (wayMs < Infinity) this.#put(this.#world.now + wayMs, peer, What.reset, 0);
  }

  /**
   * The machine, or its process, drops its end; it hears nothing more. A peer whose bytes wait here
   * goes on trying, and so hears of it even if the word that is sent now is lost.
   */
  #abandon(end: End, isSaid: boolean): void {
    const { ends } = this;
    const peer = ends.peer[end]!;
    const isTried = ends.is(end, Is.blocked);
    if ((isSaid || isTried) && peer !== 0 && !ends.is(peer, Is.over)) {
      this.#send(end, What.reset, isTried ? Is.resetHeld : 0);
    }
    this.traffic.bytesDropped += ends.over(end);
    ends.forget(end);
  }

  /** The stream is over here, and the machine hears why, as soon as it can hear. */
  #close(end: End, why: Closed): void {
    const { ends } = this;
    const node = ends.node[end]!;
    this.traffic.bytesDropped += ends.over(end);
    if (this.#ways.isSilent[node] === 0) return this.#tell(end, why);
    ends.set(end, Is.untold);
    ends.pin(end);
    const waiting = this.#untold.get(node);
    if (waiting) waiting.push([end, why]);
    else this.#untold.set(node, [[end, why]]);
  }

  #tellLate(end: End, why: Closed): void {
    if (!this.ends.is(end, Is.untold)) return; // destroyed meanwhile
    this.ends.clear(end, Is.untold);
    this.#tell(end, why);
  }

  #tell(end: End, why: Closed): void {
    const { now, overlay } = this.#world;
    const node = this.ends.node[end]!;
    this.traffic.closed[why] = this.traffic.closed[why]! + 1;
    this.#trace(What.closed, node, why);
    this.ends.pin(end);
    overlay.streams(node)!.closed(now, end, why);
    this.#world.settle(node);
    this.ends.unpin(end);
  }

  // Ways that are shut.

  /** Does word get through to this end now? If not, it is held there, as `held`, until it does. */
  #gets(end: End, held: number): boolean {
    const { ends } = this;
    if (this.#ways.isSilent[ends.node[end]!] === 1) {
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

  /** Sends word without bytes to the peer's end: `what`, held there as `held`; a reset is just lost. */
  #send(end: End, what: number, held: number): void {
    const { ends } = this;
    const peer = ends.peer[end]!;
    const [from, to] = [ends.node[end]!, ends.node[peer]!];
    const wayMs = this.#ways.wayMs(from, to, 1);
    if (wayMs < Infinity) {
      const atMs = Math.max(ends.arrivesAtMs[end]!, this.#world.now + wayMs);
      ends.arrivesAtMs[end] = atMs;
      this.#put(atMs, peer, what, 0);
    } else if (held !== 0 && !ends.is(peer, Is.over)) {
      this.#waits.block(peer, held);
    }
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
    if (ends.is(end, Is.resetHeld)) return this.#close(end, Closed.reset);
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
    const waitedMs = this.#world.now - this.ends.blockedAtMs[end]!;
    if (waitedMs >= STREAM_TIMEOUT_MS) this.#timeOut(end);
    else this.#waits.lookWhenOpen(end);
  }

  #timeOut(end: End): void {
    const { ends } = this;
    const peer = ends.peer[end]!;
    ends.pin(end);
    if (peer !== 0 && !ends.is(peer, Is.over)) this.#close(peer, Closed.timeout);
    if (!ends.is(end, Is.over)) this.#close(end, Closed.timeout);
    ends.unpin(end);
  }

  #put(atMs: number, end: End, what: number, b: number): void {
    this.ends.pin(end);
    this.#world.wheel.put(atMs, this.#eventKind, end, b, what);
  }

  #trace(what: number, a: number, b: number): void {
    this.#hash.add(this.#world.now);
    this.#hash.add(what);
    this.#hash.add(a);
    this.#hash.add(b);
  }
}

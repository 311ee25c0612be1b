/**
 * The ends of streams, in columns: 16,000 ring nodes with 20 streams each are 640,000 ends, so an end
 * is a row of 80 bytes and a piece of bytes one of 8 beside its parcel.
 *
 *     end ──▶ peer end        what it was told, what it was sent, what it may not hear yet:
 *       ├─ queue   ▶ ▶ ▶      pieces written and not yet on their way
 *       └─ held    ▶ ▶        pieces that have come to its door: it is paused, or the way was cut
 *
 * The ends of one node are a list, so that its death finds them. A row is used again when both ends
 * are over and nothing on its way names either.
 */
import type { Address } from '../../core/address.ts';
import { assert } from '../../core/assert.ts';
import { grown } from '../../core/column.ts';
import { type Parcel, PIECE_BYTES, Wire } from '../wire.ts';

/** Row number of an end, and its name at the seam; 0 is "none". */
export type End = number;
/** Row number of a piece; 0 is "none". */
type Piece = number;

/** Bytes of a piece's place: a command, a small record, a page, a bulk transfer. */
const PIECE_SIZES: readonly number[] = [64, 256, 1024, 4096, 16_384, PIECE_BYTES];

/** What is so of an end. */
export const Is = {
  open: 0x1,
  /** Its machine hears of it no more. */
  over: 0x2,
  /** It has said that nothing more will come; the peer was sent word of that. */
  ending: 0x4,
  endSent: 0x8,
  /** It was told that the peer has ended. */
  peerEnded: 0x10,
  paused: 0x20,
  /** Its queue was above the limit. */
  above: 0x40,
  /** A piece of it is in the uplink's queue. */
  leaving: 0x80,
  /** What comes to it does not get through: see `blockedAtMs`. */
  blocked: 0x100,
  /** It will be looked at again at a time that is in the wheel. */
  resuming: 0x200,
  /** What waits besides the pieces in `held`: see the events of these names. */
  connectHeld: 0x400,
  openHeld: 0x800,
  endHeld: 0x1000,
  closeHeld: 0x2000,
  resetHeld: 0x4000,
  /** Over, and its machine does not know. */
  untold: 0x10000,
  /** Its row is in use. */
  used: 0x8000,
} as const;

/** What an event in the wheel says to an end; some come with a word. */
export const What = {
  connect: 1,
  opened: 2,
  refused: 3,
  piece: 4,
  ended: 5,
  reset: 6,
  /** Both sides had ended, and the later of them hears of it. */
  closed: 7,
  /** The last piece has left the uplink's queue. */
  left: 8,
  /** The peer's machine took b bytes. */
  taken: 9,
  resume: 10,
  /** Blocked for `STREAM_TIMEOUT_MS`? b tells since when. */
  giveUp: 11,
  /** A clog has opened. */
  look: 12,
  /** What a silent host could not be told: b is why the stream is over. */
  untold: 13,
} as const;

const COLUMNS_BYTES = 80;

export class Ends {
  /** Ends in use. */
  count = 0;
  flags: Uint32Array = new Uint32Array(64);
  node: Uint32Array = new Uint32Array(64);
  peer: Uint32Array = new Uint32Array(64);
  /** Its own address, and the one it wants to reach or was reached from. */
  local: Float64Array = new Float64Array(64);
  remote: Float64Array = new Float64Array(64);
  /** When the last of what it sent arrives: nothing may overtake that. */
  arrivesAtMs: Float64Array = new Float64Array(64);
  blockedAtMs: Float64Array = new Float64Array(64);
  /** Bytes in `queue`; bytes that left it and were not yet taken by the peer's machine. */
  queuedBytes: Uint32Array = new Uint32Array(64);
  windowBytes: Uint32Array = new Uint32Array(64);
  queueHead: Uint32Array = new Uint32Array(64);
  heldHead: Uint32Array = new Uint32Array(64);
  #queueTail = new Uint32Array(64);
  #heldTail = new Uint32Array(64);
  #pins = new Uint32Array(64);
  #next = new Uint32Array(64);
  #previous = new Uint32Array(64);
  /** The first end of each node. */
  readonly #first: Uint32Array;
  #free = 0;
  #end = 1;

  readonly wire: Wire = new Wire(PIECE_SIZES);
  #parcels = new Uint32Array(64);
  #following = new Uint32Array(64);
  #freePiece = 0;
  #pieceEnd = 1;

  constructor(nodes: number) {
    this.#first = new Uint32Array(nodes);
  }

  get byteLength(): number {
    const ends = this.flags.length * COLUMNS_BYTES + this.#first.byteLength;
    return ends + this.#parcels.length * 8 + this.wire.byteLength;
  }

  is(end: End, what: number): boolean {
    return (this.flags[end] & what) !== 0;
  }

  set(end: End, what: number): void {
    this.flags[end] = this.flags[end] | what;
  }

  clear(end: End, what: number): void {
    this.flags[end] = this.flags[end] & ~what;
  }

  open(node: number, local: Address, remote: Address, peer: End): End {
    let end = this.#free;
    if (end !== 0) {
      this.#free = this.#next[end];
    } else {
      if (this.#end === this.flags.length) this.#grow();
      end = this.#end++;
    }
    this.count++;
    this.flags[end] = Is.used;
    this.node[end] = node;
    this.peer[end] = peer;
    this.local[end] = local;
    this.remote[end] = remote;
    this.arrivesAtMs[end] = 0;
    this.#link(end);
    return end;
  }

  /** May a machine name it? */
  isUsable(end: End): boolean {
    if (!(end > 0 && end < this.#end) || !this.is(end, Is.used)) return false;
    return !this.is(end, Is.over) || this.is(end, Is.untold);
  }

  /** Something names the end: its row must not go to another. */
  pin(end: End): void {
    this.#pins[end] = this.#pins[end] + 1;
  }

  unpin(end: End): void {
    this.#pins[end] = this.#pins[end] - 1;
    if (this.is(end, Is.over)) this.forget(end);
  }

  /** The machine hears of it no more: all that it kept is given back. Returns how many bytes. */
  over(end: End): number {
    assert(!this.is(end, Is.over), 'a stream is over once');
    const queue = this.#drop(this.queueHead[end]);
    const held = this.#drop(this.heldHead[end]);
    this.queueHead[end] = 0;
    this.heldHead[end] = 0;
    this.queuedBytes[end] = 0;
    this.windowBytes[end] = 0;
    this.flags[end] = Is.used | Is.over;
    this.#unlink(end);
    return queue + held;
  }

  /** Gives the rows of a stream back, if it is over at both ends and nothing names them. */
  forget(end: End): void {
    const peer = this.peer[end];
    if (!this.#isIdle(end) || (peer !== 0 && !this.#isIdle(peer))) return;
    this.#release(end);
    if (peer !== 0) this.#release(peer);
  }

  firstOf(node: number): End {
    return this.#first[node];
  }

  /** The node's end after this one, or 0. */
  after(end: End): End {
    return this.#next[end];
  }

  // Pieces.

  keep(bytes: Uint8Array, start: number, end: number): Piece {
    let piece = this.#freePiece;
    if (piece !== 0) {
      this.#freePiece = this.#following[piece];
    } else {
      if (this.#pieceEnd === this.#parcels.length) {
        this.#parcels = grown(this.#parcels, this.#pieceEnd * 2);
        this.#following = grown(this.#following, this.#pieceEnd * 2);
      }
      piece = this.#pieceEnd++;
    }
    this.#parcels[piece] = this.wire.keep(bytes, start, end, 0);
    return piece;
  }

  parcelOf(piece: Piece): Parcel {
    return this.#parcels[piece];
  }

  lengthOf(piece: Piece): number {
    return this.wire.lengthOf(this.#parcels[piece]);
  }

  release(piece: Piece): void {
    this.wire.release(this.#parcels[piece]);
    this.#following[piece] = this.#freePiece;
    this.#freePiece = piece;
  }

  queue(end: End, piece: Piece): void {
    this.#following[piece] = 0;
    if (this.queueHead[end] === 0) this.queueHead[end] = piece;
    else this.#following[this.#queueTail[end]] = piece;
    this.#queueTail[end] = piece;
    this.queuedBytes[end] = this.queuedBytes[end] + this.lengthOf(piece);
  }

  unqueue(end: End): Piece {
    const piece = this.queueHead[end];
    this.queueHead[end] = this.#following[piece];
    this.queuedBytes[end] = this.queuedBytes[end] - this.lengthOf(piece);
    return piece;
  }

  hold(end: End, piece: Piece): void {
    this.#following[piece] = 0;
    if (this.heldHead[end] === 0) this.heldHead[end] = piece;
    else this.#following[this.#heldTail[end]] = piece;
    this.#heldTail[end] = piece;
  }

  unhold(end: End): Piece {
    const piece = this.heldHead[end];
    this.heldHead[end] = this.#following[piece];
    return piece;
  }

  #drop(first: Piece): number {
    let bytes = 0;
    for (let piece = first; piece !== 0; ) {
      const next = this.#following[piece];
      bytes += this.lengthOf(piece);
      this.release(piece);
      piece = next;
    }
    return bytes;
  }

  #isIdle(end: End): boolean {
    return this.is(end, Is.over) && this.#pins[end] === 0;
  }

  #release(end: End): void {
    this.count--;
    this.flags[end] = 0;
    this.peer[end] = 0;
    this.#next[end] = this.#free;
    this.#free = end;
  }

  #link(end: End): void {
    const node = this.node[end];
    const first = this.#first[node];
    this.#next[end] = first;
    this.#previous[end] = 0;
    if (first !== 0) this.#previous[first] = end;
    this.#first[node] = end;
  }

  #unlink(end: End): void {
    const next = this.#next[end];
    const previous = this.#previous[end];
    if (next !== 0) this.#previous[next] = previous;
    if (previous !== 0) this.#next[previous] = next;
    else this.#first[this.node[end]] = next;
  }

  #grow(): void {
    const rows = this.flags.length * 2;
    this.flags = grown(this.flags, rows);
    this.node = grown(this.node, rows);
    this.peer = grown(this.peer, rows);
    this.local = grown(this.local, rows);
    this.remote = grown(this.remote, rows);
    this.arrivesAtMs = grown(this.arrivesAtMs, rows);
    this.blockedAtMs = grown(this.blockedAtMs, rows);
    this.queuedBytes = grown(this.queuedBytes, rows);
    this.windowBytes = grown(this.windowBytes, rows);
    this.#pins = grown(this.#pins, rows);
    this.queueHead = grown(this.queueHead, rows);
    this.heldHead = grown(this.heldHead, rows);
    this.#queueTail = grown(this.#queueTail, rows);
    this.#heldTail = grown(this.#heldTail, rows);
    this.#next = grown(this.#next, rows);
    this.#previous = grown(this.#previous, rows);
  }
}

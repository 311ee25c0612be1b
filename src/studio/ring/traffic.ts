/**
 * What members of a ring say to each other, seen at the ends that are in this process: bytes of streams
 * in, messages and lookups out.
 *
 *     own ── "VER" hello get … ──▶ anybody      written: whole frames, seen here
 *     own ◀── reply … ──────────── outsider     arriving: pieces, seen here
 *     own ◀── reply … ──────────── own          seen already, when it was written
 *
 * The payload of get, put, remove and owner begins with the key. Requests for one key of one asker, one
 * after the other, are a lookup on its way.
 */
import { formatAddress } from '../../mainline.ts';
import {
  clockwiseBits,
  type FrameHead,
  FrameType,
  frameEnd,
  frameHead,
  HELLO_LIST_AT,
  isGreeting,
  LookupDraft,
  type LookupView,
  RING_GREETING_BYTES,
  Status,
} from '../../scene.ts';

const KEY_BYTES = 20;
/** Bytes of an address within a hello, behind the number of identities. */
const ADDRESS_BYTES = 6;
/** A request that was not answered by then. */
const STEP_MS = 3000;
/** Lookups on their way, and streams in pieces, that are remembered at most. */
const OPEN_LIMIT = 256;
const STREAMS_LIMIT = 8192;

const KINDS: { readonly [type: number]: string } = {
  [FrameType.owner]: 'owns',
  [FrameType.get]: 'get',
  [FrameType.put]: 'insert',
  [FrameType.remove]: 'remove',
};

/** One message, or a piece of one that nobody can read alone. */
export interface RingMessage {
  /** Who wrote it, who gets it; -1 for somebody outside. */
  from: number;
  to: number;
  bytes: Uint8Array;
  length: number;
  /** It was seen arriving here. */
  hasArrived: boolean;
  /** It comes from the side that was connected to. */
  isReply: boolean;
}

/** What the traffic is part of. */
export interface RingCircle {
  /** The node that has this address as one of its identities; -1 for nobody known. */
  nodeAt(address: string): number;
  /** Is it of this process, so that what it writes is seen? */
  isOwn(node: number): boolean;
  /** Where a node's first identity stands, 40 hexadecimal digits; null when unknown. */
  idOf(node: number): string | null;
  nextLookup(): number;
  tellLookup(view: LookupView): void;
  /** @returns the number of the flight, 0 when it is not told. */
  tellMessage(message: RingMessage, lookup: number): number;
  /** One that was told when it was written has come to its end. */
  tellArrival(from: number, to: number, length: number): void;
}

/** A lookup that is followed, from outside only its command. */
export interface OpenLookup {
  draft: LookupDraft;
  /** It was begun by hand and ends when its outcome is known. */
  isExpected: boolean;
  touchedMs: number;
}

/** What a frame did to a lookup. */
interface Move {
  lookup: OpenLookup;
  step: number;
  isReply: boolean;
  ending: { hasSucceeded: boolean; result: string } | null;
}

export class RingTraffic {
  readonly #circle: RingCircle;
  /** By our end of streams that we made, and by the other end of those that said hello. */
  readonly #ends = new Map<number, number>();
  /** Bytes of a frame that are still to come, by stream. */
  readonly #left = new Map<string, number>();
  /** By asker and key. */
  readonly #open = new Map<string, OpenLookup>();
  /** Steps that wait, by asker, asked and request. */
  readonly #waiting = new Map<string, { lookup: OpenLookup; step: number }>();

  constructor(circle: RingCircle) {
    this.#circle = circle;
  }

  get openCount(): number {
    return this.#open.size;
  }

  /** Bytes of a stream of `node`, as its tap tells. */
  piece(
    node: number,
    isOurs: boolean,
    isAccepted: boolean,
    local: number,
    peer: number,
    bytes: Uint8Array,
  ): void {
    if (!isAccepted && local !== 0) remember(this.#ends, local, node);
    const stream = `${node} ${isOurs} ${peer}`;
    let at = 0;
    if (!isOurs) {
      at = Math.min(this.#left.get(stream) ?? 0, bytes.length);
      remember(this.#left, stream, (this.#left.get(stream) ?? 0) - at);
    }
    while (at < bytes.length) {
      if (isGreeting(bytes, at, bytes.length)) {
        at += RING_GREETING_BYTES;
        if (bytes[at] === 0x0a) at++;
        continue;
      }
      const end = frameEnd(bytes, at, bytes.length);
      const isFrame = end > 0;
      const stop = isFrame ? Math.min(end, bytes.length) : bytes.length;
      if (isFrame && end > bytes.length) remember(this.#left, stream, end - bytes.length);
      const piece = bytes.subarray(at, stop);
      if (isFrame && isAccepted && !isOurs) this.#hear(peer, piece);
      const other = isAccepted
        ? (this.#ends.get(peer) ?? -1)
        : this.#circle.nodeAt(formatAddress(peer));
      const length = isFrame ? end - at : piece.length;
      const isReply = isOurs === isAccepted;
      this.#message(node, other, isOurs, { bytes: piece, length, isReply }, isFrame);
      at = stop;
    }
  }

  /** A command begun by hand, before its first request: all its requests belong to this lookup. */
  expect(kind: string, label: string, key: string, from: number, atMs: number): OpenLookup {
    const lookup = this.#begin(kind, label, key, from, atMs, true);
    this.#circle.tellLookup(lookup.draft.view());
    return lookup;
  }

  /** What became of a command that was expected. */
  conclude(lookup: OpenLookup, hasSucceeded: boolean, result: string, atMs: number): void {
    if (lookup.draft.isRunning) this.#end(lookup, hasSucceeded, result, atMs);
  }

  /** Numbers of nodes mean nothing any more. */
  forget(): void {
    for (const map of [this.#ends, this.#left, this.#open, this.#waiting]) map.clear();
  }

  /** Gives up what nobody has answered. */
  tick(nowMs: number): void {
    for (const [name, { lookup, step }] of this.#waiting) {
      if (lookup.draft.steps[step]!.sentMs + STEP_MS > nowMs) continue;
      this.#waiting.delete(name);
      lookup.draft.close(step, 'timeout', nowMs);
      this.#circle.tellLookup(lookup.draft.view());
    }
    for (const lookup of [...this.#open.values()]) {
      if (lookup.isExpected || lookup.touchedMs + 2 * STEP_MS > nowMs) continue;
      this.#end(lookup, false, 'nobody answered', nowMs);
    }
  }

  /** A hello tells whose end of a stream this is. */
  #hear(peer: number, frame: Uint8Array): void {
    const head = frameHead(frame, 0, frame.length);
    if (head?.type !== FrameType.hello || head.isReply) return;
    const at = head.at + HELLO_LIST_AT;
    if (frame.length < at + 1 + ADDRESS_BYTES || frame[at] === 0) return;
    const view = new DataView(frame.buffer, frame.byteOffset + at + 1);
    const address = view.getUint32(0) * 0x10000 + view.getUint16(4);
    const node = this.#circle.nodeAt(formatAddress(address));
    if (node >= 0) remember(this.#ends, peer, node);
  }

  #message(
    node: number,
    other: number,
    isOurs: boolean,
    what: Pick<RingMessage, 'bytes' | 'length' | 'isReply'>,
    isFrame: boolean,
  ): void {
    const from = isOurs ? node : other;
    const to = isOurs ? other : node;
    if (!isOurs && other >= 0 && this.#circle.isOwn(other)) {
      return this.#circle.tellArrival(from, to, what.length);
    }
    const move = isFrame ? this.#follow(from, to, what.bytes) : null;
    const message = { from, to, hasArrived: !isOurs, ...what };
    const flight = this.#circle.tellMessage(message, move?.lookup.draft.opening.id ?? 0);
    if (move === null) return;
    const { lookup, step, isReply, ending } = move;
    lookup.draft.steps[step]![isReply ? 'reply' : 'request'] = flight;
    if (ending === null) this.#circle.tellLookup(lookup.draft.view());
    else this.#end(lookup, ending.hasSucceeded, ending.result, Date.now());
  }

  /** The lookup that a frame belongs to, moved on by it. */
  #follow(from: number, to: number, frame: Uint8Array): Move | null {
    const head = frameHead(frame, 0, frame.length);
    if (head === null || KINDS[head.type] === undefined) return null;
    return head.isReply
      ? this.#answered(from, to, frame, head)
      : this.#asked(from, to, frame, head);
  }

  #answered(from: number, to: number, frame: Uint8Array, head: FrameHead): Move | null {
    const name = `${to} ${from} ${head.type} ${head.request}`;
    const found = this.#waiting.get(name);
    if (found === undefined) return null;
    this.#waiting.delete(name);
    const { lookup, step } = found;
    lookup.touchedMs = Date.now();
    lookup.draft.close(step, 'answered', lookup.touchedMs);
    const status = frame[head.at];
    if (lookup.isExpected || status === Status.notOwner)
      return { lookup, step, isReply: true, ending: null };
    const hasSucceeded = status === Status.ok;
    const result = `${hasSucceeded ? 'answered' : 'refused'} by node ${from}`;
    return { lookup, step, isReply: true, ending: { hasSucceeded, result } };
  }

  #asked(from: number, to: number, frame: Uint8Array, head: FrameHead): Move | null {
    const { type, request, at } = head;
    if (frame.length < at + KEY_BYTES) return null;
    const bytes = frame.subarray(at, at + KEY_BYTES);
    const key = Buffer.from(bytes).toString('hex');
    const known = this.#open.get(`${from} ${key}`);
    // Members ask for owners all the time, to keep their fingers right; that is no lookup of anybody.
    if (known === undefined && type === FrameType.owner && from >= 0) return null;
    const nowMs = Date.now();
    const lookup = known ?? this.#begin(KINDS[type]!, key, key, from, nowMs, false);
    const id = to < 0 ? null : this.#circle.idOf(to);
    const distanceBits = id === null ? null : clockwiseBits(Buffer.from(id, 'hex'), bytes);
    const toldBy = lookup.draft.steps.length - 1;
    const step = lookup.draft.asked({ node: to, id, toldBy, distanceBits }, nowMs);
    lookup.touchedMs = nowMs;
    this.#waiting.set(`${from} ${to} ${type} ${request}`, { lookup, step });
    return { lookup, step, isReply: false, ending: null };
  }

  #begin(
    kind: string,
    label: string,
    key: string,
    from: number,
    atMs: number,
    isExpected: boolean,
  ): OpenLookup {
    const id = this.#circle.nextLookup();
    const draft = new LookupDraft({ id, kind, label, target: key, from, startedMs: atMs });
    const lookup = { draft, isExpected, touchedMs: atMs };
    const oldest = this.#open.values().next().value;
    if (this.#open.size >= OPEN_LIMIT && oldest) this.#end(oldest, false, 'not followed', atMs);
    this.#open.set(`${from} ${key}`, lookup);
    return lookup;
  }

  #end(lookup: OpenLookup, hasSucceeded: boolean, result: string, atMs: number): void {
    for (const [name, open] of this.#open) if (open === lookup) this.#open.delete(name);
    for (const [name, waiting] of this.#waiting) {
      if (waiting.lookup === lookup) this.#waiting.delete(name);
    }
    lookup.draft.end({ failed: !hasSucceeded, result, exact: null }, atMs, atMs);
    this.#circle.tellLookup(lookup.draft.view());
  }
}

function remember<K, V>(map: Map<K, V>, name: K, value: V): void {
  if (map.size >= STREAMS_LIMIT && !map.has(name)) map.clear();
  map.set(name, value);
}

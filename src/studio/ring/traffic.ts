/**
 * What members of a ring say to each other, seen at the ends that are in this process: bytes of streams
 * in, messages and lookups out.
 *
 *     own ── "VER" hello get … ──▶ anybody      written: whole frames, seen here
 *     own ◀── reply … ──────────── outsider     arriving: pieces, seen here
 *     own ◀── reply … ──────────── own          seen already, when it was written
 *
 * A frame is 4 bytes of length, the type (bit 7: a reply), 4 bytes that name the request, and the
 * payload, which for get, put, remove and owner begins with the key (docs/ring-protocol.md). Requests
 * for one key of one asker, one after the other, are a lookup on its way.
 */
import { formatAddress } from '../../mainline.ts';
import type { LookupStepView, LookupView } from '../../scene.ts';

const HEADER_BYTES = 9;
const KEY_BYTES = 20;
const REPLY = 0x80;
const TYPES_LAST = 18;
const HELLO = 1;
/** No frame of a sane node is longer. */
const FRAME_BYTES_MAX = 65 << 20;
const GREETING = 'VER';
/** A request that was not answered by then. */
const STEP_MS = 3000;
/** Lookups on their way, and streams in pieces, that are remembered at most. */
const OPEN_LIMIT = 256;
const STREAMS_LIMIT = 8192;

const KINDS: { readonly [type: number]: string } = {
  2: 'owns',
  3: 'get',
  4: 'insert',
  5: 'remove',
};
const OWNS = 2;
/** First byte of a reply: the arc is somebody else's, here is who is closer. */
const NOT_OWNER = 1;

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

interface OpenLookup {
  view: LookupView & { steps: LookupStepView[] };
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
      if (isGreeting(bytes, at)) {
        at += GREETING.length;
        if (bytes[at] === 0x0a) at++;
        continue;
      }
      const end = frameEnd(bytes, at);
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
  expect(kind: string, label: string, key: string, from: number, atMs: number): LookupView {
    const lookup = this.#begin(kind, label, key, from, atMs, true);
    this.#circle.tellLookup(copyOf(lookup.view));
    return lookup.view;
  }

  /** What became of a command that was expected. */
  conclude(view: LookupView, hasSucceeded: boolean, result: string, atMs: number): void {
    const lookup = [...this.#open.values()].find((open) => open.view === view);
    if (lookup !== undefined) this.#end(lookup, hasSucceeded, result, atMs);
  }

  /** Numbers of nodes mean nothing any more. */
  forget(): void {
    for (const map of [this.#ends, this.#left, this.#open, this.#waiting]) map.clear();
  }

  /** Gives up what nobody has answered. */
  tick(nowMs: number): void {
    for (const [name, { lookup, step }] of this.#waiting) {
      const { sentMs } = lookup.view.steps[step]!;
      if (sentMs + STEP_MS > nowMs) continue;
      this.#waiting.delete(name);
      lookup.view.steps[step] = { ...lookup.view.steps[step]!, endedMs: nowMs, verdict: 'timeout' };
      this.#circle.tellLookup(copyOf(lookup.view));
    }
    for (const lookup of [...this.#open.values()]) {
      if (lookup.isExpected || lookup.touchedMs + 2 * STEP_MS > nowMs) continue;
      this.#end(lookup, false, 'nobody answered', nowMs);
    }
  }

  /** A hello tells whose end of a stream this is. */
  #hear(peer: number, frame: Uint8Array): void {
    if (frame[4] !== HELLO || frame.length < HEADER_BYTES + 7 || frame[HEADER_BYTES] === 0) return;
    const view = new DataView(frame.buffer, frame.byteOffset + HEADER_BYTES + 1);
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
    const flight = this.#circle.tellMessage(message, move?.lookup.view.id ?? 0);
    if (move === null) return;
    const { lookup, step, isReply, ending } = move;
    const known = lookup.view.steps[step]!;
    lookup.view.steps[step] = isReply ? { ...known, reply: flight } : { ...known, request: flight };
    if (ending === null) this.#circle.tellLookup(copyOf(lookup.view));
    else this.#end(lookup, ending.hasSucceeded, ending.result, Date.now());
  }

  /** The lookup that a frame belongs to, moved on by it. */
  #follow(from: number, to: number, frame: Uint8Array): Move | null {
    const type = frame[4]! & ~REPLY;
    const kind = KINDS[type];
    if (kind === undefined) return null;
    const nowMs = Date.now();
    const request = new DataView(frame.buffer, frame.byteOffset + 5).getUint32(0);
    if ((frame[4]! & REPLY) === 0) return this.#asked(from, to, type, kind, request, frame, nowMs);
    const name = `${to} ${from} ${type} ${request}`;
    const found = this.#waiting.get(name);
    if (found === undefined) return null;
    this.#waiting.delete(name);
    const { lookup, step } = found;
    const { steps } = lookup.view;
    steps[step] = { ...steps[step]!, endedMs: nowMs, verdict: 'answered' };
    lookup.touchedMs = nowMs;
    const status = frame[HEADER_BYTES];
    if (lookup.isExpected || status === NOT_OWNER)
      return { lookup, step, isReply: true, ending: null };
    const hasSucceeded = status === 0;
    const result = `${hasSucceeded ? 'answered' : 'refused'} by node ${from}`;
    return { lookup, step, isReply: true, ending: { hasSucceeded, result } };
  }

  #asked(
    from: number,
    to: number,
    type: number,
    kind: string,
    request: number,
    frame: Uint8Array,
    nowMs: number,
  ): Move | null {
    if (frame.length < HEADER_BYTES + KEY_BYTES) return null;
    const bytes = frame.subarray(HEADER_BYTES, HEADER_BYTES + KEY_BYTES);
    const key = Buffer.from(bytes).toString('hex');
    const known = this.#open.get(`${from} ${key}`);
    // Members ask for owners all the time, to keep their fingers right; that is no lookup of anybody.
    if (known === undefined && type === OWNS && from >= 0) return null;
    const lookup = known ?? this.#begin(kind, key, key, from, nowMs, false);
    const { steps } = lookup.view;
    const id = to < 0 ? null : this.#circle.idOf(to);
    steps.push({
      node: to,
      id,
      toldBy: steps.length - 1,
      hops: steps.length + 1,
      distanceBits: id === null ? null : clockwiseBits(id, key),
      sentMs: nowMs,
      endedMs: null,
      verdict: 'waiting',
      request: 0,
      reply: 0,
    });
    lookup.touchedMs = nowMs;
    const step = steps.length - 1;
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
    const view: OpenLookup['view'] = {
      type: 'lookup',
      id: this.#circle.nextLookup(),
      kind,
      label,
      target: key,
      from,
      startedMs: atMs,
      endedMs: null,
      state: 'running',
      result: '',
      exact: null,
      steps: [],
    };
    const lookup = { view, isExpected, touchedMs: atMs };
    const oldest = this.#open.values().next().value;
    if (this.#open.size >= OPEN_LIMIT && oldest) this.#end(oldest, false, 'not followed', atMs);
    this.#open.set(`${from} ${key}`, lookup);
    return lookup;
  }

  #end(lookup: OpenLookup, hasSucceeded: boolean, result: string, atMs: number): void {
    const { view } = lookup;
    for (const [name, open] of this.#open) if (open === lookup) this.#open.delete(name);
    for (const [name, waiting] of this.#waiting) {
      if (waiting.lookup === lookup) this.#waiting.delete(name);
    }
    view.endedMs = atMs;
    view.state = hasSucceeded ? 'succeeded' : 'failed';
    view.result = result;
    for (const [i, step] of view.steps.entries()) {
      if (step.verdict === 'waiting') {
        view.steps[i] = { ...step, endedMs: atMs, verdict: 'cancelled' };
      }
    }
    this.#circle.tellLookup(copyOf(view));
  }
}

function copyOf(view: LookupView): LookupView {
  return { ...view, steps: [...view.steps] };
}

function remember<K, V>(map: Map<K, V>, name: K, value: V): void {
  if (map.size >= STREAMS_LIMIT && !map.has(name)) map.clear();
  map.set(name, value);
}

function isGreeting(bytes: Uint8Array, at: number): boolean {
  for (let i = 0; i < GREETING.length; i++) {
    if (bytes[at + i] !== GREETING.charCodeAt(i)) return false;
  }
  return true;
}

/** Where the frame at `at` ends, perhaps beyond what is here; 0 when there is no frame. */
function frameEnd(bytes: Uint8Array, at: number): number {
  if (bytes.length - at < HEADER_BYTES) return 0;
  const length = new DataView(bytes.buffer, bytes.byteOffset + at).getUint32(0);
  const type = bytes[at + 4]! & ~REPLY;
  if (length < HEADER_BYTES - 4 || length > FRAME_BYTES_MAX) return 0;
  return type >= 1 && type <= TYPES_LAST ? at + 4 + length : 0;
}

/** log2 of the way clockwise from `id` to `key`, rounded up; 0 when they are the same. */
export function clockwiseBits(id: string, key: string): number {
  const circle = 1n << 160n;
  const way = (BigInt(`0x${key}`) - BigInt(`0x${id}`) + circle) % circle;
  return way <= 1n ? Number(way) : (way - 1n).toString(2).length;
}

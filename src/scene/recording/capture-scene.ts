/**
 * A capture of one node as a scene: the node, those whom it heard of by their own messages, and the messages
 * between them, at their times. What it knew inside, its table and its lookups, no capture tells.
 *
 *     packets ── who is who: ids are in the messages ──▶ hello, places, whole update
 *             └─ 100 ms at a time ──────────────────────▶ flights, update
 */
import type { Address } from '../../core/address.ts';
import { formatAddress } from '../../core/address.ts';
import { formatId, ID_BYTES } from '../../core/id.ts';
import type { CapturedPacket } from '../../mainline/capture/captured.ts';
import { Malformed } from '../../mainline/krpc/fields.ts';
import { Message } from '../../mainline/krpc/message.ts';
import { Exchanges } from '../explain/exchanges.ts';
import { kindOfMainline, mainlineExchange } from '../explain/mainline.ts';
import { SCENE_VERSION } from '../protocol/limits.ts';
import {
  type Figures,
  type Flight,
  NO_FIGURES,
  NodeState,
  type SceneMessage,
  type Update,
} from '../protocol/messages.ts';
import { RECORDED_FRAME_MS } from './recorder.ts';

/** Nodes that are placed; messages of others come from outside. */
const CAPTURE_NODES_MAX = 20_000;
/** Messages told per update; a busier node's are counted. */
export const CAPTURE_FLIGHTS_MAX = 1000;
const BUCKET = 8;
const OURSELVES = 0;
const OUTSIDE = -1;

/** Tells the scene of a capture, in the order of a recording. @throws RangeError for an empty one. */
export function captureScene(
  packets: readonly CapturedPacket[],
  tell: (message: SceneMessage) => void,
): void {
  const [first] = packets;
  if (first === undefined) throw new RangeError('the capture has no packets');
  const cast = new Cast(packets);
  tell({
    type: 'hello',
    version: SCENE_VERSION,
    overlay: 'mainline',
    origin: 'live',
    title: `${cast.count - 1} nodes as ${formatAddress(first.local)} heard them`,
    config: null,
    abilities: [],
    k: BUCKET,
    endMs: null,
  });
  tell(cast.places());
  tell(cast.update(first.atMs, true, []));
  let next = 0;
  for (let endMs = first.atMs; next < packets.length; ) {
    // Nothing is told of times when nothing happened.
    const frames = Math.floor((packets[next].atMs - endMs) / RECORDED_FRAME_MS) + 1;
    endMs += RECORDED_FRAME_MS * Math.max(1, frames);
    const flights: Flight[] = [];
    let omitted = 0;
    const seen: number[] = [];
    for (; next < packets.length && packets[next].atMs < endMs; next++) {
      const flight = cast.flight(packets[next], next + 1, seen);
      if (flights.length < CAPTURE_FLIGHTS_MAX) flights.push(flight);
      else omitted++;
    }
    if (flights.length > 0) tell({ type: 'flights', flights, omitted });
    tell(cast.update(endMs, false, seen));
  }
}

/** Who takes part: numbers by id and address, in the order of appearance; we are the first. */
class Cast {
  readonly #message = new Message();
  readonly #ids: Uint8Array[] = [];
  readonly #addresses: Address[] = [];
  readonly #numbers = new Map<string, number>();
  /** Whose messages come from an address, the latest. */
  readonly #at = new Map<Address, number>();
  readonly #isUp: boolean[] = [true];
  readonly #loads: number[] = [0];
  readonly #exchanges = new Exchanges();
  #messages = 0;

  constructor(packets: readonly CapturedPacket[]) {
    for (const packet of packets) this.#meet(packet);
    if (this.#ids[OURSELVES] === undefined) {
      this.#ids[OURSELVES] = new Uint8Array(ID_BYTES);
      this.#addresses[OURSELVES] = packets[0].local;
    }
    this.#at.clear();
  }

  get count(): number {
    return this.#ids.length;
  }

  #meet({ isOurs, local, peer, bytes }: CapturedPacket): void {
    const id = this.#idIn(bytes);
    if (id === null) return;
    if (isOurs) {
      this.#ids[OURSELVES] ??= id;
      this.#addresses[OURSELVES] ??= local;
      return;
    }
    const name = nameOf(id, peer);
    if (this.#numbers.has(name) || this.#numbers.size >= CAPTURE_NODES_MAX) return;
    const number = this.#numbers.size + 1;
    this.#numbers.set(name, number);
    this.#ids[number] = id;
    this.#addresses[number] = peer;
    this.#isUp[number] = false;
    this.#loads[number] = 0;
  }

  #idIn(bytes: Uint8Array): Uint8Array | null {
    const message = this.#message;
    if (message.read(bytes, 0, bytes.length) !== Malformed.fine || message.idStart <= 0)
      return null;
    return bytes.slice(message.idStart, message.idStart + ID_BYTES);
  }

  places(): SceneMessage {
    const ids = new Uint8Array(this.count * ID_BYTES);
    for (const [i, id] of this.#ids.entries()) ids.set(id, i * ID_BYTES);
    return {
      type: 'places',
      first: 0,
      ids,
      nodes: Uint32Array.from({ length: this.count }, (_, i) => i),
      addresses: Float64Array.from(this.#addresses),
    };
  }

  /** @param seen is given those who are seen for the first time. */
  flight(packet: CapturedPacket, number: number, seen: number[]): Flight {
    const { atMs, isOurs, peer, bytes } = packet;
    const id = isOurs ? null : this.#idIn(bytes);
    const known = id === null ? this.#at.get(peer) : this.#numbers.get(nameOf(id, peer));
    const other = known ?? OUTSIDE;
    if (known !== undefined) this.#at.set(peer, known);
    if (!isOurs && known !== undefined && !this.#isUp[known]) {
      this.#isUp[known] = true;
      seen.push(known);
    }
    this.#messages++;
    if (!isOurs) this.#loads[OURSELVES]++;
    else if (known !== undefined) this.#loads[known]++;
    return {
      data: bytes,
      id: number,
      sentMs: atMs,
      arrivesMs: isOurs ? null : atMs,
      from: isOurs ? OURSELVES : other,
      to: isOurs ? other : OURSELVES,
      fate: isOurs ? 'unknown' : 'delivered',
      kind: kindOfMainline(bytes, 0, bytes.length),
      bytes: bytes.length,
      lookup: 0,
      exchange: this.#exchange(
        number,
        isOurs ? OURSELVES : other,
        isOurs ? other : OURSELVES,
        bytes,
      ),
    };
  }

  #exchange(flight: number, from: number, to: number, bytes: Uint8Array): number {
    const mark = mainlineExchange(bytes, 0, bytes.length);
    if (mark === null) return 0;
    if (mark.isReply) return this.#exchanges.answer(from, to, mark);
    this.#exchanges.open(flight, from, to, mark);
    return flight;
  }

  update(atMs: number, whole: boolean, seen: readonly number[]): Update {
    const nodes = whole ? Array.from({ length: this.count }, (_, i) => i) : seen;
    const states = nodes.map((node) => (this.#isUp[node] ? NodeState.up : NodeState.absent));
    return {
      type: 'frame',
      atMs,
      whole,
      playing: true,
      pace: 1000,
      nodes: Uint32Array.from(nodes),
      states: Uint8Array.from(states),
      places: new Uint32Array(0),
      successors: new Int32Array(0),
      safeties: new Uint8Array(0),
      sybils: new Uint32Array(0),
      sides: null,
      keys: [],
      figures: this.#figures(),
      loads: Uint32Array.from(this.#loads),
    };
  }

  #figures(): Figures {
    const nodesNow = this.#isUp.filter((isUp) => isUp).length;
    return { ...NO_FIGURES, nodesNow, messages: this.#messages };
  }
}

const nameOf = (id: Uint8Array, address: Address): string => `${formatId(id, 0)} ${address}`;

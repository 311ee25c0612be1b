/**
 * A world of machines that speak over streams and write down what they hear. Node i lives at
 * 10.0.0.0 + i, port 1000, and listens unless it was told not to.
 */
import { expect } from 'vitest';
import { type Address, addressOf, ipOf, portOf } from '../../src/core/address.ts';
import { Closed, type Stream, type StreamHost, type StreamMachine } from '../../src/core/host.ts';
import type { NetworkModel } from '../../src/lab/network/network-model.ts';
import type { Overlay } from '../../src/lab/overlay.ts';
import { World } from '../../src/lab/world.ts';

const FIRST_IP = 0x0a000000;
const PORT = 1000;
const WHY = Object.fromEntries(Object.entries(Closed).map(([name, why]) => [why, name]));

/** What one stream of one machine has heard. */
export interface Heard {
  bytes: number[];
  opened: boolean;
  ended: boolean;
  drained: number;
  closed: string | null;
  /** For a test that numbers those who write. */
  writer: number;
}

export class Peer implements StreamMachine {
  deadline: number = Infinity;
  /** All that happened, with times since the start. */
  readonly log: string[] = [];
  /** Streams that are not over. */
  readonly streams = new Map<Stream, Heard>();
  /** Those that are. */
  readonly past: Heard[] = [];
  /** What to do besides, within the call. */
  onAccepted: (stream: Stream) => void = () => {};
  onArrived: (stream: Stream, bytes: Uint8Array) => void = () => {};
  onEnded: (stream: Stream) => void = () => {};
  onDrained: (stream: Stream) => void = () => {};
  readonly #startMs: number;

  constructor(startMs: number) {
    this.#startMs = startMs;
  }

  has(stream: Stream): Stream {
    if (this.streams.has(stream)) throw new Error(`stream ${stream} is there already`);
    const nothing = { opened: false, ended: false, drained: 0, closed: null, writer: -1 };
    this.streams.set(stream, { bytes: [], ...nothing });
    return stream;
  }

  /** What a stream heard that is still there. */
  heard(stream: Stream): Heard {
    const heard = this.streams.get(stream);
    if (!heard) throw new Error(`a machine hears of stream ${stream}, which is not one of its own`);
    return heard;
  }

  forget(stream: Stream): void {
    this.past.push(this.heard(stream));
    this.streams.delete(stream);
  }

  accepted(now: number, stream: Stream, from: Address, to: Address): void {
    this.has(stream);
    this.#note(now, `accepted from ${ipOf(from) - FIRST_IP} at ${ipOf(to) - FIRST_IP}`);
    this.onAccepted(stream);
  }

  opened(now: number, stream: Stream): void {
    if (this.heard(stream).opened) throw new Error('opened twice');
    this.heard(stream).opened = true;
    this.#note(now, 'opened');
  }

  arrived(now: number, stream: Stream, bytes: Uint8Array, start: number, end: number): void {
    const heard = this.heard(stream);
    if (heard.ended) throw new Error('bytes after the end');
    for (let i = start; i < end; i++) heard.bytes.push(bytes[i]);
    this.#note(now, `${end - start} bytes`);
    this.onArrived(stream, bytes.slice(start, end));
  }

  drained(now: number, stream: Stream): void {
    this.heard(stream).drained++;
    this.#note(now, 'drained');
    this.onDrained(stream);
  }

  ended(now: number, stream: Stream): void {
    if (this.heard(stream).ended) throw new Error('ended twice');
    this.heard(stream).ended = true;
    this.#note(now, 'ended');
    this.onEnded(stream);
  }

  closed(now: number, stream: Stream, why: Closed): void {
    this.heard(stream).closed = WHY[why];
    this.forget(stream);
    this.#note(now, `closed ${WHY[why]}`);
  }

  tick(): void {}

  #note(now: number, what: string): void {
    this.log.push(`${now - this.#startMs} ${what}`);
  }
}

export class StreamWorld implements Overlay {
  readonly count: number;
  readonly world: World;
  readonly peers: Peer[];
  readonly deaf = new Set<number>();
  readonly startMs: number;
  readonly host: StreamHost;

  constructor(count: number, network: Partial<NetworkModel> = {}, seed = 1) {
    this.count = count;
    const latency = { kind: 'constant', ms: 100 } as const;
    this.world = new World({ seed, nodes: count, network: { latency, ...network } });
    this.startMs = this.world.now;
    this.peers = Array.from({ length: count }, () => new Peer(this.startMs));
    this.host = this.world.streamHost;
    this.world.inhabit(this);
    for (let node = 0; node < count; node++) this.world.start(node);
  }

  addressOf(node: number): Address {
    return addressOf(FIRST_IP + node, PORT);
  }

  nodeAt(address: Address): number {
    const node = ipOf(address) - FIRST_IP;
    return node >= 0 && node < this.count && portOf(address) === PORT ? node : -1;
  }

  machine(node: number): Peer {
    return this.peers[node];
  }

  datagrams(): null {
    return null;
  }

  streams(node: number): Peer | null {
    return this.deaf.has(node) ? null : this.peers[node];
  }

  get elapsedMs(): number {
    return this.world.now - this.startMs;
  }

  /** Lets virtual time pass. */
  pass(ms: number): void {
    this.world.run(this.world.now + ms);
  }

  connect(from: number, to: number): Stream {
    return this.peers[from].has(this.host.connect(this.addressOf(from), this.addressOf(to)));
  }

  write(stream: Stream, bytes: ArrayLike<number>): number {
    return this.host.write(stream, Uint8Array.from(bytes), 0, bytes.length);
  }

  destroy(node: number, stream: Stream): void {
    this.peers[node].forget(stream);
    this.host.destroy(stream);
  }

  /** A process that dies leaves nothing that could hear. */
  kill(node: number): void {
    for (const stream of [...this.peers[node].streams.keys()]) this.peers[node].forget(stream);
    this.world.stop(node);
  }

  /** The one stream of a node. */
  only(node: number): Stream {
    const [stream, ...others] = this.peers[node].streams.keys();
    if (stream === undefined || others.length > 0) throw new Error('expected one stream');
    return stream;
  }

  /** Two nodes with a stream between them, some time ago. */
  connected(from: number, to: number): [Stream, Stream] {
    const before = new Set(this.peers[to].streams.keys());
    const near = this.connect(from, to);
    this.pass(1000);
    const far = [...this.peers[to].streams.keys()].find((stream) => !before.has(stream))!;
    this.peers[from].log.length = 0;
    this.peers[to].log.length = 0;
    return [near, far];
  }
}

/** Bytes that differ from each other, and from those of another seed. */
export function pattern(length: number, seed = 0): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (i * 7 + (i >> 8) * 13 + seed * 101) & 255);
}

/** Nothing is left of any stream. */
export function expectClean({ world }: StreamWorld): void {
  const { ends, traffic } = world.streams;
  expect([ends.count, ends.wire.count]).toEqual([0, 0]);
  expect(traffic.bytesWritten).toBe(traffic.bytesDelivered + traffic.bytesDropped);
}

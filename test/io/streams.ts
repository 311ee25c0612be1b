/** Both ends of TCP streams for tests: what a receiver heard, in its order, and ways to wait for it. */
import { expect } from 'vitest';
import { type Address, addressOf } from '../../src/core/address.ts';
import { Closed, type Stream } from '../../src/core/host.ts';
import {
  listenTcp,
  type StreamReceiver,
  type TcpOptions,
  type TcpStreams,
} from '../../src/io/tcp.ts';

export const LOOPBACK = 0x7f000001;

export class Recorder implements StreamReceiver {
  /** `accepted 1`, `ended 1`, `closed 1 reset`… without the bytes. */
  readonly heard: string[] = [];
  readonly bytes = new Map<Stream, number[]>();
  readonly calls = new Map<Stream, number>();
  readonly accepts: { stream: Stream; from: Address; to: Address }[] = [];
  onAccepted: (stream: Stream) => void = () => {};
  onArrived: (stream: Stream, bytes: Uint8Array) => void = () => {};
  onEnded: (stream: Stream) => void = () => {};
  /** Without it 10 MB would become ten million numbers. */
  keepsBytes = true;

  accepted(stream: Stream, from: Address, to: Address): void {
    this.heard.push(`accepted ${stream}`);
    this.accepts.push({ stream, from, to });
    this.onAccepted(stream);
  }

  opened(stream: Stream): void {
    this.heard.push(`opened ${stream}`);
  }

  arrived(stream: Stream, bytes: Uint8Array, start: number, end: number): void {
    const part = bytes.subarray(start, end);
    this.calls.set(stream, (this.calls.get(stream) ?? 0) + 1);
    if (this.keepsBytes) this.bytes.set(stream, [...(this.bytes.get(stream) ?? []), ...part]);
    this.onArrived(stream, part);
  }

  drained(stream: Stream): void {
    this.heard.push(`drained ${stream}`);
  }

  ended(stream: Stream): void {
    this.heard.push(`ended ${stream}`);
    this.onEnded(stream);
  }

  closed(stream: Stream, why: Closed): void {
    const name = Object.entries(Closed).find(([, value]) => value === why)![0];
    this.heard.push(`closed ${stream} ${name}`);
  }

  /** Waits until it heard this. */
  until(line: string): Promise<void> {
    return expect.poll(() => this.heard, { timeout: 10_000 }).toContain(line);
  }
}

export interface End extends AsyncDisposable {
  streams: TcpStreams;
  recorder: Recorder;
  address: Address;
}

/** Somebody who listens on `ports` free ports of loopback and writes down what comes. */
export async function openEnd(ports = 1, options: TcpOptions = {}, ip = LOOPBACK): Promise<End> {
  const streams = await listenTcp(ip, new Array<number>(ports).fill(0), options);
  const recorder = new Recorder();
  streams.open(recorder);
  return {
    streams,
    recorder,
    address: streams.addresses[0] ?? addressOf(ip, 0),
    [Symbol.asyncDispose]: () => streams.close(),
  };
}

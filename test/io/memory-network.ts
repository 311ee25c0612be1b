/**
 * A world in memory: datagrams wait in a line until they are delivered, and time stands still until
 * it is moved. A whole exchange between nodes then runs without a socket and without waiting.
 */
import type { Address } from '../../src/core/address.ts';
import type { DatagramReceiver, DatagramTransport } from '../../src/core/host.ts';
import type { Clock } from '../../src/io/clock.ts';

/** Time that moves only when told to; what falls due on the way is called in its order. */
export class ManualClock implements Clock {
  readonly originMs = 1_700_000_000_000;
  #now = 0;
  #timers: { at: number; callback: () => void }[] = [];

  now(): number {
    return this.#now;
  }

  after(delayMs: number, callback: () => void): () => void {
    const timer = { at: this.#now + delayMs, callback };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  get timerCount(): number {
    return this.#timers.length;
  }

  /** Time goes by and nobody is called: the process is kept from running. */
  stall(durationMs: number): void {
    this.#now += durationMs;
  }

  advance(durationMs: number): void {
    const end = this.#now + durationMs;
    for (;;) {
      this.#timers.sort((a, b) => a.at - b.at);
      const next = this.#timers[0];
      if (!next || next.at > end) break;
      this.#timers.shift();
      this.#now = Math.max(this.#now, next.at);
      next.callback();
    }
    this.#now = end;
  }
}

export class MemoryNetwork {
  readonly #receivers = new Map<Address, DatagramReceiver>();
  readonly #line: { from: Address; to: Address; bytes: Uint8Array }[] = [];

  transport(address: Address): MemoryTransport {
    return new MemoryTransport(address, this.#receivers, (to, bytes) =>
      this.#line.push({ from: address, to, bytes }),
    );
  }

  /** Delivers all that is under way, answers included. Returns how many datagrams that were. */
  deliver(): number {
    let count = 0;
    for (let next = this.#line.shift(); next; next = this.#line.shift()) {
      const receiver = this.#receivers.get(next.to);
      receiver?.receive(next.from, next.bytes, 0, next.bytes.length);
      receiver?.drained();
      count++;
    }
    return count;
  }
}

export class MemoryTransport implements DatagramTransport {
  sendFailures = 0;
  flushes = 0;
  isClosed = false;
  readonly address: Address;
  readonly #receivers: Map<Address, DatagramReceiver>;
  readonly #post: (to: Address, bytes: Uint8Array) => void;

  constructor(
    address: Address,
    receivers: Map<Address, DatagramReceiver>,
    post: (to: Address, bytes: Uint8Array) => void,
  ) {
    this.address = address;
    this.#receivers = receivers;
    this.#post = post;
  }

  open(receiver: DatagramReceiver): void {
    this.#receivers.set(this.address, receiver);
  }

  send(to: Address, bytes: Uint8Array, length: number): void {
    this.#post(to, bytes.slice(0, length));
  }

  flush(): void {
    this.flushes++;
  }

  close(closed: () => void): void {
    this.isClosed = true;
    this.#receivers.delete(this.address);
    closed();
  }
}

/**
 * The driver of machines that speak over streams and keep a store: what happens to the sockets and
 * the store goes in with the time it happened, ticks when the machine's deadline falls. Reports that
 * come while the machine is at work wait until it is done, for nothing ever calls back into it.
 */
import type { Address } from '../core/address.ts';
import type { Closed, Stream, StreamMachine } from '../core/host.ts';
import type { Store, StoreMachine, StoreToken } from '../core/store.ts';
import { VolatileStore } from '../core/volatile-store.ts';
import { Alarm } from './alarm.ts';
import type { Clock } from './clock.ts';
import type { StreamReceiver } from './tcp.ts';

/** Where the streams come from: `TcpStreams`, or what stands in for it. */
export interface StreamSource {
  open(receiver: StreamReceiver): void;
  close(): Promise<void>;
}

/** A machine with streams and a store. */
export type Driven = StreamMachine & StoreMachine;

export class StreamDriver implements StreamReceiver {
  readonly #clock: Clock;
  readonly #source: StreamSource;
  readonly #onError: (error: unknown) => void;
  readonly #alarm: Alarm;
  #machine: Driven | null = null;
  #isAtWork = false;
  /** What the store reported while the machine was at work. */
  #reports: { token: StoreToken; error: string | null }[] = [];

  /** @param onError hears what the machine throws, a broken invariant; the node goes on. */
  constructor(clock: Clock, source: StreamSource, onError: (error: unknown) => void) {
    this.#clock = clock;
    this.#source = source;
    this.#onError = onError;
    this.#alarm = new Alarm(clock, () => this.attempt((machine, now) => machine.tick(now)));
  }

  now(): number {
    return this.#clock.now();
  }

  run(machine: Driven): void {
    this.#machine = machine;
    this.#source.open(this);
    this.#alarm.setFor(machine.deadline);
  }

  /** A store that lives as long as the process: what it holds is as durable as it will ever be. */
  memoryStore(): Store {
    return new VolatileStore((token) => this.stored(token, null));
  }

  /**
   * Calls into the machine; what it throws is thrown. Not at all after `stop`.
   * Reports may lead to further writes, and those to further reports: until there are none.
   */
  perform(call: (machine: Driven, now: number) => void): void {
    const machine = this.#machine;
    if (machine === null) return;
    this.#isAtWork = true;
    try {
      call(machine, this.#clock.now());
      for (let report = this.#reports.shift(); report; report = this.#reports.shift()) {
        machine.stored(this.#clock.now(), report.token, report.error);
      }
      // What is due at once would else wait for a timer: a millisecond.
      if (machine.deadline <= this.#clock.now()) machine.tick(this.#clock.now());
    } finally {
      this.#isAtWork = false;
      this.#alarm.setFor(machine.deadline);
    }
  }

  /** Calls into the machine when nobody waits for the outcome. */
  attempt(call: (machine: Driven, now: number) => void): void {
    try {
      this.perform(call);
    } catch (error) {
      this.#onError(error);
    }
  }

  stored(token: StoreToken, error: string | null): void {
    if (this.#isAtWork) this.#reports.push({ token, error });
    else this.attempt((machine, now) => machine.stored(now, token, error));
  }

  accepted(stream: Stream, from: Address, to: Address): void {
    this.attempt((machine, now) => machine.accepted(now, stream, from, to));
  }

  opened(stream: Stream): void {
    this.attempt((machine, now) => machine.opened(now, stream));
  }

  arrived(stream: Stream, bytes: Uint8Array, start: number, end: number): void {
    this.attempt((machine, now) => machine.arrived(now, stream, bytes, start, end));
  }

  drained(stream: Stream): void {
    this.attempt((machine, now) => machine.drained(now, stream));
  }

  ended(stream: Stream): void {
    this.attempt((machine, now) => machine.ended(now, stream));
  }

  closed(stream: Stream, why: Closed): void {
    this.attempt((machine, now) => machine.closed(now, stream, why));
  }

  /** Stops the machine and closes the streams; resolves when the ports are free again. */
  stop(): Promise<void> {
    this.#machine = null;
    this.#alarm.stop();
    return this.#source.close();
  }
}

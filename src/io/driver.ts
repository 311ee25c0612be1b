/**
 * The driver runs any machine in real time: datagrams go in as they come, ticks when the machine's
 * deadline falls.
 */
import type { Address } from '../core/address.ts';
import type { DatagramReceiver, DatagramTransport, Host, Machine } from '../core/host.ts';
import { Alarm } from './alarm.ts';
import type { Clock } from './clock.ts';

/**
 * A tick that comes this much too late tells that the process was kept from running: by its program,
 * or because it was stopped. Answers then lie in the socket that came in time.
 */
const STALL_MS = 25;
/** Turns of the event loop that may go by reading before time-outs are looked at all the same. */
const STALL_ROUNDS = 64;

/** After an error the machine is given a tick within this: what it was about to plan may be lost. */
const RECOVERY_MS = 1000;

/** Addresses that were refused and are yet to be told; of more at once the requests time out. */
const UNSENT_LIMIT = 256;

/** Why the system would not send, and when it last said so, on the driver's clock. */
export interface Refusal {
  readonly code: string;
  readonly atMs: number;
}

/** Hears of each datagram before it leaves or is taken in; `bytes` are borrowed until it returns. */
export type DatagramTap = (
  isOurs: boolean,
  peer: Address,
  bytes: Uint8Array,
  start: number,
  end: number,
) => void;

export class Driver implements DatagramReceiver, Host {
  readonly #clock: Clock;
  readonly #transport: DatagramTransport;
  /** Hears what goes wrong while nobody waits for it. */
  readonly tell: (error: unknown) => void;
  readonly #alarm: Alarm;
  #machine: Machine | null = null;
  /** Has a datagram come since it was last asked? */
  #hasHeard = false;
  #stallRounds = 0;
  #unsent: Set<Address> | null = null;
  #refusal: Refusal | null = null;
  /** The time of the batch that is being read, below 0 between batches: each reading of the clock costs 46 ns. */
  #batchMs = -1;
  /** Somebody who looks on; `tapped` is called when a datagram that came in is done with. */
  tap: DatagramTap | null = null;
  tapped: (() => void) | null = null;

  /**
   * @param onError hears what a machine throws: a broken invariant, or a mistake in a program's own
   * query handler. The datagram is lost, the node goes on.
   */
  constructor(clock: Clock, transport: DatagramTransport, onError: (error: unknown) => void) {
    this.#clock = clock;
    this.#transport = transport;
    this.tell = onError;
    this.#alarm = new Alarm(clock, (lateMs) => this.#ring(lateMs));
  }

  /** The way out for the machine. */
  send(_from: Address, to: Address, bytes: Uint8Array, length: number): void {
    this.tap?.(true, to, bytes, 0, length);
    try {
      this.#transport.send(to, bytes, length);
    } catch (error) {
      // A program's own transport: whoever was to get it is silent.
      this.tell(error);
    }
  }

  now(): number {
    return this.#clock.now();
  }

  run(machine: Machine): void {
    this.#machine = machine;
    this.#transport.open(this);
    this.drained();
  }

  receive(from: Address, bytes: Uint8Array, start: number, end: number): void {
    this.#hasHeard = true;
    this.#refusal = null;
    if (this.#machine !== null) this.tap?.(false, from, bytes, start, end);
    if (this.#batchMs < 0) this.#batchMs = this.#clock.now();
    try {
      this.#machine?.receive(this.#batchMs, from, bytes, start, end);
    } catch (error) {
      this.#failed(error);
    }
    this.tapped?.();
  }

  /** The latest refusal of the system to send; null when there was none since a datagram came in. */
  get refusal(): Refusal | null {
    return this.#refusal;
  }

  unsent(to: Address, code: string): void {
    this.#refusal = { code, atMs: this.#clock.now() };
    if (this.#machine?.unsent === undefined) return;
    if (this.#unsent === null) {
      this.#unsent = new Set();
      // Not now: the machine may be in the midst of sending.
      this.#clock.after(0, () => this.#tellUnsent());
    }
    if (this.#unsent.size < UNSENT_LIMIT) this.#unsent.add(to);
  }

  #tellUnsent(): void {
    const refused = this.#unsent ?? [];
    this.#unsent = null;
    this.attempt(() => {
      for (const to of refused) this.#machine?.unsent?.(this.#clock.now(), to);
    });
  }

  /** Calls into the machine when nobody waits for the outcome. */
  attempt(command: () => void): void {
    try {
      command();
    } catch (error) {
      this.#failed(error);
    }
    this.drained();
  }

  #failed(error: unknown): void {
    this.tell(error);
    if (this.#machine !== null) this.#alarm.setFor(this.#clock.now() + RECOVERY_MS);
  }

  /** Call after every call into the machine: sends what is queued and looks at the deadline. */
  drained(): void {
    this.#batchMs = -1;
    try {
      this.#transport.flush();
    } catch (error) {
      this.tell(error);
    }
    this.#alarm.setFor(this.#machine?.deadline ?? Infinity);
  }

  /**
   * After a stall the socket is read first, then time-outs are judged: the tick is put off by a turn
   * of the event loop, and again for as long as datagrams keep coming.
   */
  #ring(lateMs: number): void {
    const readsOn = this.#stallRounds === 0 ? lateMs > STALL_MS : this.#hasHeard;
    if (readsOn && this.#stallRounds < STALL_ROUNDS) {
      this.#stallRounds++;
      this.#hasHeard = false;
      this.#alarm.again();
      return;
    }
    this.#stallRounds = 0;
    this.attempt(() => this.#machine?.tick(this.#clock.now()));
  }

  /** Stops the machine and closes the socket; `closed` is called once the port is free. */
  stop(closed: () => void): void {
    this.#machine = null;
    this.#alarm.stop();
    this.#transport.close(closed);
  }
}

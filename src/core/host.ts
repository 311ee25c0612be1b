/**
 * The seam: everything a node and its world may say to each other.
 *
 *     world ── receive(now, from, bytes) ──▶ machine ── send(from, to, bytes) ──▶ world
 *           ── tick(now) ─────────────────▶         ── deadline (when to tick) ─▶
 *
 * A machine is a state machine that never touches the world: no clock, no timer, no promise, no
 * randomness of its own. Three worlds drive the same machines: real sockets (`io/`), virtual time
 * (`lab/`) and a browser worker (`lab/` again).
 */
import type { Address } from './address.ts';

/** What a machine may ask of the world. */
export interface Host {
  /**
   * Queues one datagram, `bytes[0, length)`. The bytes are borrowed until `send` returns.
   * `send` never calls back into a machine: a reply can only arrive with a later `receive`.
   */
  send(from: Address, to: Address, bytes: Uint8Array, length: number): void;
}

/** What the world may ask of a machine. Times are milliseconds on the owner's own clock. */
export interface Machine {
  /** Takes one datagram, `bytes[start, end)`, borrowed until `receive` returns. Never throws. */
  receive(now: number, from: Address, bytes: Uint8Array, start: number, end: number): void;
  /** Does all that is due at `now`. Early and extra ticks are harmless. */
  tick(now: number): void;
  /** When the machine next wants a tick. The owner reads it after every call into the machine. */
  readonly deadline: number;
}

/** One way in for the datagrams of one socket. */
export interface DatagramReceiver {
  /** One datagram of a batch, borrowed until it returns. */
  receive(from: Address, bytes: Uint8Array, start: number, end: number): void;
  /** The batch is over: time to look at the deadline. */
  drained(): void;
}

/**
 * A bound socket, or what stands in for one. The shape is that of a batch (many `receive`, one
 * `drained`; many `send`, one `flush`), so that recvmmsg/sendmmsg can take dgram's place.
 */
export interface DatagramTransport {
  readonly address: Address;
  /** Starts delivery. Called once. */
  open(receiver: DatagramReceiver): void;
  send(to: Address, bytes: Uint8Array, length: number): void;
  flush(): void;
  /** Datagrams that the operating system refused to take, so far. */
  readonly sendFailures: number;
  /** Closes the socket; `closed` is called once, when the port is free again. */
  close(closed: () => void): void;
}

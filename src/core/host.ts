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
  /**
   * The world could not send what was queued for `to`: nobody there will answer, and nobody there is
   * to blame. Told with a later call, never from within `send`.
   */
  unsent?(now: number, to: Address): void;
  /** When the machine next wants a tick. The owner reads it after every call into the machine. */
  readonly deadline: number;
}

/**
 * A stream of bytes between two machines, in order and whole, as TCP carries it. Named by a number
 * that the world gives, never 0; the two ends have different numbers, and a number is used again only
 * after its end is over.
 */
export type Stream = number;

/** Why a stream is over. */
export const Closed = {
  /** Both sides had ended. */
  ended: 1,
  /** Nobody listens there. */
  refused: 2,
  /** Nothing was heard for too long while connecting or sending. */
  timeout: 3,
  /** The peer dropped it, or its process is gone. */
  reset: 4,
} as const;
export type Closed = (typeof Closed)[keyof typeof Closed];

/** What a machine that speaks over streams may ask of the world. None of it calls back. */
export interface StreamHost {
  /** Begins to connect. `opened` or `closed` follows; what is written before leaves once it is open. */
  connect(from: Address, to: Address): Stream;
  /**
   * Queues `bytes[start, end)`, borrowed until `write` returns. Returns the bytes that are queued and
   * not yet on their way; above `STREAM_QUEUE_BYTES` the machine should wait for `drained`.
   */
  write(stream: Stream, bytes: Uint8Array, start: number, end: number): number;
  /** Nothing more from us; the peer hears `ended` after the last byte. */
  end(stream: Stream): void;
  /** Drops the stream: nothing more is heard of it here, the peer hears `closed`. */
  destroy(stream: Stream): void;
  /** Holds back further bytes of the peer, so that its queue fills; or lets them come again. */
  pause(stream: Stream, isPaused: boolean): void;
}

/** Bytes queued on one stream above which a machine should wait for `drained`. */
export const STREAM_QUEUE_BYTES: number = 1 << 18;

/** What the world may ask of a machine that speaks over streams. */
export interface StreamMachine {
  /** Somebody connected to one of our addresses, `to`. `from` tells the IP; its port means nothing. */
  accepted(now: number, stream: Stream, from: Address, to: Address): void;
  opened(now: number, stream: Stream): void;
  /** Bytes of the peer, `bytes[start, end)`, borrowed until it returns. Never throws. */
  arrived(now: number, stream: Stream, bytes: Uint8Array, start: number, end: number): void;
  /** The queue of a stream that was above `STREAM_QUEUE_BYTES` is empty again. */
  drained(now: number, stream: Stream): void;
  /** The peer sends nothing more, but may still read. */
  ended(now: number, stream: Stream): void;
  /** The stream is over; its number is void. Not called for what we destroyed ourselves. */
  closed(now: number, stream: Stream, why: Closed): void;
  tick(now: number): void;
  readonly deadline: number;
}

/** One way in for the datagrams of one socket. */
export interface DatagramReceiver {
  /** One datagram of a batch, borrowed until it returns. */
  receive(from: Address, bytes: Uint8Array, start: number, end: number): void;
  /** The batch is over: time to look at the deadline. */
  drained(): void;
  /**
   * The system refused a datagram to `to`, for the reason `code` ("ENETUNREACH"). May come from within
   * `send` and `flush`.
   */
  unsent?(to: Address, code: string): void;
}

/**
 * A bound socket, or what stands in for one. The shape is that of a batch (many `receive`, one
 * `drained`; many `send`, one `flush`), so that recvmmsg/sendmmsg can take dgram's place.
 */
export interface DatagramTransport {
  /** A process may end, or not, although this is open. A transport of one's own need not know it. */
  unref?(): void;
  ref?(): void;
  readonly address: Address;
  /** Starts delivery. Called once. */
  open(receiver: DatagramReceiver): void;
  /** Queues `bytes[0, length)`, borrowed until it returns; it leaves with the next `flush`, or before. */
  send(to: Address, bytes: Uint8Array, length: number): void;
  flush(): void;
  /** Datagrams that the operating system refused, or had no room for in time, so far. */
  readonly sendFailures: number;
  /** Closes the socket; `closed` is called once, when the port is free again. */
  close(closed: () => void): void;
}

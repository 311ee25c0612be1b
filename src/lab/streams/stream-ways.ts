/**
 * The ways that streams take: how long word or bytes take from one host to another, and whether they
 * get there at all. A segment that is lost is sent again after a while, and again after a longer one:
 *
 *     sent ──✗  200 ms or a round trip  ──✗  twice that  ──▶      time is lost, never a byte
 *
 * A way may be shut: by a partition or a clog, in either direction, for what is not acknowledged has
 * not arrived; or because the host at either end is gone without a word.
 */
import type { Address } from '../../core/address.ts';
import type { WorldState } from '../world-state.ts';

/**
 * A way that stays shut so long is given up. Kernels wait for minutes; whoever wants to notice a dead
 * peer sets TCP_USER_TIMEOUT, and then to a few times the longest wait between two attempts.
 */
export const STREAM_TIMEOUT_MS = 15_000;
/** Between attempts: doubles from the first (Linux: TCP_RTO_MIN) to the last. */
const RETRY_MS = 200;
const RETRY_MS_MAX = 3200;
/** Bytes of a segment on Ethernet, and of its headers without options. */
const SEGMENT_BYTES = 1460;
const SEGMENT_HEADER_BYTES = 40;

/** A stream's bytes as they fill a line. */
export function bytesOnTheLine(length: number): number {
  return length + segmentsOf(length) * SEGMENT_HEADER_BYTES;
}

export function segmentsOf(length: number): number {
  return Math.ceil(length / SEGMENT_BYTES);
}

/** The first attempt not before `now`: 200, 600, 1400, 3000, 6200, 9400 … ms after the first failed. */
export function nextAttemptMs(failedAtMs: number, now: number): number {
  let waitMs = RETRY_MS;
  let atMs = failedAtMs + waitMs;
  while (atMs < now) {
    waitMs = Math.min(waitMs * 2, RETRY_MS_MAX);
    atMs += waitMs;
  }
  return atMs;
}

export class Ways {
  /** 1 for each host that is gone without a word: nobody answers for it. */
  readonly isSilent: Uint8Array;
  readonly #world: WorldState;

  constructor(world: WorldState) {
    this.#world = world;
    this.isSilent = new Uint8Array(world.count);
  }

  nodeAt(address: Address): number {
    return this.#world.overlay.nodeAt(address);
  }

  /** Is a node that is connected to reachable at all, or behind a NAT? */
  accepts(to: number): boolean {
    return this.#world.network.acceptsStreams(to);
  }

  isOpen(from: number, to: number): boolean {
    if (this.isSilent[from] === 1 || this.isSilent[to] === 1) return false;
    return this.shutUntilMs(from, to) === 0;
  }

  /** 0: not shut by the network. Infinity: until a partition heals. */
  shutUntilMs(from: number, to: number): number {
    return this.#world.network.shutUntilMs(this.#world.now, from, to);
  }

  /** How long `segments` of them take, 0 for word that is never lost; Infinity: not in time. */
  wayMs(from: number, to: number, segments: number): number {
    if (this.shutUntilMs(from, to) !== 0) return Infinity;
    const { network, now } = this.#world;
    let lateMs = 0;
    // Those that are lost of the same piece are sent again at once: the latest counts.
    for (let i = 0; i < segments; i++) lateMs = Math.max(lateMs, this.#lateMs(from, to));
    return network.segmentMs(now, from, to) + lateMs;
  }

  #lateMs(from: number, to: number): number {
    const { network } = this.#world;
    if (!network.loses(from)) return 0;
    let retryMs = Math.max(RETRY_MS, 2 * network.latency.between(from, to));
    let lateMs = retryMs;
    while (network.losesAgain()) {
      retryMs = Math.max(retryMs, Math.min(retryMs * 2, RETRY_MS_MAX));
      lateMs += retryMs;
      if (lateMs > STREAM_TIMEOUT_MS) return Infinity;
    }
    return lateMs;
  }
}

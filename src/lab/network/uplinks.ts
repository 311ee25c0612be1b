/**
 * Uplinks: a node sends so many bytes a second and no more. What it wants to send beyond that waits in
 * its router's queue; what no longer fits there is dropped (drop-tail).
 *
 *     now        free at
 *     ├──────────┼────────▶ time          waiting bytes = (free at − now) × rate
 *     │▒▒▒▒▒▒▒▒▒▒│ + mine                  mine has left when all before it have
 *
 * A queue is one number: when the line will be free. Fractions of a millisecond are kept in it, so
 * that a fast line is not slowed down by rounding.
 */
import { mix } from '../mix.ts';
import { wordsBelow } from './bursts.ts';

/** Bytes of the headers below a datagram: IPv4 and UDP. */
export const DATAGRAM_HEADER_BYTES = 28;

export interface UplinkModel {
  /** Share of the nodes that have such a line, 0..1; those whom no entry names have no limit. Default 1. */
  share?: number;
  bytesPerSecond: number;
  /** Bytes that may wait, headers included. Default: 65,536. */
  queueBytes?: number;
}

/** A home router's queue, give or take: at 1 Mbit/s half a second. */
export const UPLINK_QUEUE_BYTES = 65_536;

export class Uplinks {
  readonly #models: readonly UplinkModel[];
  /** By node: place in `#models`, or their number for a line without a limit. */
  readonly #kind: Uint8Array;
  readonly #freeAtMs: Float64Array;

  constructor(models: readonly UplinkModel[], count: number, seed: number) {
    this.#models = models;
    this.#kind = new Uint8Array(count);
    const limits: number[] = [];
    let share = 0;
    for (const model of models) limits.push(wordsBelow((share += model.share ?? 1)));
    for (let node = 0; node < count; node++) {
      const word = mix(seed, node);
      let kind = 0;
      while (kind < limits.length && word >= limits[kind]) kind++;
      this.#kind[node] = kind;
    }
    this.#freeAtMs = new Float64Array(count);
  }

  /** When the last byte has left, with fractions; -1 when the queue has no room for them. */
  leavesAtMs(now: number, node: number, bytes: number): number {
    const model = this.#models[this.#kind[node]];
    if (model === undefined) return now;
    const { bytesPerSecond, queueBytes = UPLINK_QUEUE_BYTES } = model;
    const waitingMs = Math.max(0, this.#freeAtMs[node] - now);
    if ((waitingMs * bytesPerSecond) / 1000 + bytes > queueBytes) return -1;
    return this.#queue(now, node, bytes, bytesPerSecond);
  }

  /** The same for a stream, whose bytes wait at its sender until there is room: never -1. */
  streamLeavesAtMs(now: number, node: number, bytes: number): number {
    const model = this.#models[this.#kind[node]];
    return model === undefined ? now : this.#queue(now, node, bytes, model.bytesPerSecond);
  }

  #queue(now: number, node: number, bytes: number, bytesPerSecond: number): number {
    const leavesAtMs = Math.max(now, this.#freeAtMs[node]) + (bytes * 1000) / bytesPerSecond;
    this.#freeAtMs[node] = leavesAtMs;
    return leavesAtMs;
  }
}

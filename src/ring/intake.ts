/**
 * Intake: the memory of frames that have come in part, of all links of one kind together.
 *
 *     link ── more of a frame ─▶ grow ── within the limit ─▶ goes on
 *                                  └── beyond it ─────────▶ only who began first goes on; the others are
 *                                                           not read from until there is room again
 *
 * So there is always one that can come to its end, and what is held is bounded by the limit, one frame
 * and what each connection had on its way. Whoever is too slow is closed (connections.ts), or one who
 * sends a byte now and then would keep the others out for good.
 */

/** Bytes of half frames of strangers at a time; as much again for members. */
const INTAKE_BYTES: number = 128 << 20;
/** A half frame grows by so much at least, or it is given up: 9,600 baud is faster. */
export const INTAKE_BYTES_PER_SECOND = 1024;

/** One who takes frames in. */
export interface Taker {
  /** There is room again. */
  hasRoom(): void;
}

export class Intake {
  readonly limitBytes: number;
  usedBytes = 0;
  /** Who holds how much, the first first. */
  readonly #held = new Map<Taker, number>();
  readonly #waiting = new Set<Taker>();

  constructor(limitBytes: number = INTAKE_BYTES) {
    this.limitBytes = limitBytes;
  }

  /** Holds `bytes` now; false: no more than that for the time being. */
  hold(taker: Taker, bytes: number): boolean {
    this.usedBytes += bytes - (this.#held.get(taker) ?? 0);
    this.#held.set(taker, bytes);
    if (this.usedBytes <= this.limitBytes || this.#first() === taker) return true;
    this.#waiting.add(taker);
    return false;
  }

  letGo(taker: Taker): void {
    const bytes = this.#held.get(taker);
    this.#waiting.delete(taker);
    if (bytes === undefined) return;
    this.#held.delete(taker);
    this.usedBytes -= bytes;
    if (this.#waiting.size === 0) return;
    if (this.usedBytes <= this.limitBytes) {
      const waiting = [...this.#waiting];
      this.#waiting.clear();
      for (const one of waiting) one.hasRoom();
      return;
    }
    const first = this.#first();
    if (first !== undefined && this.#waiting.delete(first)) first.hasRoom();
  }

  #first(): Taker | undefined {
    return this.#held.keys().next().value;
  }
}

/**
 * A half frame: what has come of a frame that was cut. It is put together in memory that grows as bytes
 * come, not as they are promised, and never beyond the frame's own length.
 */
import { LENGTH_BYTES, readU32 } from './frames.ts';

export class HalfFrame {
  bytes: Uint8Array | null = null;
  length = 0;
  /** How much there was when last looked; nobody has looked yet: null. */
  #seen: number | null = null;

  /** Takes more of it; true when that took more memory. `least` is how long it is when nobody can tell. */
  take(bytes: Uint8Array, start: number, end: number, least: number): boolean {
    const length = this.length + end - start;
    const kept = this.bytes;
    const hasGrown = kept === null || kept.length < length;
    if (hasGrown) {
      const room = kept === null ? 0 : Math.min(kept.length * 2, this.#whole(kept, least));
      const longer = new Uint8Array(Math.max(length, room));
      if (kept !== null) longer.set(kept.subarray(0, this.length));
      this.bytes = longer;
    }
    this.bytes!.set(bytes.subarray(start, end), this.length);
    this.length = length;
    return hasGrown;
  }

  #whole(kept: Uint8Array, least: number): number {
    return this.length < LENGTH_BYTES ? least : Math.max(least, LENGTH_BYTES + readU32(kept, 0));
  }

  /**
   * Bytes that have come since this was last asked. Of a frame that began after that nobody can tell how fast
   * it comes: `Infinity`.
   */
  grown(): number {
    const grown = this.#seen === null ? Infinity : this.length - this.#seen;
    if (this.length > 0) this.#seen = this.length;
    return grown;
  }

  clear(): void {
    this.bytes = null;
    this.length = 0;
    this.#seen = null;
  }
}

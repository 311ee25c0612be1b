/**
 * How many bytes of values may be on their way through a process at one time. A stream alone is
 * bounded by the longest value, ten thousand streams are not; so each takes what it needs from one
 * shared allowance as the bytes come, and a stream that finds it empty is closed.
 */
import { assert } from '../../core/assert.ts';

/** Four of the longest values: enough that a busy node never meets it with values of common size. */
export const MEMORY_BYTES: number = 256 << 20;

export class Allowance {
  readonly limitBytes: number;
  usedBytes = 0;

  constructor(limitBytes: number = MEMORY_BYTES) {
    this.limitBytes = limitBytes;
  }

  /** Takes `bytes`, all or none; false when there is not so much left. */
  take(bytes: number): boolean {
    if (this.usedBytes + bytes > this.limitBytes) return false;
    this.usedBytes += bytes;
    return true;
  }

  giveBack(bytes: number): void {
    this.usedBytes -= bytes;
    assert(this.usedBytes >= 0, 'nobody gives back more than he took');
  }
}

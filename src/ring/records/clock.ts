/**
 * The hybrid logical clock (Kulkarni et al. 2014): a time that follows the wall clock and yet never
 * stands still or goes back, so that of two writes one is always the newer. Together with the
 * writer's hash it is a record's version, which is compared byte by byte:
 *
 *      6 bytes          2          8
 *     ┌────────────────┬──────────┬────────────────────┐
 *     │ ms since 1970  │ counter  │ hash of the writer │
 *     └────────────────┴──────────┴────────────────────┘
 *
 * Two nodes that both believe to own a key give different versions, for their hashes differ: whoever
 * compares two records anywhere comes to the same end.
 */

export const VERSION_BYTES = 16;
/** Of a time since 1970. */
export const MS_BYTES = 6;
const COUNTER_AT = MS_BYTES;
const WRITER_AT = 8;
const WRITER_BYTES = 8;
const COUNTER_MAX = 0xffff;

/** A clock that is further ahead than this is wrong: what it wrote is not taken. */
export const CLOCK_LEAD_MS = 60_000;
/** Whose clock is off the others' by more goes by theirs: half of the lead, so that no two are a whole one apart. */
export const CLOCK_TOLERANCE_MS: number = CLOCK_LEAD_MS / 2;

/** Was a version given by a clock that is wrong, seen from `timeMs`? */
export function isBeyond(version: Uint8Array, at: number, timeMs: number): boolean {
  return versionMs(version, at) > timeMs + CLOCK_LEAD_MS;
}

/**
 * How far a clock is to be corrected, when others are ahead of it by `aheadMs` each: to the median of all,
 * its own included, so that one that is wrong moves nobody; of two the slower one is right.
 */
export function shiftOf(aheadMs: readonly number[]): number {
  const sorted = [0, ...aheadMs].sort((a, b) => a - b);
  const middle = sorted[(sorted.length - 1) >> 1];
  return Math.abs(middle) <= CLOCK_TOLERANCE_MS ? 0 : middle;
}

export class HybridClock {
  #ms = 0;
  #counter = 0;

  /** Takes note of a version seen, so that ours come after it. */
  heard(now: number, version: Uint8Array, at: number): void {
    const ms = versionMs(version, at);
    if (ms > now + CLOCK_LEAD_MS) return;
    this.#raise(ms, (version[at + COUNTER_AT] << 8) | version[at + COUNTER_AT + 1]);
  }

  /**
   * Writes the next version to `out`: later than all before it and than `after`, the version that it
   * replaces, wherever that came from.
   */
  next(now: number, writer: Uint8Array, after: Uint8Array | null, out: Uint8Array): void {
    this.#raise(Math.floor(now), -1);
    if (after) {
      const ms = versionMs(after, 0);
      const counter = (after[COUNTER_AT] << 8) | after[COUNTER_AT + 1];
      if (ms > now + CLOCK_LEAD_MS) {
        // Outbid, but do not learn: else one broken clock would set everybody's.
        const isFull = counter === COUNTER_MAX;
        return writeVersion(out, isFull ? ms + 1 : ms, isFull ? 0 : counter + 1, writer);
      }
      this.#raise(ms, counter);
    }
    if (this.#counter === COUNTER_MAX) {
      this.#ms++;
      this.#counter = 0;
    } else {
      this.#counter++;
    }
    writeVersion(out, this.#ms, this.#counter, writer);
  }

  #raise(ms: number, counter: number): void {
    if (ms > this.#ms) {
      this.#ms = ms;
      this.#counter = counter;
    } else if (ms === this.#ms && counter > this.#counter) {
      this.#counter = counter;
    }
  }
}

function writeVersion(out: Uint8Array, ms: number, counter: number, writer: Uint8Array): void {
  writeMs(out, 0, ms);
  out[COUNTER_AT] = counter >>> 8;
  out[COUNTER_AT + 1] = counter & 255;
  for (let i = 0; i < WRITER_BYTES; i++) out[WRITER_AT + i] = writer[i];
}

/** Big-endian; whole ms. */
export function writeMs(out: Uint8Array, at: number, ms: number): void {
  let rest = ms;
  for (let i = MS_BYTES - 1; i >= 0; i--) {
    out[at + i] = rest % 256;
    rest = Math.floor(rest / 256);
  }
}

/** Milliseconds since 1970 at which a version was given. */
export function versionMs(version: Uint8Array, at: number): number {
  let ms = 0;
  for (let i = 0; i < MS_BYTES; i++) ms = ms * 256 + version[at + i];
  return ms;
}

/** Negative when `a` is the older one. */
export function compareVersions(a: Uint8Array, aAt: number, b: Uint8Array, bAt: number): number {
  for (let i = 0; i < VERSION_BYTES; i++) {
    const difference = a[aAt + i] - b[bAt + i];
    if (difference !== 0) return difference;
  }
  return 0;
}

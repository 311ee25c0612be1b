/**
 * When the next write to the disk begins. What comes in while one is under way goes along with the next; where that
 * is little, each flush of the disk is paid for by few records. One costs 110 to 190 us of processor time, whatever is in
 * it, beside two switches of threads and a turn of the event loop (virtio, ext4). So where several records come along at a
 * time, and yet not many, the disk is left alone for a while between two writes, and more of them share the next:
 *
 *     one at a time     ▓▓ 1 ▓▓ 1 ▓▓ 1            nobody comes along: nobody waits
 *     a few             ▓▓ 2 ······ ▓▓ 6 ······    rests, twice as long as the last writes took
 *     enough wait       ▓▓ 6 ··· ▓▓ 8              the rest is over
 *     many              ▓▓ 30 ▓▓ 34 ▓▓ 30          the flush is cheap already: no rest
 *
 * A disk that writes within half a millisecond is never left alone, and on one that takes long enough records
 * come in meanwhile. Databases know it as group commit (commit_delay and commit_siblings of PostgreSQL).
 */

/** Records that make a flush cheap: an eighth of it is less than what else is done for a record. */
const ENOUGH_RECORDS = 8;
/** Fewer on an average, and whoever waits would mostly wait alone. */
const COMPANY_RECORDS = 1.25;
const REST_FACTOR = 2;
/** Timers count in these. */
const REST_MS_MIN = 1;
/** Longer than that is felt by whoever waits; a disk that asks for it gathers enough while it writes. */
const REST_MS_MAX = 4;
/** How much the latest write counts in the averages. */
const WEIGHT: number = 1 / 8;

export class WritePace {
  /** Of the last writes. */
  #records = 1;
  #tookMs = 0;
  #begunAtMs = 0;
  #endedAtMs = -Infinity;

  /** A write begins, of so many records. */
  began(nowMs: number, records: number): void {
    this.#begunAtMs = nowMs;
    this.#records += (records - this.#records) * WEIGHT;
  }

  ended(nowMs: number): void {
    this.#endedAtMs = nowMs;
    this.#tookMs += (nowMs - this.#begunAtMs - this.#tookMs) * WEIGHT;
  }

  /** How long the next write has to wait, for which so many records are there; 0: it begins now. */
  restMs(nowMs: number, waiting: number): number {
    const isWorth = this.#records >= COMPANY_RECORDS && this.#records < ENOUGH_RECORDS;
    if (!isWorth || waiting >= ENOUGH_RECORDS) return 0;
    const restMs = Math.min(REST_MS_MAX, REST_FACTOR * this.#tookMs);
    const leftMs = this.#endedAtMs + restMs - nowMs;
    return leftMs < REST_MS_MIN ? 0 : leftMs;
  }
}

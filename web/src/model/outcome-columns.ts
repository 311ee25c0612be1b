/**
 * Lookups that ended, in columns that grow: what the figures are made of. Beyond `OUTCOMES_KEPT` the
 * older half goes, so a tab that stays open for a night stays small.
 */
import type { Outcomes } from 'ringlight/scene';

/** 18 bytes each: 4.5 MB in all. */
export const OUTCOMES_KEPT = 250_000;

export class OutcomeColumns {
  length = 0;
  endedMs = new Float64Array(256);
  durationsMs = new Float64Array(256);
  hops = new Uint8Array(256);
  messages = new Uint16Array(256);
  /** As in `Outcomes`: 0 failed, 1 succeeded, 2 exact, 3 succeeded and not exact. */
  results = new Uint8Array(256);

  add(more: Outcomes): void {
    this.#makeRoom(more.endedMs.length);
    const at = this.length;
    this.endedMs.set(more.endedMs, at);
    this.durationsMs.set(more.durationsMs, at);
    this.hops.set(more.hops, at);
    this.messages.set(more.messages, at);
    this.results.set(more.results, at);
    this.length += more.endedMs.length;
    if (this.length > OUTCOMES_KEPT) this.#forgetFirst(this.length - OUTCOMES_KEPT / 2);
  }

  /** Keeps what ended at `atMs` or before. */
  forgetAfter(atMs: number): void {
    const columns = this.#columns();
    let kept = 0;
    for (let i = 0; i < this.length; i++) {
      if (this.endedMs[i] > atMs) continue;
      for (const column of columns) column[kept] = column[i];
      kept++;
    }
    this.length = kept;
  }

  #columns() {
    return [this.endedMs, this.durationsMs, this.hops, this.messages, this.results];
  }

  #forgetFirst(count: number): void {
    for (const column of this.#columns()) column.copyWithin(0, count, this.length);
    this.length -= count;
  }

  #makeRoom(count: number): void {
    const needed = this.length + count;
    if (needed <= this.endedMs.length) return;
    const length = Math.max(needed, this.endedMs.length * 2);
    this.endedMs = grown(this.endedMs, new Float64Array(length));
    this.durationsMs = grown(this.durationsMs, new Float64Array(length));
    this.hops = grown(this.hops, new Uint8Array(length));
    this.messages = grown(this.messages, new Uint16Array(length));
    this.results = grown(this.results, new Uint8Array(length));
  }
}

function grown<T extends { set(from: T): void }>(column: T, longer: T): T {
  longer.set(column);
  return longer;
}

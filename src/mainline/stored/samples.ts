/**
 * Samples (BEP 51): some of the info-hashes that are stored here, chosen by chance and the same for all who
 * ask within an interval, so that nobody learns more by asking more often.
 */
import { ID_BYTES } from '../../core/id.ts';
import { type Random, randomBelow } from '../../core/random.ts';

/** Info-hashes of one sample; beside 8 nodes 34 would fit into 1024 bytes. libtorrent, mldht: 20. */
export const SAMPLE_LIMIT = 20;
/** How long a sample stays the same. mldht, whose author wrote the BEP: 5 minutes. */
export const SAMPLE_INTERVAL_MS: number = 5 * 60_000;

export class Samples {
  /** 20 bytes each, end to end. */
  hashes: Uint8Array = new Uint8Array(0);
  #drawnAtMs = -Infinity;

  /** Draws again when it is time. @param stored all info-hashes. */
  refresh(now: number, stored: Iterable<{ infoHash: Uint8Array }>, random: Random): void {
    if (this.#drawnAtMs + SAMPLE_INTERVAL_MS > now) return;
    this.#drawnAtMs = now;
    const kept: Uint8Array[] = [];
    let seen = 0;
    for (const { infoHash } of stored) {
      // Algorithm R: each has the same chance, whatever their number.
      const place = seen < SAMPLE_LIMIT ? seen : randomBelow(random, seen + 1);
      if (place < SAMPLE_LIMIT) kept[place] = infoHash;
      seen++;
    }
    this.hashes = new Uint8Array(kept.length * ID_BYTES);
    for (const [i, hash] of kept.entries()) this.hashes.set(hash, i * ID_BYTES);
  }
}

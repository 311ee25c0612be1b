/**
 * An incarnation: 48 random bits that stand for what a process holds. They lie beside its records, so one
 * that comes back with its data is who it was, and one that comes back without is somebody new, whatever
 * its address: nothing that was there before may be counted on.
 *
 *     data folder    drawn when it is first opened, kept for good
 *     memory         drawn anew with each process
 */
import { type Random, randomBelow } from '../../core/random.ts';
import type { Store } from '../../core/store.ts';

const FACT = 'incarnation';
const BYTES = 6;
const HALF = 0x1000000;

/**
 * That of a store, never 0. If it has none it is drawn, and durable with whatever is flushed next: a store on
 * which nothing was ever flushed holds nothing, and may as well be another.
 */
export function incarnationOf(store: Store, random: Random): number {
  const kept = store.fact(FACT);
  if (kept?.length === BYTES) return kept.reduce((sum, byte) => sum * 256 + byte, 0);
  const incarnation = randomBelow(random, HALF) * HALF + 1 + randomBelow(random, HALF - 1);
  const bytes = new Uint8Array(BYTES);
  for (let i = 0, rest = incarnation; i < BYTES; i++) {
    bytes[BYTES - 1 - i] = rest % 256;
    rest = Math.floor(rest / 256);
  }
  store.keepFact(FACT, bytes);
  return incarnation;
}

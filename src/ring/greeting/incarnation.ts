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

/** That of a store; 0: it has none yet. */
export function keptIncarnation(store: Store): number {
  const kept = store.fact(FACT);
  return kept?.length === BYTES ? kept.reduce((sum, byte) => sum * 256 + byte, 0) : 0;
}

/** A new one, never 0. */
export function drawIncarnation(random: Random): number {
  return randomBelow(random, HALF) * HALF + 1 + randomBelow(random, HALF - 1);
}

/** It is durable with the next flush: a store on which nothing was ever flushed may as well be another. */
export function keepIncarnation(store: Store, incarnation: number): void {
  const bytes = new Uint8Array(BYTES);
  for (let i = 0, rest = incarnation; i < BYTES; i++) {
    bytes[BYTES - 1 - i] = rest % 256;
    rest = Math.floor(rest / 256);
  }
  store.keepFact(FACT, bytes);
}

/** That of a store, drawn and kept at once if it has none. */
export function incarnationOf(store: Store, random: Random): number {
  const kept = keptIncarnation(store);
  if (kept !== 0) return kept;
  const incarnation = drawIncarnation(random);
  keepIncarnation(store, incarnation);
  return incarnation;
}

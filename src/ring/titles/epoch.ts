/**
 * Epochs: the numbers by which ownership goes up. Who wants to change anything about an arc takes an
 * epoch above all that it has seen, and whoever has promised it refuses every lower one: that is all
 * the fencing there is, and it needs no clock (Lamport 1998, "ballots"; PacificA's configurations).
 *
 *      4          4
 *     ┌──────────┬──────────┐
 *     │ number   │ claimant │      big-endian, so bytes compare as epochs do
 *     └──────────┴──────────┘
 *
 * The claimant's half makes the epochs of two processes differ, so that no two of them ever act under
 * the same one; a process never takes the same number twice, because it promises it to itself first.
 */
import type { Address } from '../../core/address.ts';

export interface Epoch {
  /** 32 bits. */
  readonly number: number;
  /** 32 bits that stand for the process which claimed it. */
  readonly claimant: number;
}

export const EPOCH_BYTES = 8;
/** Before anything was claimed. */
export const NO_EPOCH: Epoch = { number: 0, claimant: 0 };
/** The last number that may be claimed; beyond it an arc could never change again. */
export const EPOCH_NUMBER_MAX = 0xffff_ff00;

/** Negative when `a` is the older one. */
export function compareEpochs(a: Epoch, b: Epoch): number {
  return a.number - b.number || a.claimant - b.claimant;
}

export function laterOf(a: Epoch, b: Epoch): Epoch {
  return compareEpochs(a, b) >= 0 ? a : b;
}

/** The first epoch of a claimant that is above another one. */
export function epochAbove(other: Epoch, claimant: number): Epoch {
  return { number: other.number + 1, claimant };
}

/**
 * What stands for a process in its epochs: its address and its incarnation, mixed (MurmurHash3's
 * finish), so that one that has lost its memory does not repeat what it claimed before.
 */
export function claimantOf(home: Address, incarnation: number): number {
  let mark = fold(home) ^ Math.imul(fold(incarnation), 0x9e3779b1);
  mark = Math.imul(mark ^ (mark >>> 16), 0x85ebca6b);
  mark = Math.imul(mark ^ (mark >>> 13), 0xc2b2ae35);
  return (mark ^ (mark >>> 16)) >>> 0;
}

/** 48 bits in 32. */
function fold(number: number): number {
  return (
    ((number % 0x1_0000_0000) | 0) ^ Math.imul(Math.floor(number / 0x1_0000_0000) + 1, 0x01000193)
  );
}

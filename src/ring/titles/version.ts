/**
 * Versions of records in a ring with titles: the epoch of the title under which a write was done, and
 * a counter that its owner keeps. No clock takes part, so no clock can make a later write lose.
 *
 *      4               4          6                       2
 *     ┌───────────────┬──────────┬───────────────────────┬─────────┐
 *     │ epoch: number │ claimant │ counter of the owner  │ branch  │     compared byte by byte
 *     └───────────────┴──────────┴───────────────────────┴─────────┘
 *
 * A later title has the higher epoch, and within one there is one writer. The branch is for writes at
 * `one` by somebody without a title, on the wrong side of a cut: they take the version of what they
 * replace and count their branch up, so they are above what they saw and below all that an owner with
 * a title writes later.
 */
import type { Epoch } from './epoch.ts';

export const VERSION_BYTES = 16;
const CLAIMANT_AT = 4;
const COUNTER_AT = 8;
const COUNTER_LOW_AT = 10;
const BRANCH_AT = 14;
const BRANCH_MAX = 0xffff;

export function writeVersion(out: Uint8Array, epoch: Epoch, counter: number): void {
  writeWord(out, 0, epoch.number);
  writeWord(out, CLAIMANT_AT, epoch.claimant);
  const high = Math.floor(counter / 0x1_0000_0000);
  out[COUNTER_AT] = high >>> 8;
  out[COUNTER_AT + 1] = high & 255;
  writeWord(out, COUNTER_LOW_AT, counter % 0x1_0000_0000);
  out[BRANCH_AT] = 0;
  out[BRANCH_AT + 1] = 0;
}

/** The next branch of the version that is replaced (`before`; null: of nothing). False when it has no more. */
export function writeBranch(out: Uint8Array, before: Uint8Array | null): boolean {
  for (let i = 0; i < VERSION_BYTES; i++) out[i] = before === null ? 0 : before[i];
  const branch = (out[BRANCH_AT] << 8) | out[BRANCH_AT + 1];
  if (branch === BRANCH_MAX) return false;
  out[BRANCH_AT] = (branch + 1) >>> 8;
  out[BRANCH_AT + 1] = (branch + 1) & 255;
  return true;
}

/** The epoch under which a version was given. */
export function epochOf(version: Uint8Array, at: number): Epoch {
  return { number: wordAt(version, at), claimant: wordAt(version, at + CLAIMANT_AT) };
}

export function counterOf(version: Uint8Array, at: number): number {
  const high = (version[at + COUNTER_AT] << 8) | version[at + COUNTER_AT + 1];
  return high * 0x1_0000_0000 + wordAt(version, at + COUNTER_LOW_AT);
}

/** Negative when a version was given under an older epoch than this one, 0 under the same. */
export function compareToEpoch(version: Uint8Array, at: number, epoch: Epoch): number {
  return wordAt(version, at) - epoch.number || wordAt(version, at + CLAIMANT_AT) - epoch.claimant;
}

function wordAt(bytes: Uint8Array, at: number): number {
  return ((bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3]) >>> 0;
}

function writeWord(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 24;
  bytes[at + 1] = (value >>> 16) & 255;
  bytes[at + 2] = (value >>> 8) & 255;
  bytes[at + 3] = value & 255;
}

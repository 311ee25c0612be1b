/**
 * Acts that are done: what a record remembers of the last acts that made it, so that one that comes a
 * second time is answered and not carried out again. They lie in the record itself, so whoever has the
 * record knows them: each copy, each heir, each disk. An act that changed nothing is not remembered; to
 * do it again changes nothing either, or is its first time.
 *
 *       1               0 or 6      n × (newest first)
 *     ┌───────────────┬───────────┬──────────────────────────────────────────────────────────────┐
 *     │ count, lost?  │ lost ms   │ client 8 · number 4 · done ms 6 · bits 1 · version 0 or 16 · │
 *     └───────────────┴───────────┤ result: nothing, or 1 + n                                    │
 *                                 └──────────────────────────────────────────────────────────────┘
 *
 * The last act has no version: it is the record's own. An act is told by its client, 8 bytes drawn by
 * chance, and a number that goes up; each act says, too, which is the client's oldest that is still under
 * way, and all before that are forgotten, for nobody will ask for them (RIFL, SOSP 2015). Beyond that they
 * are bounded in count and time. When one had to go for want of room, its time is kept: an act that comes
 * again and was first sent before that may have been done, and is refused (`mayBeForgotten`).
 *
 * Times are those of whoever was the owner, by a clock that may have been wrong: nothing is old because they
 * say so. An act goes by its age only where its owner is *steady*: it has lived through as much itself, with
 * one correction of its clock and with the arcs it has, so that all that is younger it has done itself.
 */
import { readU32, writeU32 } from '../frames.ts';
import { CLOCK_TOLERANCE_MS, MS_BYTES, VERSION_BYTES, versionMs, writeMs } from './clock.ts';

/** An act as its client knows it. */
export interface ActId {
  /** 8 bytes. */
  readonly client: Uint8Array;
  readonly number: number;
  /** The lowest number of this client that it still waits for. */
  readonly oldest: number;
}

/** What came of it. */
export interface ActOutcome {
  /** There was a value before it. */
  readonly found: boolean;
  /** What it answered beside that. */
  readonly result: Uint8Array | null;
  /** It was too long to be remembered. */
  readonly isResultLost: boolean;
}

export interface DoneAct extends ActOutcome {
  /** Given by it; null: that of the record. */
  readonly version: Uint8Array | null;
}

export const CLIENT_BYTES = 8;
/** Remembered in one record at most: as many may be under way at a key when its owner dies. */
export const DONE_ACTS_LIMIT = 32;
/** And for so long: many times the longest that a call waits, unless it was told otherwise. */
export const DONE_ACTS_MS = 300_000;
/** A result that is longer is not remembered: numbers and lengths are not, old values may be. */
export const RESULT_BYTES_MAX = 20;
/** One entry at most. */
const ENTRY_BYTES_MAX: number = CLIENT_BYTES + 4 + 6 + 1 + VERSION_BYTES + 1 + RESULT_BYTES_MAX;
export const DONE_ACTS_BYTES_MAX: number = 1 + MS_BYTES + DONE_ACTS_LIMIT * ENTRY_BYTES_MAX;

const COUNT_MASK = 0x3f;
const HAS_LOST = 0x80;
const Bit = { found: 1, result: 2, resultLost: 4, version: 8 } as const;
const BITS_ALL = 15;

const LOST_AT = 1;
/** Of an entry: the number, the time, the bits, and what may follow. */
const NUMBER_AT: number = CLIENT_BYTES;
const MS_AT: number = NUMBER_AT + 4;
const BITS_AT: number = MS_AT + MS_BYTES;
const ENTRY_HEAD_BYTES: number = BITS_AT + 1;

/** Where the entry at `at` ends; -1: it is none, or not all there. */
function entryEnd(bytes: Uint8Array, at: number, end: number): number {
  if (at + ENTRY_HEAD_BYTES > end) return -1;
  const bits = bytes[at + BITS_AT];
  let next = at + ENTRY_HEAD_BYTES + ((bits & Bit.version) === 0 ? 0 : VERSION_BYTES);
  if ((bits & ~BITS_ALL) !== 0 || next > end) return -1;
  if ((bits & Bit.result) === 0) return next;
  if (next >= end || bytes[next] > RESULT_BYTES_MAX) return -1;
  next += 1 + bytes[next];
  return next > end ? -1 : next;
}

function firstEntry(bytes: Uint8Array, start: number): number {
  return start + 1 + ((bytes[start] & HAS_LOST) === 0 ? 0 : MS_BYTES);
}

/** Are `bytes[start, end)` done acts, and nothing else? */
export function isDoneActs(bytes: Uint8Array, start: number, end: number): boolean {
  if (start >= end) return false;
  const count = bytes[start] & COUNT_MASK;
  if ((bytes[start] & ~(COUNT_MASK | HAS_LOST)) !== 0 || count > DONE_ACTS_LIMIT) return false;
  let at = firstEntry(bytes, start);
  for (let i = 0; i < count && at >= 0; i++) at = entryEnd(bytes, at, end);
  return at === end;
}

function isOf(section: Uint8Array, at: number, { client }: ActId): boolean {
  for (let i = 0; i < CLIENT_BYTES; i++) if (section[at + i] !== client[i]) return false;
  return true;
}

/** What came of an act, if that is remembered; null: it was not done, or that is forgotten. */
export function doneActOf(section: Uint8Array | null, id: ActId): DoneAct | null {
  if (section === null) return null;
  const end = section.length;
  for (let at = firstEntry(section, 0); at < end; ) {
    if (readU32(section, at + NUMBER_AT) === id.number && isOf(section, at, id)) {
      return doneActAt(section, at);
    }
    at = entryEnd(section, at, end);
    if (at < 0) return null;
  }
  return null;
}

function doneActAt(section: Uint8Array, at: number): DoneAct {
  const bits = section[at + BITS_AT];
  const hasVersion = (bits & Bit.version) !== 0;
  const versionAt = at + ENTRY_HEAD_BYTES;
  const resultAt = versionAt + (hasVersion ? VERSION_BYTES : 0);
  const result = section.subarray(resultAt + 1, resultAt + 1 + section[resultAt]);
  return {
    found: (bits & Bit.found) !== 0,
    version: hasVersion ? section.subarray(versionAt, resultAt) : null,
    result: (bits & Bit.result) === 0 ? null : result,
    isResultLost: (bits & Bit.resultLost) !== 0,
  };
}

/** When the last act was done that had to go for want of room; 0: none. */
export function lostMsOf(section: Uint8Array | null): number {
  return section === null || (section[0] & HAS_LOST) === 0 ? 0 : versionMs(section, LOST_AT);
}

/** Will nobody ask any more for what is remembered? */
export function isPast(section: Uint8Array | null, now: number, isSteady: boolean): boolean {
  if (section === null) return true;
  if (!isSteady) return false;
  let lastMs = lostMsOf(section);
  for (let at = firstEntry(section, 0); at >= 0 && at < section.length; ) {
    lastMs = Math.max(lastMs, versionMs(section, at + MS_AT));
    at = entryEnd(section, at, section.length);
  }
  return lastMs + DONE_ACTS_MS < now;
}

/** May an act that is not remembered have been done all the same? It was first sent at `firstMs`, by our clock. */
export function mayBeForgotten(
  section: Uint8Array | null,
  now: number,
  isSteady: boolean,
  firstMs: number,
): boolean {
  if (firstMs < now - DONE_ACTS_MS + CLOCK_TOLERANCE_MS) return true;
  const lostMs = lostMsOf(section);
  return lostMs !== 0 && (!isSteady || firstMs - CLOCK_TOLERANCE_MS <= lostMs);
}

/** What the next record remembers is put together here. The entries begin behind room for the lost. */
const scratch: Uint8Array = new Uint8Array(DONE_ACTS_BYTES_MAX);
const ENTRIES_AT: number = 1 + MS_BYTES;

/**
 * What the next record remembers: what the one before it did, and the act that makes it.
 *
 * @param section of the record before, whose version is `version`.
 */
export function nextDoneActs(
  section: Uint8Array | null,
  version: Uint8Array,
  now: number,
  isSteady: boolean,
  id: ActId | null,
  done: ActOutcome | null,
): Uint8Array | null {
  let to = ENTRIES_AT;
  let count = 0;
  if (id !== null && done !== null) {
    to = putEntry(to, now, id, done);
    count++;
  }
  let lostMs = lostMsOf(section);
  const end = section === null ? 0 : section.length;
  for (let at = section === null ? 0 : firstEntry(section, 0); at < end; ) {
    const next = entryEnd(section!, at, end);
    if (next < 0) break;
    if (!(isSteady && isOld(section!, at, now)) && !isHeardOf(section!, at, id)) {
      if (count < DONE_ACTS_LIMIT) {
        to = copyEntry(to, section!, at, next, version);
        count++;
      } else lostMs = Math.max(lostMs, versionMs(section!, at + MS_AT));
    }
    at = next;
  }
  if (isSteady && lostMs + DONE_ACTS_MS <= now) lostMs = 0;
  if (count === 0 && lostMs === 0) return null;
  if (lostMs === 0) {
    scratch[ENTRIES_AT - 1] = count;
    return scratch.slice(ENTRIES_AT - 1, to);
  }
  scratch[0] = count | HAS_LOST;
  writeMs(scratch, LOST_AT, Math.max(0, Math.floor(lostMs)));
  return scratch.slice(0, to);
}

function isOld(section: Uint8Array, at: number, now: number): boolean {
  return versionMs(section, at + MS_AT) + DONE_ACTS_MS <= now;
}

/** Its client does not wait for it any more. */
function isHeardOf(section: Uint8Array, at: number, id: ActId | null): boolean {
  return id !== null && readU32(section, at + NUMBER_AT) < id.oldest && isOf(section, at, id);
}

function putEntry(start: number, now: number, { client, number }: ActId, done: ActOutcome): number {
  const { found, result, isResultLost } = done;
  for (let i = 0; i < CLIENT_BYTES; i++) scratch[start + i] = client[i];
  writeU32(scratch, start + NUMBER_AT, number);
  writeMs(scratch, start + MS_AT, Math.max(0, Math.floor(now)));
  scratch[start + BITS_AT] =
    (found ? Bit.found : 0) |
    (result === null ? 0 : Bit.result) |
    (isResultLost ? Bit.resultLost : 0);
  const to = start + ENTRY_HEAD_BYTES;
  if (result === null) return to;
  scratch[to] = result.length;
  scratch.set(result, to + 1);
  return to + 1 + result.length;
}

/** One that was the last has got the version of its record. */
function copyEntry(
  start: number,
  section: Uint8Array,
  at: number,
  next: number,
  version: Uint8Array,
): number {
  let to = start;
  for (let i = at; i < at + ENTRY_HEAD_BYTES; i++) scratch[to++] = section[i];
  if ((section[at + BITS_AT] & Bit.version) === 0) {
    scratch[to - 1] |= Bit.version;
    for (let i = 0; i < VERSION_BYTES; i++) scratch[to++] = version[i];
  }
  for (let i = at + ENTRY_HEAD_BYTES; i < next; i++) scratch[to++] = section[i];
  return to;
}

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
 */
import { borrowed, Frame, FrameWriter } from '../frames.ts';
import { CLOCK_TOLERANCE_MS, VERSION_BYTES } from './clock.ts';

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
  readonly client: Uint8Array;
  readonly number: number;
  readonly atMs: number;
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
export const DONE_ACTS_BYTES_MAX: number = 1 + 6 + DONE_ACTS_LIMIT * ENTRY_BYTES_MAX;

const COUNT_MASK = 0x3f;
const HAS_LOST = 0x80;
const Bit = { found: 1, result: 2, resultLost: 4, version: 8 } as const;
const BITS_ALL = 15;

/** What a record remembers. */
export interface DoneActs {
  /** Newest first. */
  readonly acts: readonly DoneAct[];
  /** When the last one was done that had to go; 0: none. */
  readonly lostMs: number;
}

const NONE: DoneActs = { acts: [], lostMs: 0 };

/** Reads `bytes[start, end)`, without a copy; null when they are something else. */
export function readDoneActs(bytes: Uint8Array, start: number, end: number): DoneActs | null {
  const frame = new Frame();
  frame.bytes = bytes;
  frame.at = start;
  frame.end = end;
  const head = frame.u8();
  const count = head & COUNT_MASK;
  if ((head & ~(COUNT_MASK | HAS_LOST)) !== 0 || count > DONE_ACTS_LIMIT) return null;
  const lostMs = (head & HAS_LOST) === 0 ? 0 : frame.address();
  const acts: DoneAct[] = [];
  for (let i = 0; i < count && !frame.isBroken; i++) {
    const act = readDoneAct(frame);
    if (act === null) return null;
    acts.push(act);
  }
  return frame.isWhole ? { acts, lostMs } : null;
}

function readDoneAct(frame: Frame): DoneAct | null {
  const client = borrowed(frame, CLIENT_BYTES);
  const number = frame.u32();
  const atMs = frame.address();
  const bits = frame.u8();
  const version = (bits & Bit.version) === 0 ? null : borrowed(frame, VERSION_BYTES);
  const length = (bits & Bit.result) === 0 ? null : frame.u8();
  if ((bits & ~BITS_ALL) !== 0 || (length ?? 0) > RESULT_BYTES_MAX) return null;
  const result = length === null ? null : borrowed(frame, length);
  const found = (bits & Bit.found) !== 0;
  const isResultLost = (bits & Bit.resultLost) !== 0;
  return { client, number, atMs, found, version, result, isResultLost };
}

/** What came of an act, if that is remembered; null: it was not done, or that is forgotten. */
export function doneActOf(section: Uint8Array | null, id: ActId): DoneAct | null {
  const { acts } = read(section);
  return acts.find((act) => isOf(act, id) && act.number === id.number) ?? null;
}

/** May an act that is not remembered have been done all the same? It was first sent at `firstMs`, by our clock. */
export function mayBeForgotten(section: Uint8Array | null, now: number, firstMs: number): boolean {
  if (firstMs < now - DONE_ACTS_MS + CLOCK_TOLERANCE_MS) return true;
  const { lostMs } = read(section);
  return lostMs !== 0 && firstMs - CLOCK_TOLERANCE_MS <= lostMs;
}

/**
 * What the next record remembers: what the one before it did, and the act that makes it.
 *
 * @param section of the record before, whose version is `version`.
 */
export function nextDoneActs(
  section: Uint8Array | null,
  version: Uint8Array,
  now: number,
  id: ActId | null,
  done: ActOutcome | null,
): Uint8Array | null {
  if (section === null && (id === null || done === null)) return null;
  const before = read(section);
  const isWanted = (act: DoneAct) =>
    act.atMs + DONE_ACTS_MS > now && !(id !== null && isOf(act, id) && act.number < id.oldest);
  const acts = before.acts
    .filter(isWanted)
    .map((act) => (act.version === null ? { ...act, version } : act));
  if (id !== null && done !== null) {
    acts.unshift({ ...done, client: id.client, number: id.number, atMs: now, version: null });
  }
  const lost = acts.splice(DONE_ACTS_LIMIT);
  const lostMs = Math.max(before.lostMs, ...lost.map(({ atMs }) => atMs));
  const stillLostMs = lostMs + DONE_ACTS_MS > now ? lostMs : 0;
  if (acts.length === 0 && stillLostMs === 0) return null;
  return written({ acts, lostMs: stillLostMs });
}

function read(section: Uint8Array | null): DoneActs {
  return section === null ? NONE : (readDoneActs(section, 0, section.length) ?? NONE);
}

function isOf(act: DoneAct, { client }: ActId): boolean {
  return act.client.every((byte, i) => byte === client[i]);
}

/** Made again and again; nobody keeps it. */
const out: FrameWriter = new FrameWriter();

function written({ acts, lostMs }: DoneActs): Uint8Array {
  out.length = 0;
  out.u8(acts.length | (lostMs === 0 ? 0 : HAS_LOST));
  if (lostMs !== 0) out.address(lostMs);
  for (const { client, number, atMs, found, version, result, isResultLost } of acts) {
    out.raw(client);
    out.u32(number);
    out.address(Math.max(0, Math.floor(atMs)));
    out.u8(
      (found ? Bit.found : 0) |
        (result === null ? 0 : Bit.result) |
        (isResultLost ? Bit.resultLost : 0) |
        (version === null ? 0 : Bit.version),
    );
    if (version !== null) out.raw(version, 0, VERSION_BYTES);
    if (result === null) continue;
    out.u8(result.length);
    out.raw(result);
  }
  return out.bytes.slice(0, out.length);
}

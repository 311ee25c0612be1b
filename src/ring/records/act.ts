/**
 * Acts: changes of one record that depend on what is there, done by its owner in one step: nobody else's
 * write comes between the look and the change.
 *
 *     verb      set · remove · append · write at an offset · add a number · change the expiry
 *     when      always, or the key is absent, present, of a version, equal to a value, different from it
 *     verdict   done · unmatched · not an integer · overflow · too large
 *
 * `applyAct` is the whole meaning of an act; the rest is its bytes. What it makes of the record still lacks
 * its version. In memory of what there was, an act may ask for the value before it (`wantsOld`).
 */
import { borrowed, type Frame, FrameWriter } from '../frames.ts';
import { compareVersions, VERSION_BYTES } from './clock.ts';
import {
  EXPIRY_MS_MAX,
  expiryMs,
  isGone,
  NAME_BYTES_MAX,
  nameOf,
  type RecordRoom,
  roomyRecord,
  valueAt,
} from './record.ts';

export const VERBS = ['set', 'remove', 'append', 'overwrite', 'add', 'expire'] as const;
export type Verb = (typeof VERBS)[number];

export const CONDITIONS = ['always', 'absent', 'present', 'version', 'equal', 'different'] as const;
export type Condition = (typeof CONDITIONS)[number];

/** What becomes of the expiry: it stays, there is none any more, or it is `untilMs`. */
export const EXPIRIES = ['kept', 'none', 'at'] as const;
export type Expiry = (typeof EXPIRIES)[number];

/** Only when the key has no expiry, has one, has an earlier or a later one; none counts as the end of time. */
export const EXPIRY_CONDITIONS = ['always', 'without', 'with', 'later', 'sooner'] as const;
export type ExpiryCondition = (typeof EXPIRY_CONDITIONS)[number];

export const VERDICTS = ['done', 'unmatched', 'not-an-integer', 'overflow', 'too-large'] as const;
export type Verdict = (typeof VERDICTS)[number];

export interface Act {
  readonly verb: Verb;
  readonly when: Condition;
  /** For `version`: 16 bytes; for `equal` and `different` the value. */
  readonly expected: Uint8Array;
  readonly expiry: Expiry;
  readonly untilMs: number;
  readonly expiryWhen: ExpiryCondition;
  readonly wantsOld: boolean;
  /** Kept with the record; empty: only if it is there already. */
  readonly name: Uint8Array;
  /** Where `overwrite` begins. */
  readonly offset: number;
  /** What `add` adds. */
  readonly delta: bigint;
  /** Of set, append and overwrite. */
  readonly value: Uint8Array;
  /** Of set: where the value lies, if it was written where it will be. */
  readonly room?: RecordRoom;
}

/** What an act may have beside its value. */
export const ACT_EXTRA_BYTES: number = NAME_BYTES_MAX + 1024;

const NOTHING = new Uint8Array(0);

/** The act that comes most: what is there is replaced, with its expiry. */
export function plainSet(name: Uint8Array, value: Uint8Array): Act {
  return {
    verb: 'set',
    when: 'always',
    expected: NOTHING,
    expiry: 'none',
    untilMs: 0,
    expiryWhen: 'always',
    wantsOld: false,
    name,
    offset: 0,
    delta: 0n,
    value,
  };
}

/** An act with the usual for all that is not said. */
export function actOf(act: Partial<Act> & Pick<Act, 'verb'>): Act {
  return { ...plainSet(NOTHING, NOTHING), expiry: 'kept', ...act };
}

/** What an act comes to. */
export interface Applied {
  readonly verdict: Verdict;
  /** What takes the record's place; null: it stays as it is. */
  readonly record: Uint8Array | null;
  /** The old value if that was wanted; else of append and overwrite the new length, of add the new number. */
  readonly result: Uint8Array | null;
}

const INT64_MAX = 9_223_372_036_854_775_807n;
const INT64_MIN = -9_223_372_036_854_775_808n;
const INTEGER = /^(?:0|-?[1-9]\d{0,18})$/;
const INTEGER_BYTES_MAX = 20;

export function applyAct(
  act: Act,
  before: Uint8Array | null,
  now: number,
  valueBytesMax: number,
): Applied {
  if (isPlainSet(act)) return { verdict: 'done', record: plainlySet(act, before), result: null };
  const there = before === null || isGone(before, now) ? null : before;
  const old = there === null ? null : there.subarray(valueAt(there));
  const kept = act.wantsOld && old !== null ? new Uint8Array(old) : null;
  const stays = (verdict: Verdict): Applied => ({ verdict, record: null, result: kept });
  if (!isMatched(act, there, old)) return stays('unmatched');
  const isMade = act.verb !== 'remove' && act.verb !== 'expire';
  if (there === null && !isMade) return stays('unmatched');
  const untilMs = expiryOf(act, there);
  if (!isExpiryMatched(act, there)) return stays('unmatched');
  const ownName = before === null ? null : nameOf(before);
  const name = ownName ?? (act.name.length > 0 ? act.name : null);
  if (act.verb === 'remove' || (untilMs !== 0 && untilMs <= now)) {
    const record = there === null ? null : roomyRecord(name, 0, null);
    return { verdict: 'done', record, result: kept };
  }
  const value = madeOf(act, old, valueBytesMax);
  if (typeof value === 'string') return stays(value);
  const taken = act.room?.take(name, untilMs) ?? null;
  if (taken !== null) return { verdict: 'done', record: taken, result: kept };
  const record = roomyRecord(name, untilMs, value.length);
  const at = valueAt(record);
  for (const [offset, bytes] of value.parts) record.set(bytes, at + offset);
  return { verdict: 'done', record, result: act.wantsOld ? kept : value.result };
}

/** What is there does not matter: the act that comes most. */
function isPlainSet({ verb, when, expiry, expiryWhen, wantsOld, room }: Act): boolean {
  if (verb !== 'set' || when !== 'always' || expiry !== 'none') return false;
  return expiryWhen === 'always' && !wantsOld && room === undefined;
}

function plainlySet({ name, value }: Act, before: Uint8Array | null): Uint8Array {
  const ownName = before === null ? null : nameOf(before);
  const record = roomyRecord(ownName ?? (name.length > 0 ? name : null), 0, value.length);
  record.set(value, record.length - value.length);
  return record;
}

function isMatched(act: Act, there: Uint8Array | null, old: Uint8Array | null): boolean {
  switch (act.when) {
    case 'always':
      return true;
    case 'absent':
      return there === null;
    case 'present':
      return there !== null;
    case 'version':
      return there !== null && compareVersions(there, 0, act.expected, 0) === 0;
    case 'equal':
      return old !== null && isSame(old, act.expected);
    case 'different':
      return old === null || !isSame(old, act.expected);
  }
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

function expiryOf(act: Act, there: Uint8Array | null): number {
  if (act.expiry === 'kept') return there === null ? 0 : expiryMs(there);
  return act.expiry === 'at' ? act.untilMs : 0;
}

function isExpiryMatched(act: Act, there: Uint8Array | null): boolean {
  const before = there === null ? 0 : expiryMs(there);
  if (act.verb === 'expire' && act.expiry === 'none' && before === 0) return act.wantsOld;
  switch (act.expiryWhen) {
    case 'always':
      return true;
    case 'without':
      return before === 0;
    case 'with':
      return before !== 0;
    case 'later':
      return before !== 0 && act.untilMs > before;
    case 'sooner':
      return before === 0 || act.untilMs < before;
  }
}

/** A new value in pieces, so that it is copied once, into the record. */
interface Made {
  readonly length: number;
  readonly parts: readonly (readonly [offset: number, bytes: Uint8Array])[];
  readonly result: Uint8Array | null;
}

function madeOf(act: Act, old: Uint8Array | null, valueBytesMax: number): Made | Verdict {
  const there = old ?? NOTHING;
  const { value } = act;
  if (act.verb === 'expire') return made(there.length, [[0, there]], null);
  if (act.verb === 'add') return sumOf(act, old);
  if (act.verb === 'set') return made(value.length, [[0, value]], null);
  const offset = act.verb === 'append' ? there.length : act.offset;
  const length = Math.max(there.length, offset + value.length);
  if (length > valueBytesMax) return 'too-large';
  const parts: Made['parts'] = [
    [0, there],
    [offset, value],
  ];
  return made(length, parts, digitsOf(length));
}

function made(length: number, parts: Made['parts'], result: Uint8Array | null): Made {
  return { length, parts, result };
}

function sumOf({ delta }: Act, old: Uint8Array | null): Made | Verdict {
  const before = old === null ? 0n : integerOf(old);
  if (before === null) return 'not-an-integer';
  const sum = before + delta;
  if (sum > INT64_MAX || sum < INT64_MIN) return 'overflow';
  const digits = digitsOf(sum);
  return made(digits.length, [[0, digits]], digits);
}

/** The number that these bytes write out, in the one way in which it is written; null: none of 64 bits. */
export function integerOf(bytes: Uint8Array): bigint | null {
  if (bytes.length > INTEGER_BYTES_MAX) return null;
  const text = String.fromCharCode(...bytes);
  if (!INTEGER.test(text)) return null;
  const value = BigInt(text);
  return value > INT64_MAX || value < INT64_MIN ? null : value;
}

function digitsOf(value: bigint | number): Uint8Array {
  return Uint8Array.from(`${value}`, (char) => char.charCodeAt(0));
}

// Its bytes.

export function bytesOfAct(act: Act): Uint8Array {
  const out = new FrameWriter();
  putAct(out, act);
  return out.bytes.subarray(0, out.length);
}

export function putAct(out: FrameWriter, act: Act): void {
  out.u8(VERBS.indexOf(act.verb));
  out.u8(CONDITIONS.indexOf(act.when));
  out.u8(EXPIRIES.indexOf(act.expiry));
  out.u8(EXPIRY_CONDITIONS.indexOf(act.expiryWhen));
  out.u8(act.wantsOld ? 1 : 0);
  out.f64(act.untilMs);
  out.f64(act.offset);
  const delta = BigInt.asUintN(64, act.delta);
  out.u32(Number(delta >> 32n));
  out.u32(Number(delta & 0xffffffffn));
  out.u32(act.expected.length);
  out.raw(act.expected);
  out.u32(act.name.length);
  out.raw(act.name);
  out.raw(act.value);
}

/** Reads an act to the end of its frame; null when it is none. Its bytes are borrowed from the frame. */
export function readAct(frame: Frame): Act | null {
  const verb = VERBS[frame.u8()];
  const when = CONDITIONS[frame.u8()];
  const expiry = EXPIRIES[frame.u8()];
  const expiryWhen = EXPIRY_CONDITIONS[frame.u8()];
  const wantsOld = frame.u8() === 1;
  const untilMs = frame.f64();
  const offset = frame.f64();
  const delta = BigInt.asIntN(64, (BigInt(frame.u32()) << 32n) | BigInt(frame.u32()));
  const expected = borrowed(frame, frame.u32());
  const name = borrowed(frame, frame.u32());
  const value = borrowed(frame, frame.left);
  if (verb === undefined || when === undefined || frame.isBroken) return null;
  if (expiry === undefined || expiryWhen === undefined) return null;
  if (!isWholeIn(untilMs, EXPIRY_MS_MAX) || !isWholeIn(offset, Number.MAX_SAFE_INTEGER))
    return null;
  if (name.length > NAME_BYTES_MAX) return null;
  if (when === 'version' && expected.length !== VERSION_BYTES) return null;
  return {
    verb,
    when,
    expected,
    expiry,
    untilMs,
    expiryWhen,
    wantsOld,
    name,
    offset,
    delta,
    value,
  };
}

function isWholeIn(value: number, most: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= most;
}

/**
 * What a command of Redis is to us: how many words it has, which of them are keys, and what it does. Here
 * are also the texts that programs match, word for word those of Redis 7.0.
 */
import { DhtError } from '../../io/errors.ts';
import { integerOf } from '../../ring/records/act.ts';
import { EXPIRY_MS_MAX } from '../../ring/records/record.ts';
import { type Reply, RespError } from '../../ring/resp/replies.ts';
import type { Acted } from '../ring/answers.ts';
import type { Keys } from './keyspace.ts';
import { Refusal } from './refusal.ts';

/** Where the keys are among the words: the first, the last (from the end when negative), every how many. */
export type KeyPlaces = readonly [first: number, last: number, step: number];

export interface Command {
  /** Words, the name among them; at least so many when negative. */
  readonly arity: number;
  readonly keys: KeyPlaces | null;
  readonly isWrite: boolean;
  run(keys: Keys, words: readonly Uint8Array[]): Promise<Reply> | Reply;
}

export type Commands = Readonly<Record<string, Command>>;

export const ONE_KEY: KeyPlaces = [1, 1, 1];
export const ALL_KEYS: KeyPlaces = [1, -1, 1];

export function reading(arity: number, keys: KeyPlaces, run: Command['run']): Command {
  return { arity, keys, isWrite: false, run };
}

export function writing(arity: number, keys: KeyPlaces, run: Command['run']): Command {
  return { arity, keys, isWrite: true, run };
}

export const SYNTAX = 'ERR syntax error';
const NOT_AN_INTEGER = 'ERR value is not an integer or out of range';
export const NOT_A_FLOAT = 'ERR value is not a valid float';
const TOO_LONG = 'ERR string exceeds maximum allowed size (proto-max-bulk-len)';
const OVERFLOW = 'ERR increment or decrement would overflow';

const decoder = new TextDecoder('latin1');

/** Shorter words are put together by hand: a decoder costs more to be called. */
const SHORT_WORD_BYTES = 32;

/** A word as text, byte for byte. */
export function textOf(word: Uint8Array): string {
  if (word.length > SHORT_WORD_BYTES) return decoder.decode(word);
  let text = '';
  for (const byte of word) text += String.fromCharCode(byte);
  return text;
}

export function upper(word: Uint8Array): string {
  return textOf(word).toUpperCase();
}

export function wrongArity(name: string): RespError {
  return new RespError(`ERR wrong number of arguments for '${name}' command`);
}

/** Words of an unknown command that are told; more would be a copy of what came. */
const TOLD_BYTES = 128;

export function unknownCommand(words: readonly Uint8Array[]): RespError {
  const name = textOf(words[0]!).slice(0, TOLD_BYTES);
  let told = '';
  for (const word of words.slice(1)) {
    if (told.length >= TOLD_BYTES) break;
    told += `'${textOf(word).slice(0, TOLD_BYTES - told.length)}' `;
  }
  return new RespError(`ERR unknown command '${name}', with args beginning with: ${told}`);
}

/** The keys that a command names. */
export function keysOf({ keys }: Command, words: readonly Uint8Array[]): Uint8Array[] {
  if (keys === null) return [];
  const [first, last, step] = keys;
  const end = last < 0 ? words.length + last : last;
  const found: Uint8Array[] = [];
  for (let i = first; i <= end && i < words.length; i += step) found.push(words[i]!);
  return found;
}

/** @throws Refusal when it is no number of 64 bits. */
export function integer(word: Uint8Array): bigint {
  const value = integerOf(word);
  if (value === null) throw new Refusal(NOT_AN_INTEGER);
  return value;
}

/** A number that an offset or a count may be; what is beyond a double is as good as infinite. */
export function index(word: Uint8Array): number {
  return Number(integer(word));
}

/** By the option's letter: is it seconds, and does it count from now? */
const UNITS: Readonly<Record<string, readonly [unitMs: bigint, isRelative: boolean]>> = {
  EX: [1000n, true],
  PX: [1n, true],
  EXAT: [1000n, false],
  PXAT: [1n, false],
};

export function isExpiryOption(name: string): boolean {
  return Object.hasOwn(UNITS, name);
}

/** The time of an expiry in ms since 1970. @throws Refusal when it is none, or not in the future. */
export function expiryOf(option: string, word: Uint8Array, now: number, command: string): number {
  const value = integer(word);
  const invalid = `ERR invalid expire time in '${command}' command`;
  if (value <= 0n) throw new Refusal(invalid);
  return moment(option, value, now, invalid);
}

/** The same of EXPIRE, for which the past is as good as the future. */
export function moment(option: string, value: bigint, now: number, invalid: string): number {
  const [unitMs, isRelative] = UNITS[option]!;
  const ms = value * unitMs + (isRelative ? BigInt(now) : 0n);
  if (ms > BigInt(EXPIRY_MS_MAX)) throw new Refusal(invalid);
  return ms < 1n ? 1 : Number(ms);
}

/** What an act came to, where anything but done or unmatched is a refusal. */
export function settled(acted: Acted): Acted {
  switch (acted.verdict) {
    case 'not-an-integer':
      throw new Refusal(NOT_AN_INTEGER);
    case 'overflow':
      throw new Refusal(OVERFLOW);
    case 'too-large':
      throw new Refusal(TOO_LONG);
    default:
      return acted;
  }
}

/** First words of errors by code; all others are CLUSTERDOWN, after which clients try again. */
const KINDS: Readonly<Record<string, string>> = {
  TOO_FEW_COPIES: 'NOREPLICAS',
  NOT_PERMITTED: 'NOPERM',
  BUSY: 'BUSY',
  STORE_FAILED: 'MISCONF',
  OUTCOME_UNKNOWN: 'UNKNOWN',
  NOT_SUPPORTED: 'ERR',
};

/** An error as a client reads it: one line, never a stack. */
export function replyOf(error: unknown): RespError {
  if (error instanceof Refusal) return error.reply;
  if (!(error instanceof DhtError)) throw error;
  if (error.code === 'TOO_LARGE') return new RespError(TOO_LONG);
  return new RespError(`${KINDS[error.code] ?? 'CLUSTERDOWN'} ${error.message}`);
}

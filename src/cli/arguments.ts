/** Reading what people type: numbers, durations, info-hashes. A wrong one is told in one line. */
import { InvalidArgumentError } from 'commander';
import type { LatencyModel } from '../lab.ts';

/** A parser for whole numbers in a range. */
export function wholeNumberIn(low: number, high: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= low && value <= high) return value;
    throw new InvalidArgumentError(`Expected a whole number in ${low}..${high}.`);
  };
}

export const port: (text: string) => number = wholeNumberIn(0, 65535);
export const peerPort: (text: string) => number = wholeNumberIn(1, 65535);

const MINUTE_MS = 60_000;
const UNITS_MS: Record<string, number> = {
  ...{ ms: 1, s: 1000, m: MINUTE_MS, min: MINUTE_MS, h: 60 * MINUTE_MS, d: 1440 * MINUTE_MS },
};

/** "500ms", "10s", "5m" or "5 min", "2 h", "1d" in milliseconds; a bare number is seconds. */
function durationUpTo(mostMs: number): (text: string) => number {
  return (text) => {
    const match = /^(\d+(?:\.\d+)?) ?(ms|s|m|min|h|d)?$/.exec(text);
    const value = match ? Number(match[1]) * UNITS_MS[match[2] ?? 's']! : 0;
    if (value >= 1 && value <= mostMs) return Math.round(value);
    throw new InvalidArgumentError('Expected a duration such as 500ms, 10s, 5m or 2h.');
  };
}

/** For what a timer waits for. */
export const duration: (text: string) => number = durationUpTo(0x7fffffff);
/** For what is written down: a hundred years. */
export const lifetime: (text: string) => number = durationUpTo(36_525 * 1440 * MINUTE_MS);

/**
 * An info-hash as 40 hexadecimal digits, or of a magnet link: `btih` in digits or in base32, or the first 20 bytes
 * of the `btmh` of a torrent of version 2, under which it stands in the DHT. A link with both means its `btih`.
 */
export function infoHash(text: string): string {
  const plain = /^magnet:\?(?:.*[?&])?xt=urn:btih:([0-9a-f]{40})(?:&|$)/i.exec(text)?.[1] ?? text;
  if (/^[0-9a-f]{40}$/i.test(plain)) return plain.toLowerCase();
  const short = /^magnet:\?(?:.*[?&])?xt=urn:btih:([a-z2-7]{32})(?:&|$)/i.exec(text)?.[1];
  if (short !== undefined) return ofBase32(short);
  const second = /^magnet:\?(?:.*[?&])?xt=urn:btmh:1220([0-9a-f]{40})[0-9a-f]{24}(?:&|$)/i.exec(
    text,
  );
  if (second) return second[1]!.toLowerCase();
  throw new InvalidArgumentError(
    'Expected 40 hexadecimal digits or a magnet link with an info-hash.',
  );
}

/** RFC 4648: 5 bits a character, 32 of which make 20 bytes. */
function ofBase32(text: string): string {
  let bits = 0n;
  for (const character of text.toUpperCase()) {
    bits = bits * 32n + BigInt('ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(character));
  }
  return bits.toString(16).padStart(40, '0');
}

export function id(text: string): string {
  if (/^[0-9a-f]{40}$/i.test(text)) return text.toLowerCase();
  throw new InvalidArgumentError('Expected 40 hexadecimal digits.');
}

/** Of an item: its target, or the public key of whoever may change it. */
export function itemName(text: string): string {
  if (/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/i.test(text)) return text.toLowerCase();
  throw new InvalidArgumentError('Expected 40 hexadecimal digits, or 64 of a public key.');
}

/** The number of a version of an item. */
export function version(text: string): bigint {
  if (/^\d{1,19}$/.test(text) && BigInt(text) < 2n ** 63n) return BigInt(text);
  throw new InvalidArgumentError('Expected a whole number in 0..2^63-1.');
}

/** `HOST:PORT`, `[IPV6]:PORT`. */
export function endpoint(text: string): string {
  const match = /^(?:[\d.]+@)?(?:\[[0-9a-f:.]+\]|[^@:\s/[\]]+):(\d{1,5})$/i.exec(text);
  if (match && Number(match[1]) >= 1 && Number(match[1]) <= 65535) return text;
  throw new InvalidArgumentError('Expected HOST:PORT.');
}

/** Collects the values of an option that may be given several times. */
export function endpoints(text: string, before: string[] | false | undefined): string[] {
  return [...(Array.isArray(before) ? before : []), endpoint(text)];
}

/** The same, and several at once with commas or spaces between, as in RINGLIGHT_AT. */
export function endpointList(text: string, before: string[] | undefined): string[] {
  const words = text.split(/[\s,]+/).filter((word) => word !== '');
  if (words.length === 0) throw new InvalidArgumentError('Expected HOST:PORT.');
  return words.reduce((list, word) => endpoints(word, list), before ?? []);
}

/** `king`, a number of ms, or LOW-HIGH in ms. */
export function latency(text: string): LatencyModel {
  if (text === 'king') return { kind: 'king' };
  const [, low, high] = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(text) ?? [];
  const lowMs = Number(low);
  if (low !== undefined && high === undefined && lowMs >= 1) return { kind: 'constant', ms: lowMs };
  const highMs = Number(high);
  if (lowMs >= 1 && highMs >= lowMs) return { kind: 'uniform', lowMs, highMs };
  throw new InvalidArgumentError(
    'Expected king, a number of ms such as 100, or a range such as 20-200.',
  );
}

/** A share between 0 and 1. */
export function share(text: string): number {
  const value = Number(text);
  if (/^[01]?(?:\.\d+)?$/.test(text) && text !== '' && value <= 1) return value;
  throw new InvalidArgumentError('Expected a number in 0..1.');
}

/** A parser that also says what it takes, for completions. */
export interface Choice<T extends string> {
  (text: string): T;
  readonly choices: readonly T[];
}

export function oneOf<T extends string>(...choices: readonly T[]): Choice<T> {
  const parse = (text: string): T => {
    if ((choices as readonly string[]).includes(text)) return text as T;
    throw new InvalidArgumentError(`Expected ${choices.join(', ')}.`);
  };
  return Object.assign(parse, { choices });
}

/** Collects IP addresses; whether they are some is told by who listens there. */
export function addresses(text: string, before: string[] | undefined): string[] {
  return [...(before ?? []), text];
}

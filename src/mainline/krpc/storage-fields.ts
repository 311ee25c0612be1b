/**
 * The fields of messages about what is stored: items (BEP 44), scrapes (BEP 33), samples (BEP 51),
 * signed peers (a draft). Few
 * messages have any, so they stand apart from those that every message is looked through for, and are
 * only cleared when one had them.
 *
 *     put        3:cas i3e  1:k 32:…  4:salt 6:…  3:seq i4e  3:sig 64:…  1:v any value
 *     scrape     4:BFpe 256:…  4:BFsd 256:…
 *     sample     8:interval i…e  3:num i…e  7:samples …:…
 *     signed     1:k 32:…  3:sig 64:…  1:t i…e      5:peers l 104:… 104:… e
 */
import { type Scanner, Token } from './bencode.ts';
import { WRONG_TYPE } from './fields.ts';
import { BROKEN, readBytes, readDigits, readInteger, readString, spells } from './reading.ts';

/** Ed25519. */
export const KEY_BYTES = 32;
export const SIGNATURE_BYTES = 64;
/** BEP 33: 2048 bits. */
export const FILTER_BYTES = 256;

export class StorageFields {
  #isUsed = false;
  /** A bencoded value of any kind, whole: `bytes[valueStart, valueEnd)`; 0 when there is none. */
  valueStart = 0;
  valueEnd = 0;
  /** Strings of one length: the offset of the bytes, 0 or `WRONG_TYPE`. */
  keyStart = 0;
  signatureStart = 0;
  peersFilterStart = 0;
  seedsFilterStart = 0;
  saltStart = 0;
  saltLength = 0;
  samplesStart = 0;
  samplesLength = 0;
  /** Integers of 64 bits, as offset and length of their digits. */
  seqStart = 0;
  seqLength = 0;
  casStart = 0;
  casLength = 0;
  /** -1 when absent, NaN when of the wrong type. */
  interval = -1;
  num = -1;
  /** Of a signed peer, in µs; the same. */
  timeUs = -1;
  /** Offset of the first in the list `peers`, and of the `e` behind the last one. */
  peersStart = 0;
  peersEnd = 0;

  reset(): void {
    if (!this.#isUsed) return;
    this.#isUsed = false;
    this.valueStart = 0;
    this.valueEnd = 0;
    this.keyStart = 0;
    this.signatureStart = 0;
    this.peersFilterStart = 0;
    this.seedsFilterStart = 0;
    this.saltStart = 0;
    this.saltLength = 0;
    this.samplesStart = 0;
    this.samplesLength = 0;
    this.seqStart = 0;
    this.seqLength = 0;
    this.casStart = 0;
    this.casLength = 0;
    this.interval = -1;
    this.num = -1;
    this.timeUs = -1;
    this.peersStart = 0;
    this.peersEnd = 0;
  }

  /** Reads or passes over the value of the key at `key`; false when the bytes are not bencode. */
  read(scanner: Scanner, key: number, length: number): boolean {
    this.#isUsed = true;
    if (length === 1) return this.#letter(scanner, key);
    if (length === 3) return this.#threeLetters(scanner, key);
    if (length === 4) return this.#fourLetters(scanner, key);
    if (length === 5 && spells(scanner, key, 'peers')) return this.#peers(scanner);
    if (length === 7 && spells(scanner, key, 'samples')) {
      this.samplesStart = readString(scanner);
      this.samplesLength = scanner.contentEnd - this.samplesStart;
      return this.samplesStart !== BROKEN;
    }
    if (length !== 8 || !spells(scanner, key, 'interval')) return scanner.skip();
    return (this.interval = readInteger(scanner)) !== BROKEN;
  }

  #peers(scanner: Scanner): boolean {
    if (scanner.peek() !== Token.list) return scanner.skip();
    const start = scanner.position + 1;
    if (!scanner.skipStrings()) return false;
    this.peersStart = start;
    this.peersEnd = scanner.position - 1;
    return true;
  }

  #letter(scanner: Scanner, key: number): boolean {
    if (spells(scanner, key, 'k')) {
      return (this.keyStart = readBytes(scanner, KEY_BYTES)) !== BROKEN;
    }
    if (spells(scanner, key, 't')) return (this.timeUs = readInteger(scanner)) !== BROKEN;
    const start = scanner.position;
    if (!scanner.skip()) return false;
    if (!spells(scanner, key, 'v')) return true;
    this.valueStart = start;
    this.valueEnd = scanner.position;
    return true;
  }

  #threeLetters(scanner: Scanner, key: number): boolean {
    if (spells(scanner, key, 'sig')) {
      return (this.signatureStart = readBytes(scanner, SIGNATURE_BYTES)) !== BROKEN;
    }
    if (spells(scanner, key, 'seq')) {
      this.seqStart = readDigits(scanner);
      this.seqLength = scanner.position - 1 - this.seqStart;
      return this.seqStart !== BROKEN;
    }
    if (spells(scanner, key, 'cas')) {
      this.casStart = readDigits(scanner);
      this.casLength = scanner.position - 1 - this.casStart;
      return this.casStart !== BROKEN;
    }
    if (!spells(scanner, key, 'num')) return scanner.skip();
    return (this.num = readInteger(scanner)) !== BROKEN;
  }

  #fourLetters(scanner: Scanner, key: number): boolean {
    if (spells(scanner, key, 'salt')) {
      this.saltStart = readString(scanner);
      this.saltLength = this.saltStart > 0 ? scanner.contentEnd - this.saltStart : 0;
      return this.saltStart !== BROKEN;
    }
    if (spells(scanner, key, 'BFpe')) {
      return (this.peersFilterStart = readBytes(scanner, FILTER_BYTES)) !== BROKEN;
    }
    if (!spells(scanner, key, 'BFsd')) return scanner.skip();
    return (this.seedsFilterStart = readBytes(scanner, FILTER_BYTES)) !== BROKEN;
  }
}

/** The longest digits of 64 bits: -9223372036854775808. */
const DIGITS_MAX = 20;

/** The integer whose digits are there; null for none, undefined for what no 64 bits can hold. */
export function integerAt(
  bytes: Uint8Array,
  start: number,
  length: number,
): bigint | null | undefined {
  if (start === 0) return null;
  if (start === WRONG_TYPE || length > DIGITS_MAX) return undefined;
  let value = 0n;
  const isNegative = bytes[start] === 0x2d;
  for (let i = isNegative ? 1 : 0; i < length; i++) {
    value = value * 10n + BigInt(bytes[start + i] - 0x30);
  }
  return isNegative ? -value : value;
}

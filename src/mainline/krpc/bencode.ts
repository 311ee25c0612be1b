/**
 * Bencode (BEP 3 "bencoding"), read in two ways.
 *
 *     i42e            integer          d 3:cow 3:moo e     dictionary, keys are strings
 *     4:spam          string           l 4:spam i1e  e     list
 *
 * `Scanner` walks bytes where they lie and allocates nothing: 0.4 µs for a get_peers reply of 474
 * bytes, where a tree of objects costs 3.5 µs (bench/results.md). `decode` and `encode` make and read such trees, for tools and tests.
 *
 * Both are strict, because two readers that disagree about a message are a hole: no leading zeros,
 * no negative zero, no length beyond the end. Nesting and the number of values are bounded before
 * anything is built. Order of keys is not checked when reading; it is always right when writing.
 */

/** Lists and dictionaries inside each other at most; KRPC needs 3. */
export const MAX_DEPTH = 10;
/**
 * Values in one message at most, keys included, those of `values` apart: a list of empty strings that fills
 * the 1000 bytes of an item makes 500, the put around it another 25.
 */
export const MAX_TOKENS = 600;

const CHAR_0 = 0x30;
const CHAR_9 = 0x39;
const COLON = 0x3a;
const MINUS = 0x2d;
const DICTIONARY = 0x64;
const END = 0x65;
const INTEGER = 0x69;
const LIST = 0x6c;

export class Scanner {
  bytes: Uint8Array = new Uint8Array(0);
  position = 0;
  end = 0;
  /** Contents of the string that was read last. */
  contentStart = 0;
  contentEnd = 0;
  /** The integer that was read last; NaN when it is beyond 2^53, which no field of KRPC may be. */
  value = 0;
  #tokens = 0;
  #depth = 0; // lists and dictionaries opened by `take`

  begin(bytes: Uint8Array, start: number, end: number): void {
    this.bytes = bytes;
    this.position = start;
    this.end = end;
    this.#tokens = 0;
    this.#depth = 0;
  }

  /** The next byte, or -1 at the end. */
  peek(): number {
    return this.position < this.end ? this.bytes[this.position] : -1;
  }

  /** Takes `d`, `l` or `e` when it comes next. */
  take(code: number): boolean {
    if (this.peek() !== code) return false;
    this.position++;
    if (code === END) {
      this.#depth--;
    } else {
      this.#depth++;
      this.#tokens++;
    }
    return true;
  }

  string(): boolean {
    return ++this.#tokens <= MAX_TOKENS && this.#string();
  }

  #string(): boolean {
    const { bytes, end } = this;
    let at = this.position;
    let length = 0;
    if (at >= end) return false;
    const first = bytes[at];
    if (first < CHAR_0 || first > CHAR_9) return false;
    for (; at < end; at++) {
      const code = bytes[at];
      if (code === COLON) break;
      if (code < CHAR_0 || code > CHAR_9) return false;
      length = length * 10 + (code - CHAR_0);
      if (length > end) return false;
    }
    if (first === CHAR_0 && at - this.position > 1) return false;
    this.contentStart = at + 1;
    this.contentEnd = at + 1 + length;
    if (at >= end || this.contentEnd > end) return false;
    this.position = this.contentEnd;
    return true;
  }

  integer(): boolean {
    const { bytes, end } = this;
    let at = this.position;
    if (++this.#tokens > MAX_TOKENS || at >= end || bytes[at] !== INTEGER) return false;
    at++;
    const negative = at < end && bytes[at] === MINUS;
    if (negative) at++;
    const digits = at;
    let value = 0;
    for (; at < end && bytes[at] !== END; at++) {
      const code = bytes[at];
      if (code < CHAR_0 || code > CHAR_9) return false;
      value = value * 10 + (code - CHAR_0);
    }
    if (at >= end || at === digits) return false;
    if (bytes[digits] === CHAR_0 && (at - digits > 1 || negative)) return false;
    this.value = value > Number.MAX_SAFE_INTEGER ? Number.NaN : negative ? -value : value;
    this.position = at + 1;
    return true;
  }

  /**
   * Passes over a list whose strings do not count among the values: there may be as many as a datagram
   * has room for, and whoever reads them stops where he likes.
   */
  skipStrings(): boolean {
    if (!this.take(LIST)) return false;
    while (!this.take(END)) {
      const opening = this.peek();
      const isString = opening >= CHAR_0 && opening <= CHAR_9;
      if (isString ? !this.#string() : !this.skip()) return false;
    }
    return true;
  }

  /** Passes over one value of any kind. A bit per level says whether it is a dictionary. */
  skip(): boolean {
    let depth = 0;
    let dictionaries = 0;
    do {
      const code = this.peek();
      if (code === END && depth > 0) {
        this.position++;
        depth--;
        continue;
      }
      if (depth > 0 && (dictionaries >>> depth) & 1 && !this.string()) return false;
      const opening = this.peek();
      if (opening === DICTIONARY || opening === LIST) {
        if (this.#depth + ++depth > MAX_DEPTH || ++this.#tokens > MAX_TOKENS) return false;
        dictionaries &= ~(1 << depth);
        if (opening === DICTIONARY) dictionaries |= 1 << depth;
        this.position++;
      } else if (opening === INTEGER ? !this.integer() : !this.string()) {
        return false;
      }
    } while (depth > 0);
    return true;
  }
}

/** The bytes that open and close values. */
export const Token: { dictionary: number; list: number; integer: number; end: number } = {
  dictionary: DICTIONARY,
  list: LIST,
  integer: INTEGER,
  end: END,
};

/** What bencode can say. Byte strings are Uint8Array; integers beyond 2^53 are bigint. */
export type Bencoded = number | bigint | Uint8Array | Bencoded[] | { [key: string]: Bencoded };

/** What `encode` takes: also text (as UTF-8) and `undefined` properties (left out). */
export type Encodable =
  | number
  | bigint
  | string
  | Uint8Array
  | readonly Encodable[]
  | { readonly [key: string]: Encodable | undefined };

/**
 * Reads one value that fills `bytes`. Dictionaries have no prototype, so a key `__proto__` is a key;
 * keys are read as latin1, one character per byte.
 * @throws RangeError when the bytes are not strict bencode.
 */
export function decode(bytes: Uint8Array): Bencoded {
  const scanner = new Scanner();
  scanner.begin(bytes, 0, bytes.length);
  if (!scanner.skip() || scanner.position !== bytes.length) {
    throw new RangeError(`"bytes" expected one bencoded value, broken at byte ${scanner.position}`);
  }
  scanner.begin(bytes, 0, bytes.length);
  return readValue(scanner);
}

function readValue(scanner: Scanner): Bencoded {
  const opening = scanner.peek();
  if (opening === LIST) {
    const list: Bencoded[] = [];
    scanner.take(LIST);
    while (!scanner.take(END)) list.push(readValue(scanner));
    return list;
  }
  if (opening === DICTIONARY) {
    const dictionary: { [key: string]: Bencoded } = Object.create(null);
    scanner.take(DICTIONARY);
    while (!scanner.take(END)) {
      scanner.string();
      const key = latin1(scanner.bytes, scanner.contentStart, scanner.contentEnd);
      dictionary[key] = readValue(scanner);
    }
    return dictionary;
  }
  if (opening !== INTEGER) {
    scanner.string();
    return scanner.bytes.slice(scanner.contentStart, scanner.contentEnd);
  }
  const start = scanner.position;
  scanner.integer();
  if (!Number.isNaN(scanner.value)) return scanner.value;
  return BigInt(latin1(scanner.bytes, start + 1, scanner.position - 1));
}

/**
 * Writes one value, dictionary keys in order of their bytes. Keys are latin1, as `decode` reads them.
 * @throws TypeError for what bencode cannot say: fractions, null, booleans, functions.
 */
export function encode(value: Encodable): Uint8Array {
  const pieces: Uint8Array[] = [];
  writeValue(value, pieces);
  let length = 0;
  for (const piece of pieces) length += piece.length;
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}

function writeValue(value: Encodable, pieces: Uint8Array[]): void {
  if (typeof value === 'bigint' || (typeof value === 'number' && Number.isSafeInteger(value))) {
    pieces.push(ascii(`i${value}e`));
  } else if (typeof value === 'string') {
    writeString(new TextEncoder().encode(value), pieces);
  } else if (value instanceof Uint8Array) {
    writeString(value, pieces);
  } else if (Array.isArray(value)) {
    pieces.push(ascii('l'));
    for (const item of value) writeValue(item, pieces);
    pieces.push(ascii('e'));
  } else if (typeof value === 'object' && value !== null) {
    writeDictionary(value as { [key: string]: Encodable | undefined }, pieces);
  } else {
    throw new TypeError(`"value" expected something bencode can say, got ${String(value)}`);
  }
}

function writeDictionary(
  value: { [key: string]: Encodable | undefined },
  pieces: Uint8Array[],
): void {
  pieces.push(ascii('d'));
  // UTF-16 order equals byte order for latin1, which keys are.
  for (const key of Object.keys(value).sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))) {
    const item = value[key];
    if (item === undefined) continue;
    writeString(ascii(key), pieces);
    writeValue(item, pieces);
  }
  pieces.push(ascii('e'));
}

function writeString(bytes: Uint8Array, pieces: Uint8Array[]): void {
  pieces.push(ascii(`${bytes.length}:`), bytes);
}

/** @throws TypeError when the text has a character that is no single byte. */
export function ascii(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code > 255) throw new TypeError(`"key" expected latin1 text, got "${text}"`);
    bytes[i] = code;
  }
  return bytes;
}

export function latin1(bytes: Uint8Array, start: number, end: number): string {
  let text = '';
  for (let i = start; i < end; i++) text += String.fromCharCode(bytes[i]);
  return text;
}

/**
 * What Redis clients send, cut out of a stream of bytes: arrays of byte strings, or lines that people type.
 *
 *     *2 ↵ $3 ↵ GET ↵ $5 ↵ hello ↵          GET hello ↵
 *
 * Bytes come in any pieces and are kept until a command is whole, in memory that grows as they come, not as
 * they are promised. Before somebody has said who he is, a command has 10 words of 16 KiB at most.
 */

/** Of a line, or of a number before a word. */
export const LINE_BYTES_MAX: number = 64 * 1024;
export const STRANGER_WORDS_MAX = 10;
export const STRANGER_WORD_BYTES_MAX: number = 16 * 1024;
/** Words of one command: MSET of half as many keys. */
const WORDS_MAX: number = 1024 * 1024;
/** What Redis takes for a length at all. */
const COUNT_MAX = 2 ** 31 - 1;
/** What a command costs beside its words, so that a million empty ones are not free. */
const WORD_EXTRA_BYTES = 16;
const ROOM_BYTES = 16 * 1024;
/** A longer buffer is not kept when it is empty. */
const KEPT_BYTES = 1 << 20;

const NEWLINE = 10;
const RETURN = 13;
const STAR = 42;
const DOLLAR = 36;

/** A command, or what is wrong with the stream: then nothing more can be made of it. */
export type Parsed = { readonly words: readonly Uint8Array[] } | { readonly fault: string };

export class CommandReader {
  /** Bounds for strangers hold. */
  isStranger: boolean;
  readonly #wordBytesMax: number;
  readonly #commandBytesMax: number;
  #bytes: Uint8Array = new Uint8Array(ROOM_BYTES);
  #start = 0;
  #end = 0;
  /** Where reading goes on; words found so far, as offsets from the start of the command. */
  #at = 0;
  #wordsLeft = 0;
  #wordLength = -1;
  #spans: number[] = [];
  #size = 0;
  #fault: string | null = null;

  constructor(wordBytesMax: number, isStranger: boolean) {
    this.#wordBytesMax = wordBytesMax;
    this.#commandBytesMax = wordBytesMax + 4 * LINE_BYTES_MAX;
    this.isStranger = isStranger;
  }

  /** Bytes that wait for the rest of their command. */
  get pendingBytes(): number {
    return this.#end - this.#start;
  }

  /** Takes `bytes[start, end)`, a copy of it. */
  push(bytes: Uint8Array, end: number = bytes.length, start = 0): void {
    if (this.#fault !== null) return;
    this.#room(end - start);
    const isAll = start === 0 && end === bytes.length;
    this.#bytes.set(isAll ? bytes : bytes.subarray(start, end), this.#end);
    this.#end += end - start;
  }

  #room(more: number): void {
    if (this.#end + more <= this.#bytes.length) return;
    const held = this.#end - this.#start;
    const isCrowded = held + more > this.#bytes.length / 2;
    const length = Math.max(ROOM_BYTES, isCrowded ? (held + more) * 2 : this.#bytes.length);
    const target = length === this.#bytes.length ? this.#bytes : new Uint8Array(length);
    target.set(this.#bytes.subarray(this.#start, this.#end));
    this.#bytes = target;
    this.#at -= this.#start;
    this.#end = held;
    this.#start = 0;
  }

  /** The next command; null: not all of it is here. */
  next(): Parsed | null {
    if (this.#fault !== null) return { fault: this.#fault };
    for (;;) {
      if (this.#wordsLeft > 0) return this.#words();
      if (this.#at === this.#end) return this.#rest();
      const line = this.#bytes[this.#at] === STAR ? this.#count() : this.#inline();
      if (line !== 'again') return line;
    }
  }

  /** Nothing is here: a buffer that was long is given back. */
  #rest(): null {
    this.#start = 0;
    this.#end = 0;
    this.#at = 0;
    if (this.#bytes.length > KEPT_BYTES) this.#bytes = new Uint8Array(ROOM_BYTES);
    return null;
  }

  #broken(text: string): Parsed {
    this.#fault = `Protocol error: ${text}`;
    this.#bytes = new Uint8Array(0);
    this.#start = 0;
    this.#end = 0;
    this.#at = 0;
    return { fault: this.#fault };
  }

  /** The end of the line that begins at `#at`; -1: it is not here. */
  #line(): number {
    const end = this.#bytes.indexOf(NEWLINE, this.#at);
    return end < 0 || end >= this.#end ? -1 : end;
  }

  #count(): Parsed | null | 'again' {
    const line = this.#line();
    if (line < 0) {
      const isLong = this.#end - this.#at > LINE_BYTES_MAX;
      return isLong ? this.#broken('too big mbulk count string') : null;
    }
    const count = this.#number(this.#at + 1, line);
    if (count === null || count > COUNT_MAX) return this.#broken('invalid multibulk length');
    if (count > STRANGER_WORDS_MAX && this.isStranger) {
      return this.#broken('unauthenticated multibulk length');
    }
    if (count > WORDS_MAX) return this.#broken('invalid multibulk length');
    this.#at = line + 1;
    if (count <= 0) {
      this.#begin();
      return 'again';
    }
    this.#wordsLeft = count;
    return this.#words();
  }

  /** Another command begins here. */
  #begin(): void {
    this.#start = this.#at;
    this.#spans = [];
    this.#size = 0;
    this.#wordsLeft = 0;
    this.#wordLength = -1;
  }

  #words(): Parsed | null {
    while (this.#wordsLeft > 0) {
      if (this.#wordLength < 0) {
        const fault = this.#length();
        if (fault !== 'found') return fault;
      }
      if (this.#end - this.#at < this.#wordLength + 2) return null;
      this.#spans.push(this.#at - this.#start, this.#wordLength);
      this.#at += this.#wordLength + 2;
      this.#wordLength = -1;
      this.#wordsLeft--;
    }
    const words: Uint8Array[] = [];
    for (let i = 0; i < this.#spans.length; i += 2) {
      const from = this.#start + this.#spans[i];
      words.push(this.#bytes.slice(from, from + this.#spans[i + 1]));
    }
    this.#begin();
    return { words };
  }

  /** Reads the length of the next word. */
  #length(): Parsed | null | 'found' {
    const line = this.#line();
    if (line < 0) {
      const isLong = this.#end - this.#at > LINE_BYTES_MAX;
      return isLong ? this.#broken('too big bulk count string') : null;
    }
    if (this.#bytes[this.#at] !== DOLLAR) {
      const got = String.fromCharCode(this.#bytes[this.#at]);
      return this.#broken(`expected '$', got '${got === '\r' || got === '\n' ? ' ' : got}'`);
    }
    const length = this.#number(this.#at + 1, line);
    if (length === null || length < 0 || length > this.#wordBytesMax) {
      return this.#broken('invalid bulk length');
    }
    if (this.isStranger && length > STRANGER_WORD_BYTES_MAX) {
      return this.#broken('unauthenticated bulk length');
    }
    this.#size += length + WORD_EXTRA_BYTES;
    if (this.#size > this.#commandBytesMax + WORDS_MAX * WORD_EXTRA_BYTES) {
      return this.#broken('too big command');
    }
    this.#at = line + 1;
    this.#wordLength = length;
    return 'found';
  }

  /** A whole number between two places, the return before the newline left out; null: none. */
  #number(from: number, newline: number): number | null {
    const to = this.#bytes[newline - 1] === RETURN ? newline - 1 : newline;
    let at = from;
    const isNegative = this.#bytes[at] === 45;
    if (isNegative) at++;
    if (to - at < 1 || to - at > 12) return null;
    let value = 0;
    for (; at < to; at++) {
      const digit = this.#bytes[at] - 48;
      if (digit < 0 || digit > 9) return null;
      value = value * 10 + digit;
    }
    return isNegative ? -value : value;
  }

  #inline(): Parsed | null | 'again' {
    const line = this.#line();
    const length = (line < 0 ? this.#end : line) - this.#at;
    if (length > LINE_BYTES_MAX) return this.#broken('too big inline request');
    if (line < 0) return null;
    const isReturn = line > this.#at && this.#bytes[line - 1] === RETURN;
    const words = splitLine(this.#bytes.subarray(this.#at, isReturn ? line - 1 : line));
    if (words === null) return this.#broken('unbalanced quotes in request');
    this.#at = line + 1;
    this.#begin();
    return words.length === 0 ? 'again' : { words };
  }
}

const QUOTE = 34;
const APOSTROPHE = 39;
const BACKSLASH = 92;
const SPACES = new Set([0, 9, 10, 11, 12, 13, 32]);
/** By the letter behind a backslash. */
const ESCAPES: { readonly [letter: string]: number } = { n: 10, r: 13, t: 9, b: 8, a: 7 };

/** Words of a line as people type it, with quotes; null when one of them has no end. */
export function splitLine(line: Uint8Array): Uint8Array[] | null {
  const words: Uint8Array[] = [];
  for (let at = 0; ; ) {
    while (at < line.length && SPACES.has(line[at])) at++;
    if (at >= line.length) return words;
    const word: number[] = [];
    while (at < line.length && !SPACES.has(line[at])) {
      const mark = line[at];
      if (mark !== QUOTE && mark !== APOSTROPHE) {
        word.push(mark);
        at++;
        continue;
      }
      at = quoted(line, at + 1, mark, word);
      // What follows a quote has to be a space, or the end.
      if (at < 0 || (at < line.length && !SPACES.has(line[at]))) return null;
    }
    words.push(Uint8Array.from(word));
  }
}

/** Reads up to the closing mark; where it goes on, -1: there is none. */
function quoted(line: Uint8Array, from: number, mark: number, word: number[]): number {
  for (let at = from; at < line.length; at++) {
    const byte = line[at];
    if (byte === mark) return at + 1;
    if (byte !== BACKSLASH || at + 1 >= line.length) {
      word.push(byte);
      continue;
    }
    const next = line[at + 1];
    if (mark === APOSTROPHE) {
      if (next === APOSTROPHE) at++;
      word.push(next === APOSTROPHE ? APOSTROPHE : byte);
      continue;
    }
    const hex = /^x([0-9a-f]{2})$/i.exec(String.fromCharCode(...line.subarray(at + 1, at + 4)));
    if (hex) {
      word.push(Number.parseInt(hex[1], 16));
      at += 3;
    } else {
      word.push(ESCAPES[String.fromCharCode(next)] ?? next);
      at++;
    }
  }
  return -1;
}

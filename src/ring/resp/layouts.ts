/**
 * GET, and SET without options, as every client library writes them, told by their fixed bytes and read where they
 * lie. What is anything else, or not all here, is for the reader of any command (commands.ts).
 *
 *     *2 ↵ $3 ↵ GET ↵ $5 ↵ hello ↵
 *     *3 ↵ $3 ↵ SET ↵ $5 ↵ hello ↵ $5 ↵ world ↵
 *     └── 13 bytes ──┘
 */
const NEWLINE = 10;
const RETURN = 13;
const DOLLAR = 36;
const LETTER_CASE = 0x20;
const HEAD = Array.from('*?\r\n$3\r\n', (char) => char.charCodeAt(0));
const TWO = 50;
const THREE = 51;
const NAME_AT = 8;
const WORDS_AT = 13;
/** A longer number is read by the other reader. */
const DIGITS_MAX = 6;

export class CommandLayout {
  /** A SET; else a GET. */
  isSet = false;
  keyAt = 0;
  keyEnd = 0;
  valueAt = 0;
  valueEnd = 0;
  /** Where the next command begins. */
  next = 0;
  #wordAt = 0;
  #wordEnd = 0;

  /** Is one of these at `at`, all of it before `end`? */
  read(bytes: Uint8Array, at: number, end: number): boolean {
    if (at + WORDS_AT > end) return false;
    const count = bytes[at + 1];
    for (let i = 0; i < HEAD.length; i++) if (i !== 1 && bytes[at + i] !== HEAD[i]) return false;
    const name =
      ((bytes[at + NAME_AT] | LETTER_CASE) << 16) |
      ((bytes[at + NAME_AT + 1] | LETTER_CASE) << 8) |
      (bytes[at + NAME_AT + 2] | LETTER_CASE);
    if (!isLine(bytes, at + NAME_AT + 3)) return false;
    const isGet = name === GET && count === TWO;
    if (!isGet && !(name === SET && count === THREE)) return false;
    if (!this.#word(bytes, at + WORDS_AT, end)) return false;
    this.keyAt = this.#wordAt;
    this.keyEnd = this.#wordEnd;
    this.isSet = !isGet;
    if (isGet) {
      this.next = this.keyEnd + 2;
      return true;
    }
    if (!this.#word(bytes, this.keyEnd + 2, end)) return false;
    this.valueAt = this.#wordAt;
    this.valueEnd = this.#wordEnd;
    this.next = this.valueEnd + 2;
    return true;
  }

  #word(bytes: Uint8Array, start: number, end: number): boolean {
    if (start >= end || bytes[start] !== DOLLAR) return false;
    let length = 0;
    let at = start + 1;
    for (; at < end && bytes[at] !== RETURN; at++) {
      const digit = bytes[at] - 48;
      if (digit < 0 || digit > 9 || at - start > DIGITS_MAX) return false;
      length = length * 10 + digit;
    }
    if (at === start + 1 || at + 4 + length > end || !isLine(bytes, at)) return false;
    this.#wordAt = at + 2;
    this.#wordEnd = at + 2 + length;
    return isLine(bytes, this.#wordEnd);
  }
}

const GET = numberOf('get');
const SET = numberOf('set');

function numberOf(name: string): number {
  return (name.charCodeAt(0) << 16) | (name.charCodeAt(1) << 8) | name.charCodeAt(2);
}

function isLine(bytes: Uint8Array, at: number): boolean {
  return bytes[at] === RETURN && bytes[at + 1] === NEWLINE;
}

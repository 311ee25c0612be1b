/**
 * Patterns of names as Redis has them: `*` any bytes, `?` one, `[a-c]` `[^a]` one of several, `\` the next one
 * as it is. They are compared byte by byte, in time that is linear in the name for each star.
 */
const STAR = 42;
const QUESTION = 63;
const OPEN = 91;
const CLOSE = 93;
const BACKSLASH = 92;
const CARET = 94;
const DASH = 45;

export function matches(pattern: Uint8Array, name: Uint8Array): boolean {
  let at = 0;
  let inName = 0;
  /** The last star, and where the name went on behind it: only that has to be tried again. */
  let star = -1;
  let mark = 0;
  while (inName < name.length) {
    if (at < pattern.length && pattern[at] === STAR) {
      star = at++;
      mark = inName;
      continue;
    }
    const next = at < pattern.length ? step(pattern, at, name[inName]) : -1;
    if (next >= 0) {
      at = next;
      inName++;
    } else if (star >= 0) {
      at = star + 1;
      inName = ++mark;
    } else {
      return false;
    }
  }
  while (at < pattern.length && pattern[at] === STAR) at++;
  return at === pattern.length;
}

/** Where the pattern goes on when its next part takes this byte; -1 when it does not. */
function step(pattern: Uint8Array, at: number, byte: number): number {
  const mark = pattern[at];
  if (mark === QUESTION) return at + 1;
  if (mark === OPEN) return stepClass(pattern, at + 1, byte);
  const isEscape = mark === BACKSLASH && at + 1 < pattern.length;
  const literal = isEscape ? pattern[at + 1] : mark;
  return literal === byte ? at + (isEscape ? 2 : 1) : -1;
}

function stepClass(pattern: Uint8Array, from: number, byte: number): number {
  const isNot = pattern[from] === CARET;
  let at = isNot ? from + 1 : from;
  let isIn = false;
  for (; at < pattern.length && pattern[at] !== CLOSE; at++) {
    if (pattern[at] === BACKSLASH && at + 1 < pattern.length) at++;
    const low = pattern[at];
    if (pattern[at + 1] === DASH && at + 2 < pattern.length && pattern[at + 2] !== CLOSE) {
      const high = pattern[at + 2];
      if (byte >= Math.min(low, high) && byte <= Math.max(low, high)) isIn = true;
      at += 2;
    } else if (low === byte) {
      isIn = true;
    }
  }
  return isIn === isNot ? -1 : Math.min(at + 1, pattern.length);
}

/** What every name that matches begins with: an owner looks at no others. */
export function literalPrefix(pattern: Uint8Array): Uint8Array {
  const prefix: number[] = [];
  for (let at = 0; at < pattern.length; at++) {
    const byte = pattern[at];
    if (byte === STAR || byte === QUESTION || byte === OPEN) break;
    if (byte === BACKSLASH && at + 1 < pattern.length) at++;
    prefix.push(pattern[at]);
  }
  return Uint8Array.from(prefix);
}

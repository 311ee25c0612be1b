/**
 * Is a bencoded value the only way to say what it says? What is stored under the hash of its bytes must
 * have one form (BEP 44): keys of dictionaries ascend and none comes twice. Everything else that could
 * be said in two ways, `Scanner` refuses anyway.
 *
 *     d 1:a i1e 1:b i2e e   yes        d 1:b i1e 1:a i2e e   no: out of order
 */
import { Scanner, Token } from './bencode.ts';

const scanner = new Scanner();

/** Of `bytes[start, end)`: one value that fills it, in canonical form. */
export function isCanonical(bytes: Uint8Array, start: number, end: number): boolean {
  scanner.begin(bytes, start, end);
  if (!scanner.skip() || scanner.position !== end) return false; // bounds the nesting, too
  scanner.begin(bytes, start, end);
  return ascends();
}

function ascends(): boolean {
  if (scanner.take(Token.list)) {
    while (!scanner.take(Token.end)) if (!ascends()) return false;
    return true;
  }
  if (!scanner.take(Token.dictionary)) return scanner.skip();
  let before = -1;
  let beforeEnd = -1;
  while (!scanner.take(Token.end)) {
    scanner.string();
    const { contentStart, contentEnd } = scanner;
    if (before >= 0 && compare(before, beforeEnd, contentStart, contentEnd) >= 0) return false;
    before = contentStart;
    beforeEnd = contentEnd;
    if (!ascends()) return false;
  }
  return true;
}

/** By bytes; of two where one begins with the other the shorter comes first. */
function compare(a: number, aEnd: number, b: number, bEnd: number): number {
  const { bytes } = scanner;
  const length = Math.min(aEnd - a, bEnd - b);
  for (let i = 0; i < length; i++) {
    const difference = bytes[a + i] - bytes[b + i];
    if (difference !== 0) return difference;
  }
  return aEnd - a - (bEnd - b);
}

/**
 * A message as rows of bytes, and which part of it each byte belongs to. Parts are a tree whose leaves
 * cover the message; what is meant by a byte is the smallest part around it.
 */
import type { Part } from 'ringlight/scene';

/** Bytes in a row of the dump. */
export const ROW_BYTES = 8;

/** The smallest part that a byte belongs to; the first of equals. Null outside of the root. */
export function partAt(root: Part, byte: number): Part | null {
  if (byte < root.start || byte >= root.end) return null;
  let part = root;
  for (;;) {
    const inner = part.parts.find((each) => byte >= each.start && byte < each.end);
    if (!inner) return part;
    part = inner;
  }
}

/** From the root to a part: what it is a part of. Empty when it is not in the tree. */
export function wayTo(root: Part, wanted: Part): Part[] {
  if (root === wanted) return [root];
  for (const part of root.parts) {
    const way = wayTo(part, wanted);
    if (way.length > 0) return [root, ...way];
  }
  return [];
}

export function hexOfByte(byte: number): string {
  return (byte + 256).toString(16).slice(1);
}

/** As in every dump: what can be printed is, the rest is a dot. */
export function charOfByte(byte: number): string {
  return byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '·';
}

/** Parts one under another with how deep each lies: the tree as a list. */
export function listParts(root: Part): { part: Part; depth: number }[] {
  const list: { part: Part; depth: number }[] = [];
  const add = (part: Part, depth: number) => {
    list.push({ part, depth });
    for (const inner of part.parts) add(inner, depth + 1);
  };
  add(root, 0);
  return list;
}

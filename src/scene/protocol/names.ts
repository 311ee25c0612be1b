/**
 * Names for the keys that a world has from the beginning, so that people can tell them apart: the
 * first are words, the rest are numbered.
 */
import { ID_BYTES, parseId } from '../../core/id.ts';
import { sha1 } from '../../lab/sha1.ts';

const WORDS = [
  'apple banana cherry damson elder fig grape hazel iris juniper kiwi lemon',
  'mango nutmeg olive plum quince rose sage thyme umbel vanilla walnut yarrow',
]
  .join(' ')
  .split(' ');

/** The name of the i-th key, counted from 0. */
export function keyName(i: number): string {
  return WORDS[i] ?? `key ${i + 1}`;
}

/** What a name stands for: 40 hexadecimal digits are taken as they are, anything else is hashed. */
export function keyOf(name: string): Uint8Array {
  return isHash(name) ? parseId(name) : sha1(new TextEncoder().encode(name));
}

/** Is it a key itself, and not a name of one? */
export function isHash(name: string): boolean {
  return name.length === 2 * ID_BYTES && /^[0-9a-f]+$/i.test(name);
}

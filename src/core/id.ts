/**
 * 160-bit ids: node ids, info-hashes and keys are points of the same space (BEP 5 "Overview").
 *
 * An id is 20 bytes at an offset of somebody's array, never an object of its own: one Uint8Array(20)
 * costs 232 bytes, an offset costs nothing. Two ids are close when their XOR, read as a big-endian
 * number, is small; in other words, when they share a long prefix. Ids are paths from the root of a
 * binary tree and the distance tells how low the two paths part.
 */
import { fillRandom, type Random } from './random.ts';

export const ID_BYTES = 20;
export const ID_BITS = 160;

/** Sign of distance(a, target) - distance(b, target): negative when `a` is the closer one. */
export function compareDistance(
  a: Uint8Array,
  aStart: number,
  b: Uint8Array,
  bStart: number,
  target: Uint8Array,
  targetStart: number,
): number {
  for (let i = 0; i < ID_BYTES; i++) {
    const x = a[aStart + i];
    const y = b[bStart + i];
    if (x !== y) {
      const t = target[targetStart + i];
      return (x ^ t) - (y ^ t);
    }
  }
  return 0;
}

/** The first 32 bits of an id as an unsigned number: enough to order most pairs of ids. */
export function prefixOf(id: Uint8Array, start: number): number {
  return ((id[start] << 24) | (id[start + 1] << 16) | (id[start + 2] << 8) | id[start + 3]) >>> 0;
}

/** The first 32 bits as a signed number: one that needs no object of its own, as half of the others do. */
export function wordAt(id: Uint8Array, start: number): number {
  return (id[start] << 24) | (id[start + 1] << 16) | (id[start + 2] << 8) | id[start + 3];
}

/** A word of a target: `wordAt` of an id XOR this is the distance, as a signed number in its order. */
export function orderedWord(target: Uint8Array, start: number): number {
  return wordAt(target, start) ^ 0x80000000;
}

/** How many leading bits two ids share, 0..160. */
export function sharedPrefixBits(
  a: Uint8Array,
  aStart: number,
  b: Uint8Array,
  bStart: number,
): number {
  for (let i = 0; i < ID_BYTES; i++) {
    const difference = a[aStart + i] ^ b[bStart + i];
    if (difference !== 0) return i * 8 + Math.clz32(difference) - 24;
  }
  return ID_BITS;
}

export function equalIds(a: Uint8Array, aStart: number, b: Uint8Array, bStart: number): boolean {
  for (let i = 0; i < ID_BYTES; i++) if (a[aStart + i] !== b[bStart + i]) return false;
  return true;
}

/** Sign of a - b, both read as unsigned big-endian numbers. */
export function compareIds(a: Uint8Array, aStart: number, b: Uint8Array, bStart: number): number {
  for (let i = 0; i < ID_BYTES; i++) {
    const difference = a[aStart + i] - b[bStart + i];
    if (difference !== 0) return difference;
  }
  return 0;
}

export function randomId(random: Random): Uint8Array {
  const id = new Uint8Array(ID_BYTES);
  fillRandom(random, id, 0, ID_BYTES);
  return id;
}

/** Fills `out` with a random id that shares exactly `bits` leading bits with `id` (all of it at 160). */
export function randomIdSharing(
  id: Uint8Array,
  idStart: number,
  bits: number,
  random: Random,
  out: Uint8Array,
): void {
  for (let i = 0; i < ID_BYTES; i++) {
    const own = id[idStart + i];
    const kept = Math.min(8, Math.max(0, bits - i * 8)); // leading bits of this byte that stay
    const free = 0xff >>> kept;
    let byte = (own & ~free) | (random.uint32() & free);
    if (bits >= i * 8 && bits < i * 8 + 8) {
      const parting = 0x80 >>> kept; // the bit at which the two ids part
      byte = (byte & ~parting) | (~own & parting);
    }
    out[i] = byte;
  }
}

/** @throws TypeError when `value` is neither 20 bytes nor 40 hexadecimal digits. */
export function parseId(value: string | Uint8Array, name = 'id'): Uint8Array {
  if (value instanceof Uint8Array) {
    if (value.length !== ID_BYTES) {
      throw new TypeError(`"${name}" expected 20 bytes, got ${value.length}`);
    }
    return Uint8Array.prototype.slice.call(value);
  }
  if (typeof value !== 'string' || !/^[0-9a-f]{40}$/i.test(value)) {
    const got = typeof value === 'string' ? `"${value.slice(0, 60)}"` : typeof value;
    throw new TypeError(`"${name}" expected 40 hexadecimal digits or 20 bytes, got ${got}`);
  }
  const id = new Uint8Array(ID_BYTES);
  for (let i = 0; i < ID_BYTES; i++) id[i] = Number.parseInt(value.slice(i * 2, i * 2 + 2), 16);
  return id;
}

/** The two digits of each byte value, as character codes in a word. */
const DIGITS = new Uint16Array(256);
for (let byte = 0; byte < 256; byte++) {
  const text = (byte + 256).toString(16);
  DIGITS[byte] = (text.charCodeAt(1) << 8) | text.charCodeAt(2);
}
const codes: number[] = new Array(ID_BYTES * 2).fill(0);

/** Made at once: put together piece by piece the text would keep its pieces, 700 bytes instead of 56. */
export function formatId(id: Uint8Array, start = 0): string {
  for (let i = 0; i < ID_BYTES; i++) {
    const digits = DIGITS[id[start + i]];
    codes[2 * i] = digits >> 8;
    codes[2 * i + 1] = digits & 0xff;
  }
  return String.fromCharCode.apply(null, codes);
}

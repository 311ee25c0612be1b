/**
 * Ids as the tests of core see them: whole arrays made from a seed, and the XOR metric written down
 * as its definition says, with big numbers, to judge the byte loops of the product by.
 */
import { ID_BYTES } from '../../src/core/id.ts';
import type { Random } from '../../src/core/random.ts';

export function someId(random: Random): Uint8Array {
  return Uint8Array.from({ length: ID_BYTES }, () => random.uint32() & 255);
}

export function numberOf(id: Uint8Array): bigint {
  return id.reduce((value, byte) => value * 256n + BigInt(byte), 0n);
}

/** The XOR of two ids as one number: Kademlia's definition of distance. */
export function distance(a: Uint8Array, b: Uint8Array): bigint {
  return numberOf(a) ^ numberOf(b);
}

export function byDistanceTo(target: Uint8Array) {
  return (a: Uint8Array, b: Uint8Array): number => {
    const difference = distance(a, target) - distance(b, target);
    return difference < 0n ? -1 : difference > 0n ? 1 : 0;
  };
}

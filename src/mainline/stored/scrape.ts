/**
 * Scrapes (BEP 33): how many seeds and peers there are, without naming them. Each side's filters are
 * Bloom filters of 2048 bits in which an address sets two, so that those of many nodes can be joined:
 *
 *     SHA-1(ip) = b0 b1 b2 b3 …     bits b0 + 256 b1 and b2 + 256 b3, modulo 2048; lowest bit first
 *
 * Ports do not count, only addresses.
 */
import {
  type Address,
  COMPACT_ADDRESS6_BYTES,
  ipOf,
  isV6,
  writeAddress6,
} from '../../core/address.ts';
import { IP6_BYTES } from '../../core/address-book.ts';
import type { Sha1 } from '../../core/hash.ts';
import { FILTER_BYTES } from '../krpc/storage-fields.ts';

const BITS = FILTER_BYTES * 8;

export function newFilter(): Uint8Array {
  return new Uint8Array(FILTER_BYTES);
}

/** The four bytes of an address, as they are hashed. */
export function ipBytes(address: Address): Uint8Array {
  const ip = ipOf(address);
  if (isV6(address)) {
    const compact = new Uint8Array(COMPACT_ADDRESS6_BYTES);
    writeAddress6(compact, 0, address);
    return compact.subarray(0, IP6_BYTES);
  }
  return Uint8Array.of(ip >>> 24, ip >>> 16, ip >>> 8, ip);
}

/** @param ip 4 or 16 bytes. */
export function insertIp(filter: Uint8Array, ip: Uint8Array, sha1: Sha1): void {
  for (const bit of bitsOf(ip, sha1)) filter[bit >>> 3] |= 1 << (bit & 7);
}

/** May the address be in it? False is certain. */
export function mayHold(filter: Uint8Array, ip: Uint8Array, sha1: Sha1): boolean {
  return bitsOf(ip, sha1).every((bit) => ((filter[bit >>> 3] >>> (bit & 7)) & 1) === 1);
}

/** Adds what another filter, where it lies, has. */
export function join(filter: Uint8Array, bytes: Uint8Array, start: number): void {
  for (let i = 0; i < FILTER_BYTES; i++) filter[i] |= bytes[start + i];
}

/** Bits that nobody has set. */
export function zeroBits(filter: Uint8Array): number {
  let ones = 0;
  for (const byte of filter) for (let rest = byte; rest !== 0; rest &= rest - 1) ones++;
  return BITS - ones;
}

function bitsOf(ip: Uint8Array, sha1: Sha1): [number, number] {
  const hash = sha1(ip);
  return [(hash[0] | (hash[1] << 8)) % BITS, (hash[2] | (hash[3] << 8)) % BITS];
}

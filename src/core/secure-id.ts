/**
 * Ids that follow from an address (BEP 42): whoever has one address has eight prefixes to choose from,
 * and cannot settle beside a key of his choice.
 *
 *     r = low 3 bits of the id's last byte
 *     prefix = CRC32C(address & mask, with r in the top three bits)
 *              mask 03.0f.3f.ff for IPv4; 01:03:07:0f:1f:3f:7f:ff for the first half of an IPv6 address
 *
 *     id   ┌──────────────────────┬───────────── ─ ─ ──────────┬────────┐
 *          │ prefix, 21 bits      │ free                       │ …… r   │
 *          └──────────────────────┴───────────── ─ ─ ──────────┴────────┘
 *
 * Addresses that mean something in one place only (loopback, private networks) are exempt.
 */
import { type Address, ipOf, isV6, Scope, scopeOf, writeAddress6 } from './address.ts';
import { ID_BYTES } from './id.ts';
import { fillRandom, type Random } from './random.ts';

const LAST = ID_BYTES - 1;
/** BEP 42's mask for IPv4: each byte keeps two bits more than the one before it. */
const MASK4 = 0x030f3fff;
/** Of the third byte only five bits belong to the prefix. */
const THIRD_BYTE = 0xf8;

/** CRC32C (Castagnoli) by bytes, reflected: its polynomial is 1edc6f41. */
const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0x82f63b78 : 0);
  return crc >>> 0;
});

/** CRC32C of `bytes[0, length)`. */
export function crc32c(bytes: Uint8Array, length: number): number {
  let crc = 0xffffffff;
  for (let i = 0; i < length; i++) crc = (crc >>> 8) ^ CRC_TABLE[(crc ^ bytes[i]) & 255];
  return (crc ^ 0xffffffff) >>> 0;
}

const masked = new Uint8Array(18);

/** The 21 bits that an id for this address begins with, as the top of 32; only the low 3 bits of `r` count. */
export function securePrefix(address: Address, r: number): number {
  if (isV6(address)) return securePrefix6(address, r);
  const word = (ipOf(address) & MASK4) | ((r & 7) << 29);
  masked[0] = word >>> 24;
  masked[1] = word >>> 16;
  masked[2] = word >>> 8;
  masked[3] = word;
  return crc32c(masked, 4);
}

function securePrefix6(address: Address, r: number): number {
  writeAddress6(masked, 0, address);
  for (let i = 0; i < 8; i++) masked[i] &= (2 << i) - 1;
  masked[0] |= (r & 7) << 5;
  return crc32c(masked, 8);
}

/** Does the id follow from the address, or is the address exempt? */
export function isSecureId(id: Uint8Array, start: number, address: Address): boolean {
  if (scopeOf(address) !== Scope.public) return true;
  const prefix = securePrefix(address, id[start + LAST]);
  return (
    id[start] === prefix >>> 24 &&
    id[start + 1] === ((prefix >>> 16) & 255) &&
    ((id[start + 2] ^ (prefix >>> 8)) & THIRD_BYTE) === 0
  );
}

/** Fills `out` with a random id that follows from the address. */
export function secureIdFor(address: Address, random: Random, out: Uint8Array): void {
  fillRandom(random, out, 0, ID_BYTES);
  const prefix = securePrefix(address, out[LAST]);
  out[0] = prefix >>> 24;
  out[1] = prefix >>> 16;
  out[2] = ((prefix >>> 8) & THIRD_BYTE) | (out[2] & ~THIRD_BYTE);
}

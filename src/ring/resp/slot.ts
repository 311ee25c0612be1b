/**
 * The slot of a key, as clusters of Redis count them: CRC-16 (XMODEM) of the key, mod 16,384; of a key with
 * braces, of what stands between the first pair, so that keys can be made to share one.
 *
 *     user:1 ─▶ 10778        {user:1}:name ─▶ 10778
 *
 * A ring does not place its records by it. Clients compute it to choose whom to ask, and any member will do.
 */

/** Slots of a cluster. */
export const SLOTS = 16_384;
const OPEN = 0x7b;
const CLOSE = 0x7d;
/** x^16 + x^12 + x^5 + 1. */
const POLYNOMIAL = 0x1021;

export function slotOf(key: Uint8Array): number {
  const open = key.indexOf(OPEN);
  const close = open < 0 ? -1 : key.indexOf(CLOSE, open + 1);
  return crc16(close > open + 1 ? key.subarray(open + 1, close) : key) % SLOTS;
}

function crc16(bytes: Uint8Array): number {
  let sum = 0;
  for (const byte of bytes) {
    sum ^= byte << 8;
    for (let bit = 0; bit < 8; bit++) {
      sum = (sum & 0x8000) === 0 ? sum << 1 : (sum << 1) ^ POLYNOMIAL;
    }
    sum &= 0xffff;
  }
  return sum;
}

/**
 * Which IPs a lookup has among its candidates, in 256 bits: one for each IP, spread by a multiplication.
 * A bit that is not set says for certain that an IP is new, and most are: a lookup has about 40
 * candidates, so five in six newcomers are told at once and need not be searched for.
 */

/** 256 bits. */
export const IP_WORDS = 8;

/** The bit of an IP. */
export function ipBit(ip: number): number {
  return Math.imul(ip, 0x9e3779b1) >>> 24;
}

export function hasBit(words: Uint32Array, bit: number): boolean {
  return (words[bit >>> 5] & (1 << (bit & 31))) !== 0;
}

export function setBit(words: Uint32Array, bit: number): void {
  words[bit >>> 5] |= 1 << (bit & 31);
}

/** The IP of a contact in its compact form, as a signed word. */
export function ipAt(bytes: Uint8Array, at: number): number {
  return (bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3];
}

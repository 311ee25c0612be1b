/**
 * SipHash-2-4 (Aumasson and Bernstein, 2012): a keyed hash of short inputs, 64 bits long. Whoever does not
 * know the key of 16 bytes can neither foretell nor forge it, and it costs a fifth of a SHA-1 by OpenSSL, whose
 * call is dearer than its work.
 *
 *     input ── 8 bytes at a time ──▶ v3 ^= m ── 2 rounds ── v0 ^= m ──▶ … ── v2 ^= ff ── 4 rounds ──▶ v0^v1^v2^v3
 *
 * All words have 64 bits and are kept as two halves, `a` the low and `b` the high one.
 */
const BLOCK_BYTES = 8;
const ROUNDS = 2;
const LAST_ROUNDS = 4;

export class SipHash {
  readonly #key: DataView;
  /** The hash, after `digest`: bytes 0 to 3 and 4 to 7 of it, little-endian. */
  low = 0;
  high = 0;

  /** @param key 16 bytes, which may be changed: it is read by each `digest`. */
  constructor(key: Uint8Array) {
    this.#key = new DataView(key.buffer, key.byteOffset, key.byteLength);
  }

  /** Hashes `input[0, length)`. */
  digest(input: Uint8Array, length: number): void {
    const key = this.#key;
    const [k0a, k0b] = [key.getInt32(0, true), key.getInt32(4, true)];
    const [k1a, k1b] = [key.getInt32(8, true), key.getInt32(12, true)];
    let [v0a, v0b] = [k0a ^ 0x70736575, k0b ^ 0x736f6d65];
    let [v1a, v1b] = [k1a ^ 0x6e646f6d, k1b ^ 0x646f7261];
    let [v2a, v2b] = [k0a ^ 0x6e657261, k0b ^ 0x6c796765];
    let [v3a, v3b] = [k1a ^ 0x79746573, k1b ^ 0x74656462];
    const whole = length - (length % BLOCK_BYTES);
    // One block more for the rest and the length, and one that only mixes.
    for (let at = 0; at <= whole + BLOCK_BYTES; at += BLOCK_BYTES) {
      const isLast = at > whole;
      const ma = isLast ? 0 : wordAt(input, at, length);
      const mb = isLast ? 0 : wordAt(input, at + 4, length) | (at === whole ? length << 24 : 0);
      if (isLast) v2a ^= 0xff;
      v3a ^= ma;
      v3b ^= mb;
      for (let round = isLast ? LAST_ROUNDS : ROUNDS; round > 0; round--) {
        let low = (v0a + v1a) | 0;
        let high = (v0b + v1b + (low >>> 0 < v0a >>> 0 ? 1 : 0)) | 0;
        let kept = (v1a << 13) | (v1b >>> 19);
        v1b = ((v1b << 13) | (v1a >>> 19)) ^ high;
        v1a = kept ^ low;
        v0a = high;
        v0b = low;
        low = (v2a + v3a) | 0;
        v2b = (v2b + v3b + (low >>> 0 < v2a >>> 0 ? 1 : 0)) | 0;
        v2a = low;
        kept = (v3a << 16) | (v3b >>> 16);
        v3b = ((v3b << 16) | (v3a >>> 16)) ^ v2b;
        v3a = kept ^ v2a;
        low = (v0a + v3a) | 0;
        v0b = (v0b + v3b + (low >>> 0 < v0a >>> 0 ? 1 : 0)) | 0;
        v0a = low;
        kept = (v3a << 21) | (v3b >>> 11);
        v3b = ((v3b << 21) | (v3a >>> 11)) ^ v0b;
        v3a = kept ^ v0a;
        low = (v2a + v1a) | 0;
        high = (v2b + v1b + (low >>> 0 < v2a >>> 0 ? 1 : 0)) | 0;
        kept = (v1a << 17) | (v1b >>> 15);
        v1b = ((v1b << 17) | (v1a >>> 15)) ^ high;
        v1a = kept ^ low;
        v2a = high;
        v2b = low;
      }
      v0a ^= ma;
      v0b ^= mb;
    }
    this.low = v0a ^ v1a ^ v2a ^ v3a;
    this.high = v0b ^ v1b ^ v2b ^ v3b;
  }
}

/** Four bytes, little-endian; what lies behind the end is 0. */
function wordAt(input: Uint8Array, at: number, length: number): number {
  if (at + 4 <= length) {
    return input[at] | (input[at + 1] << 8) | (input[at + 2] << 16) | (input[at + 3] << 24);
  }
  let word = 0;
  for (let i = at; i < length; i++) word |= input[i] << (8 * (i - at));
  return word;
}

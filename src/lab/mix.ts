/** A 32-bit hash of two words (the finaliser of MurmurHash3). */
export function mix(seed: number, word: number): number {
  let hash = Math.imul(seed ^ word, 0x9e3779b1);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/**
 * The trace hash: one number for a whole run. Every datagram that is delivered goes into it with its
 * time, both ends, length and first bytes. Two runs with the same hash did the same things in the
 * same order; the first difference anywhere changes it for good.
 */
export class TraceHash {
  #low = 0x811c9dc5;
  #high = 0x01000193;

  add(word: number): void {
    this.#low = Math.imul(this.#low ^ word, 0x01000193);
    this.#high = Math.imul((this.#high ^ word) + (this.#low >>> 15), 0x85ebca6b);
  }

  /** Adds what stands for another run: its 16 digits, as two words. */
  addHash(digits: string): void {
    this.add(Number.parseInt(digits.slice(0, 8), 16));
    this.add(Number.parseInt(digits.slice(8), 16));
  }

  /** 16 hexadecimal digits. */
  toString(): string {
    const hex = (word: number): string => (word >>> 0).toString(16).padStart(8, '0');
    return hex(this.#high) + hex(this.#low);
  }
}

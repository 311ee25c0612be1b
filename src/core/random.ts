/**
 * Randomness is an argument. A node asks a `Random` for every choice it makes: in production it is
 * filled by the operating system, in a test or in the lab it is a seeded generator, and the same
 * seed gives the same run.
 */
import { assert } from './assert.ts';

export interface Random {
  /** The next 32 random bits, as an unsigned number. */
  uint32(): number;
}

/** A whole number in [0, limit). Exact: the biased tail of the 32-bit range is drawn again. */
export function randomBelow(random: Random, limit: number): number {
  assert(limit >= 1 && limit <= 0x100000000, 'randomBelow needs a limit in 1..2^32');
  for (;;) {
    const bits = random.uint32();
    const rest = bits % limit;
    if (bits - rest + limit <= 0x100000000) return rest;
  }
}

export function fillRandom(random: Random, bytes: Uint8Array, start: number, end: number): void {
  for (let i = start; i < end; i += 4) {
    const bits = random.uint32();
    const length = Math.min(4, end - i);
    for (let j = 0; j < length; j++) bytes[i + j] = (bits >>> (j * 8)) & 255;
  }
}

/**
 * sfc32 (Chris Doty-Humphrey's "small fast counting" generator, PractRand 0.94): 128 bits of state,
 * a period of at least 2^32, no multiplication, the same numbers on every engine.
 */
export class SeededRandom implements Random {
  #a = 0;
  #b = 0;
  #c = 0;
  #counter = 1;

  /** `seed` and `stream` together choose the sequence; different streams of one seed are unrelated. */
  constructor(seed: number, stream = 0) {
    this.begin(seed, stream);
  }

  /** Goes on as one that was just made: many short sequences need no object each. */
  begin(seed: number, stream: number): void {
    this.#counter = 1;
    this.#a = stream | 0;
    this.#b = seed | 0;
    this.#c = Math.floor(seed / 0x100000000) | 0;
    // PractRand's own seeding: the first 12 outputs only mix the seed into the whole state.
    for (let i = 0; i < 12; i++) this.uint32();
  }

  uint32(): number {
    const mixed = (((this.#a + this.#b) | 0) + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + mixed) | 0;
    return mixed >>> 0;
  }
}

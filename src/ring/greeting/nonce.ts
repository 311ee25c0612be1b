/**
 * A nonce: 16 bytes drawn for one link. Each end keeps its own and the other's as long as the link lasts, so they
 * are four words of one object: an array of 16 bytes takes 200, and a lab has a million links.
 *
 *     drawn ── hello ──▶ read ── vouch: did you say this? ──▶ isAt
 */
import type { Random } from '../../core/random.ts';
import type { FrameWriter } from '../frames.ts';

export const NONCE_BYTES = 16;

export class Nonce {
  readonly #first: number;
  readonly #second: number;
  readonly #third: number;
  readonly #fourth: number;

  private constructor(first: number, second: number, third: number, fourth: number) {
    this.#first = first;
    this.#second = second;
    this.#third = third;
    this.#fourth = fourth;
  }

  static drawn(random: Random): Nonce {
    const draw = () => random.uint32() | 0;
    return new Nonce(draw(), draw(), draw(), draw());
  }

  static read(bytes: Uint8Array, at: number): Nonce {
    return new Nonce(
      wordAt(bytes, at),
      wordAt(bytes, at + 4),
      wordAt(bytes, at + 8),
      wordAt(bytes, at + 12),
    );
  }

  put(out: FrameWriter): void {
    for (const word of [this.#first, this.#second, this.#third, this.#fourth]) {
      for (let shift = 0; shift < 32; shift += 8) out.u8((word >>> shift) & 255);
    }
  }

  isAt(bytes: Uint8Array, at: number): boolean {
    return (
      wordAt(bytes, at) === this.#first &&
      wordAt(bytes, at + 4) === this.#second &&
      wordAt(bytes, at + 8) === this.#third &&
      wordAt(bytes, at + 12) === this.#fourth
    );
  }
}

/** The low byte first, as random words are written everywhere. */
function wordAt(bytes: Uint8Array, at: number): number {
  return bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24);
}

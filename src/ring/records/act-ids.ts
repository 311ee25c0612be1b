/**
 * The acts of one node as their client: which number is the next, and which of them somebody still waits for.
 * The name is drawn with the first, so that whoever only reads costs nothing.
 */
import { fillRandom, type Random } from '../../core/random.ts';
import { type ActId, CLIENT_BYTES } from './done-acts.ts';

/** Of one name; then another is drawn. */
const NUMBERS = 0xffffffff;

export class ActIds {
  readonly #random: Random;
  readonly #numbers: number;
  #client: Uint8Array | null = null;
  #last = 0;
  /** In the order in which they were taken. */
  readonly #open = new Set<number>();

  constructor(random: Random, numbers: number = NUMBERS) {
    this.#random = random;
    this.#numbers = numbers;
  }

  take(): ActId {
    if (this.#client === null || this.#last >= this.#numbers) {
      this.#client = new Uint8Array(CLIENT_BYTES);
      fillRandom(this.#random, this.#client, 0, CLIENT_BYTES);
      this.#last = 0;
      this.#open.clear();
    }
    const number = ++this.#last;
    this.#open.add(number);
    const [oldest = number] = this.#open;
    return { client: this.#client, number, oldest };
  }

  /** Nobody waits for it any more. */
  end({ client, number }: ActId): void {
    if (client === this.#client) this.#open.delete(number);
  }
}

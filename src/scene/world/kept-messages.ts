/**
 * The bytes of messages that were sent last, to be taken apart when somebody asks: so many of them, and
 * so many bytes, whichever is reached first. The oldest goes.
 */

export interface KeptMessage {
  readonly bytes: Uint8Array;
  /** The watched call that it belongs to, 0 for none. */
  readonly call: number;
}

export class KeptMessages {
  readonly #countMax: number;
  readonly #bytesMax: number;
  /** By the number of the flight, the oldest first. */
  readonly #messages = new Map<number, KeptMessage>();
  #bytes = 0;

  constructor(countMax: number, bytesMax: number) {
    this.#countMax = countMax;
    this.#bytesMax = bytesMax;
  }

  get count(): number {
    return this.#messages.size;
  }

  /** Keeps a message under a number that was not used before. `bytes` are its own. */
  keep(flight: number, bytes: Uint8Array, call: number): void {
    this.#messages.set(flight, { bytes, call });
    this.#bytes += bytes.length;
    for (const [oldest, message] of this.#messages) {
      const isEnough = this.#messages.size <= this.#countMax && this.#bytes <= this.#bytesMax;
      if (isEnough || oldest === flight) break;
      this.#messages.delete(oldest);
      this.#bytes -= message.bytes.length;
    }
  }

  get(flight: number): KeptMessage | null {
    return this.#messages.get(flight) ?? null;
  }
}

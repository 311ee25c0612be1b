/**
 * Datagrams that the kernel had no room for: a line that they wait in until it has. A link that is
 * slower than what is sent over it would make the line endless, so it is bounded in bytes, and the
 * oldest go first: an answer that comes late is waited for by nobody, one that is new by somebody.
 */
import type { Address } from '../core/address.ts';

/**
 * Bytes that wait for one socket at most. On a line of 256 kbit/s that is 4 s of sending, less than
 * nodes wait for an answer; beyond what the kernel itself keeps (208 KB on Linux as it comes).
 */
export const BACKLOG_BYTES: number = 128 * 1024;
/** What a datagram costs beside its bytes, so that many small ones are bounded too. */
const ENTRY_BYTES = 128;

export interface Waiting {
  readonly to: Address;
  readonly bytes: Buffer;
}

export class Backlog {
  /** Datagrams that were dropped for newer ones. */
  dropped = 0;
  #entries: Waiting[] = [];
  #head = 0;
  #bytes = 0;

  get count(): number {
    return this.#entries.length - this.#head;
  }

  /** Bytes that wait, with what each costs beside its own. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Copies `bytes[0, length)` to the end of the line. */
  add(to: Address, bytes: Uint8Array, length: number): void {
    this.#entries.push({ to, bytes: Buffer.from(bytes.subarray(0, length)) });
    this.#bytes += length + ENTRY_BYTES;
    while (this.#bytes > BACKLOG_BYTES && this.count > 1) {
      this.take();
      this.dropped++;
    }
  }

  /** The `i`th of those that wait, the oldest is 0. */
  at(i: number): Waiting | undefined {
    return this.#entries[this.#head + i];
  }

  /** The oldest leaves the line. */
  take(): Waiting | undefined {
    const entry = this.#entries[this.#head];
    if (entry === undefined) return undefined;
    this.#head++;
    this.#bytes -= entry.bytes.length + ENTRY_BYTES;
    // The places of those that are gone are given back now and then, not each time.
    if (this.#head > 512 || this.#head === this.#entries.length) {
      this.#entries = this.#entries.slice(this.#head);
      this.#head = 0;
    }
    return entry;
  }
}

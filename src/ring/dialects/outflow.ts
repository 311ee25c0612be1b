/**
 * Writes the fields of a dialect to a stream, and no faster than the peer reads.
 *
 *     fields ─▶ scratch ─▶ host.write ─▶ the world's queue ─▶ peer
 *     a long value ─▶ what fits ─┘  └─ the rest is kept until the world says `drained`
 *
 * Small fields gather in one buffer that all outflows borrow: who writes ends with `flush`, and who
 * finds another's bytes in it flushes those first. What is kept of a long value is taken from the allowance.
 */
import { type Address, formatAddress, writeAddress } from '../../core/address.ts';
import { STREAM_QUEUE_BYTES, type Stream, type StreamHost } from '../../core/host.ts';
import { ID_BYTES } from '../../core/id.ts';
import type { Allowance } from './allowance.ts';
import { formatDecimalKey } from './spelling.ts';
import type { Wire } from './wire.ts';

/** Room for the fields between two flushes, and for many short items. */
const SCRATCH_BYTES = 1 << 14;
/** No field but a value is longer. */
const FIELD_BYTES_MAX = 64;
/** A long value goes out in pieces of this size until the world's queue is full. */
const PIECE_BYTES = 1 << 16;

const scratch = new Uint8Array(SCRATCH_BYTES);
let scratchLength = 0;
let borrower: Outflow | null = null;

const NO_BYTES = new Uint8Array(0);

export class Outflow {
  readonly #host: StreamHost;
  readonly #stream: Stream;
  readonly #wire: Wire;
  readonly #memory: Allowance;
  /** The rest of a long value, and how much of it stands in the allowance. */
  #rest: Uint8Array = NO_BYTES;
  #takenBytes = 0;
  /** Wait for `drained` before the next value. */
  isFull = false;
  /** The allowance had no room for the rest of a value: the stream cannot go on. */
  isOverloaded = false;

  constructor(host: StreamHost, stream: Stream, wire: Wire, memory: Allowance) {
    this.#host = host;
    this.#stream = stream;
    this.#wire = wire;
    this.#memory = memory;
  }

  /** A command, as `wordOf` has it. */
  word(word: string): void {
    this.#ascii(word);
    if (this.#wire === 'text') this.#ascii('\n');
  }

  key(key: Uint8Array, start: number): void {
    if (this.#wire === 'text') this.#ascii(formatDecimalKey(key, start) + '\n');
    else this.#copy(key, start, ID_BYTES);
  }

  /** A length or count. */
  number(value: number): void {
    if (this.#wire === 'text') this.#ascii(`${value}\n`);
    else this.#int(value);
  }

  address(address: Address): void {
    if (this.#wire === 'seed') {
      this.#room(FIELD_BYTES_MAX);
      writeAddress(scratch, scratchLength, address);
      scratchLength += 6;
      return;
    }
    const text = formatAddress(address);
    if (this.#wire === 'string') this.#int(text.length);
    this.#ascii(this.#wire === 'text' ? text + '\n' : text);
  }

  /** Yes or no: `T`, `F`; `1`, `0`. */
  status(isTrue: boolean): void {
    if (this.#wire === 'text') this.#ascii(isTrue ? '1\n' : '0\n');
    else this.#ascii(isTrue ? 'T' : 'F');
  }

  /** `N`, which text spells as its no. */
  refusal(): void {
    this.#ascii(this.#wire === 'text' ? '0\n' : 'N');
  }

  /**
   * Length and bytes. What does not go out at once is kept, copied unless `isLasting`: the bytes
   * stay as they are until the stream is over. Call it only while not `isFull`.
   */
  value(value: Uint8Array, isLasting: boolean): void {
    this.number(value.length);
    if (value.length <= SCRATCH_BYTES - FIELD_BYTES_MAX) {
      this.#copy(value, 0, value.length);
      return;
    }
    this.flush();
    const at = this.#pieces(value, 0);
    if (at === value.length) return;
    const keptBytes = isLasting ? 0 : value.length - at;
    if (!this.#memory.take(keptBytes)) {
      this.isOverloaded = true;
      return;
    }
    this.#takenBytes = keptBytes;
    this.#rest = isLasting ? value.subarray(at) : new Uint8Array(value.subarray(at));
  }

  /** Hands over what has gathered. */
  flush(): void {
    if (borrower !== this) return;
    borrower = null;
    const length = scratchLength;
    scratchLength = 0;
    this.#write(scratch, 0, length);
  }

  /** The world's queue is empty: sends on. */
  drained(): void {
    this.isFull = false;
    if (this.#rest.length === 0) return;
    const at = this.#pieces(this.#rest, 0);
    this.#rest = this.#rest.subarray(at);
    if (this.#rest.length === 0) this.#giveBack();
  }

  /** Nothing more will be written: lets go what has gathered, and gives back what it has taken. */
  release(): void {
    if (borrower === this) {
      borrower = null;
      scratchLength = 0;
    }
    this.#giveBack();
  }

  #giveBack(): void {
    this.#memory.giveBack(this.#takenBytes);
    this.#takenBytes = 0;
    this.#rest = NO_BYTES;
  }

  /** Writes until the queue is full; returns how far it came. */
  #pieces(bytes: Uint8Array, at: number): number {
    while (at < bytes.length && !this.isFull) {
      const end = Math.min(bytes.length, at + PIECE_BYTES);
      this.#write(bytes, at, end);
      at = end;
    }
    return at;
  }

  #write(bytes: Uint8Array, start: number, end: number): void {
    if (this.#host.write(this.#stream, bytes, start, end) > STREAM_QUEUE_BYTES) this.isFull = true;
  }

  #int(value: number): void {
    this.#room(FIELD_BYTES_MAX);
    for (let i = 7; i >= 0; i--) {
      scratch[scratchLength + i] = value % 256;
      value = Math.floor(value / 256);
    }
    scratchLength += 8;
  }

  #ascii(text: string): void {
    this.#room(FIELD_BYTES_MAX);
    for (let i = 0; i < text.length; i++) scratch[scratchLength++] = text.charCodeAt(i);
  }

  #copy(bytes: Uint8Array, start: number, length: number): void {
    this.#room(length);
    scratch.set(bytes.subarray(start, start + length), scratchLength);
    scratchLength += length;
  }

  #room(bytes: number): void {
    if (borrower !== this || scratchLength + bytes > SCRATCH_BYTES) borrower?.flush();
    borrower = this;
  }
}

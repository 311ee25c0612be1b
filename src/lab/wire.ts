/**
 * What is on its way: the nodes' real bytes, kept from `send` until they arrive. A few sizes of place,
 * so that a ping does not take the room of the longest reply; a place is used again as soon as its
 * bytes were delivered or lost.
 */
import type { Address } from '../core/address.ts';
import { grown } from '../core/column.ts';

/** Bytes of a place: queries and pings, find_node replies, everything else a node may send. */
const DATAGRAM_SIZES: readonly number[] = [112, 320, 1024];
/** Places of each size to begin with. */
const PLACES = 64;
/** Low bits of a parcel, which tell its size class. */
const CLASS_BITS = 3;
const CLASS_MASK = (1 << CLASS_BITS) - 1;

/** From this length on `subarray` and `set` are faster than a loop (measured: 75 ns for both). */
const SET_PAYS = 64;

/** Where bytes lie: place × 8 + size class. */
export type Parcel = number;

export class Wire {
  /** Parcels kept now. */
  count = 0;
  readonly #sizes: readonly number[];
  readonly #bytes: Uint8Array[];
  readonly #lengths: Uint32Array[];
  readonly #senders: Float64Array[];
  readonly #ends: number[];
  readonly #free: number[][];

  /** @param sizes of places, ascending, at most 8; nothing longer than the last can be kept. */
  constructor(sizes: readonly number[] = DATAGRAM_SIZES) {
    this.#sizes = sizes;
    this.#bytes = sizes.map((size) => new Uint8Array(size * PLACES));
    this.#lengths = sizes.map(() => new Uint32Array(PLACES));
    this.#senders = sizes.map(() => new Float64Array(PLACES));
    this.#ends = sizes.map(() => 0);
    this.#free = sizes.map(() => []);
  }

  get byteLength(): number {
    const columns = [...this.#bytes, ...this.#lengths, ...this.#senders];
    return columns.reduce((sum, { byteLength }) => sum + byteLength, 0);
  }

  /** Bytes of all parcels kept now. */
  get bytesKept(): number {
    let bytes = 0;
    for (const [size, end] of this.#ends.entries()) {
      const lengths = this.#lengths[size]!;
      for (let place = 0; place < end; place++) bytes += lengths[place]!;
    }
    return bytes;
  }

  /** Keeps `bytes[start, end)` and whom they are from. */
  keep(bytes: Uint8Array, start: number, end: number, sender: Address): Parcel {
    const length = end - start;
    const sizes = this.#sizes;
    let size = 0;
    while (length > sizes[size]!) size++;
    const place = this.#free[size]!.pop() ?? this.#newPlace(size);
    const to = this.#bytes[size]!;
    const at = place * sizes[size]!;
    if (length > SET_PAYS) to.set(bytes.subarray(start, end), at);
    else for (let i = 0; i < length; i++) to[at + i] = bytes[start + i]!;
    this.#lengths[size]![place] = length;
    this.#senders[size]![place] = sender;
    this.count++;
    return (place << CLASS_BITS) | size;
  }

  /** The bytes lie in here from `startOf` on; replaced when it grows. */
  bytesOf(parcel: Parcel): Uint8Array {
    return this.#bytes[parcel & CLASS_MASK]!;
  }

  startOf(parcel: Parcel): number {
    return (parcel >>> CLASS_BITS) * this.#sizes[parcel & CLASS_MASK]!;
  }

  lengthOf(parcel: Parcel): number {
    return this.#lengths[parcel & CLASS_MASK]![parcel >>> CLASS_BITS]!;
  }

  senderOf(parcel: Parcel): Address {
    return this.#senders[parcel & CLASS_MASK]![parcel >>> CLASS_BITS]!;
  }

  release(parcel: Parcel): void {
    this.count--;
    this.#lengths[parcel & CLASS_MASK]![parcel >>> CLASS_BITS] = 0;
    this.#free[parcel & CLASS_MASK]!.push(parcel >>> CLASS_BITS);
  }

  #newPlace(size: number): number {
    const place = this.#ends[size]!++;
    if (place < this.#lengths[size]!.length) return place;
    const places = place * 2;
    this.#bytes[size] = grown(this.#bytes[size]!, places * this.#sizes[size]!);
    this.#lengths[size] = grown(this.#lengths[size]!, places);
    this.#senders[size] = grown(this.#senders[size]!, places);
    return place;
  }
}

/**
 * Datagrams on their way: the nodes' real bytes, kept from `send` until they arrive. Three sizes of
 * place, so that a ping does not take the room of the longest reply; a place is used again as soon as
 * its datagram was delivered or lost.
 */
import { grown } from '../core/column.ts';

/** Bytes of a place: queries and pings, find_node replies, everything else a node may send. */
const SIZES = [112, 320, 1024] as const;

/** From this length on `subarray` and `set` are faster than a loop (measured: 75 ns for both). */
const SET_PAYS = 112;

/** Where a datagram lies: place × 4 + size class. */
export type Parcel = number;

export class Wire {
  bytes: Uint8Array[] = SIZES.map((size) => new Uint8Array(size * 64));
  lengths: Uint32Array[] = SIZES.map(() => new Uint32Array(64));
  readonly #ends = [0, 0, 0];
  readonly #free: number[][] = [[], [], []];

  get byteLength(): number {
    return this.bytes.reduce((sum, { byteLength }) => sum + byteLength, 0);
  }

  keep(bytes: Uint8Array, length: number): Parcel {
    const size = length <= SIZES[0] ? 0 : length <= SIZES[1] ? 1 : 2;
    const place = this.#free[size]!.pop() ?? this.#newPlace(size);
    const to = this.bytes[size]!;
    const start = place * SIZES[size]!;
    if (length > SET_PAYS) to.set(bytes.subarray(0, length), start);
    else for (let i = 0; i < length; i++) to[start + i] = bytes[i]!;
    this.lengths[size]![place] = length;
    return place * 4 + size;
  }

  startOf(parcel: Parcel): number {
    return (parcel >>> 2) * SIZES[parcel & 3]!;
  }

  lengthOf(parcel: Parcel): number {
    return this.lengths[parcel & 3]![parcel >>> 2]!;
  }

  release(parcel: Parcel): void {
    this.#free[parcel & 3]!.push(parcel >>> 2);
  }

  #newPlace(size: number): number {
    const place = this.#ends[size]!++;
    const bytes = this.bytes[size]!;
    if ((place + 1) * SIZES[size]! > bytes.length) {
      this.bytes[size] = grown(bytes, bytes.length * 2);
      this.lengths[size] = grown(this.lengths[size]!, this.lengths[size]!.length * 2);
    }
    return place;
  }
}

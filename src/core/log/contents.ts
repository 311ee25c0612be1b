/**
 * What a log holds: the last word on each key and each fact, and where in its segments that is. A
 * segment knows how many last words are in it.
 */
import { ID_BYTES } from '../id.ts';
import { type EntryReader, PUT_HEAD_BYTES } from './batch.ts';
import { Places } from './places.ts';
import type { Segment } from './segment.ts';

export interface Fact {
  value: Uint8Array;
  segment: number;
  /** Where its value is there. */
  offset: number;
  /** Of its entry. */
  bytes: number;
}

export class Contents {
  /** In ascending order, without a gap. */
  readonly segments: Segment[] = [];
  readonly places: Places = new Places();
  readonly facts: Map<string, Fact> = new Map();
  /** Of all records, their keys included. */
  byteLength = 0;
  #factsBytes = 0;

  get count(): number {
    return this.places.keys.count;
  }

  /** Bytes of the entries that are needed. */
  get neededBytes(): number {
    return this.byteLength + this.count * (PUT_HEAD_BYTES - ID_BYTES) + this.#factsBytes;
  }

  /** Segment `number`, which is one of them. */
  segment(number: number): Segment {
    return this.segments[number - this.segments[0]!.number]!;
  }

  put(segment: Segment, key: Uint8Array, start: number, offset: number, length: number): void {
    const { places } = this;
    let row = places.keys.get(key, start);
    if (row === null) {
      row = places.add(key, start);
      this.byteLength += ID_BYTES + length;
    } else {
      this.segment(places.segments[row]!).live--;
      this.byteLength += length - places.lengths[row]!;
    }
    places.set(row, segment.number, offset, length);
    segment.live++;
  }

  remove(key: Uint8Array, start: number): void {
    const { places } = this;
    const row = places.keys.get(key, start);
    if (row === null) return;
    this.segment(places.segments[row]!).live--;
    this.byteLength -= ID_BYTES + places.lengths[row]!;
    places.remove(key, start);
  }

  keepFact(name: string, fact: Fact): void {
    const before = this.facts.get(name);
    if (before !== undefined) {
      this.segment(before.segment).live--;
      this.#factsBytes -= before.bytes;
    }
    this.facts.set(name, fact);
    this.#factsBytes += fact.bytes;
    this.segment(fact.segment).live++;
  }

  /** Takes over what the entries of a segment say. */
  reader(segment: Segment): EntryReader {
    return {
      put: (bytes, key, record, length) => this.put(segment, bytes, key, record, length),
      removed: (bytes, key) => this.remove(bytes, key),
      fact: (image, name, offset, length, bytes) => {
        const value = image.slice(offset, offset + length);
        this.keepFact(name, { value, segment: segment.number, offset, bytes });
      },
    };
  }
}

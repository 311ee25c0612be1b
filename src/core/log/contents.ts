/**
 * What a log holds: the last word on each key and each fact, and where in its segments that is. A
 * segment knows how many last words are in it.
 *
 * When a checkpoint was read (checkpoint.ts), places may for a while be in segments that are gone: what the
 * log says later replaces them, or else `settle` drops them.
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
    return this.#at(number)!;
  }

  /** The record of `length` bytes is at `offset` of the segment, and begins as `bytes` do from `at` on. */
  put(
    segment: Segment,
    key: Uint8Array,
    start: number,
    offset: number,
    length: number,
    bytes: Uint8Array,
    at: number,
  ): void {
    const { places } = this;
    let row = places.keys.get(key, start);
    if (row === null) {
      row = places.add(key, start);
      this.byteLength += ID_BYTES + length;
    } else {
      this.#leave(places.segments[row]!);
      this.byteLength += length - places.lengths[row]!;
    }
    places.set(row, segment.number, offset, length, bytes, at);
    segment.live++;
  }

  /** A record whose key comes after all that there are; its head is in the same bytes. */
  append(
    segment: number,
    key: Uint8Array,
    start: number,
    offset: number,
    length: number,
    headAt: number,
  ): void {
    const { places } = this;
    places.set(places.append(key, start), segment, offset, length, key, headAt);
    this.byteLength += ID_BYTES + length;
  }

  remove(key: Uint8Array, start: number): void {
    const { places } = this;
    const row = places.keys.get(key, start);
    if (row === null) return;
    this.#leave(places.segments[row]!);
    this.byteLength -= ID_BYTES + places.lengths[row]!;
    places.remove(key, start);
  }

  keepFact(name: string, fact: Fact): void {
    const before = this.facts.get(name);
    if (before !== undefined) {
      this.#leave(before.segment);
      this.#factsBytes -= before.bytes;
    }
    this.facts.set(name, fact);
    this.#factsBytes += fact.bytes;
    const segment = this.#at(fact.segment);
    if (segment !== undefined) segment.live++;
  }

  /**
   * The log was read to its end. A place in a segment that is gone is of a record that was removed: one that
   * is still needed was written once more before its segment went.
   * @returns false when there is a place that there cannot be.
   */
  settle(): boolean {
    const { keys, segments, lengths } = this.places;
    const first = this.segments[0]!.number;
    const end = first + this.segments.length;
    const gone: Uint8Array[] = [];
    for (const segment of this.segments) segment.live = 0;
    let isSound = true;
    for (const [key, row] of keys.rows(null, null)) {
      const number = segments[row]!;
      if (number < first) gone.push(new Uint8Array(key));
      else if (number >= end) isSound = false;
      else this.segment(number).live++;
    }
    for (const key of gone) {
      this.byteLength -= ID_BYTES + lengths[keys.get(key, 0)!]!;
      this.places.remove(key, 0);
    }
    for (const { segment } of this.facts.values()) {
      if (segment < first || segment >= end) return false;
      this.segment(segment).live++;
    }
    return isSound;
  }

  /** Takes over what the entries of a segment say. */
  reader(segment: Segment): EntryReader {
    return {
      put: (bytes, key, record, length) =>
        this.put(segment, bytes, key, record, length, bytes, record),
      removed: (bytes, key) => this.remove(bytes, key),
      fact: (image, name, offset, length, bytes) => {
        const value = image.slice(offset, offset + length);
        this.keepFact(name, { value, segment: segment.number, offset, bytes });
      },
    };
  }

  #leave(segment: number): void {
    const left = this.#at(segment);
    if (left !== undefined) left.live--;
  }

  #at(number: number): Segment | undefined {
    const [first] = this.segments;
    return first && this.segments[number - first.number];
  }
}

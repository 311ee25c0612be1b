/** Datagrams on their way come out as they went in, and their places are used again. */
import { describe, expect, test } from 'vitest';
import { randomBelow, SeededRandom } from '../../src/core/random.ts';
import { type Parcel, Wire } from '../../src/lab/wire.ts';

/** Bytes that differ from those of any other number, inside a longer array as writers have it. */
function datagram(number: number, length: number): Uint8Array {
  const bytes = new Uint8Array(1024).fill(0xee);
  for (let i = 0; i < length; i++) bytes[i] = (number * 31 + i * 7 + (i >> 8)) & 255;
  return bytes;
}

function read(wire: Wire, parcel: Parcel): Uint8Array {
  const start = wire.startOf(parcel);
  return wire.bytesOf(parcel).slice(start, start + wire.lengthOf(parcel));
}

function expectKept(wire: Wire, parcel: Parcel, number: number, length: number): void {
  const wanted = datagram(number, length).subarray(0, length);
  // Comparing as buffers is hundreds of times faster than `toEqual`.
  expect(wire.senderOf(parcel)).toBe(number);
  expect([number, length, Buffer.compare(read(wire, parcel), wanted)]).toEqual([number, length, 0]);
}

describe('the wire', () => {
  test('gives back every size of datagram as it was kept', () => {
    const wire = new Wire();
    const parcels: Parcel[] = [];
    for (let length = 1; length <= 1024; length++) {
      parcels.push(wire.keep(datagram(length, length), 0, length, length));
    }
    expect(new Set(parcels).size).toBe(1024);
    // All are under way at once, so that one that was written over another shows.
    for (const [i, parcel] of parcels.entries()) {
      expectKept(wire, parcel, i + 1, i + 1);
    }
  });

  test('copies the same from wherever it is sent: whole words or not, one array or many', () => {
    const random = new SeededRandom(2);
    // More arrays than it remembers, some within words and some that end with their last byte.
    const sources = Array.from({ length: 9 }, (_, i) => {
      return new Uint8Array(new ArrayBuffer(2048), i % 3, i === 8 ? 1024 : 1027 + i);
    });
    const sizes = [
      [112, 320, 1024],
      [101, 1024],
      [64, 4096],
    ];
    for (const wire of [new Wire(), ...sizes.map((size) => new Wire(size))]) {
      for (let number = 0; number < 1000; number++) {
        const source = sources[randomBelow(random, sources.length)];
        const length = 1 + randomBelow(random, 1000);
        const start = randomBelow(random, 3) === 0 ? randomBelow(random, 20) : 0;
        source.set(datagram(number, length).subarray(0, length), start);
        const parcel = wire.keep(source, start, start + length, number);
        const isExact = number % 7 === 0;
        const exact = isExact
          ? wire.keep(source.slice(start, start + length), 0, length, number)
          : 0;
        source.fill(0);
        expectKept(wire, parcel, number, length);
        if (isExact) expectKept(wire, exact, number, length);
        if (number % 2 === 0) wire.release(parcel);
      }
    }
  });

  test('keeps thousands apart while some leave and others come', () => {
    const random = new SeededRandom(1);
    const wire = new Wire();
    const kept = new Map<Parcel, { number: number; length: number }>();
    for (let number = 0; number < 5000; number++) {
      const length = 1 + randomBelow(random, [112, 320, 1024][randomBelow(random, 3)]);
      const parcel = wire.keep(datagram(number, length), 0, length, number);
      expect(kept.has(parcel)).toBe(false);
      kept.set(parcel, { number, length });
      while (kept.size > 700 || (kept.size > 0 && randomBelow(random, 3) === 0)) {
        const [oldest] = kept.keys();
        const { number, length } = kept.get(oldest)!;
        expectKept(wire, oldest, number, length);
        wire.release(oldest);
        kept.delete(oldest);
      }
    }
    for (const [parcel, { number, length }] of kept) {
      expectKept(wire, parcel, number, length);
    }
  });

  test.each([
    ['pings', 90],
    ['find_node replies', 300],
    ['the longest', 1024],
  ])('of %s takes no more room however many pass, when each is released', (_name, length) => {
    const wire = new Wire();
    const before = wire.byteLength;
    const places = new Set<Parcel>();
    for (let i = 0; i < 10_000; i++) {
      const parcel = wire.keep(datagram(i, length), 0, length, i);
      places.add(parcel);
      wire.release(parcel);
    }
    expect(places.size).toBe(1);
    expect(wire.byteLength).toBe(before);
  });

  test('grows only in the size that is short, and keeps what is under way', () => {
    const wire = new Wire();
    const parcels = Array.from({ length: 1000 }, (_, i) => wire.keep(datagram(i, 100), 0, 100, i));
    // 64 places of the smallest size have become 1024: bytes, length and sender.
    expect(wire.byteLength - new Wire().byteLength).toBe((1024 - 64) * (112 + 4 + 8));
    expect(wire.count).toBe(1000);
    for (const [i, parcel] of parcels.entries()) {
      expectKept(wire, parcel, i, 100);
    }
    for (const parcel of parcels) wire.release(parcel);
    const before = wire.byteLength;
    for (let i = 0; i < 1000; i++) wire.keep(datagram(i, 112), 0, 112, i);
    expect(wire.byteLength).toBe(before);
  });
});

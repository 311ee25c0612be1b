/** A fingerprint of a run is worth something when no small difference leaves it as it was. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { TraceHash } from '../../src/lab/trace-hash.ts';

function hashOf(words: number[]): string {
  const hash = new TraceHash();
  for (const word of words) hash.add(word);
  return hash.toString();
}

const words = fc.array(fc.integer({ min: 0, max: 0xffffffff }), { minLength: 1, maxLength: 40 });

describe('the trace hash', () => {
  test('is 16 hexadecimal digits, the same for the same words', () => {
    fc.assert(
      fc.property(words, (list) => {
        expect(hashOf(list)).toMatch(/^[0-9a-f]{16}$/);
        expect(hashOf([...list])).toBe(hashOf(list));
      }),
      { seed: 1 },
    );
    expect(new TraceHash().toString()).toMatch(/^[0-9a-f]{16}$/);
  });

  test('changes with any bit of any word, whatever follows', () => {
    fc.assert(
      fc.property(words, fc.nat(), fc.nat(31), (list, place, bit) => {
        const other = [...list];
        other[place % list.length] ^= 1 << bit;
        expect(hashOf(other)).not.toBe(hashOf(list));
      }),
      { seed: 2, numRuns: 1000 },
    );
  });

  test('changes when the same bit of two words changes', () => {
    const list = Array.from({ length: 12 }, (_, i) => i * 1_000_003);
    const seen = new Set([hashOf(list)]);
    let tried = 1;
    for (let bit = 0; bit < 32; bit++) {
      for (let a = 0; a < list.length; a++) {
        for (let b = a + 1; b < list.length; b++) {
          const other = [...list];
          other[a] ^= 1 << bit;
          other[b] ^= 1 << bit;
          seen.add(hashOf(other));
          tried++;
        }
      }
    }
    expect(seen.size).toBe(tried);
  });

  test('changes when two different words change places, one is left out or one is added', () => {
    fc.assert(
      fc.property(words, fc.nat(), fc.nat(), (list, one, two) => {
        const [a, b] = [one % list.length, two % list.length];
        const swapped = [...list];
        [swapped[a], swapped[b]] = [swapped[b], swapped[a]];
        if (list[a] !== list[b]) expect(hashOf(swapped)).not.toBe(hashOf(list));
        expect(hashOf([...list.slice(0, a), ...list.slice(a + 1)])).not.toBe(hashOf(list));
        expect(hashOf([...list.slice(0, a), 0, ...list.slice(a)])).not.toBe(hashOf(list));
      }),
      { seed: 3, numRuns: 1000 },
    );
  });

  test('tells a hundred thousand short runs apart', () => {
    const seen = new Set<string>();
    for (let i = 0; i < 100_000; i++) seen.add(hashOf([i, i >>> 3]));
    expect(seen.size).toBe(100_000);
  });

  type Arrival = [atMs: number, to: number, from: number, word: number];
  const sumOf = (arrivals: readonly Arrival[]): TraceHash => {
    const hash = new TraceHash();
    for (const arrival of arrivals) hash.arrival(...arrival);
    return hash;
  };
  const arrivals = fc.array(
    fc.tuple(fc.nat(), fc.nat(10_000_000), fc.nat(10_000_000), fc.nat()) as fc.Arbitrary<Arrival>,
    { minLength: 1, maxLength: 40 },
  );

  test('is the same in whatever order different nodes are served, and of parts added up', () => {
    fc.assert(
      fc.property(arrivals, fc.nat(), (list, place) => {
        const middle = place % list.length;
        const turned = [...list.slice(middle), ...list.slice(0, middle)];
        expect(sumOf(turned).toString()).toBe(sumOf(list).toString());
        const whole = sumOf(list.slice(0, middle));
        whole.addArrivals(sumOf(list.slice(middle)).arrivals);
        expect(whole.toString()).toBe(sumOf(list).toString());
      }),
    );
  });

  test('changes with any bit of any arrival, with one more and one less', () => {
    fc.assert(
      fc.property(arrivals, fc.nat(), fc.nat(3), fc.nat(30), (list, place, which, bit) => {
        const at = place % list.length;
        const other = list.map((arrival) => [...arrival] as Arrival);
        other[at][which] ^= 1 << bit;
        const hash = sumOf(list).toString();
        expect(sumOf(other).toString()).not.toBe(hash);
        expect(sumOf(list.slice(1)).toString()).not.toBe(hash);
        expect(sumOf([...list, list[at]]).toString()).not.toBe(hash);
      }),
      { numRuns: 1000 },
    );
  });

  test('changes when sender and receiver, or what two of them say, change places', () => {
    fc.assert(
      fc.property(arrivals, fc.nat(), fc.nat(), (list, one, two) => {
        const [a, b] = [one % list.length, two % list.length];
        const [atMs, to, from, word] = list[a];
        const hash = sumOf(list).toString();
        const turned = list.with(a, [atMs, from, to, word]);
        if (from !== to) expect(sumOf(turned).toString()).not.toBe(hash);
        if (list[b][3] === word || list[b].slice(0, 3).join() === list[a].slice(0, 3).join())
          return;
        const swapped = list.with(a, [atMs, to, from, list[b][3]]).with(b, [...list[b]]);
        swapped[b][3] = word;
        expect(sumOf(swapped).toString()).not.toBe(hash);
      }),
      { numRuns: 1000 },
    );
  });

  test('tells a hundred thousand arrivals that hardly differ apart, in both of its words', () => {
    const [lows, highs] = [new Set<number>(), new Set<number>()];
    for (let i = 0; i < 100_000; i++) {
      const [low, high] = sumOf([[3_600_000 + (i >>> 10), i & 31, (i >>> 5) & 31, 100]]).arrivals;
      lows.add(low);
      highs.add(high);
    }
    // Of so many random words one pair in a run is expected to be equal.
    expect(lows.size).toBeGreaterThan(99_900);
    expect(highs.size).toBeGreaterThan(99_900);
  });
});

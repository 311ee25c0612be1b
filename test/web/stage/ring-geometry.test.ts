import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sortPlaces } from '../../../web/src/stage/circle-order.ts';
import {
  arch,
  bandOf,
  chord,
  curveX,
  curveY,
  placeOnRing,
  ringX,
  ringY,
  scatterOf,
  spreadApart,
  stackInside,
  turnOf,
} from '../../../web/src/stage/ring-geometry.ts';

const curve = () => ({ x0: 0, y0: 0, cx: 0, cy: 0, x1: 0, y1: 0 });
const share = fc.double({ min: 0, max: 0.999999, noNaN: true });

describe('the ring', () => {
  test('begins at the top and runs clockwise', () => {
    expect([ringX(0, 1), ringY(0, 1)].map((v) => Math.round(v))).toEqual([0, -1]);
    expect([ringX(0.25, 1), ringY(0.25, 1)].map((v) => Math.round(v))).toEqual([1, 0]);
    expect([ringX(0.5, 2), ringY(0.5, 2)].map((v) => Math.round(v))).toEqual([0, 2]);
  });

  test('a turn is found again from its point, at any radius', () => {
    fc.assert(
      fc.property(share, fc.double({ min: 0.1, max: 3, noNaN: true }), (turn, radius) => {
        const found = turnOf(ringX(turn, radius), ringY(turn, radius));
        expect(Math.min(Math.abs(found - turn), 1 - Math.abs(found - turn))).toBeLessThan(1e-9);
      }),
    );
  });

  test('a small world stands on the line, a large one in a band of bounded width', () => {
    expect(bandOf(600)).toBe(0);
    expect(bandOf(10_000)).toBeGreaterThan(0);
    expect(bandOf(100_000)).toBeGreaterThan(bandOf(10_000));
    expect(bandOf(1e9)).toBeLessThan(0.2);
  });

  test('places are where their turn says; who is cut off stands outside, who is stacked inside', () => {
    const turns = Float64Array.of(0, 0.25, 0.5);
    const into = new Float32Array(6);
    placeOnRing(
      into,
      3,
      turns,
      new Uint8Array(60),
      Uint8Array.of(0, 1, 0),
      Float32Array.of(0, 0, 0.2),
    );
    expect(Math.hypot(into[0]!, into[1]!)).toBeCloseTo(1);
    expect(into[2]).toBeGreaterThan(1.05);
    expect(Math.hypot(into[4]!, into[5]!)).toBeLessThan(0.9);
    expect(turnOf(into[4]!, into[5]!)).toBeCloseTo(0.5);
  });

  test('the scatter of an id is its own, and within half a band', () => {
    const ids = new Uint8Array(40);
    ids.fill(255, 20);
    expect(scatterOf(ids, 0)).toBeGreaterThanOrEqual(-0.5);
    expect(scatterOf(ids, 0)).toBeLessThan(-0.49);
    expect(scatterOf(ids, 1)).toBeLessThanOrEqual(0.5);
    expect(scatterOf(ids, 1)).toBeGreaterThan(0.49);
  });
});

describe('ways', () => {
  test('across the ring stay inside it and begin and end where they should', () => {
    fc.assert(
      fc.property(share, share, (a, b) => {
        const way = chord(curve(), ringX(a, 1), ringY(a, 1), ringX(b, 1), ringY(b, 1));
        expect(curveX(way, 0)).toBeCloseTo(ringX(a, 1));
        expect(curveY(way, 1)).toBeCloseTo(ringY(b, 1));
        for (const t of [0.2, 0.5, 0.8]) {
          expect(Math.hypot(curveX(way, t), curveY(way, t))).toBeLessThanOrEqual(1 + 1e-9);
        }
      }),
    );
  });

  test('between neighbours bend in no further than they are long', () => {
    const way = chord(curve(), ringX(0, 1), ringY(0, 1), ringX(0.001, 1), ringY(0.001, 1));
    expect(Math.hypot(curveX(way, 0.5), curveY(way, 0.5))).toBeGreaterThan(0.99);
  });

  test('in a trie arch above both ends', () => {
    const way = arch(curve(), -0.5, 0.4, 0.5, 0.6);
    expect(curveY(way, 0.5)).toBeLessThan(0.4);
  });
});

describe('names that would lie on each other', () => {
  const wanted = fc
    .array(fc.integer({ min: 0, max: 300 }), { maxLength: 30 })
    .map((values) => values.sort((a, b) => a - b));

  test('are moved apart to the gap, and stay in order', () => {
    fc.assert(
      fc.property(wanted, fc.integer({ min: 1, max: 40 }), (values, gap) => {
        const placed = spreadApart(values, gap);
        expect(placed).toHaveLength(values.length);
        for (let i = 1; i < placed.length; i++) {
          expect(placed[i]! - placed[i - 1]!).toBeGreaterThanOrEqual(gap - 1e-6);
        }
      }),
    );
  });

  test('are moved as little as can be: no small shift of any of them is better', () => {
    const cost = (values: number[], placed: number[]) =>
      placed.reduce((sum, value, i) => sum + (value - values[i]!) ** 2, 0);
    fc.assert(
      fc.property(wanted, fc.integer({ min: 1, max: 40 }), (values, gap) => {
        const placed = spreadApart(values, gap);
        const best = cost(values, placed);
        for (let from = 0; from < placed.length; from++) {
          for (let to = from + 1; to <= placed.length; to++) {
            for (const by of [-0.25, 0.25]) {
              const other = placed.map((value, i) => (i >= from && i < to ? value + by : value));
              const legal = other.every(
                (value, i) => i === 0 || value - other[i - 1]! >= gap - 1e-9,
              );
              if (legal) expect(cost(values, other)).toBeGreaterThanOrEqual(best - 1e-6);
            }
          }
        }
      }),
      { numRuns: 60 },
    );
  });

  test('stay where they are when there is room', () => {
    expect(spreadApart([1, 20, 40], 10)).toEqual([1, 20, 40]);
    expect(spreadApart([10, 10], 4)).toEqual([8, 12]);
    expect(spreadApart([], 4)).toEqual([]);
  });
});

describe('nodes that would lie on each other', () => {
  test('go one behind the other; those apart stay on the circle', () => {
    const turns = Float64Array.of(0.1, 0.101, 0.102, 0.5, 0.999, 0.0005);
    const { order } = sortPlaces(turns, 6);
    const levels = stackInside(order, turns, () => true, 0.08, new Uint8Array(6));
    expect(levels[3]).toBe(0);
    expect(new Set([levels[0], levels[1], levels[2]]).size).toBe(3);
    expect(levels[4]).not.toBe(levels[5]);
  });

  test('who stands with another camp stands elsewhere, and hides nobody', () => {
    const turns = Float64Array.of(0.1, 0.101, 0.102);
    const { order } = sortPlaces(turns, 3);
    const depths = stackInside(order, turns, () => true, 0.08, Uint8Array.of(0, 1, 0));
    expect(depths[0]).toBe(0);
    expect(depths[1]).toBe(0);
    expect(depths[2]).toBeGreaterThan(0);
  });

  test('who is not shown has no say, and a large world is not stacked', () => {
    const turns = Float64Array.of(0.1, 0.101);
    const { order } = sortPlaces(turns, 2);
    const all = new Uint8Array(100);
    expect([...stackInside(order, turns, (place) => place === 1, 0.08, all)]).toEqual([0, 0]);
    const many = new Float64Array(100);
    expect(
      stackInside(sortPlaces(many, 100).order, many, () => true, 0.08, all).every((l) => l === 0),
    ).toBe(true);
  });
});

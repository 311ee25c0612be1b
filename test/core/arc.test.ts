/**
 * The circle against big numbers: what the byte loops say must be what arithmetic mod 2^160 says.
 * Ids are drawn close together half of the time, so that ties, neighbours and zero are met.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  addPowerOfTwo,
  arcLength,
  arcShare,
  bitLength,
  compareFrom,
  idBefore,
  isBetween,
  isInArc,
} from '../../src/core/arc.ts';
import { compareIds, formatId, ID_BYTES } from '../../src/core/id.ts';
import { numberOf } from './ids.ts';

const CIRCLE = 1n << 160n;

function idOf(value: bigint): Uint8Array {
  const digits = (((value % CIRCLE) + CIRCLE) % CIRCLE).toString(16).padStart(40, '0');
  return Uint8Array.from({ length: ID_BYTES }, (_, i) =>
    Number.parseInt(digits.slice(i * 2, i * 2 + 2), 16),
  );
}

const anyId = fc.oneof(
  fc.uint8Array({ minLength: ID_BYTES, maxLength: ID_BYTES }),
  fc.bigInt(-3n, 3n).map(idOf), // around zero, both sides
  fc.bigInt(-2n, 2n).map((offset) => idOf((1n << 159n) + offset)),
);

/** How far clockwise from `origin` to `id`. */
const clockwise = (origin: Uint8Array, id: Uint8Array): bigint =>
  (numberOf(id) - numberOf(origin) + CIRCLE) % CIRCLE;

describe('the circle', () => {
  test('an arc holds what lies less far clockwise than its end', () => {
    fc.assert(
      fc.property(anyId, anyId, anyId, (id, from, to) => {
        const length = clockwise(from, to) || CIRCLE;
        expect(isInArc(id, 0, from, 0, to, 0)).toBe(clockwise(from, id) < length);
        const isInside = clockwise(from, id) > 0n && clockwise(from, id) < length;
        expect(isBetween(id, 0, from, 0, to, 0)).toBe(isInside);
      }),
      { numRuns: 2000 },
    );
  });

  test('the arcs of any ring cover every key exactly once', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(anyId, { minLength: 1, selector: formatId }),
        anyId,
        (nodes, key) => {
          const ring = nodes.toSorted((a, b) => compareIds(a, 0, b, 0));
          const owners = ring.filter((node, i) =>
            isInArc(key, 0, node, 0, ring[(i + 1) % ring.length], 0),
          );
          expect(owners).toHaveLength(1);
        },
      ),
    );
  });

  test('compareFrom orders by the way clockwise from its origin', () => {
    fc.assert(
      fc.property(anyId, anyId, anyId, (origin, a, b) => {
        const difference = clockwise(origin, a) - clockwise(origin, b);
        expect(Math.sign(compareFrom(origin, 0, a, 0, b, 0))).toBe(
          difference < 0n ? -1 : difference > 0n ? 1 : 0,
        );
      }),
      { numRuns: 1000 },
    );
  });

  test('fingers and the id before wrap around zero', () => {
    const out = new Uint8Array(ID_BYTES + 2);
    fc.assert(
      fc.property(anyId, fc.integer({ min: 0, max: 159 }), (id, bit) => {
        addPowerOfTwo(id, 0, bit, out, 1);
        expect(out.subarray(1, 21)).toEqual(idOf(numberOf(id) + (1n << BigInt(bit))));
        idBefore(id, 0, out, 2);
        expect(out.subarray(2)).toEqual(idOf(numberOf(id) - 1n));
      }),
    );
    const inPlace = idOf(0n);
    idBefore(inPlace, 0, inPlace, 0);
    expect(inPlace).toEqual(idOf(-1n));
    addPowerOfTwo(inPlace, 0, 0, inPlace, 0);
    expect(inPlace).toEqual(idOf(0n));
  });

  test('how far it is clockwise, and the digits of that', () => {
    const out = new Uint8Array(ID_BYTES + 1);
    fc.assert(
      fc.property(anyId, anyId, (from, to) => {
        const length = clockwise(from, to);
        arcLength(from, 0, to, 0, out, 1);
        expect(out.subarray(1)).toEqual(idOf(length));
        expect(bitLength(idOf(length))).toBe(length === 0n ? 0 : length.toString(2).length);
      }),
    );
    expect([0n, 1n, 255n, 256n, 1n << 159n].map((n) => bitLength(idOf(n)))).toEqual([
      0, 1, 8, 9, 160,
    ]);
  });

  test('the share of an arc is its length', () => {
    fc.assert(
      fc.property(anyId, anyId, (from, to) => {
        const length = clockwise(from, to) || CIRCLE;
        const share = Number((length * (1n << 60n)) / CIRCLE) / 2 ** 60;
        const isTiny = length < CIRCLE >> 40n || length > CIRCLE - (CIRCLE >> 40n);
        if (!isTiny) expect(arcShare(from, 0, to, 0)).toBeCloseTo(share, 12);
      }),
    );
    expect(arcShare(idOf(7n), 0, idOf(7n), 0)).toBe(1);
    expect(arcShare(idOf(3n << 158n), 0, idOf(1n << 158n), 0)).toBe(0.5);
  });
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compareIds, hexOf, ID_BYTES, turnOf, turnOfText } from '../../../web/src/model/ids.ts';

const id = fc.uint8Array({ minLength: ID_BYTES, maxLength: ID_BYTES });

const column = (...ids: Uint8Array[]) => Uint8Array.from(ids.flatMap((bytes) => [...bytes]));

test('the ends of the circle stay on it', () => {
  expect(turnOf(new Uint8Array(20), 0)).toBe(0);
  expect(turnOf(new Uint8Array(20).fill(255), 0)).toBeLessThan(1);
  expect(turnOfText('80'.padEnd(40, '0'))).toBe(0.5);
});

test('ids are written as everybody writes them, and read as they were written', () => {
  fc.assert(
    fc.property(id, id, (first, second) => {
      const ids = column(first, second);
      expect(hexOf(ids, ID_BYTES)).toBe(Buffer.from(second).toString('hex'));
      expect(turnOfText(hexOf(ids, ID_BYTES))).toBe(turnOf(ids, ID_BYTES));
    }),
  );
});

test('a greater id is never on a smaller turn, and bytes decide where turns do not', () => {
  const close = fc.tuple(id, fc.nat(19), fc.nat(255)).map(([bytes, at, byte]) => {
    const other = Uint8Array.from(bytes);
    other[at] = byte;
    return [bytes, other] as const;
  });
  fc.assert(
    fc.property(fc.oneof(close, fc.tuple(id, id)), ([a, b]) => {
      const ids = column(a, b);
      const order = Buffer.compare(a, b);
      expect(Math.sign(compareIds(ids, 0, 1))).toBe(order === 0 ? -1 : order);
      const apart = turnOf(ids, 0) - turnOf(ids, ID_BYTES);
      if (order !== 0) expect(apart * order).toBeGreaterThanOrEqual(0);
    }),
  );
});

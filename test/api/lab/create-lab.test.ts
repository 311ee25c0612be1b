import { expect, test } from 'vitest';
import { createLab, Lab, RingLab } from '../../../src/lab.ts';

test('the overlay tells which lab it is', () => {
  expect(createLab({ nodes: 3 })).toBeInstanceOf(Lab);
  expect(createLab({ overlay: 'mainline', nodes: 3 })).toBeInstanceOf(Lab);
  expect(createLab({ overlay: 'ring', nodes: 3 })).toBeInstanceOf(RingLab);
  expect(() => createLab({ overlay: 'pastry' as never })).toThrow(
    new TypeError('"overlay" expected mainline or ring, got "pastry"'),
  );
  for (const wrong of [null, 7, 'ring']) {
    expect(() => createLab(wrong as never)).toThrow(/^createLab expected an object of options/);
  }
});

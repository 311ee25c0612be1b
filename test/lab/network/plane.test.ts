/** Places follow from numbers: spread evenly, the same for ever, others with another seed. */
import { describe, expect, test } from 'vitest';
import { lineOf, PLANE_SIDE, placeOf, xOf, yOf } from '../../../src/lab/network/plane.ts';

describe('places', () => {
  test('cover the square and the lines evenly, and hang together in nothing', () => {
    const cells = new Array<number>(16).fill(0);
    const lines = new Array<number>(128).fill(0);
    for (let node = 0; node < 64_000; node++) {
      const place = placeOf(7, node);
      const [x, y, line] = [xOf(place), yOf(place), lineOf(place)];
      expect(Math.min(x, y) >= 0 && Math.max(x, y) < PLANE_SIDE).toBe(true);
      const cell = Math.floor((x * 4) / PLANE_SIDE) * 4 + Math.floor((y * 4) / PLANE_SIDE);
      cells[cell] = cells[cell] + 1;
      lines[line] = lines[line] + 1;
    }
    for (const count of cells) expect(Math.abs(count - 4000)).toBeLessThan(300);
    for (const count of lines) expect(Math.abs(count - 500)).toBeLessThan(120);
  });

  test('are others with another seed', () => {
    let same = 0;
    for (let node = 0; node < 1000; node++) if (placeOf(1, node) === placeOf(2, node)) same++;
    expect(same).toBe(0);
  });
});

import { describe, expect, test } from 'vitest';
import { PointKind, paintPoints, pointSize } from '../../../web/src/stage/points.ts';

const projection = { scaleX: 10, scaleY: 10, originX: 10, originY: 10, width: 20, height: 20 };
const colours = Uint32Array.of(0, 1, 2, 3, 4, 5);

function paint(positions: number[], kinds: number[], ratio = 1, size = 1): Uint32Array {
  const side = 20 * ratio;
  const pixels = new Uint32Array(side * side).fill(99);
  paintPoints(
    { pixels, width: side, height: side, ratio },
    projection,
    Float32Array.from(positions),
    Uint8Array.from(kinds),
    kinds.length,
    colours,
    size,
  );
  return pixels;
}

const painted = (pixels: Uint32Array) =>
  [...pixels.entries()]
    .filter(([, pixel]) => pixel !== 0)
    .map(([at, pixel]) => [at % 20, Math.floor(at / 20), pixel]);

describe('points', () => {
  test('go where the projection says, in the colour of their kind; what was there is wiped', () => {
    expect(painted(paint([0, 0, 0.5, -0.5], [PointKind.up, PointKind.sybil]))).toEqual([
      [15, 5, 5],
      [10, 10, 1],
    ]);
  });

  test('crashed ones lie on top of the living, whatever their order', () => {
    for (const kinds of [
      [PointKind.crashed, PointKind.up],
      [PointKind.up, PointKind.crashed],
    ]) {
      expect(painted(paint([0, 0, 0, 0], kinds))).toEqual([[10, 10, PointKind.crashed]]);
    }
  });

  test('hidden, outside and nowhere leave no pixel', () => {
    const nowhere = Number.NaN;
    const kinds = [PointKind.hidden, PointKind.up, PointKind.up, PointKind.up];
    expect(painted(paint([0, 0, 3, 0, nowhere, nowhere, 0, -8], kinds))).toEqual([]);
  });

  test('larger ones are squares that stay within the picture', () => {
    const pixels = paint([0, 0], [PointKind.up], 2, 3);
    expect(pixels.filter((pixel) => pixel !== 0)).toHaveLength(9);
    expect(paint([0.99, 0], [PointKind.up], 1, 4).every((pixel) => pixel === 0)).toBe(true);
  });

  test('sizes: fewer or nearer ones are larger', () => {
    expect(pointSize(3000, 1, 1)).toBeGreaterThan(pointSize(100_000, 1, 1));
    expect(pointSize(100_000, 2, 20)).toBeGreaterThan(pointSize(100_000, 2, 1));
    expect(pointSize(1e6, 1, 1)).toBe(1);
  });
});

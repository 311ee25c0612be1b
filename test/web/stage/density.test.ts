import { describe, expect, test } from 'vitest';
import { CELL, cellsOf, Density } from '../../../web/src/stage/density.ts';
import { PointKind } from '../../../web/src/stage/points.ts';

const projection = { scaleX: 10, scaleY: 10, originX: 10, originY: 10, width: 20, height: 20 };
const colours = Uint32Array.of(0, 1, 2, 3, 4, 5);

/** Twenty pixels either way, laid out in cells of three. */
const ACROSS = Math.ceil(20 / CELL);

function paint(density: Density, positions: number[], kinds: number[]): Uint32Array {
  const grid = cellsOf(20, 20, 1);
  const pixels = new Uint32Array(grid.across * grid.down).fill(99);
  density.paint(
    ...([pixels, grid, projection] as const),
    Float32Array.from(positions),
    Uint8Array.from(kinds),
    kinds.length,
    colours,
  );
  return pixels;
}

/** Of the cell in which a pixel lies. */
const at = (pixels: Uint32Array, x: number, y: number) =>
  pixels[Math.floor(y / CELL) * ACROSS + Math.floor(x / CELL)]!;
const alphaOf = (pixel: number) => pixel >>> 24;
const up = (count: number) => new Array<number>(count).fill(PointKind.up);
const spot = (count: number, x: number) => new Array(count).fill([x, 0]).flat() as number[];

describe('density', () => {
  test('is the darker the more stand in a cell, and nothing where nobody stands', () => {
    const positions = [...spot(1, -0.5), ...spot(10, 0), ...spot(100, 0.5)];
    const pixels = paint(new Density(), positions, up(111));
    const [one, ten, hundred] = [at(pixels, 5, 10), at(pixels, 10, 10), at(pixels, 15, 10)];
    expect(alphaOf(one)).toBeGreaterThan(50);
    expect(alphaOf(ten)).toBeGreaterThan(alphaOf(one));
    expect(alphaOf(hundred)).toBe(255);
    expect(pixels.filter((pixel) => pixel !== 0)).toHaveLength(3);
  });

  test('has the colour of trouble where a quarter is in trouble, not where one of many is', () => {
    const positions = [...spot(4, 0), ...spot(5, 0.5)];
    const { crashed } = PointKind;
    const kinds = [...up(3), crashed, ...up(4), crashed];
    const pixels = paint(new Density(), positions, kinds);
    expect(at(pixels, 10, 10) & 0xff).toBe(crashed);
    expect(at(pixels, 15, 10) & 0xff).toBe(PointKind.up);
  });

  test('the next picture begins empty; who is hidden, outside or nowhere is not in it', () => {
    const density = new Density();
    paint(density, spot(50, 0), up(50));
    const kinds = [PointKind.hidden, PointKind.up, PointKind.up, PointKind.up];
    const pixels = paint(density, [0, 0, 3, 0, Number.NaN, 0, 0.5, 0], kinds);
    expect(pixels.filter((pixel) => pixel !== 0)).toHaveLength(1);
    expect(alphaOf(at(pixels, 15, 10))).toBe(255);
  });

  test('what chance puts side by side is evened out, a crowd is not', () => {
    // Cells of a row: as full as chance makes them, between them one crowd.
    const many = [5, 6, 5, 300, 6, 5];
    const positions = many.flatMap((count, i) => spot(count, -1 + (CELL * i + 1) / 10));
    const pixels = paint(new Density(), positions, up(positions.length / 2));
    const alphas = many.map((_, i) => alphaOf(at(pixels, CELL * i + 1, 10)));
    expect(Math.abs(alphas[1]! - alphas[0]!)).toBeLessThan(20);
    expect(alphas[3]).toBe(255);
    expect(Math.max(alphas[0]!, alphas[5]!)).toBeLessThan(160);
  });

  test('the last cells of a row and a column are there', () => {
    const pixels = paint(new Density(), [0.95, 0.95, -1, -1], up(2));
    expect(alphaOf(at(pixels, 19, 19))).toBe(255);
    expect(pixels.filter((pixel) => pixel !== 0)).toHaveLength(2);
  });

  test('another size of the picture begins empty, too', () => {
    const density = new Density();
    paint(density, spot(50, 0), up(50));
    const grid = cellsOf(60, 20, 1);
    const pixels = new Uint32Array(grid.across * grid.down);
    density.paint(
      ...([pixels, grid, projection] as const),
      ...([Float32Array.of(-1, -1), Uint8Array.from(up(1)), 1, colours] as const),
    );
    expect(pixels.filter((pixel) => pixel !== 0)).toHaveLength(1);
  });

  test('cells are as large on a fine screen, and cover all of it', () => {
    expect(cellsOf(1000, 800, 1)).toEqual({ across: 334, down: 267, side: CELL, scale: 1 / CELL });
    for (const ratio of [1, 1.25, 1.5, 2]) {
      const grid = cellsOf(1000 * ratio, 800 * ratio, ratio);
      expect(Math.abs(grid.side / ratio - CELL)).toBeLessThan(0.5);
      expect(grid.across * grid.side).toBeGreaterThanOrEqual(1000 * ratio);
      expect(grid.down * grid.side).toBeGreaterThanOrEqual(800 * ratio);
    }
  });
});

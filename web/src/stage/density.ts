/**
 * A hundred thousand nodes as density: the picture is laid out in small cells, and each has the stronger a
 * colour the more nodes stand in it and around it, by the logarithm, so that a crowd of ten is told from one
 * of a hundred. What chance alone puts side by side is evened out: a cell counts a quarter, its neighbours
 * the rest. Where a quarter of those in a cell or more has crashed, or is an attacker's, it has the colour of
 * that.
 *
 *     positions ─ projection ─▶ cell: how many ─▶ evened out │ 1 2 1 │ ─▶ shade ─▶ one pixel, drawn
 *                                                            │ 2 4 2 │              as large as the cell
 *                                                            │ 1 2 1 │
 *
 * Cells are gone through row by row, as they lie in memory. Coming closer, fewer nodes are in sight, and each
 * is a point again (points.ts), then a mark (node-marks.ts).
 */
import type { Projection } from './camera.ts';
import { PointKind } from './points.ts';

/** More than these in sight are drawn as density. */
export const DENSE_FROM = 20_000;
/** Side of a cell, in CSS pixels: on a ring of 100,000 six nodes stand in one. */
export const CELL = 3;
/** Shades from a cell with one node to the fullest; the palest is seen on paper. */
export const SHADES = 12;
const PALEST = 0.22;
/** A cell has the colour of trouble when this part of it is in trouble. */
const TROUBLE_SHARE = 4;
/** What a node alone counts in the middle of its cell. */
const ALONE = 4;
/** Sums below this have their shade in a table. */
const TABLED = 4096;

/** How a canvas is laid out in cells. */
export interface CellGrid {
  readonly across: number;
  readonly down: number;
  /** Of a cell, in pixels of the device. */
  readonly side: number;
  /** Cells for a pixel of CSS. */
  readonly scale: number;
}

/** Sizes in pixels of the device, `ratio` of them for each of CSS; the last cells may reach beyond the edge. */
export function cellsOf(width: number, height: number, ratio: number): CellGrid {
  const side = Math.max(1, Math.round(CELL * ratio));
  return {
    across: Math.max(1, Math.ceil(width / side)),
    down: Math.max(1, Math.ceil(height / side)),
    side,
    scale: ratio / side,
  };
}

export class Density {
  /** By cell; a rim of cells that nobody looks at saves asking where the picture ends. */
  #counts = new Uint16Array(0);
  #troubled = new Uint16Array(0);
  #kinds = new Uint8Array(0);
  /** What each cell counts when it is evened out. */
  #sums = new Uint32Array(0);
  readonly #shades = new Uint8Array(TABLED);

  /** A pixel for each cell. `colours` by kind, as of points: opaque ones, shaded here. */
  paint(
    pixels: Uint32Array,
    grid: CellGrid,
    p: Projection,
    positions: Float32Array,
    kinds: Uint8Array,
    count: number,
    colours: Uint32Array,
  ): void {
    this.#clear((grid.across + 2) * (grid.down + 2));
    this.#count(p, positions, kinds, count, grid);
    const fullest = this.#evenOut(grid);
    this.#paintCells(pixels, grid, fullest, shadesOf(colours));
  }

  #clear(cells: number): void {
    if (this.#counts.length === cells) {
      this.#counts.fill(0);
      this.#troubled.fill(0);
      return;
    }
    this.#counts = new Uint16Array(cells);
    this.#troubled = new Uint16Array(cells);
    this.#kinds = new Uint8Array(cells);
    this.#sums = new Uint32Array(cells);
  }

  #count(
    p: Projection,
    positions: Float32Array,
    kinds: Uint8Array,
    count: number,
    { across, down, scale }: CellGrid,
  ): void {
    const [counts, troubled] = [this.#counts, this.#troubled];
    const [originX, originY] = [p.originX * scale, p.originY * scale];
    const [scaleX, scaleY] = [p.scaleX * scale, p.scaleY * scale];
    const stride = across + 2;
    for (let place = 0; place < count; place++) {
      const kind = kinds[place];
      if (kind === PointKind.hidden) continue;
      const x = originX + positions[2 * place] * scaleX;
      const y = originY + positions[2 * place + 1] * scaleY;
      // Written so that NaN, a place that has no position, is outside too.
      if (!(x >= 0 && y >= 0 && x < across && y < down)) continue;
      const cell = ((y | 0) + 1) * stride + (x | 0) + 1;
      if (counts[cell] < 0xffff) counts[cell]++;
      if (kind === PointKind.up || kind === PointKind.joining) continue;
      troubled[cell]++;
      this.#kinds[cell] = kind;
    }
  }

  /** What the fullest counts. */
  #evenOut({ across, down }: CellGrid): number {
    const [counts, sums] = [this.#counts, this.#sums];
    const stride = across + 2;
    let fullest = 1;
    for (let row = 1; row <= down; row++) {
      const first = row * stride + 1;
      for (let at = first; at < first + across; at++) {
        if (counts[at] === 0) continue;
        const [above, below] = [at - stride, at + stride];
        const sum =
          ALONE * counts[at] +
          2 * (counts[at - 1] + counts[at + 1] + counts[above] + counts[below]) +
          counts[above - 1] +
          counts[above + 1] +
          counts[below - 1] +
          counts[below + 1];
        sums[at] = sum;
        if (sum > fullest) fullest = sum;
      }
    }
    return fullest;
  }

  #paintCells(
    pixels: Uint32Array,
    { across, down }: CellGrid,
    fullest: number,
    pixelsOf: Uint32Array,
  ): void {
    const [counts, sums, shades] = [this.#counts, this.#sums, this.#shades];
    for (let sum = 0; sum < Math.min(TABLED, fullest + 1); sum++) {
      shades[sum] = shadeOf(sum, fullest);
    }
    let pixel = 0;
    for (let row = 1; row <= down; row++) {
      const first = row * (across + 2) + 1;
      for (let cell = first; cell < first + across; cell++, pixel++) {
        if (counts[cell] === 0) {
          pixels[pixel] = 0;
          continue;
        }
        const isTroubled = this.#troubled[cell] * TROUBLE_SHARE >= counts[cell];
        const kind = isTroubled ? this.#kinds[cell] : PointKind.up;
        const sum = sums[cell];
        const shade = sum < TABLED ? shades[sum] : shadeOf(sum, fullest);
        pixels[pixel] = pixelsOf[kind * (SHADES + 1) + shade];
      }
    }
  }
}

function shadeOf(sum: number, fullest: number): number {
  const top = Math.log(fullest / ALONE);
  if (top <= 0) return SHADES;
  return Math.max(0, Math.round((SHADES * Math.log(sum / ALONE)) / top));
}

/** For each kind its colour in all shades, the palest first. */
function shadesOf(colours: Uint32Array): Uint32Array {
  const table = new Uint32Array(colours.length * (SHADES + 1));
  for (let kind = 0; kind < colours.length; kind++) {
    for (let shade = 0; shade <= SHADES; shade++) {
      const alpha = Math.round(255 * (PALEST + ((1 - PALEST) * shade) / SHADES));
      table[kind * (SHADES + 1) + shade] = ((alpha << 24) | (colours[kind] & 0xffffff)) >>> 0;
    }
  }
  return table;
}

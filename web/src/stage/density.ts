/**
 * A hundred thousand nodes as density: the picture is laid out in small cells, and each has the stronger a
 * colour the more nodes stand in it and around it, by the logarithm, so that a crowd of ten is told from one
 * of a hundred. What chance alone puts side by side is evened out: a cell counts a quarter, its neighbours
 * the rest. Where a quarter of those in a cell or more has crashed, or is an attacker's, it has the colour of
 * that.
 *
 *     positions ─ projection ─▶ cell: how many ─▶ evened out │ 1 2 1 │ ─▶ shade ─▶ its pixels
 *                                                            │ 2 4 2 │
 *                                                            │ 1 2 1 │
 *
 * Coming closer, fewer are in sight, and each is a point again (points.ts), then a mark (node-marks.ts).
 */
import type { Projection } from './camera.ts';
import { type PointCanvas, PointKind } from './points.ts';

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

export class Density {
  /** By cell; a rim of cells that nobody looks at saves asking where the picture ends. */
  #counts = new Uint16Array(0);
  #troubled = new Uint16Array(0);
  #kinds = new Uint8Array(0);
  /** Cells with somebody in them, and what each counts when it is evened out. */
  #touched = new Uint32Array(0);
  #sums = new Uint32Array(0);
  readonly #shades = new Uint8Array(TABLED);

  /** `colours` by kind, as of points: opaque ones, shaded here. */
  paint(
    canvas: PointCanvas,
    p: Projection,
    positions: Float32Array,
    kinds: Uint8Array,
    count: number,
    colours: Uint32Array,
  ): void {
    const { pixels, width, height, ratio } = canvas;
    pixels.fill(0);
    const side = Math.max(1, Math.round(CELL * ratio));
    const across = Math.ceil(width / side);
    const down = Math.ceil(height / side);
    const stride = across + 2;
    this.#makeRoom(stride * (down + 2));
    const grid = { across, down, stride, scale: ratio / side };
    const touched = this.#count(p, positions, kinds, count, grid);
    const fullest = this.#evenOut(touched, stride);
    this.#paintCells(canvas, touched, { stride, side }, fullest, shadesOf(colours));
  }

  #makeRoom(cells: number): void {
    if (this.#counts.length >= cells) return;
    this.#counts = new Uint16Array(cells);
    this.#troubled = new Uint16Array(cells);
    this.#kinds = new Uint8Array(cells);
    this.#touched = new Uint32Array(cells);
    this.#sums = new Uint32Array(cells);
  }

  /** How many cells have somebody in them. */
  #count(
    p: Projection,
    positions: Float32Array,
    kinds: Uint8Array,
    count: number,
    grid: { across: number; down: number; stride: number; scale: number },
  ): number {
    const { across, down, stride, scale } = grid;
    const [counts, troubled] = [this.#counts, this.#troubled];
    const [originX, originY] = [p.originX * scale, p.originY * scale];
    const [scaleX, scaleY] = [p.scaleX * scale, p.scaleY * scale];
    let touched = 0;
    for (let place = 0; place < count; place++) {
      const kind = kinds[place];
      if (kind === PointKind.hidden) continue;
      const x = originX + positions[2 * place] * scaleX;
      const y = originY + positions[2 * place + 1] * scaleY;
      // Written so that NaN, a place that has no position, is outside too.
      if (!(x >= 0 && y >= 0 && x < across && y < down)) continue;
      const cell = ((y | 0) + 1) * stride + (x | 0) + 1;
      if (counts[cell] === 0) this.#touched[touched++] = cell;
      if (counts[cell] < 0xffff) counts[cell]++;
      if (kind === PointKind.up || kind === PointKind.joining) continue;
      troubled[cell]++;
      this.#kinds[cell] = kind;
    }
    return touched;
  }

  /** What the fullest counts. */
  #evenOut(touched: number, stride: number): number {
    const counts = this.#counts;
    let fullest = 1;
    for (let i = 0; i < touched; i++) {
      const at = this.#touched[i];
      const [above, below] = [at - stride, at + stride];
      const sum =
        ALONE * counts[at] +
        2 * (counts[at - 1] + counts[at + 1] + counts[above] + counts[below]) +
        counts[above - 1] +
        counts[above + 1] +
        counts[below - 1] +
        counts[below + 1];
      this.#sums[i] = sum;
      if (sum > fullest) fullest = sum;
    }
    return fullest;
  }

  /** Paints what is touched, and forgets it. */
  #paintCells(
    { pixels, width, height }: PointCanvas,
    touched: number,
    { stride, side }: { stride: number; side: number },
    fullest: number,
    pixelsOf: Uint32Array,
  ): void {
    const shades = this.#shades;
    for (let sum = 0; sum < Math.min(TABLED, fullest + 1); sum++) {
      shades[sum] = shadeOf(sum, fullest);
    }
    for (let i = 0; i < touched; i++) {
      const cell = this.#touched[i];
      const sum = this.#sums[i];
      const isTroubled = this.#troubled[cell] * TROUBLE_SHARE >= this.#counts[cell];
      const kind = isTroubled ? this.#kinds[cell] : PointKind.up;
      const shade = sum < TABLED ? shades[sum] : shadeOf(sum, fullest);
      const colour = pixelsOf[kind * (SHADES + 1) + shade];
      const row = Math.floor(cell / stride);
      const left = (cell - row * stride - 1) * side;
      const right = Math.min(width, left + side);
      const bottom = Math.min(height, row * side);
      for (let y = (row - 1) * side; y < bottom; y++) {
        for (let at = y * width + left; at < y * width + right; at++) pixels[at] = colour;
      }
      this.#counts[cell] = 0;
      this.#troubled[cell] = 0;
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

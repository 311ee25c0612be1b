/**
 * A hundred thousand nodes as density: the picture is laid out in small cells, and each is the darker the
 * more nodes stand in it, by the logarithm, so that a crowd of ten is told from one of a hundred. Where a
 * quarter of them or more has crashed, or is an attacker's, the cell has the colour of that.
 *
 *     positions ─ projection ─▶ cell: how many, how many of them in trouble ─▶ shade ─▶ its pixels
 *
 * Coming closer, fewer are in sight, and each is a point again (points.ts), then a mark (node-marks.ts).
 */
import type { Projection } from './camera.ts';
import { type PointCanvas, PointKind } from './points.ts';

/** More than these in sight are drawn as density. */
export const DENSE_FROM = 20_000;
/** Side of a cell, in CSS pixels. */
const CELL = 2;
/** Shades from a cell with one node to the fullest; the palest is seen on paper. */
export const SHADES = 12;
const PALEST = 0.3;
/** A cell has the colour of trouble when this part of it is in trouble. */
const TROUBLE_SHARE = 4;

export class Density {
  #counts = new Uint16Array(0);
  #troubled = new Uint16Array(0);
  #kinds = new Uint8Array(0);
  /** Cells with somebody in them. */
  #touched = new Uint32Array(0);

  /** `colours` by kind, as of points: opaque ones, shaded here. */
  paint(
    { pixels, width, height, ratio }: PointCanvas,
    p: Projection,
    positions: Float32Array,
    kinds: Uint8Array,
    count: number,
    colours: Uint32Array,
  ): void {
    pixels.fill(0);
    const side = Math.max(1, Math.round(CELL * ratio));
    const across = Math.floor(width / side);
    const down = Math.floor(height / side);
    this.#makeRoom(across * down);
    const touched = this.#count(p, positions, kinds, count, { across, down, scale: ratio / side });
    const shades = shadesOf(colours, this.#fullest(touched));
    for (let i = 0; i < touched; i++) {
      const cell = this.#touched[i];
      const many = this.#counts[cell];
      const isTroubled = this.#troubled[cell] * TROUBLE_SHARE >= many;
      const kind = isTroubled ? this.#kinds[cell] : PointKind.up;
      const colour = shades(kind, many);
      let at = Math.floor(cell / across) * side * width + (cell % across) * side;
      for (let row = 0; row < side; row++) {
        pixels.fill(colour, at, at + side);
        at += width;
      }
      this.#counts[cell] = 0;
      this.#troubled[cell] = 0;
    }
  }

  #makeRoom(cells: number): void {
    if (this.#counts.length >= cells) return;
    this.#counts = new Uint16Array(cells);
    this.#troubled = new Uint16Array(cells);
    this.#kinds = new Uint8Array(cells);
    this.#touched = new Uint32Array(cells);
  }

  /** How many cells have somebody in them. */
  #count(
    p: Projection,
    positions: Float32Array,
    kinds: Uint8Array,
    count: number,
    { across, down, scale }: { across: number; down: number; scale: number },
  ): number {
    let touched = 0;
    for (let place = 0; place < count; place++) {
      const kind = kinds[place];
      if (kind === PointKind.hidden) continue;
      const x = Math.floor((p.originX + positions[2 * place] * p.scaleX) * scale);
      const y = Math.floor((p.originY + positions[2 * place + 1] * p.scaleY) * scale);
      // Written so that NaN, a place that has no position, is outside too.
      if (!(x >= 0 && y >= 0 && x < across && y < down)) continue;
      const cell = y * across + x;
      if (this.#counts[cell] === 0) this.#touched[touched++] = cell;
      if (this.#counts[cell] < 0xffff) this.#counts[cell]++;
      if (kind === PointKind.up || kind === PointKind.joining) continue;
      this.#troubled[cell]++;
      this.#kinds[cell] = kind;
    }
    return touched;
  }

  #fullest(touched: number): number {
    let fullest = 1;
    for (let i = 0; i < touched; i++) {
      fullest = Math.max(fullest, this.#counts[this.#touched[i]]);
    }
    return fullest;
  }
}

/** The pixel of a cell of a kind with so many, where the fullest has `fullest`. */
function shadesOf(colours: Uint32Array, fullest: number): (kind: number, many: number) => number {
  const table = new Uint32Array(colours.length * (SHADES + 1));
  for (let kind = 0; kind < colours.length; kind++) {
    for (let shade = 0; shade <= SHADES; shade++) {
      const alpha = Math.round(255 * (PALEST + ((1 - PALEST) * shade) / SHADES));
      table[kind * (SHADES + 1) + shade] = ((alpha << 24) | (colours[kind] & 0xffffff)) >>> 0;
    }
  }
  const top = Math.log(fullest);
  const shadeOf = (many: number) =>
    top === 0 ? SHADES : Math.round((SHADES * Math.log(many)) / top);
  return (kind, many) => table[kind * (SHADES + 1) + shadeOf(many)];
}

/**
 * Ten thousand nodes and more, as pixels. A canvas draws a few thousand shapes in a frame; pixels of
 * an ImageData are plain memory, and a hundred thousand are written in a few milliseconds.
 *
 *     positions (world) ─ projection ─▶ pixel ◀─ palette[kind of the place]
 *
 * Nothing is allocated from frame to frame. Kinds are written one after another, so that what has
 * crashed is not hidden by the crowd around it.
 */
import type { Projection } from './camera.ts';

/** How a place is painted; the higher, the later, and so on top. */
export const PointKind = {
  hidden: 0,
  up: 1,
  joining: 2,
  paused: 3,
  crashed: 4,
  sybil: 5,
} as const;

export const POINT_KINDS = 6;

export interface PointCanvas {
  /** Pixels of the device, row by row. */
  readonly pixels: Uint32Array;
  readonly width: number;
  readonly height: number;
  /** Of the device, for one of CSS. */
  readonly ratio: number;
}

/** How large a point is, in pixels of the device: fewer are drawn larger. */
export function pointSize(places: number, ratio: number, zoom: number): number {
  const base = places <= 4000 ? 3 : places <= 20_000 ? 2 : 1;
  const closer = zoom > 12 ? 3 : zoom > 4 ? 2 : zoom > 2 ? 1 : 0;
  return Math.max(1, Math.round((base + closer) * Math.max(1, ratio * 0.75)));
}

/** Writes a point for each place that has a kind. `colours` by kind; 0 is transparent. */
export function paintPoints(
  canvas: PointCanvas,
  p: Projection,
  positions: Float32Array,
  kinds: Uint8Array,
  count: number,
  colours: Uint32Array,
  size: number,
): void {
  const { pixels, width, height, ratio } = canvas;
  pixels.fill(0);
  const scaleX = p.scaleX * ratio;
  const scaleY = p.scaleY * ratio;
  const originX = p.originX * ratio - size / 2 + 0.5;
  const originY = p.originY * ratio - size / 2 + 0.5;
  let present = 0;
  for (let place = 0; place < count; place++) present |= 1 << kinds[place];
  for (let kind = 1; kind < POINT_KINDS; kind++) {
    if ((present & (1 << kind)) === 0) continue;
    const colour = colours[kind];
    for (let place = 0; place < count; place++) {
      if (kinds[place] !== kind) continue;
      const x = Math.floor(originX + positions[2 * place] * scaleX);
      const y = Math.floor(originY + positions[2 * place + 1] * scaleY);
      // Written so that NaN, a place that has no position, is outside too.
      if (!(x >= 0 && y >= 0 && x + size <= width && y + size <= height)) continue;
      let at = y * width + x;
      for (let row = 0; row < size; row++) {
        for (let column = 0; column < size; column++) pixels[at + column] = colour;
        at += width;
      }
    }
  }
}

/**
 * Where nodes are. Each has a place on a square and an access line; both follow from its number by a
 * hash, so that they take no memory and ten million nodes have them too.
 *
 *     31      24 23          12 11           0
 *     ┌─────────┬──────────────┬──────────────┐
 *     │ line    │ y            │ x            │      a place, one word
 *     └─────────┴──────────────┴──────────────┘
 */

import { mix } from '../mix.ts';

/** x and y go from 0 to one less than this. */
export const PLANE_SIDE = 0x1000;
/** Classes of access lines. */
const LINE_CLASSES = 128;

/** A 32-bit word, see above. */
export type Place = number;

export function placeOf(seed: number, node: number): Place {
  return mix(seed, node);
}

export function xOf(place: Place): number {
  return place & 0xfff;
}

export function yOf(place: Place): number {
  return (place >>> 12) & 0xfff;
}

export function lineOf(place: Place): number {
  return (place >>> 24) & (LINE_CLASSES - 1);
}

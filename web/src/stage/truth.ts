/**
 * Where what ring nodes believe is not so. The true successor of a place is the next member on the
 * circle; where members do not hold together, the next one of its camp, for nobody can know more. Only the
 * differences are drawn: on a healthy ring there are none.
 */
import type { Camp } from '../model/camps.ts';

export interface Deviations {
  /** Pairs: the place, and whom it takes for its successor. */
  readonly links: Int32Array;
  /** How many pairs are in it. */
  count: number;
  /** How many there are, drawn or not. */
  total: number;
}

/** More lines than this are a grey disc. */
export const DEVIATIONS_SHOWN = 1200;

export function newDeviations(): Deviations {
  return { links: new Int32Array(2 * DEVIATIONS_SHOWN), count: 0, total: 0 };
}

/**
 * Compares beliefs with the circles of members. A node's own identities know of each other, so that a
 * successor on the same host is as good as any.
 */
export function findDeviations(
  into: Deviations,
  camps: readonly Pick<Camp, 'places'>[],
  successorOf: Int32Array,
): Deviations {
  into.count = 0;
  into.total = 0;
  for (const { places } of camps) addDeviations(into, places, successorOf);
  return into;
}

function addDeviations(into: Deviations, members: Uint32Array, successorOf: Int32Array): void {
  const length = members.length;
  if (length < 2) return;
  for (let i = 0; i < length; i++) {
    const place = members[i];
    const believed = successorOf[place];
    if (believed === members[i + 1 === length ? 0 : i + 1] || believed < 0) continue;
    into.total++;
    if (into.count === DEVIATIONS_SHOWN) continue;
    into.links[2 * into.count] = place;
    into.links[2 * into.count + 1] = believed;
    into.count++;
  }
}

/** Where the arc of a member ends: at the next one; its own place when it is alone. */
export function arcEnd(members: Uint32Array, turns: Float64Array, place: number): number {
  let low = 0;
  let high = members.length;
  const turn = turns[place];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (turns[members[middle]] <= turn) low = middle + 1;
    else high = middle;
  }
  return members.length === 0 ? turn : turns[members[low % members.length]];
}

/**
 * Those of a scene who hold together: the sides of a cut, or the rings that one has split into. A ring that
 * is whole is one camp. Where it has split, whoever follows the successors goes round and round among a part
 * of the members:
 *
 *     0 → 2 → 4 → 0      ring 1                 what a member of a camp believes to be its own is the arc
 *     1 → 3 → 1          ring 2                 up to whom it takes for the next one: camps overlap
 *     5 → 3              belongs to ring 2
 */
import type { SceneModel } from './scene-model.ts';

export interface Camp {
  /** In words: `cut off`, `ring 2`. */
  readonly name: string;
  /** Its places, in the order of the circle. */
  readonly places: Uint32Array;
  readonly nodeCount: number;
}

/** In a larger world only the sides of a cut are told apart: a split one is no picture there. */
export const FOLLOWED_UP_TO = 2000;

export interface Camps {
  /** The largest first; one when all hold together. */
  readonly list: readonly Camp[];
  /** By place, where its camp is in the list; 0 for whoever is in none. */
  readonly campOf: Uint8Array;
}

/** More camps than this are one. */
const CAMPS_MAX = 9;

export function findCamps(model: SceneModel): Camps {
  if (model.isSplit) {
    const sides = sidesOf(model);
    return campsOf(model, sides, sides[0].length === sides[1].length ? halfName : sideName);
  }
  if (model.hello.peek()?.overlay !== 'ring' || isBeyond(model, FOLLOWED_UP_TO)) {
    return { list: [everybody(model)], campOf: allZero(model.placeCount) };
  }
  return campsOf(model, circlesOf(model), (rank) => `ring ${rank + 1}`);
}

interface Found {
  readonly states: number;
  readonly links: number;
  readonly places: number;
  readonly camps: Camps;
}

const found = new WeakMap<SceneModel, Found>();

/** The camps of a model as it is: looked for once for all who ask, until something changes. */
export function campsNow(model: SceneModel): Camps {
  const { statesVersion: states, linksVersion: links, placeCount: places } = model;
  const before = found.get(model);
  if (before?.states === states && before.links === links && before.places === places) {
    return before.camps;
  }
  const camps = findCamps(model);
  found.set(model, { states, links, places, camps });
  return camps;
}

/** How many rings one has split into, if nothing keeps them apart: 1 where it is whole. */
export function ringCount(model: SceneModel): number {
  return model.isSplit ? 1 : campsNow(model).list.length;
}

const sideName = (rank: number): string => (rank === 0 ? 'the larger side' : 'cut off');
const halfName = (rank: number): string => (rank === 0 ? 'one half' : 'the other half');

/** Has a world more members than so many? They are not sorted to learn it where the source has counted nodes. */
export function isBeyond(model: SceneModel, most: number): boolean {
  return (model.figures.last?.nodesNow ?? 0) > most || model.sortedPlaces.length > most;
}

/** All as one camp, put in order when somebody asks: of a large world that is 100,000 places. */
function everybody(model: SceneModel): Camp {
  return {
    name: '',
    get places() {
      return model.sortedPlaces;
    },
    get nodeCount() {
      return model.sortedPlaces.length;
    },
  };
}

let zeros = new Uint8Array(0);

/** One column for all that are whole: nothing is written into it. */
function allZero(count: number): Uint8Array {
  if (zeros.length < count) zeros = new Uint8Array(2 * count);
  return zeros.subarray(0, count);
}

function campsOf(
  model: SceneModel,
  groups: readonly number[][],
  nameOf: (rank: number) => string,
): Camps {
  const largest = groups.toSorted((a, b) => b.length - a.length || a[0] - b[0]);
  const campOf = new Uint8Array(model.placeCount);
  const list = largest.slice(0, CAMPS_MAX).map((group, rank) => {
    for (const place of group) campOf[place] = rank;
    const places = Uint32Array.from(group.filter((place) => model.isMember(model.nodeOf[place])));
    const nodeCount = new Set(Array.from(places, (place) => model.nodeOf[place])).size;
    return { name: nameOf(rank), places, nodeCount };
  });
  return { list, campOf };
}

/** Places by the side that their nodes are on: members in the order of the circle, then those that crashed. */
function sidesOf(model: SceneModel): number[][] {
  const { sortedPlaces, nodeOf, sideOf, placeCount } = model;
  const groups: number[][] = [[], []];
  const add = (place: number) => groups[sideOf[nodeOf[place]] === 0 ? 0 : 1].push(place);
  sortedPlaces.forEach(add);
  for (let place = 0; place < placeCount; place++) {
    if (!model.isMember(nodeOf[place])) add(place);
  }
  return groups;
}

const UNSEEN = -1;
/** Its successor is not there, or nobody knows it: it leads to no circle. */
const LOOSE = -2;

/** Members by the circle that their successors lead to; those that lead to none stand with the most. */
function circlesOf(model: SceneModel): number[][] {
  const { sortedPlaces, successorOf, placeCount } = model;
  const circleOf = new Int32Array(placeCount).fill(LOOSE);
  for (const place of sortedPlaces) circleOf[place] = UNSEEN;
  let circles = 0;
  for (const start of sortedPlaces) {
    const way = new Set<number>();
    let at = start;
    while (at >= 0 && circleOf[at] === UNSEEN && !way.has(at)) {
      way.add(at);
      at = successorOf[at];
    }
    const found = at < 0 ? LOOSE : way.has(at) ? circles++ : circleOf[at];
    for (const place of way) circleOf[place] = found;
  }
  const groups: number[][] = Array.from({ length: Math.max(1, circles) }, () => []);
  for (const place of sortedPlaces) groups[circleOf[place]]?.push(place);
  const most = groups.reduce((a, b) => (b.length > a.length ? b : a));
  for (const place of sortedPlaces) if (circleOf[place] === LOOSE) most.push(place);
  return groups.map((group) => inOrder(model, group));
}

function inOrder({ turns }: SceneModel, places: readonly number[]): number[] {
  return places.toSorted((a, b) => turns[a] - turns[b]);
}

/** Up to where a place of a camp believes to own: whom it takes for the next one, or the next of its camp. */
export function believedEnd(model: SceneModel, { places }: Camp, rank: number): number {
  const successor = model.successorOf[places[rank]];
  return successor >= 0 ? successor : places[(rank + 1) % places.length];
}

/** Places that take a point for theirs, though another owns it. */
export function otherBelievers(
  model: SceneModel,
  { list }: Camps,
  turn: number,
  owner: number,
): number[] {
  const { turns } = model;
  const found: number[] = [];
  for (const camp of list) {
    for (const [rank, place] of camp.places.entries()) {
      const end = turns[believedEnd(model, camp, rank)];
      const isWhole = end === turns[place];
      const isIn = isWhole || clockwise(turns[place], turn) < clockwise(turns[place], end);
      if (isIn && place !== owner && found.length < BELIEVERS_MAX) found.push(place);
    }
  }
  return found;
}

/** The way from one turn to another. */
const clockwise = (from: number, to: number): number => (to - from + 1) % 1;

/** More than these are a ring that is not yet one. */
const BELIEVERS_MAX = 3;

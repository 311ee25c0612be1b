/**
 * The places in the order of the circle, for everything that asks "who is next" or "who is near".
 * A turn is an id as a share of the whole circle, 0..1.
 *
 *     turns of places   0.71  0.02  0.40          as the source numbers them
 *     order                1     2     0          sorted once, when places come
 *     sorted            0.02  0.40  0.71          bisected ever after
 *
 * Both the circle and the trie are walked in this order: a trie read from left to right is the circle
 * cut open at 0.
 */

export interface CircleOrder {
  /** Places by turn. */
  readonly order: Uint32Array;
  /** Their turns, ascending. */
  readonly sorted: Float64Array;
  /** Where in the order a place is. */
  readonly rankOf: Uint32Array;
}

export function sortPlaces(turns: Float64Array, count: number): CircleOrder {
  const order = new Uint32Array(count);
  for (let place = 0; place < count; place++) order[place] = place;
  order.sort((a, b) => turns[a] - turns[b] || a - b);
  const sorted = new Float64Array(count);
  const rankOf = new Uint32Array(count);
  for (let rank = 0; rank < count; rank++) {
    sorted[rank] = turns[order[rank]];
    rankOf[order[rank]] = rank;
  }
  return { order, sorted, rankOf };
}

/** How many turns are below `turn`: the rank of the first at or after it. */
export function ranksBelow(sorted: Float64Array, turn: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle] < turn) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The way from one turn to another, clockwise: 0 up to, not including, 1. */
export function clockwise(from: number, to: number): number {
  const way = to - from;
  return way < 0 ? way + 1 : way;
}

/** The shorter way between two turns: 0..0.5. */
export function turnsApart(a: number, b: number): number {
  const way = Math.abs(a - b);
  return way > 0.5 ? 1 - way : way;
}

/** The next place that counts, clockwise or against it; itself when there is no other, -1 for none. */
export function nextPlace(
  { order, rankOf }: CircleOrder,
  place: number,
  by: 1 | -1,
  counts: (place: number) => boolean,
): number {
  const length = order.length;
  let rank = rankOf[place];
  for (let tried = 0; tried < length; tried++) {
    rank = (rank + by + length) % length;
    const found = order[rank];
    if (counts(found)) return found;
  }
  return -1;
}

/** The last place at or before a turn that counts: whoever owns what lies there. -1 for nobody. */
export function ownerAt(
  { order, sorted }: CircleOrder,
  turn: number,
  counts: (place: number) => boolean,
): number {
  const length = order.length;
  let rank = ranksBelow(sorted, turn);
  while (rank < length && sorted[rank] === turn) rank++;
  for (let tried = 0; tried < length; tried++) {
    rank = (rank - 1 + length) % length;
    if (counts(order[rank])) return order[rank];
  }
  return -1;
}

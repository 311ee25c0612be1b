/**
 * Where things are in the trie. An id is read bit by bit from the root: 0 goes left, 1 goes right, and
 * a node hangs where its prefix is shared by nobody else. Across lies the id as a share of all ids, as
 * on the circle cut open at 0; downwards the length of the prefix.
 *
 *     depth 0            ·                     all
 *                   0 ╱     ╲ 1
 *     depth 1        ·        ·                two ids share as many bits as the path to
 *                 0 ╱ ╲ 1     n3               where their ways part is long, so a low fork
 *     depth 2      n1  n2                      means a small XOR distance
 *
 * What is not drawn apart is drawn as a crowd: a subtree narrower than a few pixels is one wedge, as
 * dark as it is full.
 */
import type { CircleOrder } from './circle-order.ts';
import { DENSE_FROM } from './density.ts';
import { scatterOf } from './ring-geometry.ts';

/** As deep as doubles tell ids apart. Prefixes shared by more bits than this are not met by chance. */
const DEEPEST = 50;

/** The world is 2 wide and 2 high: the root near the top, the deepest leaf near the bottom. */
const TOP = -0.86;
const BOTTOM = 0.77;

export function trieX(turn: number): number {
  return turn * 2 - 1;
}

export function turnAtTrieX(x: number): number {
  return (x + 1) / 2;
}

/** The y of a depth in a trie so deep; a little more room for the forks at the top than below. */
export function trieY(depth: number, deepest: number): number {
  return TOP + (BOTTOM - TOP) * (depth / Math.max(1, deepest)) ** 0.9;
}

const LOW_BITS = 2 ** 25;

/** Leading bits that two turns have in common, `DEEPEST` at most. */
export function sharedBits(a: number, b: number): number {
  const highA = Math.floor(a * LOW_BITS);
  const highB = Math.floor(b * LOW_BITS);
  const difference = highA ^ highB;
  if (difference !== 0) return Math.clz32(difference) - 7;
  const lowA = Math.floor((a * LOW_BITS - highA) * LOW_BITS);
  const lowB = Math.floor((b * LOW_BITS - highB) * LOW_BITS);
  return Math.min(DEEPEST, 25 + Math.clz32(lowA ^ lowB) - 7);
}

export interface Trie {
  /** Places that are in it, by turn, and their turns. */
  readonly order: Uint32Array;
  readonly sorted: Float64Array;
  /** For each of those the length of the prefix that is its own. */
  readonly depths: Uint8Array;
  /** The deepest that is drawn: two ids that happen to lie close do not flatten all the rest. */
  readonly deepest: number;
}

/** The trie of all places that count. */
export function buildTrie(circle: CircleOrder, counts: (place: number) => boolean): Trie {
  const order = new Uint32Array(circle.order.length);
  const sorted = new Float64Array(circle.order.length);
  let count = 0;
  for (let rank = 0; rank < circle.order.length; rank++) {
    const place = circle.order[rank];
    if (!counts(place)) continue;
    order[count] = place;
    sorted[count++] = circle.sorted[rank];
  }
  const depths = new Uint8Array(count);
  let sum = 0;
  let before = 0;
  for (let i = 0; i < count; i++) {
    const after = i + 1 < count ? sharedBits(sorted[i], sorted[i + 1]) + 1 : 0;
    depths[i] = Math.max(before, after);
    before = after;
    sum += depths[i];
  }
  const mean = count === 0 ? 0 : sum / count;
  let deepest = 1;
  for (let i = 0; i < count; i++) {
    if (depths[i] > deepest && depths[i] <= mean + 6) deepest = depths[i];
  }
  return { order: order.subarray(0, count), sorted: sorted.subarray(0, count), depths, deepest };
}

/** From here on leaves of a level are strewn over its height, or they would be but a few lines; in a crowd without gaps. */
const STREWN_FROM = 600;

/** Positions of all places in the trie, x at 2p and y at 2p + 1; what is not in it is at NaN. */
export function placeInTrie(into: Float32Array, places: number, trie: Trie, ids: Uint8Array): void {
  const many = trie.order.length;
  const strewn = many > DENSE_FROM ? 1 : many > STREWN_FROM ? 0.9 : 0;
  into.fill(Number.NaN, 0, places * 2);
  for (let i = 0; i < trie.order.length; i++) {
    const place = trie.order[i];
    into[2 * place] = trieX(trie.sorted[i]);
    const depth = Math.min(trie.depths[i], trie.deepest);
    into[2 * place + 1] = trieY(depth + strewn * scatterOf(ids, place), trie.deepest);
  }
}

/** What `walkTrie` tells of: a branch from one prefix to a longer one, or a crowd. */
export interface TrieVisitor {
  /** From the fork at `depth` to the child below it; x as drawn. */
  branch(fromX: number, depth: number, toX: number, toDepth: number): void;
  /** So many places within left..right, not drawn apart, from a fork at this depth downwards. */
  crowd(left: number, right: number, depth: number, toDepth: number, count: number): void;
}

/**
 * Visits what of the trie can be told apart between two turns when nothing narrower than
 * `narrowest` (in turns) is: never more than twice as many as fit side by side.
 */
export function walkTrie(
  trie: Trie,
  from: number,
  to: number,
  narrowest: number,
  visitor: TrieVisitor,
): void {
  const { sorted, depths } = trie;
  const descend = (first: number, end: number, depth: number, left: number, width: number) => {
    const middle = left + width / 2;
    if (end - first === 1) return;
    if (width < narrowest || depth >= DEEPEST) {
      let toDepth = depth;
      for (let i = first; i < end; i++) toDepth = Math.max(toDepth, depths[i]);
      visitor.crowd(left, left + width, depth, Math.min(toDepth, trie.deepest), end - first);
      return;
    }
    let fork = first;
    let high = end;
    while (fork < high) {
      const probe = (fork + high) >> 1;
      if (sorted[probe] < middle) fork = probe + 1;
      else high = probe;
    }
    half(first, fork, depth, left, width / 2, middle);
    half(fork, end, depth, middle, width / 2, middle);
  };
  const half = (
    first: number,
    end: number,
    depth: number,
    left: number,
    width: number,
    parent: number,
  ) => {
    if (first === end || left > to || left + width < from) return;
    // A single one is drawn at its own id, an inner fork in the middle of its prefix.
    const single = end - first === 1;
    const toDepth = single ? Math.max(depth + 1, Math.min(depths[first], trie.deepest)) : depth + 1;
    visitor.branch(parent, depth, single ? sorted[first] : left + width / 2, toDepth);
    descend(first, end, depth + 1, left, width);
  };
  if (sorted.length > 0) descend(0, sorted.length, 0, 0, 1);
}

/** The subtree that bucket `depth` of a node is about: it shares so many bits and not the next one. */
export function siblingRange(turn: number, depth: number): { left: number; right: number } {
  const cells = 2 ** (depth + 1);
  const sibling = Math.floor(turn * cells) ^ 1;
  // XOR of numbers works on 32 bits; deeper cells are paired by their parity.
  const cell = depth < 30 ? sibling : pairOf(Math.floor(turn * cells));
  return { left: cell / cells, right: (cell + 1) / cells };
}

function pairOf(cell: number): number {
  return cell % 2 === 0 ? cell + 1 : cell - 1;
}

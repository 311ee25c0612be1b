/**
 * Partitions: groups of nodes between which nothing passes, or only one way.
 *
 *     groups [[1, 2], [3]]    cut 'both'   1 and 2 reach each other; 3 and all the others nobody else
 *     groups [[1, 2]]         cut 'out'    what 1 and 2 send to the others is lost, answers come in
 *                             cut 'in'     the others' datagrams to 1 and 2 are lost
 *
 * Whoever is in no group is in the group of the rest. Several partitions may hold at once. What was on
 * its way already arrives.
 */
import { assert } from '../../core/assert.ts';

export type Cut = 'both' | 'out' | 'in';

/** Groups of one partition: a node's group is one byte. */
export const GROUPS_LIMIT = 255;

interface Partition {
  number: number;
  cut: Cut;
  /** By node; 0 is the rest. */
  groupOf: Uint8Array;
}

export class Partitions {
  readonly #nodes: number;
  #partitions: Partition[] = [];
  #last = 0;

  constructor(nodes: number) {
    this.#nodes = nodes;
  }

  get count(): number {
    return this.#partitions.length;
  }

  /** A number by which it can be removed again. */
  add(groups: readonly (readonly number[])[], cut: Cut): number {
    assert(groups.length <= GROUPS_LIMIT, 'a group fits into a byte');
    const groupOf = new Uint8Array(this.#nodes);
    for (const [i, group] of groups.entries()) for (const node of group) groupOf[node] = i + 1;
    this.#partitions.push({ number: ++this.#last, cut, groupOf });
    return this.#last;
  }

  /** False when there is none of that number any more. */
  remove(number: number): boolean {
    const before = this.count;
    this.#partitions = this.#partitions.filter((partition) => partition.number !== number);
    return this.count < before;
  }

  clear(): void {
    this.#partitions = [];
  }

  /** Is a datagram from one node to the other lost? */
  isCut(from: number, to: number): boolean {
    for (const { cut, groupOf } of this.#partitions) {
      const [a, b] = [groupOf[from], groupOf[to]];
      if (a === b) continue;
      if (cut === 'both' || (cut === 'out' ? a : b) !== 0) return true;
    }
    return false;
  }
}

/**
 * What the nodes of a world draw from: each from streams of its own, whosever turn it is.
 *
 *     draws         all that a node decides by chance
 *     generations   how requests are told apart: numbered, so that an answer that comes too late fits none
 *                   of the next thousand of its asker, whichever row these get among those of all nodes
 */
import type { Random } from '../../core/random.ts';
import { NodeStreams } from '../node-streams.ts';

export interface Draws {
  draws: Random;
  generations: Random;
}

/**
 * @param turn the node whose turn it is
 * @param slotBits of a transaction id; the bits before them are the generation
 */
export function drawsOf(
  count: number,
  chance: Random,
  keyOf: (node: number) => number,
  turn: () => number,
  slotBits: number,
): Draws {
  const draws = new NodeStreams(count, chance, keyOf);
  const requests = new NodeStreams(count, chance);
  return {
    draws: {
      uint32: () => {
        draws.node = turn();
        return draws.uint32();
      },
    },
    generations: {
      uint32: () => {
        requests.node = turn();
        return (requests.count() << slotBits) >>> 0;
      },
    },
  };
}

/** How far two ids are apart, bit by bit, and why buckets follow from it. */
import { HEADS } from './heads.ts';
import { type Lesson, TOLD_SEED } from './lesson.ts';
import { capital, inWords, sharedBits, type Told } from './told.ts';

/** The two that are compared. */
const ONE = 3;
const OTHER = 12;

const bitsApart = (w: Told) => 160 - sharedBits(w.bitsOf(ONE), w.bitsOf(OTHER));

export const xorDistance: Lesson = {
  ...HEADS.xorDistance,
  steps: [
    {
      text: 'In Mainline the distance of two ids is their XOR: bit by bit, 1 where they differ. The first bit that differs says nearly all, for it counts as much as all bits after it together.',
      notice: (w) =>
        `Nodes ${ONE} and ${OTHER} share their first ${inWords(sharedBits(w.bitsOf(ONE), w.bitsOf(OTHER)))} bits: their paths part there, and they are less than 2 to the ${bitsApart(w)} apart.`,
      config: { seed: TOLD_SEED, overlay: 'mainline', nodes: 64, k: 8, keys: 0 },
      toMs: 200,
      pace: 100,
      exhibit: 'xor',
      notes: () => [
        { node: ONE, text: `node ${ONE}`, tone: 'accent' },
        { node: OTHER, text: `node ${OTHER}`, tone: 'route' },
      ],
      select: { node: ONE, compared: OTHER, tab: 'node', view: 'trie' },
    },
    {
      text: 'Clockwise distance on a ring depends on the direction. XOR does not care which of the two comes first.',
      ask: {
        text: `How far is it from node ${OTHER} to node ${ONE}, compared with the way from ${ONE} to ${OTHER}?`,
        of: ['nearer', 'just as far', 'farther'],
        answer: (w) => {
          const [a, b] = [w.bitsOf(ONE), w.bitsOf(OTHER)];
          return [sharedBits(a, b) === sharedBits(b, a) ? 'just as far' : 'farther'];
        },
      },
      notice:
        'Just as far: whoever is near to me has me near. So a node learns of useful neighbours from those who ask it, and needs no messages to keep the table in order.',
      toMs: 300,
      pace: 100,
      exhibit: 'xor',
      select: { node: ONE, compared: OTHER },
    },
    {
      text: 'Sort all other nodes by how many leading bits they share with node 3: each group is one subtree beside its path, and one bucket of its table.',
      ask: {
        text: 'Of the 63 others, how many share not even the first bit with node 3?',
        of: ['about 8', 'about 16', 'about 32', 'all of them'],
        answer: (w) => [nearestOf([8, 16, 32, 63], w.sharing(ONE, 0).length)],
      },
      notice: (w) =>
        `${capital(String(w.sharing(ONE, 0).length))} share no bit, ${w.sharing(ONE, 1).length} just one, ${w.sharing(ONE, 2).length} two, ${w.sharing(ONE, 3).length} three: about half as many each time. Eight contacts of each group are enough to halve the way with every question.`,
      toMs: 400,
      pace: 100,
      exhibit: 'node',
      select: { node: ONE, compared: -1 },
    },
  ],
};

/** In the words of the question. */
function nearestOf(counts: readonly number[], count: number): string {
  const nearest = counts.reduce((a, b) => (Math.abs(b - count) < Math.abs(a - count) ? b : a));
  return nearest === 63 ? 'all of them' : `about ${nearest}`;
}

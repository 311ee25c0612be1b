/** What a Mainline node knows of the others, and whom it lets in. */
import { HEADS } from './heads.ts';
import { type Lesson, TOLD_SEED } from './lesson.ts';
import { capital, inWords, several } from './told.ts';

const MINUTE_MS = 60_000;

/** Four of those that node 3 has in bucket 0. */
export const CRASHED: readonly number[] = [111, 121, 149, 176];

export const kBuckets: Lesson = {
  ...HEADS.kBuckets,
  steps: [
    {
      text: 'In Mainline ids are paths in a binary tree. Node 3 sorts the nodes that it knows by how many leading bits they share with its own id: one bucket for each number of bits.',
      notice: (w) =>
        `${capital(several(w.table(3, 'bucket').rows, 'bucket'))} with ${w.table(3, 'bucket').contacts} contacts are enough for a network of ${w.figures.nodesNow} nodes.`,
      notes: () => [{ node: 3, text: 'node 3', tone: 'accent' }],
      exhibit: 'node',
      config: { seed: TOLD_SEED, overlay: 'mainline', nodes: 200, k: 8 },
      toMs: 300,
      pace: 100,
      select: { node: 3, tab: 'node', view: 'trie' },
    },
    {
      text: 'Bucket 0 is for the half of the tree that begins with the other bit. No bucket holds more than k = 8 contacts.',
      ask: {
        text: 'How many of the nodes of the other half does node 3 know?',
        of: ['none', '8', 'about 50', 'all of them'],
        answer: (w) => [String(w.knownTo(3, 'bucket 0').length)],
      },
      notice: (w) =>
        `${w.sharing(3, 0).length} nodes are in the other half, and node 3 knows ${inWords(w.knownTo(3, 'bucket 0').length)} of them. The last bucket has all ${inWords(w.knownTo(3, 'bucket 5').length)} nodes of its own corner.`,
      notes: (w) => [
        {
          node: w.knownTo(3, 'bucket 0')[0] ?? 3,
          text: 'one of those that it knows',
          tone: 'copy',
        },
      ],
      exhibit: 'node',
      toMs: 600,
      pace: 100,
      select: { node: 3 },
    },
    {
      text: 'Four of the eight contacts in bucket 0 crash. Node 3 asks contacts from which it has not heard for long, and lets others take the places of the silent ones.',
      notice: (w) =>
        `Fifteen minutes later ${w.knownTo(3, 'bucket 0').filter((node) => w.isUp(node)).length} of the ${w.knownTo(3, 'bucket 0').length} contacts in bucket 0 are nodes that live.`,
      notes: () => [{ node: CRASHED[0], text: 'crashed', tone: 'danger' }],
      exhibit: 'node',
      acts: [{ atMs: 1000, act: { kind: 'crash', nodes: CRASHED } }],
      toMs: 15 * MINUTE_MS,
      pace: MINUTE_MS,
      select: { node: 3 },
    },
    {
      text: 'Another run: a hundred nodes join. Some of them talk to node 3, but a full bucket keeps the contacts it has, because those who have stayed long are likely to stay.',
      ask: {
        text: 'A hundred nodes more. Does node 3 put them into its full buckets?',
        of: ['yes, the new ones', 'no, it keeps the old ones'],
        answer: (w) => [
          w.knownTo(3, 'bucket 0').some((node) => node >= 200)
            ? 'yes, the new ones'
            : 'no, it keeps the old ones',
        ],
      },
      notice: (w) =>
        `Full buckets hold the contacts they had. Only the last one, with node 3’s own corner, was split: there are ${inWords(w.table(3, 'bucket').rows)} buckets now, for ${w.figures.nodesNow} nodes.`,
      exhibit: 'node',
      config: { seed: TOLD_SEED, overlay: 'mainline', nodes: 200, k: 8 },
      acts: [{ atMs: 1000, act: { kind: 'add', count: 100 } }],
      toMs: 10 * MINUTE_MS,
      pace: MINUTE_MS,
      select: { node: 3, tab: 'node', view: 'trie' },
    },
  ],
};

/** Why the number of nodes hardly matters: each question halves what is left, and more than halves it. */
import { halvings } from '../model/halvings.ts';
import { HEADS } from './heads.ts';
import { type Lesson, TOLD_SEED } from './lesson.ts';
import { capital, inWords, several, type Told } from './told.ts';

const SMALL = { seed: TOLD_SEED, overlay: 'mainline', nodes: 64, k: 8 } as const;
const LARGE_NODES = 4096;

/** How often one halves until one node is left. */
const rounds = (w: Told): number => halvings(w.model, 'apple').length - 1;

export const logN: Lesson = {
  ...HEADS.logN,
  steps: [
    {
      text: 'Where is “apple” among 64 nodes? Each bit of its hash says which half to go on in.',
      notice: (w) =>
        `${capital(several(rounds(w), 'halving'))} lead from ${w.figures.nodesNow} nodes to a handful at most: log₂ 64 is 6.`,
      config: SMALL,
      toMs: 200,
      pace: 100,
      exhibit: 'halving',
      select: { key: 'apple', tab: 'keys', view: 'trie', node: -1 },
    },
    {
      text: 'Now 4096 nodes, 64 times as many, for the same key.',
      ask: {
        text: 'How many halvings more does it take?',
        of: ['about 6', 'about 32', 'about 64'],
        answer: (w) => [rounds(w) - 6 < 16 ? 'about 6' : rounds(w) < 50 ? 'about 32' : 'about 64'],
      },
      notice: (w) =>
        `${capital(inWords(rounds(w)))} halvings: 64 times as many nodes are 6 doublings, and each costs one more. A million nodes would take about 20.`,
      config: { ...SMALL, nodes: LARGE_NODES },
      toMs: 200,
      pace: 100,
      exhibit: 'halving',
      select: { key: 'apple', tab: 'keys', view: 'trie' },
    },
    {
      text: 'A real look-up in both networks. A bucket has eight contacts, so the best of them is a few bits ahead, and an answer gains more than one bit.',
      notice: (a, b) =>
        `A: ${several(a.path.length, 'hop')} and ${several(a.questions, 'question')} among ${a.figures.nodesNow} nodes. B: ${several(b.path.length, 'hop')} and ${several(b.questions, 'question')} among ${b.figures.nodesNow}.`,
      config: SMALL,
      beside: { nodes: LARGE_NODES },
      acts: [{ atMs: 300, act: { kind: 'lookup', name: 'apple', from: 3 } }],
      fromMs: 280,
      toMs: 1200,
      pace: 100,
      exhibit: 'lookup',
      select: { lookup: true, tab: 'lookup', view: 'trie' },
    },
  ],
};

/**
 * The first story of the experiment ring-split, with its nodes, times and seed. A is node 0,
 * B is node 1, C is node 2.
 */
import { nodesText } from '../model/words.ts';
import { HEADS } from './heads.ts';
import type { Lesson, Note } from './lesson.ts';
import { capital, inWords, type Told } from './told.ts';

/** Who was asked for “elder”, and who has it. */
function answered(w: Told): Note[] {
  const isFound = !(w.lookup?.result.includes('no such key') ?? true);
  return [
    {
      ...{ node: 0, text: isFound ? 'asked on' : '“it is mine, and not here”' },
      tone: isFound ? 'route' : 'danger',
    },
    { node: 2, text: 'has “elder”', tone: 'copy' },
  ];
}

export const ringSplit: Lesson = {
  ...HEADS.ringSplit,
  steps: [
    {
      text: 'Two rings of one node each. In A nodes repair the ring as the course of 2019 told them; in B as Ringlight does. After five seconds node 1 joins.',
      notice: (a) =>
        `In both, nodes 0 and 1 are each other’s successors. ${capital(inWords(a.keyCount))} keys are shared out.`,
      notes: () => [{ node: 1, text: 'joined' }],
      config: { nodes: 1, k: 0, seed: 1, latencyMs: 20, policy: 'class-2019' },
      beside: { policy: 'correct' },
      acts: [{ atMs: 5000, act: { kind: 'add', count: 1 } }],
      fromMs: 4000,
      toMs: 9000,
      pace: 1000,
      select: { key: 'elder', tab: 'keys', view: 'ring', node: -1 },
    },
    {
      text: 'Node 2 joins behind node 1, and “elder” becomes its key. The protocol of 2019 has no message that would tell node 0 of it.',
      notice: (a, b) =>
        `Node 0’s list of successors: ${nodesText(a.knownTo(0, 'successors'))} in A, ${nodesText(b.knownTo(0, 'successors'))} in B.`,
      notes: (w) => [
        { node: 0, text: `knows ${nodesText(w.knownTo(0, 'successors'))}` },
        { node: 2, text: 'joined', tone: 'accent' },
      ],
      acts: [{ atMs: 10_000, act: { kind: 'add', count: 1 } }],
      toMs: 14_000,
      pace: 1000,
      select: { key: 'elder', node: 0, tab: 'node' },
    },
    {
      text: 'Node 1 crashes: in A the only one that node 0 knew of, in B one of two.',
      ask: {
        text: 'Node 1 is about to crash. In A, whom will node 0 take for its successor then? Click that node.',
        of: 'node',
        answer: (a) => [a.successor(0)],
        points: [
          { node: 1, text: 'about to crash', tone: 'danger' },
          { node: 0, text: 'whom does it know?' },
        ],
      },
      notice: (a, b) =>
        `In A node 0 takes ${a.successor(0) === 0 ? 'itself for its successor, and so the whole circle for its own' : `node ${a.successor(0)} for its successor`}, though node 2 lives. In B it goes on with node ${b.successor(0)}.`,
      notes: (w) => [
        {
          node: 0,
          text:
            w.successor(0) === 0
              ? 'believes that it is alone'
              : `goes on with node ${w.successor(0)}`,
          tone: w.successor(0) === 0 ? 'danger' : 'copy',
        },
        { node: 2, text: 'lives' },
      ],
      acts: [{ atMs: 15_000, act: { kind: 'crash', nodes: [1] } }],
      toMs: 25_000,
      pace: 2000,
      select: { key: 'elder', node: 0 },
    },
    {
      text: 'Somebody asks node 0 for “elder”. Its owner, node 2, is alive in both rings and has it.',
      notice: (a, b) => `A: ${a.lookup?.result ?? ''}. B: ${b.lookup?.result ?? ''}.`,
      notes: (w) => answered(w),
      acts: [{ atMs: 26_000, act: { kind: 'get', name: 'elder', from: 0 } }],
      toMs: 27_000,
      pace: 250,
      select: { key: 'elder', lookup: true, tab: 'lookup' },
    },
    {
      text: 'Two minutes of peace follow, and the question comes once more.',
      notice: (a, b) =>
        `A: ${a.lookup?.result ?? ''}. B: ${b.lookup?.result ?? ''}. A ring that was split stays split: nobody knows whom to ask.`,
      notes: (w) => answered(w),
      acts: [{ atMs: 150_000, act: { kind: 'get', name: 'elder', from: 0 } }],
      fromMs: 148_000,
      toMs: 151_000,
      pace: 1000,
      select: { key: 'elder', lookup: true, tab: 'lookup' },
    },
  ],
};

/** A network in two halves, a value written in each, and what becomes of them when they meet again. */
import { HEADS } from './heads.ts';
import { type Lesson, type Note, TOLD_SEED } from './lesson.ts';
import type { Told } from './told.ts';

/** One side of the cut: nodes 2 and 7, owner of “apple” and the node before it, stand on different ones. */
const CUT_OFF: readonly number[] = [2, 3, 5, 6, 9, 12];

const halves = (w: Told): Note[] =>
  w.model.isSplit
    ? [
        { node: 2, text: 'one half: owner of “apple” here', tone: 'accent' },
        { node: 7, text: 'the other half: owner here', tone: 'accent' },
      ]
    : [];

export const partitionHeals: Lesson = {
  ...HEADS.partitionHeals,
  steps: [
    {
      text: 'The network is cut: six nodes here, ten there, and no message passes. Each half takes the other for dead and closes its own ring.',
      notice: (w) =>
        `There are two rings for one circle. Node 9 goes on with node ${w.successor(9)}, node 7 with node ${w.successor(7)}: both halves have an owner for “apple”.`,
      config: { seed: TOLD_SEED },
      acts: [{ atMs: 1000, act: { kind: 'partition', nodes: [...CUT_OFF], oneWay: false } }],
      fromMs: 900,
      toMs: 30_000,
      pace: 4000,
      notes: halves,
      select: { key: 'apple', tab: 'keys', view: 'ring', node: -1 },
    },
    {
      text: 'Somebody in one half writes “red” under “apple”. A second later somebody in the other half writes “green”. Both are told that it is done.',
      notice:
        'Neither was told a lie: each half did what it could. But “apple” has two values now.',
      acts: [
        {
          atMs: 31_000,
          act: { kind: 'put', name: 'apple', value: 'red', from: 2, level: 'one' },
        },
        {
          atMs: 32_000,
          act: { kind: 'put', name: 'apple', value: 'green', from: 7, level: 'one' },
        },
      ],
      toMs: 34_000,
      pace: 500,
      notes: (w) =>
        w.model.isSplit
          ? [
              { node: 2, text: '“red” is here', tone: 'danger' },
              { node: 7, text: '“green” is here', tone: 'copy' },
            ]
          : [],
      select: { key: 'apple', lookup: true },
    },
    {
      text: 'The cut heals. Nodes that took each other for dead meet again, and compare what they have: of two versions the later one is kept.',
      ask: {
        text: '“red” was written first, “green” a second later. Which value will “apple” have in the end?',
        of: ['red', 'green', 'both', 'none'],
        answer: (w) => [foundBy(w)],
      },
      notice: (w) =>
        `“apple” is ${w.lookup?.result}: the later write has won, and the other is gone without a trace. Who cannot bear that must not write while a ring is cut: with “all copies” such a put would have been refused.`,
      acts: [
        { atMs: 40_000, act: { kind: 'heal' } },
        { atMs: 70_000, act: { kind: 'get', name: 'apple', from: 3 } },
      ],
      fromMs: 39_500,
      toMs: 71_000,
      pace: 3000,
      notes: (w) => [{ node: w.owner('apple'), text: 'owner for all again', tone: 'accent' }],
      select: { key: 'apple', lookup: true },
    },
  ],
};

/** What the look-up found. */
function foundBy(w: Told): string {
  const result = w.lookup?.result ?? '';
  if (result.includes('“green”')) return 'green';
  return result.includes('“red”') ? 'red' : 'none';
}

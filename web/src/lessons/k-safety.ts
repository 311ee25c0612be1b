/** What K backups are for, shown on two rings that differ in K and in nothing else. */
import { type Lesson, TOLD_SEED } from './lesson.ts';

export const kSafety: Lesson = {
  id: 'k-safety',
  title: 'Why K-safety',
  about: 'One crash without backups loses keys; with K backups it takes K + 1 crashes at once.',
  steps: [
    {
      text: 'The same ring twice, from the same seed. In A a key lies on its owner alone (K = 0); in B two more nodes have a copy, those just before the owner (K = 2).',
      notice: '“apple” belongs to node 2 in both. Count its copies.',
      config: { seed: TOLD_SEED, k: 0 },
      beside: { k: 2 },
      toMs: 500,
      pace: 250,
      select: { key: 'apple', tab: 'keys', view: 'ring', node: -1 },
    },
    {
      text: 'Node 2 crashes in both. Node 7 stands before it, and owns its arc from now on.',
      notice: 'A has lost three keys. B has lost none: node 7 already had copies of all three.',
      acts: [{ atMs: 1000, act: { kind: 'crash', nodes: [2] } }],
      toMs: 1400,
      pace: 250,
      select: { key: 'apple' },
    },
    {
      text: 'Somebody asks for “apple”. The question finds the new owner in both rings.',
      notice:
        'In A node 7 has no such key; in B it answers with the value. The panel tells of A, and of B when hands reach B.',
      acts: [{ atMs: 4000, act: { kind: 'get', name: 'apple', from: 1 } }],
      toMs: 4800,
      pace: 250,
      select: { key: 'apple', lookup: true, tab: 'lookup' },
    },
    {
      text: 'K = 2 has its limit, too. Here the owner of “apple” and both nodes with a backup crash in the same moment.',
      notice: 'Three keys are lost, those that had all their copies on these three nodes.',
      config: { seed: TOLD_SEED, k: 2 },
      acts: [{ atMs: 1000, act: { kind: 'crash', nodes: [2, 7, 0] } }],
      toMs: 2000,
      pace: 250,
      select: { key: 'apple', tab: 'keys' },
    },
    {
      text: 'Lost means: on no node that lives. Node 7 comes back with what is on its disk.',
      notice: '“apple” is there again, and soon on three nodes.',
      acts: [{ atMs: 10_000, act: { kind: 'restart', nodes: [7], memory: true } }],
      fromMs: 9000,
      toMs: 13_000,
      pace: 1000,
      select: { key: 'apple' },
    },
  ],
};

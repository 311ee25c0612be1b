/**
 * The first story of the experiment ring-split, with its nodes, times and seed. A is node 0,
 * B is node 1, C is node 2.
 */
import type { Lesson } from './lesson.ts';

export const ringSplit: Lesson = {
  id: 'ring-split',
  title: 'Why the 2019 repair splits a ring',
  about: 'One crash among three nodes, two ways to repair it, and a ring that never heals.',
  steps: [
    {
      text: 'Two rings of one node each. In A nodes repair the ring as the course of 2019 told them; in B as Ringlight does. After five seconds node 1 joins.',
      notice: 'In both, nodes 0 and 1 are each other’s successors. Twelve keys are shared out.',
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
      notice:
        'Node 0’s list of successors: only node 1 in A, nodes 1 and 2 in B. Let hands reach B to see its panel.',
      acts: [{ atMs: 10_000, act: { kind: 'add', count: 1 } }],
      toMs: 14_000,
      pace: 1000,
      select: { key: 'elder', node: 0, tab: 'node' },
    },
    {
      text: 'Node 1 crashes. In A node 0 has nobody left in its list, and takes the whole circle for its own. In B it goes on with node 2.',
      notice: 'Two nodes live in A, and node 0 does not know of node 2.',
      acts: [{ atMs: 15_000, act: { kind: 'crash', nodes: [1] } }],
      toMs: 25_000,
      pace: 2000,
      select: { key: 'elder', node: 0 },
    },
    {
      text: 'Somebody asks node 0 for “elder”. Its owner, node 2, is alive in both rings and has it.',
      notice:
        'In A node 0 says that it owns “elder” and has no such key. In B the value comes from node 2.',
      acts: [{ atMs: 26_000, act: { kind: 'get', name: 'elder', from: 0 } }],
      toMs: 27_000,
      pace: 250,
      select: { key: 'elder', lookup: true, tab: 'lookup' },
    },
    {
      text: 'Two minutes of peace follow, and the question comes once more.',
      notice: 'The same answers. A ring that was split stays split: nobody knows whom to ask.',
      acts: [{ atMs: 150_000, act: { kind: 'get', name: 'elder', from: 0 } }],
      fromMs: 148_000,
      toMs: 151_000,
      pace: 1000,
      select: { key: 'elder', lookup: true, tab: 'lookup' },
    },
  ],
};

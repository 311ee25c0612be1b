/** What a node of a ring knows of the others, and how many hops that saves. */
import { type Lesson, TOLD_SEED } from './lesson.ts';

/** Lookups that the nodes begin by themselves, enough for a mean within seconds. */
const MANY = 100;

export const fingers: Lesson = {
  id: 'fingers',
  title: 'Fingers and hops',
  about: 'Why a question crosses a ring of any size in about ½ log₂ N hops.',
  steps: [
    {
      text: 'A ring of 64 nodes. Node 3 knows the five nodes after it, the five before it, and a few far away: its fingers.',
      notice: 'The fingers point about a half, a quarter, an eighth … of the circle ahead.',
      config: { seed: TOLD_SEED, nodes: 64 },
      toMs: 200,
      pace: 100,
      select: { node: 3, tab: 'node', view: 'ring' },
    },
    {
      text: 'Node 3 asks for “banana”. It asks the node that it knows nearest before the key; that one knows its own part of the circle better, and names another.',
      notice:
        'Three hops, and each lands much nearer to the key: the rest of the way falls to less than two thirds each time.',
      acts: [{ atMs: 300, act: { kind: 'lookup', name: 'banana', from: 3 } }],
      toMs: 1200,
      pace: 100,
      select: { node: -1, key: 'banana', lookup: true, tab: 'lookup' },
    },
    {
      text: 'A finger about halves the way, which makes log₂ N hops at most, and about every second one is saved: ½ log₂ 64 = 3. All nodes ask for keys at random now, a hundred times a second.',
      notice:
        'A mean of about 2.2 hops, even less than 3: a node knows not only its fingers, but also the next five nodes.',
      acts: [{ atMs: 1300, act: { kind: 'workload', lookupsPerSecond: MANY } }],
      toMs: 11_300,
      pace: 2000,
      select: { tab: 'figures' },
    },
    {
      text: 'The same with 512 nodes: eight times as many, three more doublings.',
      notice:
        'The mean is about 3.7: each doubling costs half a hop, so three of them one and a half.',
      config: { seed: TOLD_SEED, nodes: 512 },
      acts: [{ atMs: 300, act: { kind: 'workload', lookupsPerSecond: MANY } }],
      toMs: 10_300,
      pace: 2000,
      select: { tab: 'figures', view: 'ring' },
    },
  ],
};

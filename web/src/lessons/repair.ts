/** A crash is noticed, closed, and made good, so that the next one finds K backups again. */
import { type Lesson, TOLD_SEED } from './lesson.ts';

export const repair: Lesson = {
  id: 'repair',
  title: 'Crash and repair',
  about: 'How the neighbours close the gap, and why three crashes in turn are not three at once.',
  steps: [
    {
      text: 'Node 2 crashes without a word. Nobody is told: whoever talks to it has to notice that no answer comes.',
      notice: '“apple” is unsafe: one of its three copies is gone. Node 7 still points at node 2.',
      config: { seed: TOLD_SEED },
      acts: [{ atMs: 500, act: { kind: 'crash', nodes: [2] } }],
      toMs: 1000,
      pace: 100,
      select: { key: 'apple', tab: 'keys', view: 'ring', node: -1 },
    },
    {
      text: 'Node 7 gives node 2 up and takes the next node in its list, node 3, for its successor. With that it owns the arc of node 2, and makes another backup of each key there.',
      notice: 'Some three seconds after the crash “apple” has two living backups again.',
      toMs: 3800,
      pace: 500,
      select: { key: 'apple' },
    },
    {
      text: 'Now node 7 crashes, and six seconds later node 0: all three nodes on which “apple” lay at first.',
      notice: 'Nothing is lost. There was time to repair between any two of the crashes.',
      acts: [
        { atMs: 7000, act: { kind: 'crash', nodes: [7] } },
        { atMs: 13_000, act: { kind: 'crash', nodes: [0] } },
      ],
      toMs: 24_000,
      pace: 2000,
      select: { key: 'apple' },
    },
    {
      text: 'Node 2 comes back with its disk, joins where it stood, and takes over its old arc with what has been written since.',
      notice: '“apple” belongs to node 2 again, as at the beginning.',
      acts: [{ atMs: 25_000, act: { kind: 'restart', nodes: [2], memory: true } }],
      toMs: 29_000,
      pace: 1000,
      select: { key: 'apple' },
    },
  ],
};

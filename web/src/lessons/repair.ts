/** A crash is noticed, closed, and made good, so that the next one finds K backups again. */
import { listText } from '../model/words.ts';
import { HEADS } from './heads.ts';
import { type Lesson, TOLD_SEED } from './lesson.ts';
import { capital, inWords, several } from './told.ts';

export const repair: Lesson = {
  ...HEADS.repair,
  steps: [
    {
      text: 'Node 2 crashes without a word. Nobody is told: whoever talks to it has to notice that no answer comes.',
      notice: (w) =>
        `“apple” is ${w.key('apple')?.state}: ${inWords(w.holders('apple').length)} of its three copies live. Node 7 still takes node ${w.successor(7)} for the next one.`,
      notes: () => [
        { node: 2, text: 'crashed', tone: 'danger' },
        { node: 7, text: 'knows nothing of it yet', tone: 'warn' },
      ],
      config: { seed: TOLD_SEED },
      acts: [{ atMs: 500, act: { kind: 'crash', nodes: [2] } }],
      toMs: 1000,
      pace: 100,
      select: { key: 'apple', tab: 'keys', view: 'ring', node: -1 },
    },
    {
      text: 'Node 7 gives node 2 up and takes the next node in its list for its successor. With that it owns the arc of node 2, and makes another backup of each key there.',
      ask: {
        text: 'Which node does node 7 take for its successor now? Click it.',
        of: 'node',
        answer: (w) => [w.successor(7)],
        points: [
          { node: 7, text: 'looks for the next one' },
          { node: 2, text: 'crashed', tone: 'danger' },
        ],
      },
      notice: (w) =>
        `Node ${w.successor(7)} is the next one now. Four seconds after the crash “apple” has ${several(w.backups('apple').length, 'living backup')} again.`,
      notes: (w) => [
        { node: w.owner('apple'), text: 'owner now', tone: 'accent' },
        { node: w.successor(7), text: 'its successor now' },
      ],
      toMs: 4500,
      pace: 500,
      select: { key: 'apple' },
    },
    {
      text: 'Now node 7 crashes, and six seconds later node 0: all three nodes on which “apple” lay at first.',
      ask: {
        text: 'All three nodes that first had “apple” will have crashed, six seconds apart. Is it lost?',
        of: ['yes', 'no'],
        answer: (w) => [w.key('apple')?.state === 'lost' ? 'yes' : 'no'],
      },
      notice: (w) =>
        `${capital(several(w.keysThatAre('lost').length, 'key is', 'keys are'))} lost. There was time to repair between any two of the crashes: “apple” lies on nodes ${listText(w.holders('apple').map(String))} now.`,
      notes: (w) => [{ node: w.owner('apple'), text: 'owner by now', tone: 'accent' }],
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
      notice: (w) => `“apple” belongs to node ${w.owner('apple')} again, as at the beginning.`,
      notes: () => [{ node: 2, text: 'back, with its disk', tone: 'copy' }],
      acts: [{ atMs: 25_000, act: { kind: 'restart', nodes: [2], memory: true } }],
      toMs: 29_000,
      pace: 1000,
      select: { key: 'apple' },
    },
  ],
};

/** Why a key that is removed has to be remembered: by whoever was away it would come back. */
import { HEADS } from './heads.ts';
import { type Lesson, TOLD_SEED } from './lesson.ts';
import type { Told } from './told.ts';

/** Who is away while it is removed: it has a copy. */
const AWAY = 0;

const hasCopy = (w: Told): boolean => /bytes/.test(w.storedAt(AWAY, 'apple'));

export const tombstones: Lesson = {
  ...HEADS.tombstones,
  steps: [
    {
      text: 'Node 0 has a backup of “apple”. It crashes, with the copy on its disk. While it is away “apple” is removed.',
      notice: (w) =>
        `It is ${w.lookup?.result}. Those nodes keep a tombstone: “apple” was removed, and when. On the disk of node ${AWAY} the value lies as before.`,
      config: { seed: TOLD_SEED },
      acts: [
        { atMs: 1000, act: { kind: 'crash', nodes: [AWAY] } },
        { atMs: 2000, act: { kind: 'remove', name: 'apple', from: 1 } },
      ],
      fromMs: 900,
      toMs: 3000,
      pace: 300,
      notes: (w) => [
        { node: AWAY, text: 'has it on its disk still', tone: 'warn' },
        { node: w.owner('apple'), text: 'keeps a tombstone' },
      ],
      select: { key: 'apple', lookup: true, tab: 'keys', view: 'ring', node: -1 },
    },
    {
      text: 'Node 0 comes back with its disk, and the old value of “apple” on it.',
      ask: {
        text: 'Will “apple” come back to life?',
        of: ['yes, with its old value', 'no, it stays removed'],
        answer: (w) => [
          w.key('apple')?.state === 'removed' ? 'no, it stays removed' : 'yes, with its old value',
        ],
      },
      notice: (w) =>
        `“apple” is ${w.key('apple')?.state}. Node ${AWAY} ${hasCopy(w) ? 'has its copy still' : 'has buried its copy'}: a tombstone is a version like any other, and it is the later one. Had the others just forgotten “apple”, the old copy would have been the only word on it.`,
      acts: [{ atMs: 10_000, act: { kind: 'restart', nodes: [AWAY], memory: true } }],
      fromMs: 9900,
      toMs: 15_000,
      pace: 1000,
      notes: (w) => [
        {
          ...{ node: AWAY, text: hasCopy(w) ? 'back with the old value' : 'a tombstone here, too' },
          tone: hasCopy(w) ? 'warn' : 'accent',
        },
      ],
      select: { key: 'apple', node: AWAY },
    },
    {
      text: 'Somebody asks for “apple”.',
      notice: (w) => `Answer: ${w.lookup?.result}. Dead is dead.`,
      acts: [{ atMs: 16_000, act: { kind: 'get', name: 'apple', from: 1 } }],
      fromMs: 15_900,
      toMs: 17_000,
      pace: 200,
      notes: (w) => [
        { node: 1, text: 'asks', tone: 'route' },
        { node: w.owner('apple'), text: 'answers' },
      ],
      select: { key: 'apple', lookup: true, node: -1 },
    },
  ],
};

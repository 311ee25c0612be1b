/** What K backups are for, shown on two rings that differ in K and in nothing else. */
import { listText } from '../model/words.ts';
import { HEADS } from './heads.ts';
import { type Lesson, TOLD_SEED } from './lesson.ts';
import { capital, inWords, quoted, several, type Told } from './told.ts';

/** Did whoever was asked say that there is no such key? */
const isDenied = (w: Told): boolean => w.lookup?.result.includes('no such key') ?? false;

export const kSafety: Lesson = {
  ...HEADS.kSafety,
  steps: [
    {
      text: 'The same ring twice, from the same seed. In A a key lies on its owner alone (K = 0); in B two more nodes have a copy, those just before the owner (K = 2).',
      notice: (a, b) =>
        `“apple” belongs to node ${a.owner('apple')} in both. In A it lies on ${several(a.holders('apple').length, 'node')}, in B on ${inWords(b.holders('apple').length)}: ${listText(b.holders('apple').map(String))}.`,
      notes: (w) => [
        {
          node: w.owner('apple'),
          text: w.backups('apple').length > 0 ? 'owner, first copy' : 'the only copy',
          tone: 'accent',
        },
      ],
      config: { seed: TOLD_SEED, k: 0 },
      beside: { k: 2 },
      toMs: 500,
      pace: 250,
      select: { key: 'apple', tab: 'keys', view: 'ring', node: -1 },
    },
    {
      text: 'Node 2 crashes in both rings, at the same moment. The arc of a node that is gone goes to the node before it.',
      ask: {
        text: 'Node 2, the owner of “apple”, is about to crash. Who owns “apple” then? Click the node, in either ring.',
        of: 'node',
        answer: (a) => [a.owner('apple')],
        points: [{ node: 2, text: 'about to crash', tone: 'danger' }],
      },
      notice: (a, b) => {
        const lost = a.keysThatAre('lost');
        const heir = b.owner('apple');
        return `A has lost ${several(lost.length, 'key')}: ${quoted(lost)}. B has lost ${several(b.keysThatAre('lost').length, 'key')}: node ${heir} already had copies.`;
      },
      notes: (w) => [
        { node: 2, text: 'crashed', tone: 'danger' },
        w.holders('apple').length === 0
          ? { key: 'apple', text: 'lost', tone: 'danger' }
          : { node: w.owner('apple'), text: 'had a copy: owner now', tone: 'accent' },
      ],
      acts: [{ atMs: 1000, act: { kind: 'crash', nodes: [2] } }],
      toMs: 1400,
      pace: 250,
      select: { key: 'apple' },
    },
    {
      text: 'Somebody asks for “apple”. The question finds the new owner in both rings.',
      notice: (a, b) => `A: ${a.lookup?.result ?? ''}. B: ${b.lookup?.result ?? ''}.`,
      notes: (w) => [
        { node: 1, text: 'asks for “apple”', tone: 'route' },
        {
          node: w.owner('apple'),
          ...(isDenied(w)
            ? ({ text: 'has no such key', tone: 'danger' } as const)
            : ({ text: 'has the value', tone: 'copy' } as const)),
        },
      ],
      acts: [{ atMs: 4000, act: { kind: 'get', name: 'apple', from: 1 } }],
      toMs: 4800,
      pace: 250,
      select: { key: 'apple', lookup: true, tab: 'lookup' },
    },
    {
      text: 'K = 2 has its limit, too. Here the owner of “apple” and both nodes with a backup crash in the same moment.',
      ask: {
        text: 'With two backups, nodes 2, 7 and 0 crash in one moment: all that have “apple”. What becomes of it?',
        of: ['it is safe', 'it is unsafe', 'it is lost'],
        answer: (w) => [`it is ${w.key('apple')?.state ?? 'lost'}`],
      },
      notice: (w) =>
        `${capital(several(w.keysThatAre('lost').length, 'key is', 'keys are'))} lost, those that had all their copies on these three nodes: ${quoted(w.keysThatAre('lost'))}.`,
      notes: () => [
        { node: 2, text: 'crashed', tone: 'danger' },
        { node: 7, text: 'crashed', tone: 'danger' },
        { node: 0, text: 'crashed', tone: 'danger' },
      ],
      config: { seed: TOLD_SEED, k: 2 },
      acts: [{ atMs: 1000, act: { kind: 'crash', nodes: [2, 7, 0] } }],
      toMs: 2000,
      pace: 250,
      select: { key: 'apple', tab: 'keys' },
    },
    {
      text: 'Lost means: on no node that lives. Node 7 comes back with what is on its disk.',
      notice: (w) =>
        `“apple” is there again, and on ${several(w.holders('apple').length, 'node')}: ${listText(w.holders('apple').map(String))}.`,
      notes: () => [{ node: 7, text: 'back with its disk', tone: 'copy' }],
      acts: [{ atMs: 10_000, act: { kind: 'restart', nodes: [7], memory: true } }],
      fromMs: 9000,
      toMs: 15_000,
      pace: 1000,
      select: { key: 'apple' },
    },
  ],
};

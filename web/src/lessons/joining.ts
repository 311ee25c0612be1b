/** How a node comes and how it goes, with the data that has to move each time. */
import { listText } from '../model/words.ts';
import { type Lesson, TOLD_SEED } from './lesson.ts';
import { inWords } from './told.ts';

export const joining: Lesson = {
  id: 'joining',
  group: 'The circle',
  title: 'Joining and leaving',
  about: 'What a newcomer asks, what it is given, and what a node hands over before it goes.',
  steps: [
    {
      text: 'Node 16 wants to join and knows one address, that of node 3. It asks who owns its own point on the circle, and is sent on to node 13.',
      notice: (w) =>
        `It is not part of the ring yet: “iris” still belongs to node ${w.owner('iris')}.`,
      notes: (w) => [
        { node: 16, text: w.isUp(16) ? 'joined' : 'wants to join' },
        { node: 3, text: 'asked first', tone: 'route' },
      ],
      config: { seed: TOLD_SEED },
      acts: [{ atMs: 200, act: { kind: 'add', count: 1 } }],
      toMs: 800,
      pace: 100,
      select: { key: 'iris', tab: 'keys', view: 'ring', node: -1 },
    },
    {
      text: 'Node 13 gives away the end of its arc: first it copies the records that lie there, then it tells the newcomer to answer for them.',
      ask: {
        text: 'Node 16 stands between node 13 and “iris”. Who owns “iris” once it has joined? Click the node.',
        of: 'node',
        answer: (w) => [w.owner('iris')],
        points: [
          { key: 'iris', text: 'who will own it?' },
          { node: 16, text: 'the newcomer' },
        ],
      },
      notice: (w) =>
        `“iris” belongs to node ${w.owner('iris')} now; the other ${inWords(w.keyCount - w.newlyOwned([16]).length)} keys keep their owners.`,
      notes: (w) => [
        { node: 13, text: 'gave away the end of its arc' },
        { node: w.owner('iris'), text: 'owner of “iris”', tone: 'accent' },
      ],
      toMs: 2200,
      pace: 100,
      select: { key: 'iris' },
    },
    {
      text: 'Backups lie on the two nodes before the owner, and one of those two is another one now. So “cherry”, owned by node 7, is copied to node 16.',
      notice: (w) =>
        `Copies of “cherry” lie on nodes ${listText(w.holders('cherry').map(String))} now. Who no longer keeps one dropped it only after node 16 had its own.`,
      notes: () => [
        { node: 16, text: 'keeps a copy now', tone: 'copy' },
        { node: 13, text: 'needs none any more' },
      ],
      toMs: 4700,
      pace: 250,
      select: { key: 'cherry' },
    },
    {
      text: 'Node 5 leaves in good order: it hands its arc to node 6, the one before it, and goes when everybody knows.',
      ask: {
        text: 'Node 5 owns “elder” and leaves. Which node will own it then? Click it.',
        of: 'node',
        answer: (w) => [w.owner('elder')],
        points: [
          { node: 5, text: 'is about to leave' },
          { key: 'elder', text: 'whose next?' },
        ],
      },
      notice: (w) =>
        `“elder” went to node ${w.owner('elder')}, and ${w.keysThatAre('unsafe').length === 0 ? 'no key is unsafe, nor was one on the way' : 'some keys wait for their copies'}.`,
      notes: (w) => [{ node: w.owner('elder'), text: 'took over the arc', tone: 'accent' }],
      acts: [{ atMs: 5000, act: { kind: 'leave', nodes: [5] } }],
      toMs: 13_000,
      pace: 1000,
      select: { key: 'elder' },
    },
  ],
};

/** How a node comes and how it goes, with the data that has to move each time. */
import { type Lesson, TOLD_SEED } from './lesson.ts';

export const joining: Lesson = {
  id: 'joining',
  title: 'Joining and leaving',
  about: 'What a newcomer asks, what it is given, and what a node hands over before it goes.',
  steps: [
    {
      text: 'Node 16 wants to join and knows one address, that of node 3. It asks who owns its own point on the circle, and is sent on to node 13.',
      notice: 'It is not part of the ring yet: “iris” still belongs to node 13.',
      config: { seed: TOLD_SEED },
      acts: [{ atMs: 200, act: { kind: 'add', count: 1 } }],
      toMs: 800,
      pace: 100,
      select: { key: 'iris', tab: 'keys', view: 'ring', node: -1 },
    },
    {
      text: 'Node 13 gives away the end of its arc: first it copies the records that lie there, then it tells the newcomer to answer for them.',
      notice: '“iris” belongs to node 16 now; the other eleven keys keep their owners.',
      toMs: 1650,
      pace: 100,
      select: { key: 'iris' },
    },
    {
      text: 'Backups lie on the two nodes before the owner, and one of those two is another one now. So “cherry”, owned by node 7, is copied to node 16.',
      notice: 'Node 13 drops its copy of “cherry” only after node 16 has one.',
      toMs: 3900,
      pace: 250,
      select: { key: 'cherry' },
    },
    {
      text: 'Node 5 leaves in good order: it hands its arc to node 6, the one before it, and goes when everybody knows.',
      notice: '“elder” goes to node 6, and no key is unsafe at any moment.',
      acts: [{ atMs: 4000, act: { kind: 'leave', nodes: [5] } }],
      toMs: 12_000,
      pace: 1000,
      select: { key: 'elder' },
    },
  ],
};

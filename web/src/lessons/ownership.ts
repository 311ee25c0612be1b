/** Lesson 2: who owns a key, and how ownership moves. */
import type { Lesson } from './lesson.ts';
import { capital, quoted, several } from './told.ts';

/** Those that `add` brings: numbers go on after the first sixteen. */
const NEWCOMERS: readonly number[] = [16, 17, 18];

export const ownership: Lesson = {
  id: 'ownership',
  group: 'The circle',
  title: 'Who owns a key',
  about: 'The rule by which every node agrees on the owner of a key, and what a new node changes.',
  steps: [
    {
      text: 'A node owns the arc from its own point up to the next node’s point. A key that lies on this arc belongs to the node at its beginning.',
      ask: {
        text: 'Which node owns “apple”? Click it.',
        of: 'node',
        answer: (w) => [w.owner('apple')],
        hides: true,
        points: [{ key: 'apple', text: 'who owns it?' }],
      },
      notice: (w) =>
        `“apple” belongs to node ${w.owner('apple')}: the last node at or before it, going round clockwise. Node ${w.after(w.owner('apple'))} stands behind it and has no claim.`,
      notes: (w) => [{ node: w.after(w.owner('apple')), text: 'here the arc ends' }],
      config: {},
      toMs: 100,
      pace: 50,
      select: { key: 'apple', tab: 'keys', view: 'ring', node: -1 },
    },
    {
      text: 'A node that knows only some of the others can still find the owner: it asks the one that it knows nearest before the key, and that one knows better.',
      notice: (w) =>
        `${capital(several(w.path.length, 'hop'))}, each closer to the key, and the last one asked, node ${w.path.at(-1) ?? w.owner('apple')}, says: it is mine.`,
      notes: (w) => [
        { node: 13, text: 'it asks', tone: 'route' },
        { node: w.owner('apple'), text: '“it is mine”', tone: 'accent' },
      ],
      acts: [{ atMs: 150, act: { kind: 'lookup', name: 'apple', from: 13 } }],
      toMs: 900,
      pace: 100,
      select: { key: 'apple', lookup: true },
    },
    {
      text: 'Three nodes join. Each takes over one part of one arc, together with the keys on it; who stands elsewhere keeps what it has.',
      notice: (w) => {
        const taken = w.newlyOwned(NEWCOMERS);
        return taken.length === 0
          ? 'No key lay on the parts that were cut off, so none has another owner.'
          : `${quoted(taken)} changed ${taken.length === 1 ? 'its owner' : 'their owners'}. All other keys stayed where they were.`;
      },
      notes: (w) => NEWCOMERS.map((node) => ({ node, text: w.isUp(node) ? 'new' : 'joining' })),
      acts: [{ atMs: 1000, act: { kind: 'add', count: 3 } }],
      toMs: 7000,
      pace: 1000,
      select: { key: 'apple' },
    },
  ],
};

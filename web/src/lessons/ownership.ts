/** Lesson 2: who owns a key, and how ownership moves. */
import type { Lesson } from './lesson.ts';

export const ownership: Lesson = {
  id: 'ownership',
  title: 'Who owns a key',
  about: 'The rule by which every node agrees on the owner of a key, and what a new node changes.',
  steps: [
    {
      text: 'A node owns the arc from its own point up to the next node’s point. A key that lies on this arc belongs to the node at its beginning.',
      notice: '“apple” belongs to the last node at or before it, going round clockwise.',
      config: {},
      toMs: 100,
      pace: 50,
      select: { key: 'apple', tab: 'keys', view: 'ring', node: -1 },
    },
    {
      text: 'A node that knows only some of the others can still find the owner: it asks the one that it knows nearest before the key, and that one knows better.',
      notice: 'Each hop lands closer to the key, and the last one asked says: it is mine.',
      acts: [{ atMs: 150, act: { kind: 'lookup', name: 'apple', from: 13 } }],
      toMs: 900,
      pace: 100,
      select: { key: 'apple', lookup: true },
    },
    {
      text: 'Three nodes join. Each takes over one part of one arc, together with the keys on it; all other nodes notice nothing.',
      notice: 'Only keys on the arcs that were cut change their owner.',
      acts: [{ atMs: 1000, act: { kind: 'add', count: 3 } }],
      toMs: 7000,
      pace: 1000,
      select: { key: 'apple' },
    },
  ],
};

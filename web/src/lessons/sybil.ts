/** Identities made for one purpose, to stand around a key. */
import { HEADS } from './heads.ts';
import { type Lesson, TOLD_SEED } from './lesson.ts';
import { capital } from './told.ts';

export const sybil: Lesson = {
  ...HEADS.sybil,
  steps: [
    {
      text: 'Mainline keeps a key on the eight nodes whose ids are closest to it. Node 9 announces “song”.',
      notice: (w) => `It is ${w.lookup?.result}.`,
      notes: (w) => [
        { node: 9, text: 'announces “song”', tone: 'route' },
        { node: w.holders('song')[0] ?? 9, text: 'one of its keepers', tone: 'copy' },
      ],
      config: { seed: TOLD_SEED, overlay: 'mainline', nodes: 200, k: 8 },
      acts: [{ atMs: 300, act: { kind: 'put', name: 'song', value: '', from: 9 } }],
      fromMs: 280,
      toMs: 1100,
      pace: 100,
      select: { key: 'song', lookup: true, tab: 'lookup', view: 'trie', node: -1 },
    },
    {
      text: 'The same world, but an attacker was faster: sixteen nodes join with ids chosen so that they share more bits with “song” than any honest node does. These are Sybils.',
      notice: (w) =>
        `The ${w.sybils.length} Sybils stand at one point of the tree, so close together that they look like one.`,
      notes: (w) =>
        w.sybils.length === 0
          ? []
          : [{ node: w.sybils[0], text: `${w.sybils.length} Sybils`, tone: 'danger' }],
      config: { seed: TOLD_SEED, overlay: 'mainline', nodes: 200, k: 8 },
      acts: [{ atMs: 1000, act: { kind: 'sybils', name: 'song', count: 16 } }],
      toMs: 5000,
      pace: 1000,
      select: { tab: 'keys', view: 'trie' },
    },
    {
      text: 'Node 9 announces “song” again. The look-up works as it should, and ends at the eight closest nodes: Sybils, who say yes and store nothing.',
      ask: {
        text: 'Node 9 announces “song” again. How many of the nodes that say yes keep it?',
        of: ['all 8', 'about half', 'none'],
        answer: (w) => [w.lookup?.result.includes(' 0 of them') ? 'none' : 'all 8'],
      },
      notice: (w) => `${capital(w.lookup?.result ?? '')}.`,
      notes: (w) => [
        { node: 9, text: 'announces', tone: 'route' },
        { node: w.sybils[0] ?? 9, text: 'say yes, keep nothing', tone: 'danger' },
      ],
      acts: [{ atMs: 6000, act: { kind: 'put', name: 'song', value: '', from: 9 } }],
      fromMs: 5950,
      toMs: 6800,
      pace: 100,
      select: { lookup: true, tab: 'lookup' },
    },
    {
      text: 'Node 3 looks for the peers of “song”.',
      notice: (w) =>
        `${capital(w.lookup?.result ?? '')}. The key is eclipsed: nobody comes past the Sybils.`,
      notes: (w) => [
        { node: 3, text: 'asks', tone: 'route' },
        { node: w.sybils[0] ?? 3, text: '“nobody here”', tone: 'danger' },
      ],
      acts: [{ atMs: 9000, act: { kind: 'get', name: 'song', from: 3 } }],
      fromMs: 8950,
      toMs: 9800,
      pace: 100,
      select: { lookup: true, tab: 'lookup' },
    },
    {
      text: 'And “apple”, which lies elsewhere in the tree?',
      ask: {
        text: 'Sixteen Sybils stand around “song”. Is “apple” still found?',
        of: ['yes', 'no'],
        answer: (w) => [w.lookup?.state === 'succeeded' ? 'yes' : 'no'],
      },
      notice: (w) =>
        `The look-up ${w.lookup?.result}, as always. An eclipse costs few ids, and darkens one key.`,
      notes: (w) => [
        { node: 3, text: 'asks', tone: 'route' },
        { node: w.sybils[0] ?? 3, text: 'not on the way', tone: 'danger' },
      ],
      acts: [{ atMs: 12_000, act: { kind: 'get', name: 'apple', from: 3 } }],
      fromMs: 11_950,
      toMs: 12_700,
      pace: 100,
      select: { lookup: true, tab: 'lookup', key: 'apple' },
    },
  ],
};

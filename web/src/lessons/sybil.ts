/** Identities made for one purpose, to stand around a key. */
import { type Lesson, TOLD_SEED } from './lesson.ts';

export const sybil: Lesson = {
  id: 'sybil',
  title: 'Sybil and eclipse',
  about: 'Whoever may choose an id can stand closest to a key, and make it disappear.',
  steps: [
    {
      text: 'Mainline keeps a key on the eight nodes whose ids are closest to it. Node 9 announces “song”.',
      notice: 'All eight have stored it.',
      config: { seed: TOLD_SEED, overlay: 'mainline', nodes: 200, k: 8 },
      acts: [{ atMs: 300, act: { kind: 'put', name: 'song', value: '', from: 9 } }],
      fromMs: 280,
      toMs: 1100,
      pace: 100,
      select: { key: 'song', lookup: true, tab: 'lookup', view: 'trie', node: -1 },
    },
    {
      text: 'The same world, but an attacker was faster: sixteen nodes join with ids chosen so that they share more bits with “song” than any honest node does. These are Sybils.',
      notice: 'They stand at one point of the tree, so close together that they look like one.',
      config: { seed: TOLD_SEED, overlay: 'mainline', nodes: 200, k: 8 },
      acts: [{ atMs: 1000, act: { kind: 'sybils', name: 'song', count: 16 } }],
      toMs: 5000,
      pace: 1000,
      select: { tab: 'keys', view: 'trie' },
    },
    {
      text: 'Node 9 announces “song” again. The look-up works as it should, and ends at the eight closest nodes: Sybils, who say yes and store nothing.',
      notice: 'Eight nodes said to have stored it, and not one of them did.',
      acts: [{ atMs: 6000, act: { kind: 'put', name: 'song', value: '', from: 9 } }],
      fromMs: 5950,
      toMs: 6800,
      pace: 100,
      select: { lookup: true, tab: 'lookup' },
    },
    {
      text: 'Node 3 looks for the peers of “song”.',
      notice: 'It finds none. The key is eclipsed: nobody comes past the Sybils.',
      acts: [{ atMs: 9000, act: { kind: 'get', name: 'song', from: 3 } }],
      fromMs: 8950,
      toMs: 9800,
      pace: 100,
      select: { lookup: true, tab: 'lookup' },
    },
    {
      text: 'And “apple”, which lies elsewhere in the tree?',
      notice: 'Its peer is found as always. An eclipse costs few ids, and darkens one key.',
      acts: [{ atMs: 12_000, act: { kind: 'get', name: 'apple', from: 3 } }],
      fromMs: 11_950,
      toMs: 12_700,
      pace: 100,
      select: { lookup: true, tab: 'lookup', key: 'apple' },
    },
  ],
};

/** A Mainline lookup from its first question to its end. */
import { type Lesson, TOLD_SEED } from './lesson.ts';

export const lookup: Lesson = {
  id: 'lookup',
  title: 'A look-up',
  about: 'How a shortlist of candidates closes in on a key, answer by answer.',
  steps: [
    {
      text: 'Node 3 looks for the nodes closest to “apple”. It begins with the closest ones that it knows by itself, and asks three of them at once.',
      notice: 'The best of the three, node 174, differs from the key in its last 155 bits.',
      config: { seed: TOLD_SEED, overlay: 'mainline', nodes: 200, k: 8 },
      acts: [{ atMs: 300, act: { kind: 'lookup', name: 'apple', from: 3 } }],
      fromMs: 280,
      toMs: 400,
      pace: 25,
      select: { lookup: true, tab: 'lookup', view: 'trie', node: -1 },
    },
    {
      text: 'Each answer names eight nodes that are closer to the key. They go onto the shortlist, sorted by distance, and the next three are asked.',
      notice: 'Node 167 is 149 bits away: the distance has fallen to a sixty-fourth in one hop.',
      toMs: 530,
      pace: 25,
      select: { lookup: true },
    },
    {
      text: 'It ends when the eight closest on the shortlist have all answered and nobody has named a closer one.',
      notice: 'Eleven questions, two hops, 480 ms, and exactly the eight nodes closest to the key.',
      toMs: 900,
      pace: 50,
      select: { lookup: true, key: 'apple' },
    },
    {
      text: 'Node 3 asks for the peers of “apple” in the same way. Those who store peers put them into their answers.',
      notice: 'One peer is found, at the nodes that the shortlist ends at.',
      acts: [{ atMs: 1500, act: { kind: 'get', name: 'apple', from: 3 } }],
      fromMs: 1450,
      toMs: 2200,
      pace: 50,
      select: { lookup: true, key: 'apple' },
    },
    {
      text: 'The same look-up among 5000 nodes, 25 times as many.',
      notice: 'Fourteen questions instead of eleven, and 600 ms: one round more.',
      config: { seed: TOLD_SEED, overlay: 'mainline', nodes: 5000, k: 8 },
      acts: [{ atMs: 300, act: { kind: 'lookup', name: 'apple', from: 3 } }],
      fromMs: 280,
      toMs: 1000,
      pace: 50,
      select: { lookup: true, tab: 'lookup', view: 'trie' },
    },
  ],
};

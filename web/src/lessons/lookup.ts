/** A Mainline lookup from its first question to its end. */
import { HEADS } from './heads.ts';
import { type Lesson, TOLD_SEED } from './lesson.ts';
import { capital, inWords, several } from './told.ts';

export const lookup: Lesson = {
  ...HEADS.lookup,
  steps: [
    {
      text: 'Node 3 looks for the nodes closest to “apple”. It begins with the closest ones that it knows by itself, and asks three of them at once.',
      notice: (w) =>
        `The best of the three, node ${w.lookup?.steps[0]?.node}, differs from the key in its last ${w.lookup?.steps[0]?.distanceBits} bits at most.`,
      notes: (w) => [
        { node: 3, text: 'asks', tone: 'route' },
        { node: w.lookup?.steps[0]?.node ?? 3, text: 'asked first' },
      ],
      config: { seed: TOLD_SEED, overlay: 'mainline', nodes: 200, k: 8 },
      acts: [{ atMs: 300, act: { kind: 'lookup', name: 'apple', from: 3 } }],
      fromMs: 280,
      toMs: 400,
      pace: 25,
      select: { lookup: true, tab: 'lookup', view: 'trie', node: -1 },
    },
    {
      text: 'Each answer names eight nodes that are closer to the key. They go onto the shortlist, sorted by distance, and the next three are asked.',
      notice: (w) =>
        `The nearest by now is ${w.nearestBits} bits away: ${w.firstBits - w.nearestBits} bits less than the first, so one hop has made the distance ${2 ** (w.firstBits - w.nearestBits)} times smaller.`,
      notes: (w) => [{ node: w.path.at(-1) ?? 3, text: 'the best answer so far' }],
      exhibit: 'lookup',
      toMs: 530,
      pace: 25,
      select: { lookup: true },
    },
    {
      text: 'It ends when the eight closest on the shortlist have all answered and nobody has named a closer one.',
      notice: (w) =>
        `${capital(several(w.questions, 'question'))}, ${several(w.path.length, 'hop')}, ${w.tookMs} ms: it ${w.lookup?.result}.`,
      exhibit: 'lookup',
      toMs: 900,
      pace: 50,
      select: { lookup: true, key: 'apple' },
    },
    {
      text: 'Node 3 asks for the peers of “apple” in the same way. Those who store peers put them into their answers.',
      notice: (w) => `It ${w.lookup?.result}, at the nodes that the shortlist ends at.`,
      exhibit: 'lookup',
      acts: [{ atMs: 1500, act: { kind: 'get', name: 'apple', from: 3 } }],
      fromMs: 1450,
      toMs: 2200,
      pace: 50,
      select: { lookup: true, key: 'apple' },
    },
    {
      text: 'The same look-up among 5000 nodes, 25 times as many.',
      ask: {
        text: 'Among 200 nodes it took ten questions. How many among 5000?',
        of: ['14', '50', '250'],
        answer: (w) => [String(w.questions)],
      },
      notice: (w) =>
        `${capital(inWords(w.questions))} questions and ${w.tookMs} ms: one round more, for 25 times as many nodes.`,
      exhibit: 'lookup',
      config: { seed: TOLD_SEED, overlay: 'mainline', nodes: 5000, k: 8 },
      acts: [{ atMs: 300, act: { kind: 'lookup', name: 'apple', from: 3 } }],
      fromMs: 280,
      toMs: 1000,
      pace: 50,
      select: { lookup: true, tab: 'lookup', view: 'trie' },
    },
  ],
};

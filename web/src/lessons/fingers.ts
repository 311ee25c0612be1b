/** What a node of a ring knows of the others, and how many hops that saves. */
import { type Lesson, TOLD_SEED } from './lesson.ts';
import { capital, inWords, several } from './told.ts';

/** Lookups that the nodes begin by themselves, enough for a mean within seconds. */
const MANY = 100;

/** By how much a mean is more than the 2.2 hops among 64 nodes, in the words of the question. */
function growthOf(mean: number): string {
  if (mean < 2.7) return 'as many as before';
  if (mean < 4.5) return 'about 1½ more';
  return mean < 9 ? 'about 3 more' : '8 times as many';
}

export const fingers: Lesson = {
  id: 'fingers',
  group: 'The circle',
  title: 'Fingers and hops',
  about: 'Why a question crosses a ring of any size in about ½ log₂ N hops.',
  steps: [
    {
      text: 'A ring of 64 nodes. Node 3 knows the nodes next to it, on either side, and a few far away: its fingers.',
      notice: (w) =>
        `It knows the ${inWords(w.knownTo(3, 'successors').length)} nodes after it, the ${inWords(w.knownTo(3, 'predecessors').length)} before it, and ${inWords(w.knownTo(3, 'fingers').length)} fingers: about a half, a quarter, an eighth … of the circle ahead.`,
      exhibit: 'node',
      notes: (w) =>
        w
          .fingers(3)
          .slice(0, 3)
          .map((node, i) => ({
            node,
            text: ['about a half ahead', 'a quarter', 'an eighth'][i],
            tone: 'accent',
          })),
      config: { seed: TOLD_SEED, nodes: 64 },
      toMs: 200,
      pace: 100,
      select: { node: 3, tab: 'node', view: 'ring' },
    },
    {
      text: 'Node 3 asks for “banana”. It asks the node that it knows nearest before the key; that one knows its own part of the circle better, and names another.',
      ask: {
        text: 'How many hops will it take among 64 nodes?',
        of: ['1', '3', '16', '32'],
        answer: (w) => [String(w.path.length)],
      },
      notice: (w) =>
        `${capital(several(w.path.length, 'hop'))}, and each lands much nearer to the key: node ${w.path.at(-1)} says that it owns it.`,
      notes: (w) => [
        { node: 3, text: 'asks', tone: 'route' },
        { node: w.path.at(-1) ?? 3, text: '“it is mine”', tone: 'accent' },
      ],
      exhibit: 'lookup',
      acts: [{ atMs: 300, act: { kind: 'lookup', name: 'banana', from: 3 } }],
      toMs: 1200,
      pace: 100,
      select: { node: -1, key: 'banana', lookup: true, tab: 'lookup' },
    },
    {
      text: 'A finger about halves the way, which makes log₂ N hops at most, and about every second one is saved: ½ log₂ 64 = 3. All nodes ask for keys at random now, a hundred times a second.',
      notice: (w) =>
        `A mean of ${w.meanHops.toFixed(1)} hops over ${w.lookupsEnded.toLocaleString('en')} look-ups, even less than 3: a node knows not only its fingers, but also the next five nodes.`,
      exhibit: 'figures',
      acts: [{ atMs: 1300, act: { kind: 'workload', lookupsPerSecond: MANY } }],
      toMs: 11_300,
      pace: 2000,
      select: { tab: 'figures' },
    },
    {
      text: 'The same with 512 nodes: eight times as many, three more doublings.',
      ask: {
        text: 'With eight times as many nodes, how many hops does a look-up need in the mean?',
        of: ['8 times as many', 'about 3 more', 'about 1½ more', 'as many as before'],
        answer: (w) => [growthOf(w.meanHops)],
      },
      notice: (w) =>
        `The mean is ${w.meanHops.toFixed(1)}: each doubling costs half a hop, so three of them one and a half.`,
      exhibit: 'figures',
      config: { seed: TOLD_SEED, nodes: 512 },
      acts: [{ atMs: 300, act: { kind: 'workload', lookupsPerSecond: MANY } }],
      toMs: 10_300,
      pace: 2000,
      select: { tab: 'figures', view: 'ring' },
    },
  ],
};

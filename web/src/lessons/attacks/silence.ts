/** Attacks by silence and by slowness, what a look-up tells, and alarms (lab/attacks/silence.ts, alarms.ts). */
import { gammaBelow } from 'ringlight/scene';
import { HEADS } from '../heads.ts';
import type { Lesson } from '../lesson.ts';
import type { Told } from '../told.ts';
import {
  announceAll,
  besieged,
  besiegersAt,
  both,
  count,
  HONEST,
  lookFor,
  lookForAll,
  MINUTE_MS,
  resultOf,
  SECOND_MS,
  SONG,
  searches,
  siegeOf,
  VALUES_MS,
} from './besieged.ts';

/** One time-out for everything, as BEP 5 leaves it to whoever implements it. */
const PATIENT = { timeoutMs: 6000, shortTimeoutMs: 6000, shortTimeoutMsMin: 6000 };
const ANNOUNCED_MS = 2 * MINUTE_MS;
const ASKED_MS = ANNOUNCED_MS + VALUES_MS + 25_000;

/** How long the twelve look-ups took: the sixth of them by length. */
function medianMs(w: Told): number {
  const took = searches(w).map(({ startedMs, endedMs }) => (endedMs ?? Infinity) - startedMs);
  took.sort((a, b) => a - b);
  return Math.round(took[Math.floor(took.length / 2)] ?? 0);
}
const medianText = (w: Told): string =>
  `half of ${searches(w).length} look-ups take more than ${count(medianMs(w))} ms`;

interface Slow {
  adversary: NonNullable<Parameters<typeof siegeOf>[0]>;
  label: string;
  texts: readonly [string, string, string];
  last: (a: Told, b: Told) => string;
}

function slowSteps({ adversary, label, texts, last }: Slow): Lesson['steps'] {
  const notes = (w: Told) => besiegersAt(w, label);
  return [
    {
      text: texts[0],
      notice: (a) => `${a.sybils.length} of them among ${HONEST} honest nodes, in both worlds.`,
      notes,
      config: besieged(adversary, PATIENT),
      beside: { siege: siegeOf(adversary, {}) },
      acts: announceAll(ANNOUNCED_MS),
      toMs: ASKED_MS,
      pace: 10_000,
      select: { node: -1, tab: 'lookup', view: 'trie' },
    },
    {
      text: texts[1],
      ask: {
        text: 'In which world are look-ups faster?',
        of: ['in A', 'in B', 'as fast in both'],
        answer: (a, b) => {
          const [inA, inB] = [medianMs(a), medianMs(b)];
          return [inA === inB ? 'as fast in both' : inA < inB ? 'in A' : 'in B'];
        },
      },
      notice: (a, b) => both(a, b, medianText),
      notes,
      acts: lookForAll(ASKED_MS + 100),
      toMs: ASKED_MS + VALUES_MS + 20_000,
      pace: 2000,
      select: { lookup: true },
    },
    {
      text: texts[2],
      notice: last,
      notes: () => [{ node: 3, text: 'asks', tone: 'route' }],
      acts: [lookFor(ASKED_MS + MINUTE_MS, 'apple')],
      fromMs: ASKED_MS + MINUTE_MS - 100,
      toMs: ASKED_MS + MINUTE_MS + 14_000,
      pace: 1000,
      select: { lookup: true, tab: 'lookup' },
    },
  ];
}

const tookText = (w: Told): string =>
  `${count(w.tookMs ?? 0)} ms, ${w.answers} of ${w.questions} answered in time`;

export const droppers: Lesson = {
  ...HEADS.droppers,
  steps: slowSteps({
    adversary: { kind: 'droppers', share: 0.2, schedule: { from: SECOND_MS } },
    label: 'answers pings only',
    texts: [
      'One node in five answers pings, so that it stays in tables, and nothing else. In A a look-up waits six seconds for an answer. In B it goes on after as long as answers are seen to take, 250 to 1000 ms.',
      'Twelve names have been announced. Twelve nodes look for them.',
      'Node 3 looks for “apple”.',
    ],
    last: (a, b) =>
      `${both(a, b, tookText)} An answer that comes later still counts: a short time-out costs a question more, and nothing else.`,
  }),
};

export const delayers: Lesson = {
  ...HEADS.delayers,
  steps: slowSteps({
    adversary: { kind: 'delayers', by: 900, share: 0.2, schedule: { from: SECOND_MS } },
    label: 'late on purpose',
    texts: [
      'One node in five answers as it should, but 900 ms late. Nobody can call it dead. In A a look-up waits six seconds for an answer; in B it goes on after as long as answers are seen to take.',
      'Twelve names have been announced. Twelve nodes look for them.',
      'Node 3 looks for “apple”.',
    ],
    last: (a, b) =>
      `${both(a, b, tookText)} Who is late is not forgotten: its answer counts when it comes.`,
  }),
};

const listening = {
  kind: 'sybils',
  at: { key: SONG },
  count: 8,
  networks: 8,
  schedule: { from: 10 * SECOND_MS },
} as const;
const learned = (w: Told): number => new Set(w.lookup?.steps.map(({ node }) => node)).size;

export const learning: Lesson = {
  ...HEADS.learning,
  steps: [
    {
      text: 'Node 3 looks for “song”. Whom it asks it tells what it looks for: else he could not answer.',
      ask: {
        text: `Of the ${HONEST} nodes, how many learn that node 3 wants “song”?`,
        of: ['one', 'about ten', 'all'],
        answer: (w) => [learned(w) < 2 ? 'one' : learned(w) < HONEST / 2 ? 'about ten' : 'all'],
      },
      notice: (w) => `${learned(w)} nodes were told, most of which have nothing to do with “song”.`,
      notes: () => [{ node: 3, text: 'asks', tone: 'route' }],
      exhibit: 'lookup',
      config: besieged(listening),
      acts: [lookFor(300)],
      fromMs: 280,
      toMs: 1500,
      pace: 100,
      select: { node: -1, lookup: true, tab: 'lookup', view: 'trie' },
    },
    {
      text: 'Whoever wants to know who looks for “song” settles beside it: eight nodes, which answer as they should. Node 3 looks again, a minute later.',
      notice: (w) =>
        `Of the ${learned(w)} nodes that were told now, ${w.lookup?.steps.filter(({ node }) => node >= HONEST).length} are the listener’s.`,
      notes: (w) => [{ node: 3, text: 'asks', tone: 'route' }, ...besiegersAt(w, 'listen')],
      exhibit: 'lookup',
      acts: [lookFor(70_000)],
      fromMs: 69_900,
      toMs: 71_500,
      pace: 100,
      select: { lookup: true },
    },
    {
      text: 'There is no defence here. Some programs ask for another id until they are close, so that fewer learn; those beside the key learn it all the same. Another node looks.',
      notice: (w) =>
        `Node 50 told ${learned(w)} nodes, and ${w.lookup?.steps.filter(({ node }) => node >= HONEST).length} of them are the listener’s: they know its address, and what it wants.`,
      notes: (w) => [{ node: 50, text: 'asks', tone: 'route' }, ...besiegersAt(w, 'listen')],
      acts: [lookFor(80_000, 'song', 50)],
      fromMs: 79_900,
      toMs: 81_500,
      pace: 100,
      select: { lookup: true },
    },
  ],
};

const settling = {
  kind: 'sybils',
  at: { key: SONG },
  bits: 12,
  count: 8,
  networks: 8,
  schedule: { from: 5 * SECOND_MS },
} as const;
const FOUND = 8;
/** Rarer than this by chance, and it is no chance. */
const RARE = 0.001;

/** Bits that the eighth of those that were found shares with the key. */
function sharedByLast(w: Told): number {
  const bits = w.lookup?.steps
    .filter(({ verdict, distanceBits }) => verdict === 'answered' && distanceBits !== null)
    .map(({ distanceBits }) => 160 - distanceBits!)
    .sort((a, b) => b - a);
  return bits?.[FOUND - 1] ?? 0;
}

/** How likely it is that chance puts eight of so many nodes as close as that. */
const chance = (w: Told): number => gammaBelow(FOUND, w.figures.nodesNow * 2 ** -sharedByLast(w));
const chanceText = (value: number): string =>
  value >= 0.01
    ? `${Math.round(value * 100)} %`
    : `1 in ${count(Number((1 / value).toPrecision(2)))}`;
const sharedText = (w: Told): string =>
  `all eight share ${sharedByLast(w)} bits with “song” or more`;

export const alarm: Lesson = {
  ...HEADS.alarm,
  steps: [
    {
      text: `Honest ids are drawn by lot. Of ${HONEST} nodes the eight closest to a key share a few bits with it: three or four. Node 3 looks for “song”.`,
      notice: (w) =>
        `${sharedText(w)}. By chance that is so for ${chanceText(chance(w))} of all keys.`.replace(
          /^a/,
          'A',
        ),
      notes: () => [{ node: 3, text: 'asks', tone: 'route' }],
      exhibit: 'lookup',
      config: besieged(settling),
      acts: [lookFor(1000)],
      fromMs: 900,
      toMs: 2200,
      pace: 100,
      select: { node: -1, lookup: true, tab: 'lookup', view: 'trie' },
    },
    {
      text: 'Eight Sybils settle beside “song”. They are careful: their ids share twelve bits with it, just enough to be the closest. Node 3 looks again.',
      ask: {
        text: 'Can node 3 tell, by the ids that it has found?',
        of: ['yes', 'no'],
        answer: (w) => [chance(w) < RARE ? 'yes' : 'no'],
      },
      notice: (w) =>
        `Now ${sharedText(w)}. By chance that happens to ${chanceText(chance(w))} keys: an alarm goes off below 1 in ${count(1 / RARE)}.`,
      notes: (w) => [{ node: 3, text: 'asks', tone: 'route' }, ...besiegersAt(w, 'too close')],
      exhibit: 'lookup',
      acts: [lookFor(60_000)],
      fromMs: 59_900,
      toMs: 61_500,
      pace: 100,
      select: { lookup: true },
    },
    {
      text: 'A key that nobody attacks, in the same network: “apple”. How many nodes there are an asker estimates from look-ups of ids drawn by lot.',
      notice: (w) =>
        `${resultOf(w)[0]?.toUpperCase()}${resultOf(w).slice(1)}. Its eight closest share ${sharedByLast(w)} bits or more: ${chance(w) < RARE ? 'a false alarm' : `no alarm, since chance does that for ${chanceText(chance(w))} of all keys`}.`,
      notes: (w) => [{ node: 3, text: 'asks', tone: 'route' }, ...besiegersAt(w, 'not on the way')],
      acts: [lookFor(70_000, 'apple')],
      fromMs: 69_900,
      toMs: 71_500,
      pace: 100,
      select: { lookup: true },
    },
  ],
};

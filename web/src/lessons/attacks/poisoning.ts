/** Attacks on what a node believes (lab/attacks/poisoning.ts). */

import { HEADS } from '../heads.ts';
import type { Lesson } from '../lesson.ts';
import type { Told } from '../told.ts';
import {
  adversePercent,
  announce,
  announceAll,
  atVictim,
  besieged,
  besiegersAt,
  both,
  calm,
  contactsOf,
  count,
  fact,
  forged,
  goodContactsOf,
  HONEST,
  lookFor,
  lookForAll,
  MINUTE_MS,
  resultOf,
  SECOND_MS,
  SONG,
  searches,
  siegeOf,
  VICTIM,
  within,
} from './besieged.ts';

const PHANTOMS_END_MS = 61 * SECOND_MS;
const asking = {
  kind: 'phantoms',
  at: { node: VICTIM },
  perSecond: 10,
  schedule: { from: SECOND_MS, to: PHANTOMS_END_MS },
} as const;

const nobodies = (w: Told): number => contactsOf(w, VICTIM).filter(({ node }) => node < 0).length;
const nobodiesText = (w: Told): string =>
  `${nobodies(w)} of ${contactsOf(w, VICTIM).length} contacts do not exist`;

const goodText = (w: Told): string => {
  const good = goodContactsOf(w, VICTIM);
  const bad = contactsOf(w, VICTIM).length - good.length;
  return `${bad} contacts are bad, and ${good.filter(({ node }) => node < 0).length} of the ${good.length} others do not exist`;
};

export const phantoms: Lesson = {
  ...HEADS.phantoms,
  steps: [
    calm(
      `Node ${VICTIM} and its table. All whom it knows answer when they are asked.`,
      (w) =>
        `${contactsOf(w, VICTIM).length} contacts, and ${nobodies(w) === 0 ? 'each of them is there' : `${nobodies(w)} of them are not there`}.`,
    ),
    {
      text: `Somebody asks node ${VICTIM} ten times a second, each time from another address at which there is nobody. In A whoever asks is a contact, as in some programs. In B a contact is who answers when he is asked back.`,
      ask: {
        text: `A minute later: how many contacts of node ${VICTIM} do not exist, in A?`,
        of: ['none', 'a few', 'more than half'],
        answer: (a) => {
          const share = nobodies(a) / contactsOf(a, VICTIM).length;
          return [share === 0 ? 'none' : share > 0.5 ? 'more than half' : 'a few'];
        },
      },
      notice: (a, b) => `${both(a, b, nobodiesText)} ${count(forged(a))} questions were enough.`,
      notes: (w) => [atVictim('who asks?'), ...besiegersAt(w, 'asks under false names')],
      config: besieged(asking, { contacts: 'whoever-asks' }),
      beside: { siege: siegeOf(asking, {}) },
      toMs: PHANTOMS_END_MS,
      pace: 5000,
      select: { node: VICTIM, tab: 'node', view: 'trie' },
    },
    {
      text: 'The attacker is gone. Contacts that have been silent for a quarter of an hour are asked whether they are there; who does not answer twice is bad, named to nobody, and gives way to the next that comes.',
      notice: (a, b) => `Twenty minutes later: ${both(a, b, goodText)}`,
      notes: () => [atVictim(`node ${VICTIM}`)],
      toMs: 21 * MINUTE_MS,
      pace: 2 * MINUTE_MS,
      select: { node: VICTIM },
    },
  ],
};

const FORGED_PER_S = 2000;
const forging = {
  kind: 'forged-replies',
  at: { node: 3 },
  key: SONG,
  perSecond: FORGED_PER_S,
  schedule: { from: 10 * SECOND_MS, to: 13 * SECOND_MS },
} as const;
const TRANSACTIONS = 2 ** 32;
const DAY_S = 86_400;

export const forgedReplies: Lesson = {
  ...HEADS.forged,
  steps: [
    {
      text: 'Node 9 has announced “song”, and node 3 looks for it. Each of its questions has a number of 32 random bits, and whoever answers repeats it.',
      notice: (w) => `${w.questions} questions, each with a number of its own: it ${resultOf(w)}.`,
      notes: () => [{ node: 3, text: 'asks', tone: 'route' }],
      exhibit: 'lookup',
      config: besieged(forging),
      acts: [announce(1000), lookFor(3000)],
      fromMs: 900,
      toMs: 4000,
      pace: 300,
      select: { node: 3, lookup: true, tab: 'lookup', view: 'trie' },
    },
    {
      text: `It asks again. This time somebody sends it ${count(FORGED_PER_S)} replies a second in the name of those who are closest to “song”, all of which name a false peer.`,
      ask: {
        text: 'Does node 3 believe one of them?',
        of: ['yes', 'no'],
        answer: (w) => [resultOf(w).includes('false') ? 'yes' : 'no'],
      },
      notice: (w) =>
        `${count(forged(w, 3))} forged replies by now, and the look-up ${resultOf(w)}.`,
      notes: (w) => [
        { node: 3, text: 'asks', tone: 'route' },
        ...besiegersAt(w, 'answers for others'),
      ],
      acts: [lookFor(11_000)],
      fromMs: 10_900,
      toMs: 11_900,
      pace: 100,
      select: { node: 3, lookup: true },
    },
    {
      text: 'A reply counts when its number is that of an open question, and when it comes from the very address that was asked. Numbers that cannot be guessed are the whole defence: programs that count 1, 2, 3 have none.',
      notice: (w) =>
        `At ${count(FORGED_PER_S)} a second it takes ${Math.round(TRANSACTIONS / FORGED_PER_S / DAY_S)} days to try all ${count(TRANSACTIONS)} numbers, for a question that is open for ${w.lookup?.steps[0] === undefined ? 'no' : Math.round((w.lookup.steps[0].endedMs ?? 0) - w.lookup.steps[0].sentMs)} ms.`,
      notes: () => [{ node: 3, text: 'was not deceived', tone: 'copy' }],
      exhibit: 'lookup',
      toMs: 14_000,
      pace: 1000,
      select: { node: 3, lookup: true },
    },
  ],
};

const mirroring = { kind: 'mirrors', share: 0.2, schedule: { from: SECOND_MS } } as const;
const ownCount = (w: Told): number => {
  const own = w.model.node?.ids[0] ?? '';
  return contactsOf(w, VICTIM).filter(({ id }) => id === own).length;
};
const timesText = (times: number): string =>
  times === 0 ? 'not once' : times === 1 ? 'once' : `${times} times`;

export const mirrors: Lesson = {
  ...HEADS.mirrors,
  steps: [
    {
      text: 'One node in five is a mirror: asked for anything, it says that it has the id of whoever asks, and names nobody.',
      notice: (w) =>
        `${w.sybils.length} mirrors have joined. To node ${VICTIM} each of them will say that it is node ${VICTIM}.`,
      notes: (w) => [atVictim(`node ${VICTIM}`), ...besiegersAt(w, 'a mirror')],
      config: besieged(mirroring),
      toMs: 10_000,
      pace: 1000,
      select: { node: VICTIM, tab: 'node', view: 'trie' },
    },
    {
      text: 'A node that took itself for one of its contacts would be the closest to itself, and would ask itself. Five minutes pass.',
      ask: {
        text: `How often does node ${VICTIM} stand in its own table?`,
        of: ['not once', 'once', 'several times'],
        answer: (w) => [['not once', 'once'][ownCount(w)] ?? 'several times'],
      },
      notice: (w) =>
        `Among its ${contactsOf(w, VICTIM).length} contacts it stands ${timesText(ownCount(w))}: what comes with one’s own id is dropped.`,
      notes: (w) => [atVictim(`node ${VICTIM}`), ...besiegersAt(w, 'a mirror')],
      exhibit: 'node',
      toMs: 5 * MINUTE_MS,
      pace: 20_000,
      select: { node: VICTIM },
    },
    {
      text: `Node 9 announces “song”, and node ${VICTIM} looks for it. The mirrors that it asks are of no use to it, and of no harm.`,
      notice: (w) => `${w.questions} questions in ${w.tookMs} ms, and it ${resultOf(w)}.`,
      notes: () => [atVictim('asks')],
      exhibit: 'lookup',
      acts: [announce(5 * MINUTE_MS + 1000), lookFor(5 * MINUTE_MS + 5000, 'song', VICTIM)],
      fromMs: 5 * MINUTE_MS + 900,
      toMs: 5 * MINUTE_MS + 8000,
      pace: 500,
      select: { node: VICTIM, lookup: true, tab: 'lookup' },
    },
  ],
};

const misleading = {
  kind: 'liars',
  about: 'addresses',
  share: 0.2,
  schedule: { from: SECOND_MS },
} as const;
const AFTER_MS = 2 * MINUTE_MS;
const nowhereText = (w: Told): string => {
  const sent = fact(w, 3, 'Sent where nobody is');
  return sent === 0 ? 'not one' : count(sent);
};

export const nowhere: Lesson = {
  ...HEADS.nowhere,
  steps: [
    {
      text: 'One node in five lies about addresses: it names nodes right beside what is looked for, at 127.0.0.1, at 10.0.0.1, at port 0. Whoever asked those would ask himself, his own network, or nobody.',
      notice: (w) => `${w.sybils.length} liars are there, among ${HONEST} honest nodes.`,
      notes: (w) => besiegersAt(w, 'names ways to nowhere'),
      config: besieged(misleading),
      toMs: AFTER_MS,
      pace: 10_000,
      select: { node: 3, tab: 'lookup', view: 'trie' },
    },
    {
      text: 'Node 9 announces “song”, and node 3 looks for it.',
      ask: {
        text: 'How many of node 3’s questions go to addresses where nobody is?',
        of: ['none', 'some', 'most'],
        answer: (w) => {
          const sent = fact(w, 3, 'Sent where nobody is');
          return [sent === 0 ? 'none' : sent < w.questions / 2 ? 'some' : 'most'];
        },
      },
      notice: (w) =>
        `It ${resultOf(w)} with ${w.questions} questions. So far ${nowhereText(w)} of its datagrams went nowhere: such addresses mean nothing between two public nodes and are not read.`,
      notes: (w) => [
        { node: 3, text: 'asks', tone: 'route' },
        ...besiegersAt(w, 'names ways to nowhere'),
      ],
      exhibit: 'lookup',
      acts: [announce(AFTER_MS + 1000), lookFor(AFTER_MS + 4000)],
      fromMs: AFTER_MS + 900,
      toMs: AFTER_MS + 6000,
      pace: 400,
      select: { node: 3, lookup: true },
    },
    {
      text: 'Twelve names are announced, and looked for by twelve nodes.',
      notice: (w) =>
        `${searches(w).filter(({ state }) => state === 'succeeded').length} of ${searches(w).length} are found, although one node in five gives useless answers.`,
      notes: (w) => besiegersAt(w, 'names ways to nowhere'),
      acts: [...announceAll(AFTER_MS + 7000), ...lookForAll(AFTER_MS + 20_000)],
      toMs: AFTER_MS + 30_000,
      pace: 2000,
      select: { node: 3, lookup: true },
    },
  ],
};

const changingEvery = (every: string) =>
  ({ kind: 'changing-ids', share: 0.2, every, schedule: { from: SECOND_MS } }) as const;
/** A node in whose part of the tree some of the attacker's have settled. */
const MET = 69;
const percentText = (w: Told): string =>
  `${adversePercent(w)} % of all contacts of honest nodes are theirs`;

export const changing: Lesson = {
  ...HEADS.changing,
  steps: [
    {
      text: 'One node in five is an attacker’s. In A each keeps the id that it came with. In B each takes another one every minute, at the same address: so it might come into one part of the tree after the other.',
      notice: (a, b) => both(a, b, percentText),
      notes: (w) => besiegersAt(w, 'the attacker'),
      config: besieged(changingEvery('1 d'), { onePerIp: true }),
      beside: { siege: siegeOf(changingEvery('1 min'), { onePerIp: true }) },
      toMs: MINUTE_MS,
      pace: 5000,
      select: { node: VICTIM, tab: 'node', view: 'trie' },
    },
    {
      text: 'Whose id has changed three times within a quarter of an hour is no contact any more: an id is to stay as long as its node.',
      ask: {
        text: 'Ten minutes later: who has more places in the tables of honest nodes?',
        of: ['those who keep their ids', 'those who change them'],
        answer: (a, b) => [
          adversePercent(a) > adversePercent(b)
            ? 'those who keep their ids'
            : 'those who change them',
        ],
      },
      notice: (a, b) => both(a, b, percentText),
      notes: (w) => besiegersAt(w, 'the attacker'),
      toMs: 10 * MINUTE_MS,
      pace: MINUTE_MS,
      select: { node: VICTIM },
    },
    {
      text: `And twenty minutes more. Node ${MET} has met some of them.`,
      notice: (a, b) =>
        both(
          a,
          b,
          (w) =>
            `${contactsOf(w, MET).filter(({ node }) => node >= HONEST).length} of node ${MET}’s ${contactsOf(w, MET).length} contacts are theirs`,
        ),
      notes: () => [{ node: MET, text: `node ${MET}`, tone: 'accent' }],
      toMs: 30 * MINUTE_MS,
      pace: 2 * MINUTE_MS,
      select: { node: MET },
    },
  ],
};

const inventing = {
  kind: 'liars',
  about: 'values',
  share: 0.2,
  schedule: { from: SECOND_MS },
} as const;
const deceived = (w: Told): number =>
  searches(w).filter(({ result }) => result.includes('false')).length;

export const invented: Lesson = {
  ...HEADS.invented,
  steps: [
    {
      text: 'One node in five names eight peers for whatever it is asked, others each time. Nobody has ever announced them. Node 9 announces “song”.',
      notice: (w) => `It is ${resultOf(w)}.`,
      notes: (w) => [
        { node: 9, text: 'announces', tone: 'route' },
        ...besiegersAt(w, 'invents peers'),
      ],
      config: besieged(inventing),
      acts: [announce(AFTER_MS)],
      fromMs: AFTER_MS - 100,
      toMs: AFTER_MS + 1000,
      pace: 100,
      select: { node: -1, lookup: true, tab: 'lookup', view: 'trie' },
    },
    {
      text: 'Node 50 looks for “song”.',
      ask: {
        text: 'One node has announced it. How many peers is node 50 told of?',
        of: ['none', 'one', 'more'],
        answer: (w) => [
          within(peersTold(w), [
            [0, 'none'],
            [1, 'one'],
            [Infinity, 'more'],
          ]),
        ],
      },
      notice: (w) => `It ${resultOf(w)}.`,
      notes: (w) => [{ node: 50, text: 'asks', tone: 'route' }, ...besiegersAt(w, 'invents peers')],
      exhibit: 'lookup',
      acts: [lookFor(AFTER_MS + 3000, 'song', 50)],
      fromMs: AFTER_MS + 2900,
      toMs: AFTER_MS + 4000,
      pace: 100,
      select: { lookup: true },
    },
    {
      text: 'Twelve names are announced and looked for.',
      notice: (w) =>
        `${deceived(w)} of ${searches(w).length} look-ups were told of peers that there are not. A DHT has no defence: what it hands out is hearsay, and whoever connects to a peer sees whether it is true.`,
      notes: (w) => besiegersAt(w, 'invents peers'),
      acts: [...announceAll(AFTER_MS + 5000), ...lookForAll(AFTER_MS + 20_000)],
      toMs: AFTER_MS + 30_000,
      pace: 2000,
      select: { lookup: true },
    },
  ],
};

function peersTold(w: Told): number {
  const told = /found (one|\d+) peer/.exec(resultOf(w))?.[1];
  return told === undefined ? 0 : told === 'one' ? 1 : Number(told);
}

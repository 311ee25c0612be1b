/** Attacks that surround a key, a node, or whoever asks (lab/attacks/surrounding.ts). */

import { HEADS } from '../heads.ts';
import type { Lesson } from '../lesson.ts';
import {
  announce,
  announceAll,
  atVictim,
  besieged,
  besiegersAt,
  besiegersBeside,
  both,
  calm,
  contactsOf,
  foundCount,
  HONEST,
  keptCount,
  lookFor,
  lookForAll,
  MINUTE_MS,
  resultOf,
  SECOND_MS,
  SONG,
  searches,
  siegeOf,
  VALUES_MS,
  VICTIM,
  within,
} from './besieged.ts';

const SYBILS = 24;
const sybils = (networks: number) =>
  ({
    kind: 'sybils',
    at: { key: SONG },
    count: SYBILS,
    networks,
    schedule: { from: SECOND_MS },
  }) as const;

export const keptAway: Lesson = {
  ...HEADS.keptAway,
  steps: [
    {
      text: `Two equal worlds. In both ${SYBILS} Sybils, each in a network of its own, settle beside “song”. In B nodes look at ids: by BEP 42 an id follows from its node’s address, and a Sybil’s, chosen for its place, does not.`,
      notice: (a, b) =>
        `${a.sybils.length} Sybils are there in A, and ${b.sybils.length} in B: nobody can keep them from joining.`,
      notes: (w) => besiegersAt(w, 'Sybils'),
      config: besieged(sybils(SYBILS)),
      beside: { siege: siegeOf(sybils(SYBILS), { secureIds: true }) },
      toMs: MINUTE_MS,
      pace: 5000,
      select: { node: -1, tab: 'lookup', view: 'trie' },
    },
    {
      text: 'Node 9 announces “song”. Its look-up ends at the nodes that are closest to the key; where ids are looked at, those without a right one do not count among them, though they are written to as well.',
      ask: {
        text: 'In which of the two is “song” kept by anybody?',
        of: ['in both', 'in A only', 'in B only', 'in none'],
        answer: (a, b) => [keptIn(a.holders('song').length > 0, b.holders('song').length > 0)],
      },
      notice: (a, b) => both(a, b, resultOf),
      notes: (w) => besiegersAt(w, 'Sybils'),
      acts: [announce(MINUTE_MS + 100)],
      fromMs: MINUTE_MS,
      toMs: MINUTE_MS + 2000,
      pace: 200,
      select: { lookup: true },
    },
    {
      text: `Addresses cost money. This attacker has a single /24 network for all ${SYBILS}. In B a look-up, and each bucket, takes one node from a /24. Node 9 announces “song”.`,
      notice: (a, b) => both(a, b, resultOf),
      notes: (w) => besiegersAt(w, 'Sybils of one network'),
      config: besieged(sybils(1)),
      beside: { siege: siegeOf(sybils(1), { onePerNetwork: true }) },
      acts: [announce(MINUTE_MS + 100)],
      fromMs: MINUTE_MS,
      toMs: MINUTE_MS + 2000,
      pace: 200,
      select: { node: -1, lookup: true, tab: 'lookup', view: 'trie' },
    },
    {
      text: 'And when nobody looks at ids or networks? In B a look-up knows how far from a key the eighth node of an honest network is, and asks all up to there: the Sybils do not have the key for themselves.',
      notice: (a, b) => both(a, b, resultOf),
      notes: (w) => besiegersAt(w, 'Sybils'),
      config: besieged(sybils(SYBILS)),
      beside: { siege: siegeOf(sybils(SYBILS), { expectedDistance: true }) },
      acts: [announce(MINUTE_MS + 100), lookFor(MINUTE_MS + 3000)],
      fromMs: MINUTE_MS,
      toMs: MINUTE_MS + 6000,
      pace: 500,
      select: { node: -1, lookup: true, tab: 'lookup', view: 'trie' },
    },
  ],
};

function keptIn(inA: boolean, inB: boolean): string {
  if (inA) return inB ? 'in both' : 'in A only';
  return inB ? 'in B only' : 'in none';
}

const ECLIPSE_END_MS = 5 * MINUTE_MS;
const eclipsing = {
  kind: 'eclipse',
  at: { node: VICTIM },
  count: 24,
  networks: 1,
  schedule: { from: SECOND_MS, to: ECLIPSE_END_MS },
} as const;
const SURE = { secureIds: true, onePerNetwork: true };

export const eclipse: Lesson = {
  ...HEADS.eclipse,
  steps: [
    calm(
      `Node ${VICTIM} knows the nodes beside it best: in an honest network its eight closest contacts are its neighbours in the tree.`,
      (w) =>
        besiegersBeside(w, VICTIM) === 0
          ? `${contactsOf(w, VICTIM).length} contacts, and none of the eight closest is an attacker’s.`
          : `${besiegersBeside(w, VICTIM)} of the eight closest are an attacker’s.`,
    ),
    {
      text: `Node ${VICTIM} begins anew. Meanwhile 24 nodes of one network, with ids right beside its own, speak to it all the time. In B it lets one node of a network into a bucket, and looks at ids (BEP 42).`,
      ask: {
        text: `How many of the eight contacts closest to node ${VICTIM} are the attacker’s, in A?`,
        of: ['none', 'about half', 'all eight'],
        answer: (a) => [
          within(besiegersBeside(a, VICTIM), [
            [1, 'none'],
            [6, 'about half'],
            [8, 'all eight'],
          ]),
        ],
      },
      notice: (a, b) => `${both(a, b, beside)} Of the attacker’s 24 nodes a few are enough.`,
      notes: (w) => [atVictim('surrounded?'), ...besiegersAt(w, 'the attacker')].slice(0, 1),
      config: besieged(eclipsing),
      beside: { siege: siegeOf(eclipsing, SURE) },
      acts: [{ atMs: 5000, act: { kind: 'restart', nodes: [VICTIM], memory: false } }],
      fromMs: 4900,
      toMs: 2 * MINUTE_MS,
      pace: 8000,
      select: { node: VICTIM, tab: 'node', view: 'trie' },
    },
    {
      text: 'An eclipse has to be kept up. After five minutes the attacker goes. Contacts that have been silent for a quarter of an hour are asked; who does not answer twice is bad, named to nobody, and gives way to the next that comes.',
      notice: (a, b) => `Bad contacts left out, ${both(a, b, beside)}`,
      notes: () => [atVictim('free again?')],
      toMs: 20 * MINUTE_MS,
      pace: 2 * MINUTE_MS,
      select: { node: VICTIM },
    },
  ],
};

const beside = (w: Parameters<typeof resultOf>[0]): string => {
  const theirs = besiegersBeside(w, VICTIM);
  return `${theirs === 0 ? 'none' : theirs} of its eight closest contacts ${theirs === 1 ? 'is' : 'are'} the attacker’s`;
};

const ASKED_MS = 2 * MINUTE_MS;
const FOUND_MS = ASKED_MS + VALUES_MS + 5000;
const foundOf = (w: Parameters<typeof resultOf>[0]): string =>
  `${foundCount(w)} of ${searches(w).length} are found`;

const showing = {
  kind: 'shown-ids',
  share: 0.1,
  schedule: { from: SECOND_MS },
} as const;

export const shownIds: Lesson = {
  ...HEADS.shownIds,
  steps: [
    {
      text: 'One node in ten is a liar of a special kind: it tells whoever asks it that its id is right beside what he looks for, and that its friends’ are, too. In B nodes look at ids (BEP 42).',
      notice: (a) =>
        `${a.sybils.length} liars among ${HONEST} honest nodes. Here they stand where their own ids are; each asker sees them elsewhere.`,
      notes: (w) => besiegersAt(w, 'one of the liars'),
      config: besieged(showing),
      beside: { siege: siegeOf(showing, { secureIds: true }) },
      toMs: ASKED_MS,
      pace: 10_000,
      select: { node: -1, tab: 'lookup', view: 'trie' },
    },
    {
      text: 'Twelve names are announced, each by another node. A look-up that meets a liar on its way ends with him and his friends, who keep nothing.',
      notice: (a, b) => both(a, b, (w) => `${keptCount(w)} of 12 are kept by anybody`),
      notes: (w) => besiegersAt(w, 'one of the liars'),
      acts: announceAll(ASKED_MS + 100),
      toMs: ASKED_MS + VALUES_MS + 2000,
      pace: 1000,
      select: { lookup: true },
    },
    {
      text: 'Other nodes look for the twelve names.',
      ask: {
        text: 'In which world are more of them found?',
        of: ['in A', 'in B', 'as many in both'],
        answer: (a, b) => {
          const [inA, inB] = [foundCount(a), foundCount(b)];
          return [inA === inB ? 'as many in both' : inA > inB ? 'in A' : 'in B'];
        },
      },
      notice: (a, b) =>
        `${both(a, b, foundOf)} Each look-up asks ten nodes and more, so it meets one in ten easily.`,
      notes: (w) => besiegersAt(w, 'one of the liars'),
      acts: lookForAll(FOUND_MS),
      fromMs: FOUND_MS - 100,
      toMs: FOUND_MS + VALUES_MS + 2000,
      pace: 1000,
      select: { lookup: true },
    },
  ],
};

const lying = (share: number) =>
  ({ kind: 'liars', about: 'nodes', share, schedule: { from: SECOND_MS } }) as const;

function liarsStep(share: number, text: string) {
  return {
    text,
    notice: (w: Parameters<typeof resultOf>[0]) =>
      `${w.sybils.length} liars, ${HONEST} honest nodes: ${foundOf(w)}.`,
    notes: (w: Parameters<typeof resultOf>[0]) => besiegersAt(w, 'one of the liars'),
    config: besieged(lying(share), SURE),
    acts: [...announceAll(ASKED_MS), ...lookForAll(FOUND_MS)],
    fromMs: ASKED_MS - 100,
    toMs: FOUND_MS + VALUES_MS + 2000,
    pace: 2000,
    select: { node: -1, lookup: true, tab: 'lookup', view: 'trie' },
  } as const;
}

export const liars: Lesson = {
  ...HEADS.liars,
  steps: [
    liarsStep(
      0.1,
      'One node in ten lies about the others: asked for anything, it names its friends and nobody else, and it keeps nothing. Twelve names are announced, and looked for by others.',
    ),
    liarsStep(
      0.3,
      'Three in ten lie. Ids follow from addresses here (BEP 42), so a liar can name nobody who is not there, and his friends are hardly ever the closest to a key.',
    ),
    {
      ...liarsStep(
        0.5,
        'Every second node lies. What helps is that a look-up goes on until the eight closest have answered, and that eight nodes keep what is announced.',
      ),
      ask: {
        text: 'Half of all nodes lie. How many of the twelve names are found?',
        of: ['hardly any', 'about half', 'nearly all'],
        answer: (w) => [
          within(foundCount(w), [
            [2, 'hardly any'],
            [9, 'about half'],
            [12, 'nearly all'],
          ]),
        ],
      },
    },
  ],
};

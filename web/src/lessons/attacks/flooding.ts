/**
 * Attacks by quantity (lab/attacks/flooding.ts): bytes towards somebody who asked for none, places in stores,
 * tokens, peers that are none, and datagrams that end too soon.
 */

import { HEADS } from '../heads.ts';
import type { Lesson } from '../lesson.ts';
import type { Told } from '../told.ts';
import {
  announce,
  atVictim,
  besieged,
  besiegersAt,
  both,
  calm,
  contactsOf,
  count,
  fact,
  forged,
  lookFor,
  MINUTE_MS,
  resultOf,
  SECOND_MS,
  SONG,
  siegeOf,
  VICTIM,
  within,
} from './besieged.ts';

const REFLECTORS = 20;
const PER_S = 100;
const reflecting = {
  kind: 'reflection',
  at: { node: VICTIM },
  through: REFLECTORS,
  perSecond: PER_S,
  schedule: { from: SECOND_MS, to: 6 * SECOND_MS },
} as const;

const amplified = (w: Told): number =>
  fact(w, VICTIM, 'Bytes taken in') / fact(w, VICTIM, 'Bytes forged so far');
const amplifiedText = (w: Told): string =>
  `${count(fact(w, VICTIM, 'Bytes taken in'))} bytes for ${count(fact(w, VICTIM, 'Bytes forged so far'))}, ${amplified(w).toFixed(2)} for each`;

export const reflection: Lesson = {
  ...HEADS.reflection,
  steps: [
    calm(
      `A question of 92 bytes, and an answer that names eight nodes: three times as long. Node ${VICTIM} has asked nobody anything yet.`,
      (w) => `It has taken in ${count(fact(w, VICTIM, 'Bytes taken in'))} bytes so far.`,
    ),
    {
      text: `Somebody asks ${REFLECTORS} nodes ${PER_S} times a second each, in the name of node ${VICTIM}, who gets the answers. In B a node answers ten questions a second of an IP address, and fifty at once.`,
      ask: {
        text: `For each byte that the attacker spends, how many reach node ${VICTIM} in A?`,
        of: ['less than one', 'one or two', 'three or more'],
        answer: (a) => [
          within(amplified(a), [
            [1, 'less than one'],
            [2.99, 'one or two'],
            [Infinity, 'three or more'],
          ]),
        ],
      },
      notice: (a, b) => both(a, b, amplifiedText),
      notes: (w) => [atVictim('gets the answers'), ...besiegersAt(w, 'asks in its name')],
      config: besieged(reflecting),
      beside: { siege: siegeOf(reflecting, { inbound: true }) },
      fromMs: 900,
      toMs: 7 * SECOND_MS,
      pace: 500,
      select: { node: VICTIM, tab: 'node', view: 'trie' },
    },
    {
      text: `What came to node ${VICTIM} it had not asked for, so it dropped all of it. A flood of this kind is aimed at a line, not at a table.`,
      notice: (a, b) =>
        `${both(a, b, (w) => `${count(fact(w, VICTIM, 'Messages taken in'))} messages, and ${contactsOf(w, VICTIM).length} contacts as before`)}`,
      notes: () => [atVictim('no contact more, none less')],
      toMs: 10 * SECOND_MS,
      pace: 1000,
      select: { node: VICTIM },
    },
  ],
};

/** Closest to “song”: who keeps it. */
const KEEPER = 89;
const STORED_MOST = 300;
const FLOOD_END_MS = 15 * SECOND_MS + 240;
const ANY = 1_000_000;
const hoarding = (what: 'peers' | 'items') =>
  ({
    kind: 'storage-flood',
    what,
    at: { node: KEEPER },
    perSecond: 50,
    ...{ count: 64, networks: 1, schedule: { from: 5 * SECOND_MS, to: FLOOD_END_MS } },
  }) as const;
const shares = (perNetwork: number) => ({ peers: { infoHashes: STORED_MOST, perNetwork } });
const isKept = (w: Told): boolean => w.holders('song').includes(KEEPER);

export const storage: Lesson = {
  ...HEADS.storage,
  steps: [
    {
      text: `Node ${KEEPER} is the closest to “song”, and keeps ${STORED_MOST} info-hashes at most. 64 nodes of one network announce hundreds, all of them beside it. In B a network has 200 places of a store, and no more.`,
      notice: (a, b) =>
        both(a, b, (w) => `node ${KEEPER} keeps ${w.model.node?.storedCount ?? 0} info-hashes`),
      notes: (w) => [
        { node: KEEPER, text: `node ${KEEPER}`, tone: 'accent' },
        ...besiegersAt(w, 'announce without end'),
      ],
      config: { ...besieged(hoarding('peers'), shares(ANY)), keys: 0 },
      beside: { siege: siegeOf(hoarding('peers'), shares(200)) },
      fromMs: 4900,
      toMs: FLOOD_END_MS,
      pace: 1000,
      select: { node: KEEPER, tab: 'node', view: 'trie' },
    },
    {
      text: 'Node 9 announces “song”.',
      ask: {
        text: `In which world does node ${KEEPER} keep it?`,
        of: ['in both', 'in A only', 'in B only', 'in none'],
        answer: (a, b) => {
          if (isKept(a)) return [isKept(b) ? 'in both' : 'in A only'];
          return [isKept(b) ? 'in B only' : 'in none'];
        },
      },
      notice: (a, b) =>
        both(
          a,
          b,
          (w) => `${resultOf(w)}, and node ${KEEPER} is ${isKept(w) ? '' : 'not '}one of them`,
        ),
      notes: (w) => [
        { node: KEEPER, text: isKept(w) ? 'keeps it' : 'has no room', tone: 'accent' },
        { node: 9, text: 'announces', tone: 'route' },
      ],
      acts: [announce(20_000)],
      fromMs: 19_900,
      toMs: 22_000,
      pace: 200,
      select: { node: KEEPER, lookup: true },
    },
    {
      text: `The same with items of BEP 44, of which node ${KEEPER} keeps ${STORED_MOST} as well. What an item is worth there are the bits that its id shares with the node: the least worth makes room, so a full store takes in what belongs to it.`,
      notice: (w) =>
        `${count(forged(w, KEEPER))} items were put, and node ${KEEPER} keeps ${count(fact(w, KEEPER, 'Items stored'))}.`,
      notes: (w) => [
        { node: KEEPER, text: 'keeps what is closest', tone: 'accent' },
        ...besiegersAt(w, 'put without end'),
      ],
      exhibit: 'node',
      config: {
        ...besieged(hoarding('items'), { items: { items: STORED_MOST, perNetwork: ANY } }),
        keys: 0,
      },
      fromMs: 4900,
      toMs: FLOOD_END_MS + 1000,
      pace: 1000,
      select: { node: KEEPER, tab: 'node', view: 'trie' },
    },
  ],
};

const thieving = (spoofed: boolean) =>
  ({
    kind: 'token-theft',
    at: { node: VICTIM },
    perSecond: 5,
    spoofed,
    schedule: { from: SECOND_MS, to: 11 * SECOND_MS },
  }) as const;
const storedText = (w: Told): string =>
  `${w.model.node?.storedCount ?? 0} of ${count(forged(w))} announces are kept`;

export const theft: Lesson = {
  ...HEADS.theft,
  steps: [
    {
      text: 'Whoever wants to announce asks for a token first, and shows it when he announces: it proves that he hears what is sent to his address.',
      notice: (w) => `Node 9 asked, and then announced with a token of each: ${resultOf(w)}.`,
      notes: () => [{ node: 9, text: 'announces', tone: 'route' }],
      exhibit: 'lookup',
      config: besieged(null),
      acts: [announce(300)],
      fromMs: 280,
      toMs: 1200,
      pace: 100,
      select: { node: -1, lookup: true, tab: 'lookup', view: 'trie' },
    },
    {
      text: `An attacker asks node ${VICTIM} for tokens. In A it announces with them from the address that got them. In B it announces from other addresses, in the name of somebody who never asked.`,
      ask: {
        text: `Of the announces in B, how many does node ${VICTIM} keep?`,
        of: ['none', 'some', 'all'],
        answer: (_, b) => {
          const kept = b.model.node?.storedCount ?? 0;
          return [kept === 0 ? 'none' : kept < forged(b) ? 'some' : 'all'];
        },
      },
      notice: (a, b) => both(a, b, storedText),
      notes: (w) => [atVictim('gives tokens'), ...besiegersAt(w, 'the attacker')],
      config: { ...besieged(thieving(false)), keys: 0 },
      beside: { siege: siegeOf(thieving(true), {}) },
      fromMs: 900,
      toMs: 12_000,
      pace: 1000,
      select: { node: VICTIM, tab: 'node', view: 'trie' },
    },
    {
      text: `A token is made of the address, the info-hash and a secret of node ${VICTIM}’s, so it remembers nothing: it makes the token anew and compares.`,
      notice: (a, b) =>
        both(
          a,
          b,
          (w) =>
            `${fact(w, VICTIM, 'Sent where nobody is') === 0 ? 'not once' : `${count(fact(w, VICTIM, 'Sent where nobody is'))} times`} it told an address where nobody is that the token is wrong`,
        ),
      notes: () => [atVictim('compares')],
      toMs: 13_000,
      pace: 500,
      select: { node: VICTIM },
    },
  ],
};

const TOKENS_PER_S = 3000;
const asking = {
  kind: 'token-flood',
  at: { node: VICTIM },
  perSecond: TOKENS_PER_S,
  schedule: { from: SECOND_MS, to: 6 * SECOND_MS },
} as const;
const answeredPercent = (w: Told): number =>
  (fact(w, VICTIM, 'Sent where nobody is') / forged(w)) * 100;

/** What became of node 3's question to the node that is flooded. */
function underFlood(w: Told): string {
  const step = w.lookup?.steps.find(({ node }) => node === VICTIM);
  const answer = step?.verdict === 'answered' ? 'answered' : 'said nothing';
  const asked = step === undefined ? 'was not asked' : `was asked and ${answer}`;
  return `node ${VICTIM} ${asked}, and the look-up ${resultOf(w)}`;
}

export const tokens: Lesson = {
  ...HEADS.tokens,
  steps: [
    calm(
      `Each answer costs node ${VICTIM} time and a token. Who asks too often is not answered; but an attacker has as many addresses as he wants to name.`,
      (w) => `So far it has been asked ${count(fact(w, VICTIM, 'Messages taken in'))} times.`,
    ),
    {
      text: `${count(TOKENS_PER_S)} questions a second, each from another address. In B there is a bound for all addresses together: 1,000 questions a second, and 2,000 at once.`,
      ask: {
        text: 'Two seconds of that. How many are answered in B?',
        of: ['all', 'about two in three', 'none'],
        answer: (_, b) => [
          within(answeredPercent(b), [
            [20, 'none'],
            [85, 'about two in three'],
            [Infinity, 'all'],
          ]),
        ],
      },
      notice: (a, b) =>
        both(
          a,
          b,
          (w) =>
            `${count(fact(w, VICTIM, 'Sent where nobody is'))} answers so far to ${count(forged(w))} questions`,
        ),
      notes: (w) => [atVictim('is asked'), ...besiegersAt(w, 'asks under false names')],
      config: besieged(asking),
      beside: { siege: siegeOf(asking, { inbound: true }) },
      fromMs: 900,
      toMs: 3000,
      pace: 200,
      select: { node: VICTIM, tab: 'node', view: 'trie' },
    },
    {
      text: `The bound protects the node that is asked, not those who ask: under a flood honest questions are left without an answer as well. Node 3 looks for “cherry”, close to node ${VICTIM}, while the flood goes on.`,
      notice: (a, b) => both(a, b, underFlood),
      notes: () => [{ node: 3, text: 'asks', tone: 'route' }, atVictim('is asked')],
      acts: [lookFor(4000, 'cherry')],
      toMs: 5500,
      pace: 200,
      select: { node: VICTIM, lookup: true },
    },
  ],
};

const FALSE_PEERS = 100;
const HONEST_PEERS = 20;
const poisoning = {
  kind: 'index-poison',
  key: SONG,
  every: '1 min',
  count: FALSE_PEERS,
  networks: 1,
  schedule: { from: 10 * SECOND_MS },
} as const;
const ANNOUNCED = Array.from({ length: HONEST_PEERS }, (_, i) =>
  announce(5000 + i * 200, 'song', 5 + i * 3),
);
const falsePeers = (w: Told): number => Number(/(\d+) of them false/.exec(resultOf(w))?.[1] ?? 0);

export const poison: Lesson = {
  ...HEADS.poison,
  steps: [
    {
      text: `${HONEST_PEERS} honest nodes have “song”, and announce it. Node 3 looks for it.`,
      notice: (a, b) => both(a, b, resultOf),
      notes: () => [{ node: 3, text: 'asks', tone: 'route' }],
      config: besieged(poisoning),
      beside: { siege: siegeOf(poisoning, { peers: { perNetworkAndInfoHash: 4 } }) },
      acts: [...ANNOUNCED, lookFor(9600)],
      fromMs: 4900,
      toMs: 10_900,
      pace: 1000,
      select: { node: -1, lookup: true, tab: 'lookup', view: 'trie' },
    },
    {
      text: `${FALSE_PEERS} addresses of one /24 network announce that they have it, too, and have nothing. In B a network has four places for an info-hash.`,
      ask: {
        text: `How many false peers does node 3 hear of in B?`,
        of: ['none', 'a few', 'all hundred'],
        answer: (_, b) => [
          within(falsePeers(b), [
            [0, 'none'],
            [60, 'a few'],
            [Infinity, 'all hundred'],
          ]),
        ],
      },
      notice: (a, b) => both(a, b, resultOf),
      notes: (w) => [{ node: 3, text: 'asks', tone: 'route' }, ...besiegersAt(w, 'false peers')],
      acts: [lookFor(90_000)],
      fromMs: 75_000,
      toMs: 91_500,
      pace: 1000,
      select: { lookup: true },
    },
    {
      text: 'They announce again every minute, as programs do. Five minutes later node 3 asks again.',
      notice: (a, b) =>
        `${both(a, b, resultOf)} Keepers count apart from each other, so their fours are not always the same four.`,
      notes: (w) => [{ node: 3, text: 'asks', tone: 'route' }, ...besiegersAt(w, 'false peers')],
      acts: [lookFor(5 * MINUTE_MS)],
      toMs: 5 * MINUTE_MS + 1500,
      pace: 20_000,
      select: { lookup: true },
    },
  ],
};

const tearing = {
  kind: 'garbage',
  at: { node: VICTIM },
  perSecond: PER_S,
  schedule: { from: SECOND_MS, to: 6 * SECOND_MS },
} as const;

export const torn: Lesson = {
  ...HEADS.torn,
  steps: [
    calm(
      `Datagrams are cut off, come twice or are no words at all. Whatever comes, node ${VICTIM} must not fall over it.`,
      (w) => `${count(contactsOf(w, VICTIM).length)} contacts, and nothing wrong yet.`,
    ),
    {
      text: `Somebody sends it ${PER_S} questions a second that end too soon, at a byte drawn by lot.`,
      ask: {
        text: 'How many of them are answered, be it by an error?',
        of: ['none', 'some', 'all'],
        answer: (w) => {
          const answers = fact(w, VICTIM, 'Sent where nobody is');
          return [answers === 0 ? 'none' : answers < forged(w) ? 'some' : 'all'];
        },
      },
      notice: (w) =>
        `${count(forged(w))} torn questions, ${fact(w, VICTIM, 'Sent where nobody is') === 0 ? 'no answer' : `${fact(w, VICTIM, 'Sent where nobody is')} answers`}. An error in reply to what cannot be read would be one more datagram for whoever was named as its sender.`,
      notes: (w) => [atVictim('reads to where it ends'), ...besiegersAt(w, 'sends torn questions')],
      exhibit: 'node',
      config: besieged(tearing),
      fromMs: 900,
      toMs: 7000,
      pace: 500,
      select: { node: VICTIM, tab: 'node', view: 'trie' },
    },
    {
      text: `Node ${VICTIM} goes on as if nothing had been: it looks for “apple”.`,
      notice: (w) => `It ${resultOf(w)}, and has ${contactsOf(w, VICTIM).length} contacts.`,
      notes: () => [atVictim('asks')],
      exhibit: 'lookup',
      acts: [lookFor(7500, 'apple', VICTIM)],
      toMs: 8500,
      pace: 100,
      select: { node: VICTIM, lookup: true, tab: 'lookup' },
    },
  ],
};

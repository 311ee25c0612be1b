/**
 * Lessons as their list has them. The steps of these are fetched when one of them is opened, so that the page is
 * small at first; those on the circle are there at once.
 */
import type { LessonGroup, LessonHead } from './lesson.ts';

const head = (group: LessonGroup, id: string, title: string, about: string): LessonHead => ({
  ...{ id, group, title, about },
});

/** In the order in which they are told; of those on attacks each is about one that the lab has (lab/attacks). */
export const HEADS = {
  kSafety: head(
    'What lasts',
    'k-safety',
    'Why K-safety',
    'One crash without backups loses keys; with K backups it takes K + 1 crashes at once.',
  ),
  repair: head(
    'What lasts',
    'repair',
    'Crash and repair',
    'How the neighbours close the gap, and why three crashes in turn are not three at once.',
  ),
  belief: head(
    'What lasts',
    'belief',
    'What a node believes',
    'A node sees no circle. It has a list of names, and acts on it, right or wrong.',
  ),
  ringSplit: head(
    'What lasts',
    'ring-split',
    'Why the 2019 repair splits a ring',
    'One crash among three nodes, two ways to repair it, and a ring that never heals.',
  ),
  partitionHeals: head(
    'What lasts',
    'partition-heals',
    'A partition that heals',
    'Two halves that cannot see each other write the same key. Which value stays, and why?',
  ),
  tombstones: head(
    'What lasts',
    'tombstones',
    'Tombstones',
    'Forgetting is not enough: a key that was removed has to be remembered as removed.',
  ),
  xorDistance: head(
    'Mainline',
    'xor-distance',
    'XOR distance',
    'How far two ids are apart, why it is the same both ways, and why buckets follow.',
  ),
  kBuckets: head(
    'Mainline',
    'k-buckets',
    'K-buckets',
    'A table that knows its own corner of the network well and all others a little.',
  ),
  lookup: head(
    'Mainline',
    'lookup',
    'A look-up',
    'How a shortlist of candidates closes in on a key, answer by answer.',
  ),
  logN: head(
    'Mainline',
    'log-n',
    'Why log N',
    'Halving, counted: why a network may grow a thousandfold and nobody waits longer.',
  ),
  alpha: head(
    'Mainline',
    'alpha',
    'Latency and alpha',
    'Asking several at once buys time with messages, most of all when some are dead.',
  ),
  churn: head(
    'Mainline',
    'churn',
    'Churn',
    'When half of all nodes are gone within minutes, only what is renewed lasts.',
  ),
  sybil: head(
    'Attacks',
    'sybil',
    'Sybil and eclipse',
    'Whoever may choose an id can stand closest to a key, and make it disappear.',
  ),
  keptAway: head(
    'Attacks',
    'sybils-kept-away',
    'Sybils, kept away',
    'Three ways in which a key stays out of an attacker’s hands.',
  ),
  eclipse: head(
    'Attacks',
    'eclipsed-node',
    'An eclipsed node',
    'Who is surrounded knows only his besiegers. What that costs them, and what prevents it.',
  ),
  shownIds: head(
    'Attacks',
    'id-for-every-asker',
    'An id for every asker',
    'Liars who stand beside whatever is looked for, as each asker sees them.',
  ),
  liars: head(
    'Attacks',
    'liars',
    'Liars',
    'Ten, thirty, fifty percent of all nodes lie about the others. What is still found?',
  ),
  phantoms: head(
    'Attacks',
    'phantoms',
    'Phantoms',
    'Questions from addresses at which there is nobody, and tables that believe them.',
  ),
  forged: head(
    'Attacks',
    'forged-replies',
    'Forged replies',
    'Answers in the name of others, thousands a second: why none is believed.',
  ),
  mirrors: head('Attacks', 'mirrors', 'Mirrors', 'Nodes that say that they are you.'),
  nowhere: head(
    'Attacks',
    'asked-nowhere',
    'Ways to nowhere',
    'Liars who send whoever asks them to addresses where nobody can be asked.',
  ),
  changing: head(
    'Attacks',
    'changing-ids',
    'Ids that change',
    'Somebody else every minute, at the same address.',
  ),
  invented: head(
    'Attacks',
    'invented-peers',
    'Invented peers',
    'What a DHT hands out is hearsay: peers that nobody announced.',
  ),
  reflection: head(
    'Attacks',
    'reflection',
    'Reflection',
    'Questions in your name, whose answers you get: a flood that others pay for.',
  ),
  storage: head(
    'Attacks',
    'storage-flood',
    'A full store',
    'Announces until there is no room for others, and the share of one network.',
  ),
  theft: head(
    'Attacks',
    'stolen-token',
    'Stolen tokens',
    'What a token proves, and why it is worth nothing to others.',
  ),
  tokens: head(
    'Attacks',
    'token-flood',
    'Questions without end',
    'A node that is asked three thousand times a second, each time by somebody else.',
  ),
  poison: head(
    'Attacks',
    'index-poison',
    'A poisoned index',
    'A hundred false peers beside twenty true ones, and how few of them are let in.',
  ),
  torn: head(
    'Attacks',
    'torn-messages',
    'Torn messages',
    'Datagrams that end too soon: what is said to them?',
  ),
  droppers: head(
    'Attacks',
    'droppers',
    'Nodes that say nothing',
    'They answer pings, so that they stay in tables, and nothing else.',
  ),
  delayers: head(
    'Attacks',
    'delayers',
    'Nodes that are slow',
    'Answers that come late on purpose, and look-ups that do not wait.',
  ),
  learning: head(
    'Attacks',
    'who-learns',
    'Who learns what you look for',
    'A look-up tells its key to whoever it asks.',
  ),
  alarm: head(
    'Attacks',
    'density-alarm',
    'Is somebody there?',
    'Honest ids are spread evenly: how a look-up can tell that others settled beside a key.',
  ),
} as const satisfies Record<string, LessonHead>;

/** The experiments on a ring: the tables and figures of the Chord paper, and what ours promises. */
import { z } from 'zod';
import {
  CHORD_CHURN_DEFAULTS,
  CHORD_LOAD_DEFAULTS,
  CHORD_MASSFAIL_DEFAULTS,
  CHORD_PATH_DEFAULTS,
  CHORD_STRETCH_DEFAULTS,
  chordChurn,
  chordLoad,
  chordMassfail,
  chordPath,
  chordStretch,
  RING_SPLIT_DEFAULTS,
  RING_SURVIVAL_DEFAULTS,
  ringSplit,
  ringSurvival,
} from '../../lab.ts';
import { type Experiment, entry } from './experiment.ts';
import { duration, lookups, numbers, seed, whole } from './fields.ts';
import type { Footprint } from './memory.ts';

const PROCESS_BYTES = 130e6;
const PROCESS_HEAP_BYTES = 60e6;
/** Measured: 7 to 14 KB at rest, and what lookups and connections leave behind; 2 KB for another place. */
const NODE_BYTES = 16_000;
const PLACE_BYTES = 2200;
const HEAP_SLACK = 1.3;

/** What a ring takes whose nodes have so many places each. */
export function ringFootprint(nodes: number, places = 1): Footprint {
  const objectBytes = nodes * (NODE_BYTES + (places - 1) * PLACE_BYTES);
  return {
    bytes: PROCESS_BYTES + objectBytes,
    heapBytes: Math.round((PROCESS_HEAP_BYTES + objectBytes) * HEAP_SLACK),
  };
}

const load = CHORD_LOAD_DEFAULTS;
const path = CHORD_PATH_DEFAULTS;
const stretch = CHORD_STRETCH_DEFAULTS;
const massfail = CHORD_MASSFAIL_DEFAULTS;
const churn = CHORD_CHURN_DEFAULTS;
const survival = RING_SURVIVAL_DEFAULTS;
const split = RING_SPLIT_DEFAULTS;
const PLACES_MOST = 20;
const NODES_MOST = 1_000_000;
/** Half of them may die. */
const ringNodes = whole(2, NODES_MOST, 'how many nodes');
const successors = whole(2, 32, 'successors that each node knows');
/** Somebody has to be left to ask. */
const DEAD_MOST = 0.95;
/** One join in 17 minutes; more than a hundred a second no ring keeps up with. */
const RATE_LEAST = 0.001;
const RATE_MOST = 100;

const chordLoadEntry = entry({
  name: 'chord-load',
  about: 'how evenly do keys fall on the nodes of a ring, with one place each and with many',
  checks: [
    '1st and 99th percentile of the keys of a node: those of exponential arcs (Chord, ToN 2003, Fig. 8)',
    'with 2 … 20 places: those of their sums (Fig. 9)',
    'keys that are really inserted lie where the nodes had said',
  ],
  options: z.strictObject({
    seed: seed.default(load.seed),
    nodes: ringNodes.default(load.nodes),
    keys: whole(10, 100_000_000, 'keys of each ring').default(load.keys),
    rings: whole(1, 100, 'rings whose nodes have one place each').default(load.rings),
    inserts: whole(1, 1_000_000, 'keys that are really inserted').default(load.inserts),
    insertNodes: whole(1, 100_000, 'nodes of the ring for that').default(load.insertNodes),
  }),
  quick: { nodes: 1000, keys: 100_000, rings: 3, inserts: 300, insertNodes: 100 },
  run: chordLoad,
  footprint: ({ nodes }) => ringFootprint(nodes, PLACES_MOST),
});

const chordPathEntry = entry({
  name: 'chord-path',
  about: 'how many nodes does a lookup in a ring pass, from 8 nodes to 16,384',
  checks: [
    'mean of N: ½ log2 N with fingers as Chord has them (Chord, ToN 2003, Fig. 10), the slope as calculated',
    'mean of N, both rules of fingers: a calculation on ideal rings',
  ],
  options: z.strictObject({
    seed: seed.default(path.seed),
    nodes: whole(8, NODES_MOST, 'how many nodes the largest ring has').default(path.nodes),
    lookups: lookups.default(path.lookups),
  }),
  quick: { nodes: 1024, lookups: 400 },
  run: chordPath,
  footprint: ({ nodes }) => ringFootprint(nodes),
});

const CANDIDATES_MOST = 64;

const chordStretchEntry = entry({
  name: 'chord-stretch',
  about: 'how much longer is the way through a ring than the way there, where fingers may be near',
  checks: [
    'iterative and recursive, s 1 … 16: Table IV (Chord, ToN 2003; 65,536 nodes), less where hops are fewer',
    'lookups that ended at the owner: all',
  ],
  options: z.strictObject({
    seed: seed.default(stretch.seed),
    nodes: ringNodes.default(stretch.nodes),
    lookups: lookups.default(stretch.lookups),
    candidates: numbers(
      'candidates',
      1,
      CANDIDATES_MOST,
      'nodes that a finger is chosen from',
      true,
    ).default(stretch.candidates),
  }),
  quick: { nodes: 512, lookups: 300, candidates: [1, 16] },
  run: chordStretch,
  footprint: ({ nodes }) => ringFootprint(2 * nodes),
});

const chordMassfailEntry = entry({
  name: 'chord-massfail',
  about: 'up to half of a ring dies at once and nothing is repaired: are the others found',
  checks: [
    'path and time-outs at 0 … 50 % dead: as on paper, and near Table II (Chord, ToN 2003)',
    'failed lookups: none',
  ],
  options: z.strictObject({
    seed: seed.default(massfail.seed),
    nodes: ringNodes.default(massfail.nodes),
    successors: successors.default(massfail.successors),
    dead: numbers('dead', 0, DEAD_MOST, 'shares of the nodes that die').default(massfail.dead),
    rings: whole(1, 1000, 'rings for each share of dead').default(massfail.rings),
    lookups: lookups.default(massfail.lookups),
  }),
  quick: { dead: [0.1, 0.3, 0.5], rings: 2, lookups: 400 },
  run: chordMassfail,
  footprint: ({ nodes }) => ringFootprint(2 * nodes),
});

const chordChurnEntry = entry({
  name: 'chord-churn',
  about: 'lookups in a ring whose nodes come and go, with stabilisation every half minute',
  checks: [
    'path and time-outs at 0.05 … 0.35 joins and leaves a second: Table III (Chord, ToN 2003)',
    'failures: at most 20 of 10,000',
  ],
  options: z.strictObject({
    seed: seed.default(churn.seed),
    nodes: ringNodes.default(churn.nodes),
    successors: successors.default(churn.successors),
    rates: numbers('rates', RATE_LEAST, RATE_MOST, 'joins, and leaves, per second').default(
      churn.rates,
    ),
    lookups: lookups.default(churn.lookups),
    settleMs: duration('settleMs', 0, 'comings and goings before lookups are counted').default(
      churn.settleMs,
    ),
  }),
  quick: { rates: [0.35], lookups: 100 },
  run: chordChurn,
  footprint: ({ nodes }) => ringFootprint(3 * nodes),
});

const ringSurvivalEntry = entry({
  name: 'ring-survival',
  about: 'what a ring with K backups loses when several nodes die at once, with their disks',
  checks: [
    'K against the number of dead: the share of keys all of whose holders died',
    'keys lost, or kept, that should not have been: none',
  ],
  options: z.strictObject({
    seed: seed.default(survival.seed),
    nodes: ringNodes.default(survival.nodes),
    keys: whole(1, 10_000, 'keys inserted at level all').default(survival.keys),
    kMax: whole(0, 8, 'K from 0 up to this one').default(survival.kMax),
    crashesMax: whole(1, 100, 'nodes that die at once, at most').default(survival.crashesMax),
    crowds: whole(1, 1000, 'crowds of dead for each K and number').default(survival.crowds),
  }),
  quick: { nodes: 12, keys: 48, kMax: 2, crashesMax: 4, crowds: 5 },
  run: ringSurvival,
  footprint: ({ nodes }) => ringFootprint(nodes),
});

const ringSplitEntry = entry({
  name: 'ring-split',
  about: 'three ways to repair a ring, against the same faults: who loses it',
  checks: [
    'two stories: class-2019 loses the ring in both, chord-2001 in the second, correct in none',
    'rings lost among many that churn: correct none that somebody remembers, class-2019 at least half',
  ],
  options: z.strictObject({
    seed: seed.default(split.seed),
    nodes: whole(4, NODES_MOST, 'members at first, and about as many all the time').default(
      split.nodes,
    ),
    rings: whole(1, 1000, 'rings for each policy').default(split.rings),
    everyMs: duration('everyMs', 1, 'between two events, on average').default(split.everyMs),
    faultsMs: duration('faultsMs', 1, 'how long nodes come and die').default(split.faultsMs),
  }),
  quick: { rings: 5 },
  run: ringSplit,
  footprint: ({ nodes }) => ringFootprint(20 * nodes),
});

export const RING_EXPERIMENTS: readonly Experiment[] = [
  chordLoadEntry,
  chordPathEntry,
  chordStretchEntry,
  chordMassfailEntry,
  chordChurnEntry,
  ringSurvivalEntry,
  ringSplitEntry,
];

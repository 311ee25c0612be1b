/**
 * The experiment `chord-massfail`: a part of all nodes dies at once, and nobody repairs anything. Are
 * the others still found, and what does it cost? Table II of the Chord paper (Stoica et al., ToN 2003):
 * N = 1,000, lists of r = 20 successors, a share p of the nodes dead.
 *
 *     a converged ring ─▶ some are dead, and nothing else is new ─▶ 10,000 lookups at once
 *                         dead fingers stay, and so do the dead in the lists
 *
 * With us the owner is the last living node before a key, and it answers for the arcs of the dead only
 * once it knows that they are; with Chord it is the first one after it, which need not know. So each node
 * begins with a list whose first entry lives, and that is all that anybody knows of what has happened.
 * Nodes that find it out by their protocol learn more on the way, and every tenth time-out is missing.
 *
 * All lookups begin at the same moment and are over before anybody has drawn conclusions: nobody
 * profits from the time-outs of another. Each of them then costs, to the node, what the same lookup
 * costs on paper (test/lab/static-chord.ts). One ring is not like another, so there are twenty.
 */

import { randomBelow, SeededRandom } from '../../core/random.ts';
import { ringSettings } from '../../ring/settings.ts';
import {
  type Check,
  check,
  EXACT,
  type ExperimentResult,
  type Watch,
} from '../results/experiment.ts';
import { summaryOf } from '../results/grade.ts';
import type { Recorder } from '../results/recorder.ts';
import { costOf, type RingGrade, RingLookups } from '../ring/ring-lookups.ts';
import { type RingOverlay, ringWorld } from '../ring/ring-overlay.ts';
import { QUIETLY } from '../ring/ring-settings.ts';
import { SeedStream } from '../seed.ts';
import { sha1 } from '../sha1.ts';

export interface ChordMassfailOptions {
  seed: number;
  nodes: number;
  /** Successors that each node knows. */
  successors: number;
  /** Shares of the nodes that die, each in rings of its own. */
  dead: readonly number[];
  /** Rings for each share of dead. */
  rings: number;
  /** Lookups for each share of dead, in all rings together. */
  lookups: number;
}

export const CHORD_MASSFAIL_DEFAULTS: ChordMassfailOptions = {
  seed: 1,
  nodes: 1000,
  successors: 20,
  dead: [0, 0.1, 0.2, 0.3, 0.4, 0.5],
  rings: 20,
  lookups: 10_000,
};

/** A mean: of all rings, what rings differ by from one another, and lookups of one ring. */
type Law = readonly [mean: number, rings: number, lookups: number];

/** A row of Table II, and the same calculated on paper. */
interface Row {
  readonly dead: number;
  /** Null where we have no text of it. */
  readonly path: number | null;
  readonly timeouts: number;
  readonly paperPath: Law;
  readonly paperTimeouts: Law;
}

const TABLE: readonly Row[] = [
  {
    ...{ dead: 0, path: 3.84, timeouts: 0 },
    ...{ paperPath: [3.762, 0, 1.21], paperTimeouts: [0, 0, 0] },
  },
  {
    ...{ dead: 0.1, path: 4.03, timeouts: 0.6 },
    ...{ paperPath: [3.92, 0.029, 1.3], paperTimeouts: [0.427, 0.043, 0.72] },
  },
  {
    ...{ dead: 0.2, path: 4.22, timeouts: 1.17 },
    ...{ paperPath: [4.107, 0.035, 1.41], paperTimeouts: [1.004, 0.076, 1.25] },
  },
  {
    ...{ dead: 0.3, path: null, timeouts: 2.02 },
    ...{ paperPath: [4.339, 0.053, 1.57], paperTimeouts: [1.832, 0.128, 1.93] },
  },
  {
    ...{ dead: 0.4, path: 4.69, timeouts: 3.23 },
    ...{ paperPath: [4.647, 0.077, 1.76], paperTimeouts: [3.018, 0.238, 2.84] },
  },
  {
    ...{ dead: 0.5, path: 5.09, timeouts: 5.1 },
    ...{ paperPath: [5.032, 0.098, 2.02], paperTimeouts: [4.88, 0.335, 4.24] },
  },
];
/** What the table is about. */
const TABLE_NODES = 1000;
const TABLE_SUCCESSORS = 20;
/**
 * The table lies so far from what the same reading gives on paper, at most. Who asks remembers whom it has
 * met dead. If every node on the way tried its own entries anew, there would be 0.50, 1.20, 2.09, 3.38 and
 * 5.36 time-outs (60 rings), and the table, which is of one ring, would lie between the two.
 */
const PATH_APART = 0.12;
const TIMEOUTS_APART = 0.22;
/** Errors of the calculation, which had 400 rings and 500 lookups in each, that are taken for granted. */
const CALCULATED_ERRORS = 3;
const CALCULATED_RINGS = 400;
const CALCULATED_LOOKUPS = 500;

const MINUTE_MS = 60_000;
/** A peer that does not answer for so long is dead, says the paper. */
const TIMEOUT_MS = 500;

export function chordMassfail(
  options: ChordMassfailOptions,
  watch: Watch = () => {},
  recorder: Recorder | null = null,
): ExperimentResult {
  const { seed, nodes, dead, rings, lookups } = options;
  const checks: Check[] = [];
  const figures: Record<string, number> = {};
  const all: RingGrade[] = [];
  let messages = 0;
  let virtualMs = 0;
  let traceHash = '';
  for (const share of dead) {
    const grades: RingGrade[] = [];
    for (let ring = 0; ring < rings; ring++) {
      const run = new Ring(options, seed * RINGS_LIMIT + ring, share);
      const isWhole = share === dead.at(-1) && ring === rings - 1;
      grades.push(...run.run(recorder, `dead ${share}`, isWhole));
      const { world } = run.overlay;
      messages += world.streams.traffic.pieces;
      virtualMs += world.elapsedMs;
      traceHash = world.traceHash;
      const done = all.length + grades.length;
      watch({ unit: 'lookup', done, of: dead.length * lookups, messages, virtualMs });
    }
    all.push(...grades);
    const cost = costOf(grades);
    for (const [figure, value] of Object.entries(cost)) {
      figures[`${figure}${percentOf(share)}`] = value;
    }
    checks.push(...checksOf(options, share, cost));
  }
  return {
    experiment: 'chord-massfail',
    seed,
    nodes,
    pass: checks.every(({ pass }) => pass),
    traceHash,
    checks,
    metrics: summaryOf(all),
    messages,
    virtualMs,
    figures,
  };
}

/** 0.125 is 12.5. */
function percentOf(share: number): number {
  return Number((share * 100).toFixed(4));
}

function checksOf(
  { nodes, successors, rings, lookups }: ChordMassfailOptions,
  share: number,
  cost: ReturnType<typeof costOf>,
): Check[] {
  const name = `${percentOf(share)} % dead`;
  const checks: Check[] = [];
  const row = TABLE.find(({ dead }) => dead === share);
  const compare = (what: string, paper: number | null, law: Law, apart: number, value: number) => {
    const [mean, ofRings, ofLookups] = law;
    const error = Math.sqrt((ofRings * ofRings) / rings + (ofLookups * ofLookups) / lookups);
    if (paper !== null) {
      const reason = 'so far lies the table from the same reading on paper';
      checks.push(check(`${name}, ${what}`, paper, { reason, allowed: apart, error }, value));
    }
    const reason = `the calculation had ${CALCULATED_RINGS} rings itself`;
    const ofOne = ofRings * ofRings + (ofLookups * ofLookups) / CALCULATED_LOOKUPS;
    const its = Math.sqrt(ofOne / CALCULATED_RINGS);
    const onPaper = { reason, allowed: CALCULATED_ERRORS * its, error };
    checks.push(check(`${name}, ${what} on paper`, mean, onPaper, value));
  };
  if (row && nodes === TABLE_NODES && successors === TABLE_SUCCESSORS) {
    compare('path', row.path, row.paperPath, PATH_APART, cost.path);
    compare('time-outs', row.timeouts, row.paperTimeouts, TIMEOUTS_APART, cost.timeouts);
  }
  // With a list of 20 all of its entries die once in a million times.
  if (successors === TABLE_SUCCESSORS) {
    checks.push(check(`${name}, failed lookups`, 0, EXACT, cost.failed));
  }
  return checks;
}

/** Rings of one run at most: each has a seed of its own. */
const RINGS_LIMIT = 1000;

class Ring {
  readonly overlay: RingOverlay;
  readonly lookups: RingLookups;
  /** Lookups in this ring. */
  readonly #many: number;

  constructor(options: ChordMassfailOptions, seed: number, share: number) {
    const { nodes, successors, lookups, rings } = options;
    this.#many = Math.ceil(lookups / rings);
    this.lookups = new RingLookups(seed);
    this.overlay = ringWorld(
      {
        ...{ seed, nodes, sha1 },
        network: { latency: { kind: 'constant', ms: 50 } },
        settings: ringSettings({
          ...QUIETLY,
          successors,
          // As Chord has it: who is first in the list is the successor, and nobody else is asked.
          policy: 'chord-2001',
          // Whoever is suspected is given up long after the last lookup has ended.
          pulseTimeoutMs: MINUTE_MS,
          connectTimeoutMs: MINUTE_MS,
          replyTimeoutMs: TIMEOUT_MS,
          callTimeoutMs: MINUTE_MS,
        }),
        warm: {
          ...{ successors, predecessors: 1, fingers: 'chord' },
          dead: chosen(Math.floor(share * nodes), nodes, new SeededRandom(seed, SeedStream.faults)),
        },
      },
      this.lookups,
    );
  }

  run(recorder: Recorder | null, condition: string, isWhole: boolean): readonly RingGrade[] {
    const { lookups, overlay } = this;
    lookups.record(overlay, recorder, condition, isWhole);
    for (let i = 0; i < this.#many; i++) lookups.begin(overlay, lookups.someone(overlay));
    lookups.finish(overlay, this.#many, () => {});
    if (isWhole) recorder?.finish();
    return lookups.grades;
  }
}

/** So many different nodes. */
function chosen(many: number, nodes: number, random: SeededRandom): number[] {
  const all = Array.from({ length: nodes }, (_, node) => node);
  return Array.from({ length: many }, (_, i) => {
    const at = i + randomBelow(random, nodes - i);
    const node = all[at];
    all[at] = all[i];
    all[i] = node;
    return node;
  });
}

/**
 * The experiment `chord-massfail`: a part of all nodes dies at once, and nobody repairs anything. Are
 * the others still found, and what does it cost? Table II of the Chord paper (Stoica et al., ToN 2003):
 * N = 1,000, lists of r = 20 successors, a share p of the nodes dead.
 *
 *     calm ─▶ the dead fall silent ─▶ each finds its next living successor ─▶ 10,000 lookups at once
 *                                     and nothing else: dead fingers stay, and the rest of the lists
 *
 * With us the owner is the last living node before a key, and it answers for the arcs of the dead only
 * after it has noticed that they are; with Chord it is the first one after it, which need not know.
 * So each node goes once through its list to the first that answers; then all upkeep stands still.
 *
 * All lookups begin at the same moment and are over before anybody has drawn conclusions: nobody
 * profits from the time-outs of another. One ring is not like another (at p = 0.5 their means lie
 * between 3.5 and 5.6 time-outs), so the lookups are spread over 20 of them.
 */

import { randomBelow, SeededRandom } from '../../core/random.ts';
import { ringSettings } from '../../ring/settings.ts';
import { type Check, check, type ExperimentResult, type Watch } from '../results/experiment.ts';
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
  /** Rings for each share of dead. */
  rings: number;
  /** Lookups for each share of dead, in all rings together. */
  lookups: number;
}

export const CHORD_MASSFAIL_DEFAULTS: ChordMassfailOptions = {
  seed: 1,
  nodes: 1000,
  successors: 20,
  rings: 20,
  lookups: 10_000,
};

/** Table II: the share that died, the mean path and the mean number of time-outs. */
const TABLE: readonly (readonly [share: number, path: number, timeouts: number])[] = [
  [0, 3.84, 0],
  [0.1, 4.03, 0.6],
  [0.2, 4.22, 1.17],
  [0.4, 4.69, 3.23],
  [0.5, 5.09, 5.1],
];
const PATH_TOLERANCE = 0.15;
const TIMEOUTS_TOLERANCE = 0.25;
/** What the table is about. */
const TABLE_NODES = 1000;
const TABLE_SUCCESSORS = 20;

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** Each node asks after its neighbours once in this time: once before the lookups, never after. */
const PULSE_MS = HOUR_MS;
/** Time for a node to go through as many dead successors as there are, 15 s each. */
const NOTICING_MS = 15 * MINUTE_MS;
/** A peer that does not answer for so long is dead, says the paper. */
const TIMEOUT_MS = 500;

export function chordMassfail(
  options: ChordMassfailOptions,
  watch: Watch = () => {},
  recorder: Recorder | null = null,
): ExperimentResult {
  const { seed, nodes, successors, rings, lookups } = options;
  const checks: Check[] = [];
  const figures: Record<string, number> = {};
  const all: RingGrade[] = [];
  let messages = 0;
  let virtualMs = 0;
  let traceHash = '';
  const isTabled = nodes === TABLE_NODES && successors === TABLE_SUCCESSORS;
  for (const [share, path, timeouts] of TABLE) {
    const grades: RingGrade[] = [];
    for (let ring = 0; ring < rings; ring++) {
      const run = new Ring(options, seed * RINGS_LIMIT + ring, share);
      const isLast = share === TABLE.at(-1)![0] && ring === rings - 1;
      grades.push(...run.run(isLast ? recorder : null));
      const { world } = run.overlay;
      messages += world.streams.traffic.pieces;
      virtualMs += world.elapsedMs;
      traceHash = world.traceHash;
      const done = all.length + grades.length;
      watch({ unit: 'lookup', done, of: TABLE.length * lookups, messages, virtualMs });
    }
    all.push(...grades);
    const cost = costOf(grades);
    const percent = Math.round(share * 100);
    const name = `${percent} % dead`;
    for (const [figure, value] of Object.entries(cost)) figures[`${figure}${percent}`] = value;
    if (isTabled) {
      checks.push(check(`${name}, path`, path, PATH_TOLERANCE, cost.path));
      checks.push(check(`${name}, time-outs`, timeouts, TIMEOUTS_TOLERANCE, cost.timeouts));
    }
    checks.push(check(`${name}, failed lookups`, 0, 0, cost.failed));
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
          pulseMs: PULSE_MS,
          pulseTimeoutMs: MINUTE_MS,
          connectTimeoutMs: MINUTE_MS,
          replyTimeoutMs: TIMEOUT_MS,
          callTimeoutMs: MINUTE_MS,
        }),
        warm: { successors, predecessors: 1, fingers: 'chord' },
      },
      this.lookups,
    );
    this.#kill(Math.floor(share * nodes), new SeededRandom(seed, SeedStream.faults));
  }

  #kill(many: number, random: SeededRandom): void {
    const { overlay } = this;
    for (let killed = 0; killed < many; ) {
      const node = randomBelow(random, overlay.count);
      if (overlay.world.alive[node] === 0) continue;
      overlay.vanish(node);
      killed++;
    }
  }

  run(recorder: Recorder | null): readonly RingGrade[] {
    const { lookups, overlay } = this;
    const { world } = overlay;
    lookups.record(overlay, recorder);
    world.run(world.now + PULSE_MS + NOTICING_MS);
    for (let i = 0; i < this.#many; i++) lookups.begin(overlay, lookups.someone(overlay));
    lookups.finish(overlay, this.#many, () => {});
    recorder?.finish();
    return lookups.grades;
  }
}

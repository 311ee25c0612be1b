/**
 * The experiment `chord-load`: is everybody given his fair share of the keys? By hashing alone nobody
 * is: arcs between points chosen by chance are exponential, so that one node in a hundred has 4.6
 * times the mean and one in a hundred next to nothing (Stoica et al., ToN 2003, §V.B, Fig. 8). A node
 * that stands at r places has r such arcs, and their sum is more even (Fig. 9).
 *
 *     r = 1    ├─┤├──────────┤├┤├────┤├───┤            99th percentile 4.6 × mean
 *     r = 20   20 pieces each, from everywhere         99th percentile 1.6 × mean
 *
 * A load is a matter of who answers for which key, and that is asked of the nodes themselves, for
 * each of a million keys. In a smaller ring keys are inserted through it, too, and counted in the
 * stores: they must lie exactly where the nodes had said.
 */

import { ID_BYTES } from '../../core/id.ts';
import { fillRandom, SeededRandom } from '../../core/random.ts';
import {
  type Check,
  check,
  EXACT,
  type ExperimentResult,
  shareError,
  type Watch,
} from '../results/experiment.ts';
import { summaryOf } from '../results/grade.ts';
import type { Recorder } from '../results/recorder.ts';
import { RingLookups } from '../ring/ring-lookups.ts';
import { type RingOverlay, ringWorld } from '../ring/ring-overlay.ts';
import { QUIET } from '../ring/ring-settings.ts';
import { SeedStream } from '../seed.ts';
import { sha1 } from '../sha1.ts';
import { percentile } from '../statistics.ts';

export interface ChordLoadOptions {
  seed: number;
  nodes: number;
  /** Keys per ring at most; counts are taken at every tenth of them. */
  keys: number;
  /** Rings whose nodes have one place each. */
  rings: number;
  /** Keys that are really inserted, in a ring of `insertNodes`. */
  inserts: number;
  insertNodes: number;
}

export const CHORD_LOAD_DEFAULTS: ChordLoadOptions = {
  seed: 1,
  nodes: 10_000,
  keys: 1_000_000,
  rings: 5,
  inserts: 5000,
  insertNodes: 1000,
};

/** Places of each node, in Fig. 9. */
const PLACES = [2, 5, 10, 20];
/** The 1st and the 99th percentile. */
const FIRST_SHARE = 0.01;
const LAST_SHARE = 0.99;
const STEPS = 10;
/** Inserts under way at a time. */
const AT_A_TIME = 200;
/** Seeds of one run at most. */
const SEEDS = 1000;

/**
 * The load, in keys, that this share of all nodes has at most, and how likely a node has just that many.
 * Arcs are exponential, the sum of `places` of them is Gamma, and keys fall on it by chance: that makes a
 * negative binomial law, whose terms follow from one another.
 */
export function expectedLoad(
  places: number,
  meanKeys: number,
  share: number,
): { keys: number; chance: number } {
  const hit = meanKeys / (places + meanKeys);
  let term = 1;
  for (let i = 0; i < places; i++) term *= 1 - hit;
  let keys = 0;
  for (let sum = term; sum < share; sum += term) {
    term *= ((keys + places) / (keys + 1)) * hit;
    keys++;
  }
  return { keys, chance: term };
}

export function chordLoad(
  options: ChordLoadOptions,
  watch: Watch = () => {},
  recorder: Recorder | null = null,
): ExperimentResult {
  const { seed, nodes } = options;
  const run = new Run(options, watch);
  run.alone();
  run.virtual();
  const { lookups, overlay } = run.inserted(recorder);
  const { checks, figures } = run;
  return {
    experiment: 'chord-load',
    seed,
    nodes,
    pass: checks.every(({ pass }) => pass),
    traceHash: overlay.world.traceHash,
    checks,
    metrics: summaryOf(lookups.grades),
    messages: overlay.world.streams.traffic.pieces,
    virtualMs: overlay.world.elapsedMs,
    figures,
  };
}

class Run {
  readonly checks: Check[] = [];
  readonly figures: Record<string, number> = {};
  readonly #options: ChordLoadOptions;
  readonly #watch: Watch;
  readonly #of: number;
  #done = 0;
  /** Keys of which their owner did not say that they are its own. */
  #denied = 0;

  constructor(options: ChordLoadOptions, watch: Watch) {
    this.#options = options;
    this.#watch = watch;
    this.#of = (options.rings + PLACES.length) * options.keys + options.inserts;
  }

  /** Fig. 8: one place per node, more and more keys. */
  alone(): void {
    const { keys, nodes, rings, seed } = this.#options;
    const last = new Float64Array(STEPS);
    const first = new Float64Array(STEPS);
    const most = new Float64Array(STEPS);
    for (let ring = 0; ring < rings; ring++) {
      this.#fill(seed * SEEDS + ring, 1, (step, loads) => {
        const mean = ((step + 1) * keys) / STEPS / nodes;
        first[step] = first[step] + percentile(loads, FIRST_SHARE) / mean / rings;
        last[step] = last[step] + percentile(loads, LAST_SHARE) / mean / rings;
        most[step] = most[step] + percentile(loads, 1) / mean / rings;
      });
    }
    for (let step = 0; step < STEPS; step++) {
      const count = ((step + 1) * keys) / STEPS;
      this.figures[`most${count}`] = most[step];
      this.#compare(1, count, `${count}`, rings, first[step], last[step]);
    }
  }

  /** Fig. 9: all keys, more and more places per node. */
  virtual(): void {
    const { keys, nodes, rings, seed } = this.#options;
    const mean = keys / nodes;
    for (const [i, places] of PLACES.entries()) {
      this.#fill(seed * SEEDS + rings + i, places, (step, loads) => {
        if (step !== STEPS - 1) return;
        const first = percentile(loads, FIRST_SHARE) / mean;
        const last = percentile(loads, LAST_SHARE) / mean;
        this.#compare(places, keys, `Places${places}`, 1, first, last);
      });
    }
    this.checks.push(
      check('keys that nobody, or somebody else, answers for', 0, EXACT, this.#denied),
    );
  }

  /** Real inserts, through any node. */
  inserted(recorder: Recorder | null): { lookups: RingLookups; overlay: RingOverlay } {
    const { insertNodes: nodes, inserts, rings, seed: first } = this.#options;
    const seed = first * SEEDS + rings + PLACES.length;
    const lookups = new RingLookups(seed);
    const overlay = ringWorld(
      { seed, nodes, sha1, settings: QUIET, network: { latency: { kind: 'constant', ms: 50 } } },
      lookups,
    );
    lookups.record(overlay, recorder);
    const random = new SeededRandom(seed, SeedStream.workload);
    const expected = new Uint32Array(nodes);
    for (let begun = 0; begun < inserts; ) {
      for (; begun < inserts && lookups.underWay < AT_A_TIME; begun++) {
        const key = new Uint8Array(ID_BYTES);
        fillRandom(random, key, 0, ID_BYTES);
        const owner = overlay.circle.nodeOf(overlay.circle.atOrBefore(key, 0));
        expected[owner] = expected[owner] + 1;
        lookups.insert(overlay, lookups.someone(overlay), key, key);
      }
      lookups.finish(overlay, inserts, () => {});
    }
    recorder?.finish();
    this.#done += inserts;
    this.#tell(overlay);
    let misplaced = 0;
    for (let node = 0; node < nodes; node++) {
      misplaced += Math.abs(expected[node] - overlay.storeOf(node).count);
    }
    const acknowledged = lookups.grades.filter(({ failed }) => !failed).length;
    this.checks.push(check('inserts that were acknowledged', inserts, EXACT, acknowledged));
    this.checks.push(
      check('keys in a store that had not been expected there', 0, EXACT, misplaced),
    );
    return { lookups, overlay };
  }

  /** Asks the nodes of a new ring for the owner of each key; `count` hears the loads at each tenth. */
  #fill(seed: number, places: number, count: (step: number, loads: number[]) => void): void {
    const { keys, nodes } = this.#options;
    const overlay = ringWorld(
      {
        ...{ seed, nodes, sha1, settings: QUIET, identities: places },
        network: { latency: { kind: 'constant', ms: 50 } },
        warm: { successors: 1, predecessors: 1, fingers: 'none' },
      },
      { onOutcome() {}, onEvent() {} },
    );
    const { circle } = overlay;
    const random = new SeededRandom(seed, SeedStream.workload);
    const key = new Uint8Array(ID_BYTES);
    const loads = new Uint32Array(nodes);
    for (let step = 0; step < STEPS; step++) {
      for (let i = 0; i < keys / STEPS; i++) {
        fillRandom(random, key, 0, ID_BYTES);
        const place = circle.atOrBefore(key, 0);
        const node = circle.nodeOf(place);
        const identity = overlay.node(node).ownerOf(key, 0);
        if (identity === null || identity !== overlay.identityAt(place)) this.#denied++;
        loads[node] = loads[node] + 1;
      }
      count(step, [...loads]);
      this.#done += keys / STEPS;
      this.#tell(overlay);
    }
  }

  /** Holds the 1st and 99th percentile, in means, against what is to be expected of so many keys. */
  #compare(
    places: number,
    keys: number,
    figure: string,
    rings: number,
    first: number,
    last: number,
  ): void {
    const { nodes } = this.#options;
    const mean = keys / nodes;
    this.figures[`first${figure}`] = first;
    this.figures[`last${figure}`] = last;
    const what = places === 1 ? `${keys} keys` : `${places} places`;
    const compare = (name: string, share: number, measured: number) => {
      const { keys: load, chance } = expectedLoad(places, mean, share);
      // The error of a percentile is that of the share below it, over the density where it lies.
      const error = shareError(share, nodes * rings) / chance / mean;
      const tolerance = { reason: 'loads are whole keys', allowed: 1 / mean, error };
      this.checks.push(check(`${what}, ${name} / mean`, load / mean, tolerance, measured));
    };
    compare('99th', LAST_SHARE, last);
    compare('1st', FIRST_SHARE, first);
  }

  #tell({ world }: RingOverlay): void {
    const done = this.#done;
    const virtualMs = world.elapsedMs;
    const messages = world.streams.traffic.pieces;
    this.#watch({ unit: 'key', done, of: this.#of, messages, virtualMs });
  }
}

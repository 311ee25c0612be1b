/**
 * The experiment `sybil-eclipse`: what many lying nodes come to, spread over a network or beside one key.
 *
 *     spread    a share f of all nodes, with ids by chance, who name only each other. Lookups go d disjoint
 *               ways with k = 2d (Baumgart and Mies, S/Kademlia, 2007, Fig. 5: d = 1, 2, 4, 8). On paper, of d
 *               ways of h honest hops each, one at least gets through with 1 − (1 − (1 − f)^h)^d
 *     beside    8 to 100 Sybils around a key (Wang and Kangasharju, GLOBECOM 2012), in as many networks:
 *               without a defence, with ids from addresses (BEP 42), with all that are as close as they
 *               should be (`expectedDistance`)
 *     alarms    the same number beside each of ten keys: for how many does the alarm go off, and for how
 *               many that nobody attacks (Cholez et al. 2010; Sridhar et al. 2023 report 99.6 % for IPFS)
 *
 * A lookup of the first kind looks for an honest node by its id, and has found it when that has answered.
 */
import { formatId } from '../../core/id.ts';
import { randomBelow, SeededRandom } from '../../core/random.ts';
import { answerQuery } from '../../mainline/answering/answers.ts';
import { type NodeChoices, settingsFrom } from '../../mainline/choices.ts';
import { CONTACT_BYTES } from '../../mainline/rows/contacts.ts';
import type { Lookup } from '../../mainline/rows/lookup.ts';
import { LookupKind } from '../../mainline/rows/purpose.ts';
import type { QueryHandler, Settings } from '../../mainline/state.ts';
import {
  type Alarm,
  CAREFUL_BITS,
  density,
  divergence,
  KEYS,
  sizeSeenFrom,
} from '../attacks/alarms.ts';
import { honestSettings, SETTLE_MS, Trial } from '../attacks/attack.ts';
import { shareFinding } from '../attacks/surrounding.ts';
import { gradeOf } from '../mainline/grade.ts';
import { type MainlineOverlay, mainlineWorld } from '../mainline/mainline-overlay.ts';
import { sybilHandler } from '../mainline/sybils.ts';
import {
  type Check,
  type ExperimentResult,
  type Sweep,
  shareError,
  type Watch,
  within,
} from '../results/experiment.ts';
import { type Grade, summaryOf } from '../results/grade.ts';
import type { Recorder } from '../results/recorder.ts';
import { SeedStream } from '../seed.ts';
import { sha1 } from '../sha1.ts';
import { TraceHash } from '../trace-hash.ts';

export interface SybilEclipseOptions {
  seed: number;
  /** Nodes of the networks in which liars are spread. */
  nodes: number;
  /** Shares of them that lie. */
  shares: readonly number[];
  /** Numbers of disjoint paths. */
  paths: readonly number[];
  /** Lookups for each share and number of paths. */
  lookups: number;
  /** Sybils beside a key, and honest nodes of that network. */
  sybils: readonly number[];
  honest: number;
  /** Lookups for each number of Sybils and each defence. */
  trials: number;
}

export const SYBIL_ECLIPSE_DEFAULTS: SybilEclipseOptions = {
  seed: 1,
  nodes: 3000,
  shares: [0, 0.1, 0.2, 0.3, 0.4, 0.5],
  paths: [1, 2, 4, 8],
  lookups: 200,
  sybils: [8, 20, 50, 100],
  honest: 400,
  trials: 100,
};

const LATENCY_MS = 40;
/** As the paper has it: each path begins with two. */
const K_PER_PATH = 2;
const ALPHA_LEAST = 3;

/** Honest hops of a way: each reply of k nodes of a full table halves the rest log2(k) + 1 times. */
function hopsOf(nodes: number, k: number): number {
  let hops = 0;
  for (let left = nodes / k; left > 1; left /= 2 * k) hops++;
  return Math.max(1, hops);
}

/** One way out of d at least meets nobody who lies. */
export function getsThrough(share: number, hops: number, paths: number): number {
  return 1 - power(1 - power(1 - share, hops), paths);
}

/** Multiplied out: engines differ in the last digit of their own. */
function power(base: number, exponent: number): number {
  let product = 1;
  for (let i = 0; i < exponent; i++) product *= base;
  return product;
}

export function sybilEclipse(
  options: SybilEclipseOptions,
  watch: Watch = () => {},
  recorder: Recorder | null = null,
): ExperimentResult {
  const run = new Run(options, watch, recorder);
  run.spread();
  run.beside();
  run.alarms();
  const { checks, figures, messages, virtualMs } = run;
  return {
    experiment: 'sybil-eclipse',
    ...{ seed: options.seed, nodes: options.nodes, checks, figures, messages, virtualMs },
    pass: checks.every(({ pass }) => pass),
    traceHash: run.hash.toString(),
    metrics: summaryOf(run.grades),
    sweeps: [sweepOf(options, figures)],
  };
}

function sweepOf(
  { shares, paths }: SybilEclipseOptions,
  figures: Readonly<Record<string, number>>,
): Sweep {
  return {
    name: 'disjoint-paths',
    title: 'Lookups among liars, on d disjoint paths',
    subtitle: 'k = 2d; dashed: one way of d at least meets no liar, on paper',
    caption:
      'On paper a way ends at its first liar. A lookup goes on with all whom it has heard of, so that it ' +
      'finds more; what it cannot get over is a table of two, half of which lies.',
    x: { label: 'share of the nodes that lie' },
    y: { label: 'nodes found, of those looked for' },
    series: paths.slice(0, 4).map((d) => ({
      name: `d = ${d}`,
      points: shares.map((x) => ({ x, y: figures[`found${Math.round(x * 100)}d${d}`] })),
      expected: shares.map((x) => ({ x, y: figures[`paper${Math.round(x * 100)}d${d}`] })),
    })),
  };
}

const DEFENCES: Readonly<Record<string, NodeChoices>> = {
  none: {},
  secureIds: { secureIds: true },
  expectedDistance: { expectedDistance: true },
};
const ALARMS: Readonly<Record<string, Alarm>> = { density, divergence };

class Run {
  readonly checks: Check[] = [];
  readonly figures: Record<string, number> = {};
  readonly grades: Grade[] = [];
  readonly hash = new TraceHash();
  messages = 0;
  virtualMs = 0;
  readonly #options: SybilEclipseOptions;
  readonly #watch: Watch;
  readonly #recorder: Recorder | null;
  readonly #of: number;
  #done = 0;

  constructor(options: SybilEclipseOptions, watch: Watch, recorder: Recorder | null) {
    this.#options = options;
    this.#watch = watch;
    this.#recorder = recorder;
    const { shares, paths, sybils } = options;
    this.#of = shares.length * paths.length + sybils.length * Object.keys(DEFENCES).length + 1;
  }

  /** Liars by chance, and lookups on d ways. */
  spread(): void {
    const { nodes, shares, paths, lookups } = this.#options;
    for (const share of shares) {
      for (const d of paths) {
        const found = this.#spread(share, d);
        const percent = Math.round(share * 100);
        const paper = getsThrough(share, hopsOf(nodes, K_PER_PATH * d), d);
        this.figures[`found${percent}d${d}`] = found;
        this.figures[`paper${percent}d${d}`] = paper;
        const chance = {
          reason: 'a lookup goes on with all that it has heard of, and gets through more often',
          ...{ error: shareError(paper, lookups), jump: 1 / lookups },
        };
        this.checks.push(within(`f ${share}, d ${d}: on paper or better`, paper, 1, chance, found));
      }
    }
    this.#claims();
  }

  /** What was published of eight ways. */
  #claims(): void {
    const { lookups } = this.#options;
    for (const [percent, least, who] of CLAIMS) {
      const found = this.figures[`found${percent}d8`];
      if (found === undefined) continue;
      const chance = { reason: who, error: shareError(least, lookups), jump: 1 / lookups };
      this.checks.push(within(`f 0.${percent / 10}, d 8, as published`, least, 1, chance, found));
    }
  }

  #spread(share: number, paths: number): number {
    const { seed, nodes, lookups } = this.#options;
    const random = new SeededRandom(seed, SeedStream.attacks);
    const lies = new Uint8Array(nodes);
    for (let left = Math.round(share * nodes); left > 0; ) {
      const node = randomBelow(random, nodes);
      if (lies[node] === 1) continue;
      lies[node] = 1;
      left--;
    }
    const honest = (): number => {
      for (;;) {
        const node = randomBelow(random, nodes);
        if (lies[node] === 0) return node;
      }
    };
    const wanted: number[] = [];
    let found = 0;
    let asker = 0;
    const overlay: MainlineOverlay = mainlineWorld(
      {
        ...{ seed, nodes, upkeep: false, sha1, settings: spreadSettings(paths, lies) },
        network: { latency: { kind: 'constant', ms: LATENCY_MS } },
      },
      {
        onLookup: (call, lookup) => {
          if (isFound(overlay, wanted[call - 1], lookup)) found++;
          const grade = gradeOf(overlay, asker, lookup);
          this.grades.push(grade);
          this.#recorder?.ended(lookup, grade);
        },
        ...{ onPeer() {}, onAnswer() {}, onSilence() {}, onJoin() {} },
      },
    );
    const { world } = overlay;
    this.#recorder?.enter(world, `f ${share}, d ${paths}`);
    for (let call = 1; call <= lookups; call++) {
      asker = honest();
      const target = honest();
      wanted.push(target);
      const start = (target + 1) * CONTACT_BYTES;
      const id = overlay.contactBytes.slice(start, start + 20);
      const before = this.grades.length;
      overlay.node(asker).lookup(world.now, LookupKind.findNode, id, call);
      world.arm(asker);
      world.run(Infinity, () => this.grades.length > before);
    }
    this.#count(world);
    return found / lookups;
  }

  /** Sybils around a key, with each defence. */
  beside(): void {
    const { sybils, trials } = this.#options;
    for (const count of sybils) {
      for (const [name, choices] of Object.entries(DEFENCES)) {
        const found = this.#beside(count, choices);
        this.figures[`${name}${count}`] = found;
        const [least, most, reason] = BESIDE[name];
        const error = Math.max(shareError(least, trials), shareError(most, trials));
        const chance = { reason, error, jump: 1 / trials };
        this.checks.push(within(`${count} Sybils, ${WORDS[name]}`, least, most, chance, found));
      }
    }
  }

  #beside(count: number, choices: NodeChoices): number {
    const { seed, honest, trials } = this.#options;
    const trial = new Trial(seed, honest, trials, this.#recorder, `${count} Sybils`);
    const key = trial.key();
    const stage = trial.against({ kind: 'sybils', at: { key }, count }, honestSettings(choices));
    const finding = shareFinding(stage, key, trials);
    this.#count(stage.world);
    return finding;
  }

  /** Ten keys with so many careful Sybils each: eight hide among the honest as well as they can. */
  alarms(): void {
    const { seed, honest, trials, sybils } = this.#options;
    const each = Math.min(...sybils);
    const trial = new Trial(seed, honest, trials, this.#recorder, 'alarms');
    const keys = Array.from({ length: KEYS }, () => trial.key());
    const stage = trial.stage({
      adversaries: keys.map((key) => ({
        ...{ kind: 'sybils', at: { key }, count: each, bits: CAREFUL_BITS },
      })),
      settings: honestSettings(),
    });
    stage.run(SETTLE_MS);
    const size = sizeSeenFrom(stage);
    const attacked = Array.from({ length: trials }, (_, i) => keys[i % KEYS]);
    const clean = Array.from({ length: trials }, () => stage.someId());
    for (const [name, alarm] of Object.entries(ALARMS)) {
      const share = (asked: readonly Uint8Array[]): number =>
        asked.filter((key) => alarm(key, stage.getPeers(stage.someone(), key), size)).length /
        asked.length;
      this.figures[`${name}Right`] = share(attacked);
      this.figures[`${name}False`] = share(clean);
      const chance = {
        reason: 'by eight beside the key',
        error: shareError(0.9, trials),
        jump: 1 / trials,
      };
      this.checks.push(
        within(`${name}, attacked keys`, 0.9, 1, chance, this.figures[`${name}Right`]),
      );
      const few = {
        reason: 'chance, and Sybils nearby',
        error: shareError(0.1, trials),
        jump: 1 / trials,
      };
      this.checks.push(within(`${name}, other keys`, 0, 0.1, few, this.figures[`${name}False`]));
    }
    this.#count(stage.world);
  }

  #count({ delivered, elapsedMs, traceHash }: MainlineOverlay['world']): void {
    this.messages += delivered;
    this.virtualMs += elapsedMs;
    this.hash.addHash(traceHash);
    const { messages, virtualMs } = this;
    this.#watch({ unit: 'world', done: ++this.#done, of: this.#of, messages, virtualMs });
  }
}

/** Share in percent, found with eight ways at least, and who says so. */
const CLAIMS: readonly (readonly [percent: number, least: number, who: string])[] = [
  [30, 0.99, 'S/Kademlia: 99 % at 30 %'],
  [50, 0.85, 'the IPFS white paper of S/Kademlia: 0.85 at half'],
];

const BESIDE: Readonly<Record<string, readonly [least: number, most: number, reason: string]>> = {
  none: [0, 0.1, 'the Sybils keep nothing'],
  secureIds: [0.95, 1, 'the k closest with right ids are honest'],
  expectedDistance: [0.85, 1, 'honest nodes are asked and written to as well'],
};
const WORDS: Readonly<Record<string, string>> = {
  none: 'no defence',
  secureIds: 'BEP 42',
  expectedDistance: 'expected distance',
};

/** Nodes that lie do so when they are asked; everybody has the same settings otherwise. */
function spreadSettings(paths: number, lies: Uint8Array): Settings {
  const handles: number[] = [];
  for (const [node, isLiar] of lies.entries()) if (isLiar === 1) handles.push(node + 1);
  const liar = sybilHandler(handles);
  const handler: QueryHandler = {
    answer(node, now, from, query, out) {
      const own = lies[node.self - 1] === 1 ? liar : answerQuery;
      return own.answer(node, now, from, query, out);
    },
  };
  const k = K_PER_PATH * paths;
  const open = { onePerIp: false, inbound: false, outbound: false } as const;
  const alpha = Math.max(ALPHA_LEAST, paths);
  return { ...settingsFrom({ ...open, readOnly: false, k, alpha, paths }), handler };
}

/** Has the node itself answered? */
function isFound(overlay: MainlineOverlay, node: number, lookup: Lookup): boolean {
  const id = formatId(overlay.contactBytes, (node + 1) * CONTACT_BYTES);
  let found = false;
  lookup.closestAnswered(1, (row) => {
    found = formatId(lookup.bytes, lookup.idStart(row)) === id;
  });
  return found;
}

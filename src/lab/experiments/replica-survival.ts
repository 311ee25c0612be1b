/**
 * The experiment `replica-survival`: how many copies does it take? Kademlia's authors choose k so that
 * k nodes hardly ever all go within an hour; with even odds for each, a value outlives the hour with a
 * probability of 1 − 2^−k (Kademlia, IPTPS 2002, §1 and Fig. 3).
 *
 *     announce each value to its 8 closest ─▶ an hour in which half of all nodes go ─▶ who is left?
 *                                                          │
 *     of the r closest of a value, does one still live? ◀──┘   r = 1, 2, 4, 8
 *     does a lookup by somebody who lives find it?
 *
 * The second question is the harder one: a value that lives is of no use where tables have decayed.
 */

import { ID_BYTES } from '../../core/id.ts';
import { fillRandom, SeededRandom } from '../../core/random.ts';
import { settingsFrom } from '../../mainline/choices.ts';
import { LookupKind } from '../../mainline/rows/purpose.ts';
import { Lifetime } from '../life/lifetime.ts';
import { Campaigns } from '../mainline/campaign.ts';
import { type MainlineOverlay, mainlineWorld } from '../mainline/mainline-overlay.ts';
import { RecordedMainline } from '../mainline/recorded-mainline.ts';
import {
  check,
  type ExperimentResult,
  shareError,
  type Tolerance,
  type Watch,
} from '../results/experiment.ts';
import { type Grade, summaryOf } from '../results/grade.ts';
import type { Recorder } from '../results/recorder.ts';
import { SeedStream } from '../seed.ts';
import { sha1 } from '../sha1.ts';

export interface ReplicaSurvivalOptions {
  seed: number;
  nodes: number;
  values: number;
  /** Time after which half of the nodes have gone for good. */
  halfLifeMs: number;
  /** When the values are looked for. */
  afterMs: number;
}

export const REPLICA_SURVIVAL_DEFAULTS: ReplicaSurvivalOptions = {
  seed: 1,
  nodes: 4000,
  values: 1000,
  halfLifeMs: 3_600_000,
  afterMs: 3_600_000,
};

const COPIES = [1, 2, 4, 8];
const K = 8;
/** 1 / ln 2: the mean of an exponential law, in half-lives. */
const HALF_LIVES_PER_MEAN = Math.LOG2E;
const MINUTE_MS = 60_000;

export function replicaSurvival(
  options: ReplicaSurvivalOptions,
  watch: Watch = () => {},
  recorder: Recorder | null = null,
): ExperimentResult {
  const { seed, nodes } = options;
  const run = new Run(options, recorder);
  const holders = run.store(watch);
  run.live(watch);
  const { grades, found } = run.find(holders, watch);
  recorder?.finish();
  const { world } = run.overlay;
  const figures: Record<string, number> = { aliveShare: run.aliveShare };
  const checks = COPIES.map((copies) => {
    const survived = share(holders, (nodes) => run.lives(nodes.slice(0, copies)));
    figures[`survived${copies}`] = survived;
    // What is to be expected of those nodes that were left.
    const deadShare = 1 - run.aliveShare;
    const expected = 1 - power(deadShare, copies);
    return check(
      `${copies} of ${K} copies`,
      expected,
      chanceOfLoss(holders, copies, deadShare),
      survived,
    );
  });
  const lifeExpected = 1 / 2 ** (options.afterMs / options.halfLifeMs);
  const life = { reason: '', error: shareError(lifeExpected, nodes), jump: 1 / nodes };
  checks.push(check('alive', lifeExpected, life, run.aliveShare));
  figures['found'] = found;
  const reason = 'a lookup may end before it has met the last holder alive';
  const whole = { reason, allowed: 0.02, jump: 1 / holders.length };
  checks.push(check('found by lookups', figures['survived8'], whole, found));
  return {
    experiment: 'replica-survival',
    seed,
    nodes,
    pass: checks.every(({ pass }) => pass),
    traceHash: world.traceHash,
    checks,
    metrics: summaryOf(grades),
    messages: world.delivered,
    virtualMs: world.elapsedMs,
    figures,
  };
}

/**
 * How far the share of the values that survive lies from what is to be expected. Neighbours among values
 * have holders in common, and die together: of two the chance that both are lost is that of all nodes
 * that hold one of them.
 */
function chanceOfLoss(
  holders: readonly (readonly number[])[],
  copies: number,
  deadShare: number,
): Tolerance {
  const valuesOf = new Map<number, number[]>();
  holders.forEach((nodes, value) => {
    for (const node of nodes.slice(0, copies)) {
      const values = valuesOf.get(node);
      if (values) values.push(value);
      else valuesOf.set(node, [value]);
    }
  });
  const alone = power(deadShare, copies);
  let variance = 0;
  let most = 1;
  for (const nodes of holders) {
    const shared = new Map<number, number>();
    for (const node of nodes.slice(0, copies)) {
      for (const other of valuesOf.get(node)!) shared.set(other, (shared.get(other) ?? 0) + 1);
    }
    for (const common of shared.values()) {
      variance += power(deadShare, 2 * copies - common) - alone * alone;
    }
  }
  for (const { length } of valuesOf.values()) if (length > most) most = length;
  const { length: count } = holders;
  return { reason: '', error: Math.sqrt(variance) / count, jump: most / count };
}

function power(base: number, exponent: number): number {
  let product = 1;
  for (let i = 0; i < exponent; i++) product *= base;
  return product;
}

class Run {
  readonly overlay: MainlineOverlay;
  readonly #options: ReplicaSurvivalOptions;
  readonly #campaigns: Campaigns;
  readonly #recorder: Recorder | null;
  readonly #targets: Uint8Array[] = [];

  constructor(options: ReplicaSurvivalOptions, recorder: Recorder | null) {
    const { seed, nodes, values, afterMs } = options;
    this.#options = options;
    this.#recorder = recorder;
    this.#campaigns = new Campaigns(seed, recorder);
    const random = new SeededRandom(seed, SeedStream.workload);
    for (let i = 0; i < values; i++) {
      const target = new Uint8Array(ID_BYTES);
      fillRandom(random, target, 0, ID_BYTES);
      this.#targets.push(target);
    }
    // Nothing is announced again, and nothing forgotten before the end.
    const peers = { ttlMs: 2 * afterMs + MINUTE_MS };
    const open = { onePerIp: false, inbound: false, outbound: false } as const;
    this.overlay = mainlineWorld(
      {
        ...{ seed, nodes, sha1, upkeep: true },
        network: { latency: { kind: 'king' } },
        settings: settingsFrom({ k: K, peers, ...open }),
      },
      this.#campaigns,
    );
    recorder?.begin(new RecordedMainline(this.overlay));
  }

  get aliveShare(): number {
    const { alive } = this.overlay.world;
    return alive.reduce((sum, isAlive) => sum + isAlive, 0) / alive.length;
  }

  /** Announces every value; who holds it, closest first. */
  store(watch: Watch): number[][] {
    const holders: number[][] = [];
    this.#campaigns.run(this.overlay, {
      ...{ lookups: this.#targets.length, kind: LookupKind.announce, watch },
      announcement: { port: 6881, impliedPort: false, seed: false },
      target: (n, id) => id.set(this.#targets[n]),
      onEnd: (lookup, _grade, n) => {
        holders[n] = [];
        lookup.closestAnswered(K, (row) => {
          holders[n].push(this.overlay.nodeAt(lookup.addressOf(row)));
        });
      },
    });
    return holders;
  }

  /** Lets nodes go, one after the other, each at its time. */
  live(watch: Watch): void {
    const { world } = this.overlay;
    const { halfLifeMs, afterMs, seed } = this.#options;
    const law = new Lifetime({ kind: 'exponential', meanMs: halfLifeMs * HALF_LIVES_PER_MEAN });
    const random = new SeededRandom(seed, SeedStream.faults);
    const die = world.subscribe((node) => this.overlay.crash(node));
    const startMs = world.now;
    for (let node = 0; node < world.count; node++) {
      const afterwardsMs = law.draw(random);
      if (afterwardsMs <= afterMs) world.schedule(startMs + afterwardsMs, die, node, 0);
    }
    const of = Math.ceil(afterMs / MINUTE_MS);
    for (let minute = 1; minute <= of; minute++) {
      const untilMs = Math.min(startMs + minute * MINUTE_MS, startMs + afterMs);
      while (world.step(untilMs)) this.#recorder?.passed();
      const { delivered: messages, elapsedMs: virtualMs } = world;
      watch({ unit: 'minute', done: minute, of, messages, virtualMs });
    }
  }

  /** Looks for every value from somewhere. */
  find(holders: readonly number[][], watch: Watch): { grades: Grade[]; found: number } {
    const found = new Set<number>();
    const grades = this.#campaigns.run(this.overlay, {
      ...{ lookups: holders.length, kind: LookupKind.getPeers, watch },
      target: (n, id) => id.set(this.#targets[n]),
      onPeer: (n) => found.add(n),
    });
    return { grades, found: found.size / holders.length };
  }

  lives(nodes: readonly number[]): boolean {
    return nodes.some((node) => this.overlay.world.alive[node] === 1);
  }
}

function share<T>(values: readonly T[], is: (value: T) => boolean): number {
  return values.filter(is).length / values.length;
}

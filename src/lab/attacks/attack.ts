/**
 * An attack and what keeps it away: one number, measured twice on the same seed, without the defence and
 * with it. Where ours cannot be switched off there is the second number alone.
 */
import { randomId } from '../../core/id.ts';
import { randomBelow, SeededRandom } from '../../core/random.ts';
import { type NodeChoices, settingsFrom } from '../../mainline/choices.ts';
import type { Settings } from '../../mainline/state.ts';
import type { AdversaryModel, Company, Engagement } from '../adversaries/adversary.ts';
import type { Conduct } from '../adversaries/conduct.ts';
import { within as between, type Check, shareError } from '../results/experiment.ts';
import type { Recorder } from '../results/recorder.ts';
import { SeedStream } from '../seed.ts';
import { Stage, type StagePlan } from './stage.ts';

/** All have joined and found each other by then; floods begin when it is over. */
export const SETTLE_MS: number = 5 * 60_000;

/** A flood of `forMs` after all have settled, and a second for what is on its way. */
export function flood(forMs: number): { schedule: Engagement; endMs: number } {
  const to = SETTLE_MS + forMs;
  return { schedule: { from: SETTLE_MS, to }, endMs: to + 1000 };
}

/** One run of an attack: how large, on which seed, and the stages that it needed. */
export class Trial {
  readonly seed: number;
  /** Honest nodes. */
  readonly honest: number;
  /** Lookups, announces or others that a share is measured on. */
  readonly count: number;
  readonly stages: Stage[] = [];
  readonly #recorder: Recorder | null;
  readonly #condition: string;
  readonly #aims: SeededRandom;

  /** Its lookups are recorded under the name of a condition. */
  constructor(
    seed: number,
    honest: number,
    count: number,
    recorder: Recorder | null = null,
    condition = '',
  ) {
    this.seed = seed;
    this.honest = honest;
    this.count = count;
    this.#recorder = recorder;
    this.#condition = condition;
    this.#aims = new SeededRandom(seed, SeedStream.aims);
  }

  /** What is attacked: an id by chance. */
  key(): Uint8Array {
    return randomId(this.#aims);
  }

  /** Who is attacked: an honest node by chance. */
  victim(): number {
    return randomBelow(this.#aims, this.honest);
  }

  stage(plan: Omit<StagePlan, 'seed' | 'honest' | 'recorder'>): Stage {
    const { seed, honest } = this;
    const recorder = this.#recorder;
    const stage = new Stage({ ...plan, seed, honest, recorder });
    recorder?.enter(stage.world, this.#condition);
    this.stages.push(stage);
    return stage;
  }

  /** One adversary among honest nodes, after a while. */
  against(model: Conduct & Company, settings: Settings, forMs: number = SETTLE_MS): Stage {
    const stage = this.stage({ adversaries: [model as AdversaryModel], settings });
    stage.run(forMs);
    return stage;
  }
}

/** Least and most, and why. */
export interface Bounds {
  readonly least: number;
  readonly most: number;
  readonly reason: string;
}

export interface Attack {
  /** As figures have it. */
  readonly name: string;
  /** What the attacker does. */
  readonly about: string;
  /** What the number says. */
  readonly measures: string;
  readonly defence: string;
  measure(trial: Trial, isDefended: boolean): number;
  /** Is the number a share of `trial.count`? Default true; else chance has no part in its bounds. */
  readonly isShare?: boolean;
  /** Where there is no defence that could be left out: null. */
  readonly undefended: Bounds | null;
  readonly defended: Bounds;
}

/** Honest nodes: no strangers to ration, everybody reachable; their defences as chosen. */
export function honestSettings(choices: NodeChoices = {}): Settings {
  const open = { readOnly: false, inbound: false, outbound: false } as const;
  return settingsFrom({ ...open, onePerNetwork: false, secureIds: false, ...choices });
}

export const within = (least: number, most: number, reason: string): Bounds => ({
  least,
  most,
  reason,
});

/** What was measured of `count` trials beside its bounds; chance is added where the number is a share. */
export function judged(
  name: string,
  { isShare = true }: Attack,
  { least, most, reason }: Bounds,
  count: number,
  measured: number,
): Check {
  const error = isShare ? Math.max(shareError(least, count), shareError(most, count)) : 0;
  const chance = { reason, error, jump: error > 0 ? 1 / count : 0 };
  return between(name, least, most, chance, measured);
}

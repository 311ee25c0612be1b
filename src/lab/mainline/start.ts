/**
 * How a world begins, before anything befalls it.
 *
 *     warm       all who are up have the table of a converged network at once
 *     protocol   each begins with nothing and joins through living nodes, so many a second
 *
 * Both lead to tables of the same size, filled in the same way. They differ in whom they hold: nodes
 * that joined early are known by many (8 to 225 tables each among 1,000 nodes, warm ones 40 to 85), so
 * replies overlap and lookups take a tenth more hops. That is Kademlia, which prefers old contacts,
 * and not an error: after an hour of churn the two cannot be told apart.
 *
 * Under churn nodes are met in the middle of their sessions, so that nothing has to warm up for hours.
 */

import { fieldsOf, numberIn, shown, wholeNumber } from '../../core/argument.ts';
import { SeededRandom } from '../../core/random.ts';
import type { MainlineObserver } from '../../mainline/state.ts';
import { Beginning } from '../life/beginning.ts';
import type { ChurnPlan } from '../life/churn.ts';
import { Life } from '../life/life.ts';
import { SeedStream } from '../seed.ts';
import { START_MS, type WorldOptions } from '../world-state.ts';
import {
  type MainlineOptions,
  type MainlineOverlay,
  mainlineWorld,
  populationOf,
} from './mainline-overlay.ts';

export interface StartModel {
  /** Default `warm`. */
  kind?: 'warm' | 'protocol';
  /** Share of the nodes that are up when churn does not decide it. Default 1. */
  up?: number;
  /** With `protocol`: how many join in a second. Default 10. */
  joinsPerSecond?: number;
}

export const JOINS_PER_SECOND = 10;

export interface LivingOptions extends WorldOptions, Omit<MainlineOptions, 'members'> {
  start?: StartModel;
  churn?: ChurnPlan | null;
}

export interface LivingWorld {
  overlay: MainlineOverlay;
  life: Life;
  /** Virtual time from the start until all have joined; 0 with a warm start. */
  joiningMs: number;
}

/** A world, its nodes, and their life. */
export function livingWorld(options: LivingOptions, observer: MainlineObserver): LivingWorld {
  const { seed, churn = null, start = {} } = options;
  // Latecomers, such as adversaries, begin by themselves and take no part in churn.
  const nodes = options.founders ?? options.nodes;
  const isWarm = (start.kind ?? 'warm') === 'warm';
  const population = populationOf(options);
  const keyOf = (node: number): number => population.keyOf(node);
  const beginning = new Beginning(churn, nodes, seed, keyOf, start.up);
  const { members } = beginning;
  const atOnce = members.length < nodes ? members : null;
  const overlay = mainlineWorld(
    { ...options, members: isWarm ? atOnce : NOBODY },
    observer,
    population,
  );
  const life = new Life(overlay, nodes);
  if (isWarm) {
    beginning.begin(life);
    return { overlay, life, joiningMs: 0 };
  }
  const { world } = overlay;
  const perSecond = start.joinsPerSecond ?? JOINS_PER_SECOND;
  const joiningMs = Math.ceil((members.length * 1000) / perSecond);
  const random = new SeededRandom(seed, SeedStream.churn);
  life.crowd([...members], joiningMs, 'blank', random);
  const begin = world.subscribe(() => beginning.begin(life));
  world.schedule(START_MS + joiningMs, begin, 0, 0);
  return { overlay, life, joiningMs };
}

const NOBODY = new Uint32Array(0);

/** More joins in a virtual second than a node answers queries. */
const JOINS_PER_SECOND_MAX = 1_000_000;

/** @throws TypeError or RangeError that names the field. */
export function checkStart(start: unknown, name = 'start'): StartModel {
  const model = typeof start === 'string' ? { kind: start } : start;
  const { kind, up, joinsPerSecond } = fieldsOf(model, name, ['kind', 'up', 'joinsPerSecond']);
  if (kind !== undefined && kind !== 'warm' && kind !== 'protocol') {
    throw new TypeError(`"${name}.kind" expected warm or protocol, got ${shown(kind)}`);
  }
  if (up !== undefined) numberIn(up, `${name}.up`, 1);
  if (joinsPerSecond !== undefined) {
    wholeNumber(joinsPerSecond, `${name}.joinsPerSecond`, 1, JOINS_PER_SECOND_MAX);
  }
  return model as StartModel;
}

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
import { Life, type Mortals } from '../life/life.ts';
import { SeedStream } from '../seed.ts';
import { START_MS, type WorldOptions } from '../world-state.ts';
import { type MainlineOptions, type MainlineOverlay, mainlineWorld } from './mainline-overlay.ts';
import { populationOf } from './population.ts';

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
  const population = populationOf(options);
  const beginning = beginningOf(options, (node) => population.keyOf(node));
  const nodes = foundersOf(options);
  const members = isWarm(options) ? beginning.members : NOBODY;
  const overlay = mainlineWorld(
    { ...options, members: members.length < nodes ? members : null },
    observer,
    population,
  );
  return { overlay, ...lifeOf(overlay, beginning, options) };
}

/** Latecomers, such as adversaries, begin by themselves and take no part in churn. */
function foundersOf({ founders, nodes }: LivingOptions): number {
  return founders ?? nodes;
}

/** Do those who are up at first have their tables at once? */
export function isWarm({ start }: LivingOptions): boolean {
  return (start?.kind ?? 'warm') === 'warm';
}

/** Who is up at first. @param keyOf what tells a node from all others in any world */
export function beginningOf(options: LivingOptions, keyOf: (node: number) => number): Beginning {
  const { seed, churn = null, start = {} } = options;
  return new Beginning(churn, foundersOf(options), seed, keyOf, start.up);
}

/** Lets time begin for those who live in a world that stands. */
export function lifeOf(
  mortals: Mortals,
  beginning: Beginning,
  options: LivingOptions,
): Pick<LivingWorld, 'life' | 'joiningMs'> {
  const { seed, start = {} } = options;
  const life = new Life(mortals, foundersOf(options));
  if (isWarm(options)) {
    beginning.begin(life);
    return { life, joiningMs: 0 };
  }
  const { world } = mortals;
  const { members } = beginning;
  const perSecond = start.joinsPerSecond ?? JOINS_PER_SECOND;
  const joiningMs = Math.ceil((members.length * 1000) / perSecond);
  const random = new SeededRandom(seed, SeedStream.churn);
  life.crowd([...members], joiningMs, 'blank', random);
  const begin = world.subscribe(() => beginning.begin(life));
  world.schedule(START_MS + joiningMs, begin, 0, 0);
  return { life, joiningMs };
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

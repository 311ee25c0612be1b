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
import { Churn, type ChurnModel, type TraceStep, upAtFirst } from '../life/churn.ts';
import { Life } from '../life/life.ts';
import { SeedStream } from '../seed.ts';
import { START_MS, type WorldOptions } from '../world-state.ts';
import { type MainlineOptions, type MainlineOverlay, mainlineWorld } from './mainline-overlay.ts';

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
  churn?: ChurnModel | { trace: readonly TraceStep[] } | null;
}

export interface LivingWorld {
  overlay: MainlineOverlay;
  life: Life;
  /** Virtual time from the start until all have joined; 0 with a warm start. */
  joiningMs: number;
}

/** A world, its nodes, and their life. */
export function livingWorld(options: LivingOptions, observer: MainlineObserver): LivingWorld {
  const { seed, churn: choice = null, start = {} } = options;
  // Latecomers, such as adversaries, begin by themselves and take no part in churn.
  const nodes = options.founders ?? options.nodes;
  const random = new SeededRandom(seed, SeedStream.churn);
  const isWarm = (start.kind ?? 'warm') === 'warm';
  const churn = choice && !('trace' in choice) ? new Churn(choice) : null;
  const restsMs = new Float64Array(churn ? nodes : 0);
  const members = membersOf();
  const overlay = mainlineWorld(
    { ...options, members: isWarm ? (members.length < nodes ? members : null) : NOBODY },
    observer,
  );
  const life = new Life(overlay, nodes);
  if (isWarm) {
    proceed();
    return { overlay, life, joiningMs: 0 };
  }
  const perSecond = start.joinsPerSecond ?? JOINS_PER_SECOND;
  const joiningMs = Math.ceil((members.length * 1000) / perSecond);
  life.crowd([...members], joiningMs, 'blank', random);
  overlay.world.schedule(START_MS + joiningMs, overlay.world.subscribe(proceed), 0, 0);
  return { overlay, life, joiningMs };

  /** Who is up at first, ascending. */
  function membersOf(): Uint32Array {
    const isUp = new Uint8Array(nodes).fill(1);
    if (churn) {
      for (let node = 0; node < nodes; node++) {
        const standing = churn.standing(random);
        isUp[node] = standing.isUp ? 1 : 0;
        restsMs[node] = standing.restMs;
      }
    } else if (choice && 'trace' in choice) {
      isUp.set(upAtFirst(choice.trace, nodes));
    } else if (start.up !== undefined && start.up < 1) {
      const below = start.up * 0x100000000;
      for (let node = 0; node < nodes; node++) isUp[node] = random.uint32() < below ? 1 : 0;
    }
    const members = new Uint32Array(isUp.reduce((sum, up) => sum + up, 0));
    let count = 0;
    for (let node = 0; node < nodes; node++) if (isUp[node] === 1) members[count++] = node;
    return members;
  }

  function proceed(): void {
    if (churn) life.beginChurn(churn, restsMs);
    else if (choice && 'trace' in choice) life.follow(choice.trace);
  }
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

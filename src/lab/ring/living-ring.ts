/**
 * A ring whose nodes come and go: a warm ring of those who are up, and the life of all (life/life.ts). Where
 * a node stands on the circle follows from its address and not from its number, so those who are up at
 * first have the lowest numbers.
 */
import { SeededRandom } from '../../core/random.ts';
import { Churn, type ChurnModel, type TraceStep, upAtFirst } from '../life/churn.ts';
import { Life } from '../life/life.ts';
import { SeedStream } from '../seed.ts';
import type { WorldOptions } from '../world-state.ts';
import { type RingOptions, type RingOverlay, type RingWatcher, ringWorld } from './ring-overlay.ts';

export interface LivingRingOptions extends WorldOptions, Omit<RingOptions, 'members'> {
  churn?: ChurnModel | { trace: readonly TraceStep[] } | null;
}

export interface LivingRing {
  overlay: RingOverlay;
  life: Life;
}

/** @throws RangeError for a trace whose nodes are in no order. */
export function livingRing(options: LivingRingOptions, watcher: RingWatcher): LivingRing {
  const { churn: choice = null, seed, nodes, ...others } = options;
  let members = nodes;
  let churn: Churn | null = null;
  const restsMs = new Float64Array(nodes);
  if (choice !== null && 'trace' in choice) {
    const isUp = upAtFirst(choice.trace, nodes);
    members = isUp.reduce((sum, up) => sum + up, 0);
    if (isUp.subarray(0, members).includes(0)) {
      throw new RangeError(
        '"churn.trace" expected those who join later to have the highest numbers',
      );
    }
  } else if (choice !== null) {
    churn = new Churn(choice);
    const random = new SeededRandom(seed, SeedStream.churn);
    const standings = Array.from({ length: nodes }, () => churn!.standing(random));
    standings.sort((a, b) => Number(b.isUp) - Number(a.isUp));
    members = Math.max(1, standings.filter(({ isUp }) => isUp).length);
    for (const [node, { restMs }] of standings.entries()) restsMs[node] = restMs;
  }
  const overlay = ringWorld({ seed, nodes, members, ...others }, watcher);
  const life = new Life(overlay);
  if (churn !== null) life.beginChurn(churn, restsMs);
  else if (choice !== null && 'trace' in choice) life.follow(choice.trace);
  return { overlay, life };
}

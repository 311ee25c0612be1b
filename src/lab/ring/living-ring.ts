/**
 * A ring whose nodes come and go: a warm ring of those who are up, and the life of all (life/life.ts). Where
 * a node stands on the circle follows from its address and not from its number, so those who are up at
 * first have the lowest numbers.
 */
import { Beginning } from '../life/beginning.ts';
import type { ChurnPlan } from '../life/churn.ts';
import { Life } from '../life/life.ts';
import type { WorldOptions } from '../world-state.ts';
import { type RingOptions, type RingOverlay, type RingWatcher, ringWorld } from './ring-overlay.ts';

export interface LivingRingOptions extends WorldOptions, Omit<RingOptions, 'members'> {
  churn?: ChurnPlan | null;
}

export interface LivingRing {
  overlay: RingOverlay;
  life: Life;
}

/** @throws RangeError for a trace whose nodes are in no order. */
export function livingRing(options: LivingRingOptions, watcher: RingWatcher): LivingRing {
  const { churn = null, seed, nodes, ...others } = options;
  const beginning = new Beginning(churn, nodes, seed);
  const members = Math.max(1, beginning.upCount);
  if (churn !== null && 'trace' in churn) {
    if (beginning.isUp.subarray(0, members).includes(0)) {
      throw new RangeError(
        '"churn.trace" expected those who join later to have the highest numbers',
      );
    }
  } else beginning.bringUpFirst();
  const overlay = ringWorld({ seed, nodes, members, ...others }, watcher);
  const life = new Life(overlay);
  beginning.begin(life);
  return { overlay, life };
}

/**
 * A configuration as what the lab's rooms take: its network and its churn.
 */
import { CHURN_PRESETS, type ChurnModel } from '../../lab/life/churn.ts';
import type { NetworkModel } from '../../lab/network/network-model.ts';
import type { SceneConfig, SceneOverlay } from '../protocol/config.ts';

export function networkOf({ latencyMs, loss, family }: SceneConfig): NetworkModel {
  return { latency: latencyOf(latencyMs), loss, family };
}

export function latencyOf(ms: number | null): NetworkModel['latency'] {
  return ms === null ? { kind: 'king' } : { kind: 'constant', ms };
}

/** 1 / ln 2: the mean of an exponential law from its median. */
const MEAN_PER_MEDIAN = Math.LOG2E;
const MINUTE_MS = 60_000;

/**
 * Whoever comes back knows what it knew: in a ring that is its disk, and one that loses everything at
 * every restart shows nothing but loss.
 */
export function churnOf(choice: string | number, overlay: SceneOverlay): ChurnModel {
  if (typeof choice === 'number') {
    const meanMs = choice * MINUTE_MS * MEAN_PER_MEDIAN;
    return { up: { kind: 'exponential', meanMs }, rejoin: 'memory' };
  }
  const model = CHURN_PRESETS[choice as keyof typeof CHURN_PRESETS];
  return overlay === 'ring' ? { ...model, rejoin: 'memory' } : model;
}

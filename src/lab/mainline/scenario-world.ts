/**
 * The world of a scenario: of one address family, maybe with adversaries, or of hosts that have both. Either
 * way whoever runs it has a list of families, each with the nodes and the oracle of a network.
 */
import type { MainlineObserver } from '../../mainline/state.ts';
import type { AdversaryModel } from '../adversaries/adversary.ts';
import { besiegedWorld } from '../adversaries/besieged.ts';
import type { Cast } from '../adversaries/cast.ts';
import type { Life } from '../life/life.ts';
import type { Recorded } from '../results/recorded.ts';
import type { World } from '../world.ts';
import { type DualStackOptions, livingDualStack } from './dual-stack.ts';
import type { MainlineOverlay } from './mainline-overlay.ts';
import { RecordedDualStack } from './recorded-dual-stack.ts';
import { RecordedMainline } from './recorded-mainline.ts';
import type { LivingOptions } from './start.ts';

export interface ScenarioWorld {
  world: World;
  life: Life;
  /** IPv4 first, where there are both. */
  families: readonly MainlineOverlay[];
  joiningMs: number;
  cast: Cast | null;
  /** As a recorder sees it. */
  recorded(): Recorded;
}

export function scenarioWorld(
  options: LivingOptions & { adversaries: readonly AdversaryModel[] },
  observer: MainlineObserver,
): ScenarioWorld {
  if (options.network.family === 'both') {
    const { stack, life, joiningMs } = livingDualStack(options as DualStackOptions, [
      observer,
      observer,
    ]);
    const { world, families } = stack;
    const recorded = (): Recorded => new RecordedDualStack(stack);
    return { world, families, life, joiningMs, cast: null, recorded };
  }
  const { overlay, life, joiningMs, cast } = besiegedWorld(options, observer);
  const { world } = overlay;
  const recorded = (): Recorded => new RecordedMainline(overlay);
  return { world, families: [overlay], life, joiningMs, cast, recorded };
}

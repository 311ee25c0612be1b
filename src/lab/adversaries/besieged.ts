/**
 * A world with adversaries in it: who they are follows from plain data, honest nodes get a settlement of
 * networks to live in beside theirs, and the cast enters by itself as time goes by.
 *
 * Without adversaries the world is the one that `livingWorld` makes: nobody pays for what is not there.
 */
import type { MainlineObserver } from '../../mainline/state.ts';
import { type LivingOptions, type LivingWorld, livingWorld } from '../mainline/start.ts';
import { type AdversaryModel, bandsOf } from './adversary.ts';
import { Cast } from './cast.ts';
import { settled } from './settlement.ts';

export interface BesiegedWorld extends LivingWorld {
  cast: Cast | null;
}

/** `nodes` are the honest ones. @throws TypeError or RangeError that names the field of an adversary. */
export function besiegedWorld(
  options: LivingOptions & { adversaries?: readonly AdversaryModel[] },
  observer: MainlineObserver,
): BesiegedWorld {
  const { seed, nodes: honest, adversaries = [] } = options;
  const bands = bandsOf(adversaries, honest);
  if (bands.length === 0) return { ...livingWorld(options, observer), cast: null };
  let cast: Cast | null = null;
  const world = livingWorld(
    {
      ...options,
      nodes: bands.reduce((sum, { count }) => sum + count, honest),
      founders: honest,
      settlement: settled(seed, honest, bands),
    },
    {
      ...observer,
      onAnswer: (call, message, rttMs, from) => {
        if (!cast?.onAnswer(call, message)) observer.onAnswer(call, message, rttMs, from);
      },
      onSilence: (call, wasSent) => {
        if (!cast?.onSilence(call)) observer.onSilence(call, wasSent);
      },
    },
  );
  cast = new Cast(world.overlay, bands, honest);
  return { ...world, cast };
}

/**
 * Storms of one kind of weather each, as trials of the lab: about one step a second while programs write
 * and read, then calm, and the history is judged. RING_SEEDS=1000-1999 runs a thousand of each.
 */
import { describe, expect, it } from 'vitest';
import { randomBelow, SeededRandom } from '../../../src/core/random.ts';
import type { RingStep } from '../../../src/lab/ring/ring-life.ts';
import { type RingPlan, runRingTrial } from '../../../src/lab/ring/ring-trial.ts';

const SEEDS = (process.env['RING_SEEDS'] ?? '1-1').split('-').map(Number);

type StormKind = Extract<
  RingStep['do'],
  'join' | 'leave' | 'loss' | 'cut' | 'crash' | 'pause' | 'both'
>;

interface Storm {
  k: number;
  members: number;
  identities?: number;
  stormMs: number;
  /** What happens, one as likely as the other. */
  kinds: readonly StormKind[];
  /** Processes that may be gone at a time. */
  budget: number;
}

const STORMS = {
  'joins only': { k: 2, members: 3, stormMs: 15_000, kinds: ['join'], budget: 0 },
  'joins and leaves': { k: 1, members: 4, stormMs: 20_000, kinds: ['join', 'leave'], budget: 0 },
  'joins and leaves without backups': {
    ...{ k: 0, members: 4, stormMs: 20_000, kinds: ['join', 'leave'], budget: 0 },
  },
  'crashes and restarts': { k: 2, members: 5, stormMs: 20_000, kinds: ['crash'], budget: 2 },
  partitions: { k: 2, members: 5, stormMs: 20_000, kinds: ['cut'], budget: 5 },
  everything: {
    ...{ k: 2, members: 5, stormMs: 30_000, budget: 5 },
    kinds: ['join', 'leave', 'crash', 'pause', 'cut'],
  },
  'everything with virtual nodes': {
    ...{ k: 1, members: 4, identities: 3, stormMs: 25_000, budget: 4 },
    kinds: ['join', 'leave', 'crash', 'pause', 'cut'],
  },
  // Two within one repair, for good.
  'lost disks': {
    ...{ k: 2, members: 6, stormMs: 30_000, kinds: ['join', 'leave', 'loss'], budget: 2 },
  },
} satisfies Record<string, Storm>;

function stepOf(random: SeededRandom, kinds: Storm['kinds'], atMs: number): RingStep {
  const kind = kinds[randomBelow(random, kinds.length)];
  const forMs = 500 + randomBelow(random, 8000);
  const blow = {
    count: 1,
    silent: randomBelow(random, 3) === 0,
    aimed: randomBelow(random, 2) === 0,
  };
  if (kind === 'join') return { atMs, do: 'join' };
  if (kind === 'leave') return { atMs, do: 'leave', isWiped: randomBelow(random, 2) === 0 };
  if (kind === 'loss') return { atMs, do: 'loss', ...blow };
  if (kind === 'cut') return { atMs, do: 'cut', share: 0.5, cut: 'both', forMs };
  return { atMs, do: kind, forMs, ...blow };
}

function planOf({ k, members, identities = 1, stormMs, kinds, budget }: Storm, seed: number) {
  const random = new SeededRandom(seed, 99);
  const steps: RingStep[] = [];
  for (let atMs = 3000; atMs < stormMs; atMs += 100 + randomBelow(random, 1800)) {
    steps.push(stepOf(random, kinds, atMs));
  }
  return {
    ...{ seed, nodes: 2 * members, members, identities, steps, budget, isLossy: false },
    settings: { k, pulseMs: 500, pulseTimeoutMs: 800, repairMs: 2000, selfTestMs: 3000 },
    network: { latency: { kind: 'uniform', lowMs: 1, highMs: 30 } },
    disk: { flushMs: 1, spreadMs: 9, ahead: 0.5 },
    ...{ keys: 20, valueBytes: [8, 200], commandMs: 100, faultsMs: stormMs },
  } satisfies RingPlan;
}

describe.each(Object.keys(STORMS) as (keyof typeof STORMS)[])('%s', (name) => {
  for (let seed = SEEDS[0]; seed <= SEEDS[1]; seed++) {
    it(`seed ${seed}`, () => {
      const { acknowledged, disturbances } = runRingTrial(planOf(STORMS[name], seed));
      expect(acknowledged).toBeGreaterThan(50);
      expect(disturbances).toBeGreaterThan(3);
    });
  }
});

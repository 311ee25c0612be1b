import { expect, test } from 'vitest';
import { ringPlanOf } from '../../../src/lab/ring/ring-soak.ts';
import { type RingPlan, RingTrial, runRingTrial } from '../../../src/lab/ring/ring-trial.ts';
import { Violation } from '../../../src/lab/violation.ts';

const CALM: RingPlan = {
  ...{ seed: 3, nodes: 8, members: 5, identities: 1, settings: { k: 2 } },
  network: { latency: { kind: 'constant', ms: 10 } },
  disk: { flushMs: 5 },
  steps: [
    { atMs: 2000, do: 'join' },
    { atMs: 5000, do: 'leave', isWiped: true },
    { atMs: 8000, do: 'crash', count: 1, silent: false, aimed: false, forMs: 3000 },
  ],
  ...{ budget: 2, isLossy: false, keys: 8, valueBytes: [8, 200], commandMs: 50, faultsMs: 15_000 },
};

test('a trial is the same again, and its programs have been at work', () => {
  const result = runRingTrial(CALM);
  expect(runRingTrial(CALM)).toEqual(result);
  expect(result.operations).toBeGreaterThan(200);
  expect(result.acknowledged).toBeGreaterThan(100);
  expect(result.disturbances).toBeGreaterThanOrEqual(3);
  expect(result.survivors).toBe(5);
});

/** What a trial says when all records are taken from all stores of a whole ring. */
function robbed(seed: number): unknown {
  const trial = new RingTrial({ ...CALM, seed });
  const { overlay } = trial;
  const thief = overlay.world.subscribe(() => {
    for (let node = 0; node < overlay.count; node++) {
      const store = overlay.storeOf(node);
      const keys: Uint8Array[] = [];
      store.range(null, null, (key) => keys.push(key.slice()) > 0);
      for (const key of keys) store.remove(key, 0);
    }
  });
  overlay.world.schedule(overlay.world.now + 4600, thief, 0, 0);
  try {
    trial.run();
    return null;
  } catch (error) {
    return error;
  }
}

test('records that are taken from every store behind its back are missed', () => {
  // Not each time: the writers may have written them all again before somebody looks.
  const verdicts = [1, 2, 3, 4, 5, 6].map(robbed);
  expect(verdicts.filter((verdict) => verdict instanceof Violation).length).toBeGreaterThan(2);
});

test('any plan of the soak can be run as it is', () => {
  expect(runRingTrial(ringPlanOf(20)).seed).toBe(20);
});

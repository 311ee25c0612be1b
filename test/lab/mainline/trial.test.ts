import { describe, expect, test } from 'vitest';
import { runTrial, type TrialPlan } from '../../../src/lab/mainline/trial.ts';
import { Violation } from '../../../src/lab/violation.ts';

const MINUTE_MS = 60_000;

const PLAN: TrialPlan = {
  seed: 1,
  nodes: 24,
  network: { latency: { kind: 'uniform', lowMs: 10, highMs: 90 }, loss: 0.02 },
  start: { kind: 'warm' },
  churn: { up: { kind: 'exponential', meanMs: 20 * MINUTE_MS }, rejoin: 'memory' },
  node: { k: 8, alpha: 3, shortTimeoutMs: 2000, shortTimeoutMsMin: 2000, timeoutMs: 4000 },
  schedule: [
    { at: '2 min', crash: { share: 0.3 } },
    { at: '3 min', pause: { share: 0.3, for: '90 s' } },
    { at: '4 min', partition: { share: 0.5, for: '30 s' } },
  ],
  callsPerMinute: 30,
  faultsMs: 8 * MINUTE_MS,
  healingMs: 40 * MINUTE_MS,
  expected: { exactShare: 1, deadShare: 0.01 },
};

describe('a trial', { timeout: 60_000 }, () => {
  test('passes, twice the same, and says what it did', () => {
    const result = runTrial(PLAN);
    expect(runTrial(PLAN)).toEqual(result);
    expect(result).toMatchObject({
      seed: 1,
      nodes: 24,
      traceHash: expect.stringMatching(/^[0-9a-f]{16}$/),
    });
    expect(result.calls).toBeGreaterThan(60);
    expect(result.checks).toBeGreaterThan(10_000);
    expect(result.survivors).toBeGreaterThan(3);
    expect(result.survivors).toBeLessThan(24);
    expect(result.virtualMs).toBeGreaterThanOrEqual(48 * MINUTE_MS);
    expect(runTrial({ ...PLAN, seed: 2 }).traceHash).not.toBe(result.traceHash);
  });

  test('fails when there was no time to heal', () => {
    const schedule = [{ at: '7 min', crash: { share: 0.6 } }];
    const wounded = { ...PLAN, churn: null, schedule, healingMs: 0 };
    expect(() => runTrial(wounded)).toThrow(Violation);
    runTrial({ ...wounded, healingMs: 40 * MINUTE_MS });
  });
});

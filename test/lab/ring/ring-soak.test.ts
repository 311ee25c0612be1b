import { describe, expect, test } from 'vitest';
import {
  RingSoakFailure,
  ringPlanOf,
  ringSoak,
  ringSoakOnce,
} from '../../../src/lab/ring/ring-soak.ts';

describe('the soak of the ring', () => {
  test('a seed is one plan, plain data, within the bounds it is given', () => {
    for (let seed = 1; seed <= 200; seed++) {
      const plan = ringPlanOf(seed);
      expect(plan).toEqual(ringPlanOf(seed));
      expect(JSON.parse(JSON.stringify(plan))).toEqual(plan);
      expect(plan.members).toBeLessThanOrEqual(plan.nodes);
      if (seed % 4 === 0) {
        // Joins and leaves only.
        expect(plan.steps.every((step) => ['join', 'leave'].includes(step.do))).toBe(true);
        expect(plan.budget).toBe(0);
      }
      for (const { atMs } of plan.steps) expect(atMs).toBeLessThan(plan.faultsMs);
    }
    expect(ringPlanOf(7, { nodes: 5 }).nodes).toBe(10);
  });

  test('random trials keep every promise', { timeout: 120_000 }, () => {
    const passed: number[] = [];
    const report = ringSoak({
      ...{ seed: 1, runs: 12, registers: 2, version: 'test' },
      passed: ({ seed }) => passed.push(seed),
    });
    expect(passed).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    expect(report.operations).toBeGreaterThan(1000);
    expect(report.checks).toBeGreaterThan(1000);
    expect(report.disturbances).toBeGreaterThan(20);
    expect(report.acts).toBeGreaterThan(500);
  });

  test('where there are backups and anything may happen, some steps are worse than crashes', () => {
    const worse = ['empty', 'power', 'jump', 'hang'];
    let count = 0;
    for (let seed = 0; seed < 400; seed++) {
      const { settings, steps } = ringPlanOf(seed);
      expect(settings.k === 0).toBe(seed % 16 === 8);
      const its = steps.filter((step) => worse.includes(step.do));
      if (seed % 4 !== 3) expect(its).toEqual([]);
      count += its.length;
    }
    expect(count).toBeGreaterThan(50);
  });

  test('in some of these, programs do not wait long for their writes', () => {
    const plans = Array.from({ length: 320 }, (_, seed) => ringPlanOf(seed));
    const hurried = plans.filter(({ hurriedMs }) => hurriedMs !== undefined);
    expect(hurried).toHaveLength(30);
    expect(hurried.every(({ seed }) => seed % 4 === 3)).toBe(true);
  });

  // A leaver that outbid its own heir (48); titles that a few had made of themselves (7); one without electors
  // (481), with a joiner as its only one, that had written nothing down (700327), with one copy only (710159); one
  // of a joiner that never heard of it (740244); a leaver whose copy was wanted for ever (740369); a copy for a
  // while that kept what had come meanwhile (155).
  test.each([7, 48, 155, 481, 700_327, 710_159, 740_244, 740_369])(
    'seed %i, which once failed',
    { timeout: 60_000 },
    (seed) => {
      expect(ringSoakOnce(seed, { version: 'test' }).seed).toBe(seed);
    },
  );

  test('a failure says what to type to see it again', () => {
    const failure = new RingSoakFailure(ringPlanOf(9), new Error('boom'), '1.2.3', { nodes: 4 });
    expect(failure.replay).toBe('ringlight lab soak --overlay ring --seed 9 --nodes 4 --runs 1');
    expect(failure.message).toBe(`crashed: boom; replay: ${failure.replay} (version 1.2.3)`);
  });

  test('stops when it is told to', () => {
    const report = ringSoak({ seed: 1, runs: 5, version: 'test', goesOn: () => false });
    expect(report.trials).toBe(0);
  });
});

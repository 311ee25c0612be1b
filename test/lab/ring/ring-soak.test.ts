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
    expect(ringPlanOf(7, 5).nodes).toBe(10);
  });

  test('random trials keep every promise', { timeout: 120_000 }, () => {
    const passed: number[] = [];
    const report = ringSoak({
      ...{ seed: 1, runs: 12, version: 'test' },
      passed: ({ seed }) => passed.push(seed),
    });
    expect(passed).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    expect(report.operations).toBeGreaterThan(1000);
    expect(report.checks).toBeGreaterThan(1000);
    expect(report.disturbances).toBeGreaterThan(20);
  });

  // Two owners, when a leaver's heir refused (184); after a crash with a quick restart (142); when somebody
  // asked a joiner before it had its switch (268).
  test.each([142, 184, 268])('seed %i, which once failed', (seed) => {
    expect(ringSoakOnce(seed, 'test').seed).toBe(seed);
  });

  test('a failure says what to type to see it again', () => {
    const failure = new RingSoakFailure(ringPlanOf(9), new Error('boom'), '1.2.3', 4);
    expect(failure.replay).toBe('ringlight lab soak --overlay ring --seed 9 --nodes 4 --runs 1');
    expect(failure.message).toBe(`crashed: boom; replay: ${failure.replay} (version 1.2.3)`);
  });

  test('stops when it is told to', () => {
    const report = ringSoak({ seed: 1, runs: 5, version: 'test', goesOn: () => false });
    expect(report.trials).toBe(0);
  });
});

describe('the soak of the ring with titles', () => {
  test('its plans are plain data, with worse steps where anything may happen', () => {
    const worse = ['empty', 'power', 'jump', 'hang'];
    let count = 0;
    for (let seed = 0; seed < 400; seed++) {
      const plan = ringPlanOf(seed, undefined, true);
      expect(JSON.parse(JSON.stringify(plan))).toEqual(plan);
      expect(plan.settings).toMatchObject({ titles: true });
      expect(plan.settings.k).toBeGreaterThan(0);
      const steps = plan.steps.filter((step) => worse.includes(step.do));
      if (seed % 4 !== 3) expect(steps).toEqual([]);
      count += steps.length;
    }
    expect(count).toBeGreaterThan(50);
  });

  // A leaver that outbid its own heir (48); titles that a few had made of themselves (7); one without electors
  // (481), with a joiner as its only one, that had written nothing down (700327), with one copy only (710159).
  test.each([7, 48, 481, 700_327, 710_159])(
    'seed %i, which once failed',
    { timeout: 60_000 },
    (seed) => {
      expect(ringSoakOnce(seed, 'test', undefined, true).seed).toBe(seed);
    },
  );

  test('a failure says what to type to see it again', () => {
    const failure = new RingSoakFailure(ringPlanOf(9, undefined, true), new Error('boom'), '1.2.3');
    expect(failure.replay).toBe('ringlight lab soak --overlay ring --seed 9 --titles --runs 1');
  });
});

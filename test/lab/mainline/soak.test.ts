/**
 * The soak, for a fixed number of seeds, and for every seed that once found something. `npm run soak`
 * goes on for as long as it is told.
 */
import { describe, expect, test } from 'vitest';
import { checkSchedule } from '../../../src/lab/life/schedule.ts';
import {
  planOf,
  SOAK_NODES_MAX,
  SOAK_NODES_MIN,
  SoakFailure,
  soak,
  soakOnce,
} from '../../../src/lab/mainline/soak.ts';
import { checkNetwork } from '../../../src/lab/network/network-model.ts';

/** Seeds and what they found in the node. Several found the same; the quickest is kept. */
const FOUND: [seed: number, what: string][] = [
  [88, 'a full last bucket was never refreshed: a node that joined badly stayed a stranger'],
  [2, 'two halves of a small network that each took the other for dead stayed apart'],
  [69, 'the same, founded at once through two bootstrap addresses'],
  [173, 'a lookup gave up when the k closest of the table were dead, however many others it had'],
];
/** A trial takes a second; on a machine with other things to do it may take many. */
const PATIENCE_MS = 120_000;

describe('trials of some seeds', () => {
  test.each([3, 4, 5, 6])(
    'seed %i passes',
    (seed) => {
      expect(soakOnce(seed, 'test').checks).toBeGreaterThan(1000);
    },
    PATIENCE_MS,
  );
});

describe('what was found stays found', () => {
  test.each(FOUND)(
    'seed %i: %s',
    (seed) => {
      soakOnce(seed, 'test');
    },
    PATIENCE_MS,
  );
});

test('plans are plain data, valid, and as different as their seeds', () => {
  const plans = Array.from({ length: 100 }, (_, seed) => planOf(seed));
  for (const plan of plans) {
    expect(JSON.parse(JSON.stringify(plan))).toEqual(plan);
    expect(plan.nodes).toBeGreaterThanOrEqual(SOAK_NODES_MIN);
    expect(plan.nodes).toBeLessThanOrEqual(SOAK_NODES_MAX);
    checkNetwork(plan.network);
    checkSchedule(plan.schedule, plan.nodes);
    expect(planOf(plan.seed)).toEqual(plan);
    // The same with a number of nodes of somebody's own: a failure can be made smaller.
    expect({ ...planOf(plan.seed, 30), nodes: plan.nodes }).toEqual(plan);
  }
  expect(new Set(plans.map((plan) => JSON.stringify({ ...plan, seed: 0 }))).size).toBe(100);
});

describe('soak', () => {
  test('goes from seed to seed until it is told to stop, and adds up', () => {
    const seeds: number[] = [];
    const report = soak({
      ...{ seed: 5, runs: 9, nodes: 8, version: 'test' },
      goesOn: () => seeds.length < 2,
      passed: (result) => seeds.push(result.seed),
    });
    expect(seeds).toEqual([5, 6]);
    expect(report.trials).toBe(2);
    expect(report.checks).toBeGreaterThan(1000);
    expect(report.virtualMs).toBeGreaterThan(80 * 60_000);
    expect(soak({ seed: 5, runs: 0, version: 'test' })).toMatchObject({ trials: 0, checks: 0 });
  });

  test('a failure is one line with what to type', () => {
    const failure = new SoakFailure(planOf(17, 40), new Error('node 7 is blue'), '1.2.3');
    expect(failure.message).toBe(
      'crashed: node 7 is blue; replay: ringlight lab soak --seed 17 --nodes 40 --runs 1 (version 1.2.3)',
    );
    expect(failure.plan.seed).toBe(17);
  });
});

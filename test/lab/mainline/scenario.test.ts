import { describe, expect, test } from 'vitest';
import {
  SCENARIO_DEFAULTS,
  SCENARIO_METRICS,
  type ScenarioOptions,
  scenario,
} from '../../../src/lab/mainline/scenario.ts';
import { Recorder } from '../../../src/lab/results/recorder.ts';
import { runRowOf } from '../../../src/results/run.ts';

const SMALL: ScenarioOptions = { ...SCENARIO_DEFAULTS, nodes: 40, faultsMs: 120_000 };

describe('a scenario', () => {
  test('without faults: every call ends well, nothing is violated', () => {
    const result = scenario(SMALL);
    expect(result).toMatchObject({ experiment: 'scenario', nodes: 40, seed: 1, pass: true });
    expect(result.metrics.successRate).toBe(1);
    expect(result.figures).toMatchObject({ interruptedRate: 0, foundRate: 1, upAtEnd: 1 });
    expect(result.figures['safetyChecks']).toBeGreaterThan(10_000);
    expect(result.checks.map(({ name }) => name)).toEqual(['violations']);
  });

  test('steps befall it, and what they did is seen', () => {
    const crash = scenario({
      ...SMALL,
      schedule: [{ at: '30 s', crash: { first: 1, last: 12 } }],
    });
    expect(crash.figures['upAtEnd']).toBe(28 / 40);
    expect(crash.pass).toBe(true);
  });

  test('routers that fall are up again, and through them whoever begins blank', () => {
    const { figures, metrics, pass } = scenario({
      ...SMALL,
      start: { kind: 'warm', up: 0.2 },
      schedule: [
        { at: '10 s', crash: { nodes: [0, 13, 26] } },
        { at: '90 s', join: { share: 1, within: '5 s' } },
      ],
      faultsMs: 300_000,
    });
    expect(figures['upAtEnd']).toBe(1);
    expect(metrics.successRate).toBeGreaterThan(0.9);
    expect(pass).toBe(true);
  });

  test('adversaries have their time in it, and the same seed is the same run', () => {
    const options: ScenarioOptions = {
      ...{ ...SMALL, faultsMs: 240_000, safety: false },
      adversaries: [
        { kind: 'droppers', share: 0.3, schedule: { from: '1 min' } },
        { kind: 'garbage', at: { node: 3 }, count: 1, perSecond: 5 },
      ],
    };
    const { figures, metrics, traceHash, checks } = scenario(options);
    expect(figures['garbageForged']).toBeGreaterThan(100);
    expect(figures['upAtEnd']).toBe(1);
    expect(metrics.successRate).toBe(1);
    expect(checks).toEqual([]);
    expect(scenario(options).traceHash).toBe(traceHash);
    const quiet = scenario({ ...options, adversaries: [] });
    expect(metrics.latencyMs.p90).toBeGreaterThan(quiet.metrics.latencyMs.p90);
  });

  test('healing is judged: what cannot be true again is a violation that says what', () => {
    const hopeless = { exactShare: 1, deadShare: -1 };
    const options = { ...SMALL, nodes: 20, healingMs: 60_000 };
    expect(scenario(options).pass).toBe(true);
    const result = scenario({ ...options, healed: hopeless });
    expect(result.pass).toBe(false);
    const violations = result.checks.find(({ name }) => name === 'violations')!;
    expect(violations).toMatchObject({
      measured: 1,
      detail: expect.stringMatching(/^few dead at/),
    });
  });

  test('expectations become checks, of every metric there is', () => {
    const expect_ = SCENARIO_METRICS.map((metric) => ({ metric, expected: 0, tolerance: 1e9 }));
    const { checks, metrics } = scenario({ ...SMALL, expect: expect_ });
    expect(checks.map(({ name }) => name)).toEqual([...SCENARIO_METRICS, 'violations']);
    for (const { measured, name } of checks) expect(measured, name).toEqual(expect.any(Number));
    const p90 = checks.find(({ name }) => name === 'latencyMs.p90')!;
    expect(p90.measured).toBe(metrics.latencyMs.p90);
    const wrong = [{ metric: 'hopsMean', expected: 9, tolerance: 0.5 }] as const;
    expect(scenario({ ...SMALL, expect: wrong }).pass).toBe(false);
  });

  test('recorded it is the same run, and all its lookups have a row', () => {
    const recorder = new Recorder();
    const recorded = scenario(SMALL, () => {}, recorder);
    expect(recorded.traceHash).toBe(scenario(SMALL).traceHash);
    const row = runRowOf(recorded, { ...SMALL }, { version: '1', commit: '' });
    const lookups = recorder.tables(row, 'run').find(({ name }) => name === 'lookups')!;
    expect(lookups.rows).toBe(recorded.metrics.lookups);
  });

  test('NATs, a protocol start, churn and a trace: all of it goes together', () => {
    const nat = { shares: { firewalled: 0.2, symmetric: 0.2 } };
    const result = scenario({
      ...SMALL,
      network: { latency: { kind: 'king' }, nat },
      start: { kind: 'protocol', joinsPerSecond: 10 },
      safety: false,
    });
    expect(result.metrics.successRate).toBeGreaterThan(0.9);
    const trace = { trace: '10 3 leave\n20 5 leave\n60 3 join' };
    expect(scenario({ ...SMALL, churn: trace }).figures['upAtEnd']).toBe(39 / 40);
  });

  test('progress goes up to its end', () => {
    const seen: number[] = [];
    scenario({ ...SMALL, healingMs: 10_000 }, ({ done, of }) => {
      seen.push(done);
      expect(done).toBeLessThanOrEqual(of);
    });
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
    expect(seen.at(-1)).toBeGreaterThan(120);
  });
});

/** A scenario in parts is the scenario: same hash, same figures, same checks. */
import { expect, test } from 'vitest';
import {
  SCENARIO_DEFAULTS,
  type ScenarioOptions,
  scenario,
} from '../../../src/lab/mainline/scenario.ts';
import {
  checkScenarioParts,
  scenarioEndMs,
  scenarioPlan,
  scenarioResult,
} from '../../../src/lab/mainline/scenario-parts.ts';
import { Lockstep } from '../parts/lockstep.ts';

const OPTIONS: ScenarioOptions = {
  ...SCENARIO_DEFAULTS,
  ...{ nodes: 60, faultsMs: 120_000, safety: false, churn: 'bt-flatout' },
  network: { latency: { kind: 'king' }, loss: 0.03 },
  schedule: [
    { at: '20 s', pause: { share: 0.2, for: '30 s' } },
    { at: '60 s', crash: { share: 0.3 } },
  ],
  expect: [{ metric: 'successRate', expected: 1, tolerance: 0.2 }],
};

test('in however many parts, for seeds that nobody chose', () => {
  for (let i = 0; i < 3; i++) {
    const seed = Math.floor(Math.random() * 2 ** 32);
    const options = { ...OPTIONS, seed };
    checkScenarioParts(options);
    const expected = scenario(options);
    expect(expected.messages).toBeGreaterThan(100);
    for (const count of [1, 2, 4]) {
      const lockstep = new Lockstep(scenarioPlan(options), count);
      lockstep.run(scenarioEndMs(options, lockstep.parts[0].joinedMs));
      expect(scenarioResult(options, lockstep.whole), `seed ${seed}`).toEqual(expected);
    }
  }
});

test('what has to be looked at all at once is no scenario in parts', () => {
  expect(() => checkScenarioParts({ ...OPTIONS, safety: true })).toThrow(
    new TypeError('"safety" does not go with workers: it looks into all nodes at once'),
  );
  expect(() => checkScenarioParts({ ...OPTIONS, healingMs: 1 })).toThrow(/^"healingMs"/);
});

import { expect, test } from 'vitest';
import { CHURN_PRESETS } from '../../../src/lab/life/churn.ts';
import { churnFrom } from '../../../src/lab/life/churn-model.ts';

test('a preset, laws and a trace pass', () => {
  expect(churnFrom('kad', 10)).toBe(CHURN_PRESETS.kad);
  expect(churnFrom({ trace: '1 2 leave' }, 10)).toEqual({
    trace: [{ atMs: 1000, node: 2, isUp: false }],
  });
  for (const model of [
    { up: { kind: 'exponential', meanMs: 1000 }, rejoin: 'newcomer' },
    { up: { kind: 'pareto', shape: 1.5, scaleMs: 10 }, down: { kind: 'exponential', meanMs: 5 } },
    { up: { kind: 'points', timesMs: [10, 20], shares: [0.5, 0.1] } },
    { up: { kind: 'lognormal', medianMs: 1000, sigma: 1.5 } },
    ...Object.values(CHURN_PRESETS),
  ]) {
    expect(churnFrom(model, 10)).toBe(model);
  }
});

const up = { kind: 'exponential', meanMs: 1000 };

test.each([
  ['wild', /"churn" expected bt-redhat, .* or an object, got "wild"/],
  ['toString', /got "toString"/],
  [null, /"churn"/],
  [{}, /"churn\.up" expected an object/],
  [{ up, sideways: 1 }, /"churn" .*"sideways"/],
  [{ up, rejoin: 'never' }, /"churn\.rejoin" expected memory, blank or newcomer, got "never"/],
  [{ trace: [] }, /"churn\.trace" expected text/],
  [{ trace: '1 10 leave' }, /"trace" line 1/],
  [
    { up: { kind: 'normal' } },
    /"churn\.up\.kind" expected exponential, weibull, pareto, lognormal, points/,
  ],
  [{ up: { kind: 'exponential', shape: 1 } }, /"churn\.up\.shape" is no parameter of exponential/],
  [{ up: { kind: 'exponential' } }, /"churn\.up\.meanMs" expected a number above 0, got undefined/],
  [{ up: { kind: 'weibull', shape: 0.05, scaleMs: 1 } }, /"churn\.up\.shape" .*above 0\.1/],
  [{ up: { kind: 'weibull', shape: 1, scaleMs: 0 } }, /"churn\.up\.scaleMs" .*above 0 .*got 0/],
  [{ up: { kind: 'pareto', shape: 1, scaleMs: 5 } }, /"churn\.up\.shape" .*above 1 .*got 1/],
  [{ up, down: { kind: 'pareto', shape: Number.NaN, scaleMs: 5 } }, /"churn\.down\.shape"/],
  [{ up: { kind: 'lognormal', medianMs: 1, sigma: 6 } }, /"churn\.up\.sigma" .*up to 5/],
  [{ up: { kind: 'lognormal', medianMs: 0, sigma: 1 } }, /"churn\.up\.medianMs" .*above 0/],
  [{ up: { kind: 'points', timesMs: [], shares: [] } }, /"churn\.up\.timesMs" expected an array/],
  [{ up: { kind: 'points', timesMs: [1], shares: [0.5, 0.1] } }, /as many timesMs as shares/],
  [{ up: { kind: 'points', timesMs: [5, 5], shares: [0.5, 0.1] } }, /timesMs\[1\]" .*above 5/],
  [
    { up: { kind: 'points', timesMs: [5, 6], shares: [0.5, 0.5] } },
    /shares\[1\]" .*less than 0\.5/,
  ],
  [{ up: { kind: 'points', timesMs: [5], shares: [1] } }, /shares\[0\]" .*less than 1/],
])('%j is refused by name', (choice, message) => {
  expect(() => churnFrom(choice, 10)).toThrow(message);
});

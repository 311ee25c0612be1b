import { expect, test } from 'vitest';
import { CHORD_CHURN_DEFAULTS, chordChurn } from '../../../src/lab/experiments/chord-churn.ts';

test('while nodes come and go every key is found, at the cost of a time-out now and then', () => {
  const options = { ...CHORD_CHURN_DEFAULTS, nodes: 40, successors: 5 };
  const short = { ...options, lookups: 60, settleMs: 60_000 };
  const result = chordChurn(short);
  expect(result.checks.map(({ name }) => name)).toEqual(
    [0.05, 0.1, 0.15, 0.2, 0.3, 0.35].map((rate) => `R ${rate}, failures of 10,000`),
  );
  const { figures } = result;
  // Sessions of 40 / 0.35 s: a few stabilisations long.
  expect(figures['timeouts35']).toBeGreaterThan(figures['timeouts5']);
  expect(figures['members5']).toBeGreaterThan(20);
  expect(result.metrics.lookups).toBeGreaterThan(200);
});

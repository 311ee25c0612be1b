import { expect, test } from 'vitest';
import {
  REPLICA_SURVIVAL_DEFAULTS,
  replicaSurvival,
} from '../../../src/lab/experiments/replica-survival.ts';

test('a value outlives the hour with a probability of 1 - 2^-k, and lookups find it', () => {
  const small = { ...REPLICA_SURVIVAL_DEFAULTS, nodes: 500, values: 400 };
  const result = replicaSurvival(small);
  expect(result.checks.filter(({ pass }) => !pass)).toEqual([]);
  const { survived1, survived8 } = result.figures;
  expect(survived8 - survived1).toBeGreaterThan(0.4);
  expect(result.virtualMs).toBeGreaterThan(3_600_000);
});

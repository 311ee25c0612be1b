import { expect, test } from 'vitest';
import { NAT_REACH_DEFAULTS, natReach } from '../../../src/lab/experiments/nat-reach.ts';

test('nodes behind NATs fail as published, and only silence about them helps', () => {
  const small = { ...NAT_REACH_DEFAULTS, nodes: 300, lookups: 150, settleMs: 20 * 60_000 };
  const result = natReach(small);
  expect(result.checks.filter(({ pass }) => !pass)).toEqual([]);
  expect(result.checks.map(({ name }) => name)).toContain('reciprocity fails');
  expect(result.figures['verifiedRpcs']).toBeGreaterThan(result.figures['readOnlyRpcs']);
});

import { expect, test } from 'vitest';
import {
  TIMEOUT_POLICY_DEFAULTS,
  timeoutPolicy,
} from '../../../src/lab/experiments/timeout-policy.ts';

const SMALL = { ...TIMEOUT_POLICY_DEFAULTS, nodes: 80, forMs: 60_000, sessions: [1.4] };

test('five seconds for everybody are dear where nodes come and go, with narrow uplinks, too', () => {
  const { figures, checks, sweeps } = timeoutPolicy(SMALL);
  expect(figures['fixed1.4']).toBeGreaterThan(2 * figures['follows1.4']);
  expect(figures['fixedNarrow1.4']).toBeGreaterThan(1.5 * figures['followsNarrow1.4']);
  expect(checks).toHaveLength(2);
  expect(sweeps![0].series.map(({ name }) => name)).toEqual(['fixed', 'follows', 'ours']);
});

test('long sessions are measured and not judged, and the same seed is the same run', () => {
  const options = { ...SMALL, sessions: [170], forMs: 20_000 };
  const one = timeoutPolicy(options);
  expect(one.checks).toEqual([]);
  expect(timeoutPolicy(options)).toEqual(one);
});

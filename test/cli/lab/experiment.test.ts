import { expect, test } from 'vitest';
import { pageOf } from '../../../src/cli/lab/experiment.ts';

test('the page of an experiment bears its name', () => {
  expect(pageOf({ name: 'kad-hops' })).toBe('docs/experiments/kad-hops.md');
});

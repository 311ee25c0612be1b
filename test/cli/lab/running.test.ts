import { describe, expect, test } from 'vitest';
import { experimentNamed } from '../../../src/cli/lab/experiments.ts';
import { type Plan, planOf } from '../../../src/cli/lab/plan.ts';
import { jobsFor, placeOf, variedText } from '../../../src/cli/lab/running.ts';

const source = { version: '1.2.3', commit: 'abc' };
const plan = (values: object, sweep: object): Plan => {
  const experiment = experimentNamed('kad-hops');
  return planOf({ experiment, file: null, values: { ...values }, sweep }, new Set());
};

test('a cell belongs into a folder that its options, seed and version name', () => {
  const two = plan({ lookups: 5 }, { nodes: [50, 60] });
  const [first, second] = two.cells.map((planned) => placeOf(planned, two, source, 'out'));
  expect(first.folder).toBe(`out/kad-hops-${first.run}`);
  expect(first.run).not.toBe(second.run);
  expect(placeOf(two.cells[0], two, source).folder).toBeNull();
  const later = placeOf(two.cells[0], two, { ...source, version: '1.2.4' }, 'out');
  expect(later.run).not.toBe(first.run);
  expect(later.config).toBe(first.config);
});

describe('cells at a time', () => {
  test('are no more than there are, and than was asked for', () => {
    const three = plan({ lookups: 5, nodes: 50 }, { k: [4, 8, 16] });
    expect(jobsFor(three, 8)).toBe(3);
    expect(jobsFor(three, 2)).toBe(2);
  });

  test('too large a cell is told before any runs', () => {
    const large = plan({ k: 64, lookups: 1_000_000 }, { nodes: [50, 10_000_000] });
    expect(() => jobsFor(large, 2)).toThrow(/10,000,000 nodes take about/);
  });
});

test('what is varied is named with its value', () => {
  expect(variedText({ k: 8, churn: { up: 1 } })).toBe('k 8, churn {"up":1}');
});

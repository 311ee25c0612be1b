import { expect, test } from 'vitest';
import { COLOURS } from '../../../src/results/figures/figure.ts';
import { figuresOf } from '../../../src/results/figures/figures.ts';
import { bars, dashed, named, rows, tables } from './drawn.ts';

test('hops and RPCs have a bar for each number and a dashed line where a value is expected', () => {
  const numberOf = (column: string): number => {
    const values = rows('lookups').map((row) => Number(row[column]));
    return Math.max(...values) - Math.min(...values) + 1;
  };
  expect(bars(named('hops'), COLOURS.measured)).toBe(numberOf('hops'));
  expect(bars(named('rpcs'), COLOURS.measured)).toBe(numberOf('rpcs'));
  expect([dashed(named('hops')), dashed(named('rpcs'))]).toEqual([1, 1]);
  expect(named('hops').svg).toMatch(/mean 2\.\d\d, expected 2\.27 \(dashed\); 200 lookups/);
  const unknown = figuresOf({ checks: [] }, tables);
  expect([dashed(named('hops', unknown)), dashed(named('rpcs', unknown))]).toEqual([0, 0]);
});

import { expect, test } from 'vitest';
import {
  CHORD_MASSFAIL_DEFAULTS,
  chordMassfail,
} from '../../../src/lab/experiments/chord-massfail.ts';

test('half of a ring dies, and the rest finds itself', () => {
  const options = { ...CHORD_MASSFAIL_DEFAULTS, nodes: 120, rings: 2, lookups: 200 };
  const done: number[] = [];
  const result = chordMassfail(options, (progress) => done.push(progress.done));
  expect(result.checks.filter(({ pass }) => !pass)).toEqual([]);
  // At another size than the table's only failures are checked.
  expect(result.checks.map(({ name }) => name)).toEqual(
    [0, 10, 20, 40, 50].map((percent) => `${percent} % dead, failed lookups`),
  );
  const { figures } = result;
  expect(figures['timeouts0']).toBe(0);
  for (const [less, more] of [
    [0, 10],
    [10, 20],
    [20, 40],
    [40, 50],
  ]) {
    expect(figures[`timeouts${more}`]!).toBeGreaterThan(figures[`timeouts${less}`]!);
  }
  // A dead node for each living one that is passed.
  expect(figures['timeouts50']! / figures['path50']!).toBeGreaterThan(0.6);
  expect(figures['timeouts50']! / figures['path50']!).toBeLessThan(1.4);
  expect(done.at(-1)).toBe(1000);
});

test('the table is checked at its own size', () => {
  const options = { ...CHORD_MASSFAIL_DEFAULTS, rings: 1, lookups: 20 };
  const { checks } = chordMassfail(options);
  expect(checks).toHaveLength(15);
  expect(checks.filter(({ name, pass }) => name.includes('failed') && !pass)).toEqual([]);
});

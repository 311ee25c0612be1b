import { expect, test } from 'vitest';
import { ATTACKS, attacks } from '../../../src/lab/experiments/attacks.ts';

test('every attack has its number, with its defence and without, and the same again', () => {
  const small = { seed: 3, nodes: 100, trials: 4 };
  const done: number[] = [];
  const result = attacks(small, (progress) => done.push(progress.done));
  expect(result.checks.filter(({ pass }) => !pass)).toEqual([]);
  expect(done).toEqual(ATTACKS.map((_, i) => i + 1));
  for (const { name, undefended } of ATTACKS) {
    expect(result.figures[name], name).toBeTypeOf('number');
    expect(`${name}Undefended` in result.figures, name).toBe(undefended !== null);
  }
  expect(result.metrics.lookups).toBeGreaterThan(100);
  expect(attacks(small).traceHash).toBe(result.traceHash);
});

test('no two have one name', () => {
  expect(new Set(ATTACKS.map(({ name }) => name)).size).toBe(ATTACKS.length);
});

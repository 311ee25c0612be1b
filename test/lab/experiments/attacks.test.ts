import { expect, test } from 'vitest';
import { ATTACKS, attacks } from '../../../src/lab/experiments/attacks.ts';

test('each attack has its number, with its defence and without, and the same again', () => {
  const only = ['sybilsOfOneNetwork', 'liars10', 'stolenToken'];
  const small = { seed: 3, nodes: 100, trials: 4, only };
  const done: number[] = [];
  const result = attacks(small, (progress) => done.push(progress.done));
  expect(result.checks.filter(({ pass }) => !pass)).toEqual([]);
  expect(done).toEqual([1, 2, 3]);
  expect(Object.keys(result.figures).sort()).toEqual(
    [
      ...['liars10', 'stolenToken', 'stolenTokenUndefended'],
      ...['sybilsOfOneNetwork', 'sybilsOfOneNetworkUndefended'],
    ].sort(),
  );
  expect(result.metrics.lookups).toBeGreaterThan(10);
  expect(attacks(small).traceHash).toBe(result.traceHash);
});

test('no two have one name', () => {
  expect(new Set(ATTACKS.map(({ name }) => name)).size).toBe(ATTACKS.length);
});

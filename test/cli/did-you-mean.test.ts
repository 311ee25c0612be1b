import { expect, test } from 'vitest';
import { didYouMean } from '../../src/cli/did-you-mean.ts';
import { EXPERIMENTS, experimentNamed } from '../../src/cli/lab/experiments.ts';

test('a name that is near is what was meant, another is not', () => {
  const known = EXPERIMENTS.map(({ name }) => name);
  expect(didYouMean('kad-hop', known)).toBe(' (Did you mean kad-hops?)');
  expect(didYouMean('chord-chrun', known)).toBe(' (Did you mean chord-churn?)');
  expect(didYouMean('weather', known)).toBe('');
  expect(didYouMean('kad-hops', [])).toBe('');
  expect(() => experimentNamed('kadhops')).toThrow(
    /^there is no experiment "kadhops" \(Did you mean kad-hops\?\); there are kad-hops, /,
  );
});

import { test } from 'vitest';
import { POISONING } from '../../../src/lab/attacks/poisoning.ts';
import { tryOut } from './tried.ts';

test.each(POISONING.map((attack) => [attack.name, attack] as const))('%s', (_name, attack) => {
  tryOut([attack]);
});

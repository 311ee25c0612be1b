import { test } from 'vitest';
import { FLOODING } from '../../../src/lab/attacks/flooding.ts';
import { tryOut } from './tried.ts';

test.each(FLOODING.map((attack) => [attack.name, attack] as const))('%s', (_name, attack) => {
  tryOut([attack]);
});

import { test } from 'vitest';
import { SURROUNDING } from '../../../src/lab/attacks/surrounding.ts';
import { tryOut } from './tried.ts';

test.each(SURROUNDING.map((attack) => [attack.name, attack] as const))('%s', (_name, attack) => {
  tryOut([attack]);
});

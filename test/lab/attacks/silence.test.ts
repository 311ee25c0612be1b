import { test } from 'vitest';
import { SILENCE } from '../../../src/lab/attacks/silence.ts';
import { tryOut } from './tried.ts';

test.each(SILENCE.map((attack) => [attack.name, attack] as const))('%s', (_name, attack) => {
  tryOut([attack]);
});

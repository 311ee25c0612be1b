import { test } from 'vitest';
import { ALARMS } from '../../../src/lab/attacks/alarms.ts';
import { tryOut } from './tried.ts';

test.each(ALARMS.map((attack) => [attack.name, attack] as const))('%s', (_name, attack) => {
  tryOut([attack]);
});

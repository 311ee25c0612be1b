import { expect, test } from 'vitest';
import { type ClassCommands, isServed } from '../../../src/ring/dialects/terms.ts';
import { COMMANDS } from '../../../src/ring/dialects/wire.ts';

test('class programs are served all, lookups, or nothing', () => {
  const served = (commands: ClassCommands) => COMMANDS.filter((one) => isServed(commands, one));
  expect(served('all')).toEqual([...COMMANDS]);
  expect(served('lookups').sort()).toEqual(['owner', 'pulse', 'version']);
  expect(served('none')).toEqual(['version']);
});

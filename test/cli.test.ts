import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { ringlight } from './cli/command.ts';

const built = new URL('../dist/cli.js', import.meta.url);

test('the built command can be run by its name', () => {
  expect(readFileSync(built, 'utf8')).toMatch(/^#!\/usr\/bin\/env node\n/);
});

test('without a command it shows its help and exit status 2', async () => {
  const { status, stderr } = await ringlight([]);
  expect(status).toBe(2);
  expect(stderr).toMatch(/^Usage: ringlight /);
});

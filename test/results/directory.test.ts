import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { makeDirectory } from '../../src/results/directory.ts';

const folder = mkdtempSync(join(tmpdir(), 'ringlight-'));
afterAll(() => rmSync(folder, { recursive: true }));

test('makes all that lead there, and is content with what there is', () => {
  const deep = join(folder, 'a', 'b', 'c');
  makeDirectory(deep);
  makeDirectory(deep);
  expect(statSync(deep).isDirectory()).toBe(true);
});

test('says what the operating system says: a file in the way, a place that takes no entries', () => {
  const file = join(folder, 'file');
  writeFileSync(file, '');
  expect(() => makeDirectory(file)).toThrow(/EEXIST/);
  expect(() => makeDirectory(join(file, 'below'))).toThrow(/EEXIST|ENOTDIR/);
  // Node's own `recursive` hangs here.
  if (existsSync('/proc')) expect(() => makeDirectory('/proc/nowhere/at/all')).toThrow(/ENOENT/);
});

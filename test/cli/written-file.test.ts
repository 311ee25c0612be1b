import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { WrittenFile } from '../../src/cli/written-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'ringlight-written-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('lines and bytes stand behind each other', () => {
  const path = join(folder, 'a');
  const file = new WrittenFile(path);
  file.line('héllo');
  file.bytes(Uint8Array.of(1, 2));
  expect(readFileSync(path).length).toBe(0);
  file.flush();
  expect(readFileSync(path)).toEqual(Buffer.from('héllo\n\x01\x02'));
  file.bytes(new Uint8Array(2 << 20));
  expect(readFileSync(path).length).toBe(file.length);
  file.close();
});

test('a place that cannot be written is one line', () => {
  expect(() => new WrittenFile(join(folder, 'nowhere/a'))).toThrow(/^cannot write .*nowhere/);
});

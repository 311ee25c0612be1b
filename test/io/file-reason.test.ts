import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { fileReason } from '../../src/io/file-reason.ts';

function reasonOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    return fileReason(error);
  }
  throw new Error('it did not fail');
}

test('what the system says of a file is told in words, without its own', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ringlight-reason-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'file');
  writeFileSync(file, '');
  expect(reasonOf(() => readFileSync(join(folder, 'none')))).toBe(
    'there is no such file or folder',
  );
  expect(reasonOf(() => writeFileSync(join(folder, 'none', 'file'), ''))).toBe(
    'there is no such file or folder',
  );
  expect(reasonOf(() => readFileSync(folder))).toBe('it is a folder');
  expect(reasonOf(() => readFileSync(join(file, 'below')))).toBe('a part of that path is a file');
});

test('what has no words here keeps its own', () => {
  expect(fileReason(Object.assign(new Error('EIO: i/o error, read'), { code: 'EIO' }))).toBe(
    'EIO: i/o error, read',
  );
  expect(fileReason(new Error('this is no text'))).toBe('this is no text');
});

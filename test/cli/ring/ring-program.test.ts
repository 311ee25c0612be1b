import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ringlight } from '../command.ts';

test('ringlight ring lists its commands', async () => {
  const { status, stdout } = await ringlight(['ring', '--help']);
  expect(status).toBe(0);
  for (const command of [
    'serve',
    'insert',
    'get',
    'exists',
    'remove',
    'owns',
    'info',
    'key',
    'doctor',
  ]) {
    expect(stdout).toMatch(new RegExp(`^ {2}${command} `, 'm'));
  }
});

test.each([
  ['serve', ['--join', '--wire', '--k', '--data', '--identities', '--json']],
  ['insert', ['--at', '--file', '--level', '--hash', '--json', 'stdin']],
  ['get', ['--at', 'byte for byte', 'exit status 1', '--json']],
  ['doctor', ['--at', 'exit status 1', '--json']],
])('ringlight ring %s --help tells what there is', async (command, words) => {
  const { status, stdout } = await ringlight(['ring', command, '--help']);
  expect(status).toBe(0);
  // Help is wrapped to the width of the terminal.
  const text = stdout.replace(/\s+/g, ' ');
  for (const word of words) expect(text).toContain(word);
});

test('a command that there is not is one line', async () => {
  const { status, stderr } = await ringlight(['ring', 'dance']);
  expect(status).toBe(2);
  expect(stderr).toMatch(/unknown command 'dance'/);
});

test('ringlight ring key makes keys for clients of what stands in a file', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'ringlight-key-'));
  try {
    const [secret, made] = [join(folder, 'ring.secret'), join(folder, 'write.key')];
    writeFileSync(secret, 'known to few, 16 bytes at least\n');
    const write = await ringlight(['ring', 'key', '--secret-file', secret, '--rights', 'write']);
    expect(write).toMatchObject({ status: 0, stderr: '' });
    expect(write.stdout).toMatch(/^ringlight-write-[0-9a-f]{64}\n$/);
    writeFileSync(made, write.stdout);
    // Who may write can tell others how to read, and gets nothing more out of his key.
    const [read, again] = await Promise.all([
      ringlight(['ring', 'key', '--secret-file', secret]),
      ringlight(['ring', 'key', '--secret-file', made]),
    ]);
    expect(read.stdout).toMatch(/^ringlight-read-/);
    expect(again.stdout).toBe(read.stdout);
    const none = await ringlight(['ring', 'key', '--secret-file', join(folder, 'none')]);
    expect(none.status).toBe(2);
    expect(none.stderr).toMatch(/^[^\n]*cannot read the secret[^\n]*\n$/);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

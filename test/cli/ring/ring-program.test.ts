import { expect, test } from 'vitest';
import { ringlight } from '../command.ts';

test('ringlight ring lists its commands', async () => {
  const { status, stdout } = await ringlight(['ring', '--help']);
  expect(status).toBe(0);
  for (const command of ['serve', 'insert', 'get', 'exists', 'remove', 'owns', 'info', 'doctor']) {
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

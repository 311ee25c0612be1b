/** Processes that answer, and all the others: they end, hang, flood or speak out of turn. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { CommandError } from '../../../src/cli/console.ts';
import { ProgramProcess } from '../../../src/cli/lab/program-process.ts';

const node = (script: string, withinMs = 30_000, onStderr = (_: string) => {}) =>
  new ProgramProcess([process.execPath, '-e', script], withinMs, onStderr);
const LINES = "require('readline').createInterface({ input: process.stdin }).on('line', (line) =>";

test('a line for a line, until it is ended', async () => {
  const one = node(`${LINES} console.log(line.toUpperCase()))`);
  expect(await one.ask('hello')).toBe('HELLO');
  expect(await one.ask('grüße')).toBe('GRÜSSE');
  await one.kill();
  await one.kill();
  await expect(one.ask('more')).rejects.toThrow('was ended');
});

test.each([
  [
    'ends',
    `console.error('first'); console.error('oh no'); process.exit(3)`,
    'ended with exit status 3: oh no',
  ],
  [
    'is killed',
    `process.kill(process.pid, 'SIGTERM'); setTimeout(() => {}, 1e6)`,
    'ended with SIGTERM',
  ],
  ['says two things', `${LINES} console.log('a\\nb'))`, 'wrote more than one line to one line'],
  [
    'floods',
    `process.stdout.write('x'.repeat(2 ** 21)); setTimeout(() => {}, 1e6)`,
    'wrote a line of more than 1,048,576 bytes',
  ],
])('one that %s', async (_, script, complaint) => {
  const one = node(script);
  await expect(one.ask('hello')).rejects.toThrow(complaint);
  await one.kill();
});

test('one that hangs is given up', async () => {
  const one = node(`setTimeout(() => {}, 1e6)`, 50);
  await expect(one.ask('hello')).rejects.toThrow('did not answer within 0.05 s: hello');
  await one.kill();
});

test('one that cannot be begun is nobody’s fault but who named it', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'ringlight-program-'));
  const script = join(folder, 'node.sh');
  writeFileSync(script, '#!/no/such/interpreter\n', { mode: 0o755 });
  for (const [file, complaint] of [
    ['no-such-program-of-anybody', 'there is no program no-such-program-of-anybody'],
    [script, `${script} cannot be run: there is no program such as its first line names`],
    [folder, `${folder} cannot be run: `],
  ] as const) {
    const one = new ProgramProcess([file], 30_000, () => {});
    const failed = one.ask('hello');
    await expect(failed).rejects.toThrow(complaint);
    await expect(failed).rejects.toBeInstanceOf(CommandError);
    await one.kill();
  }
  rmSync(folder, { recursive: true });
});

/** Programs of students, graded by the built command: right ones, wrong ones, and ones that are none. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { commandFrom } from '../../../src/cli/lab/grade.ts';
import { ringlight } from '../command.ts';

const folder = mkdtempSync(join(tmpdir(), 'ringlight-grade-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const STUDENT = new URL('../../../examples/student/', import.meta.url).pathname;
const SHORT = [
  '--nodes',
  '3',
  '--join',
  '2s',
  '--for',
  '12s',
  '--calm',
  '8s',
  '--answer-within',
  '60s',
];
const ECHO = `
require('readline').createInterface({ input: process.stdin }).on('line', (line) => {
  const { event, request, value } = JSON.parse(line);
  console.log(JSON.stringify(event === 'request' ? { reply: [{ request, value }] } : {}));
});`;

function program(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

/** Plain Python is not everywhere. */
function hasPython(): boolean {
  try {
    execFileSync('python3', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

const grade = (...words: string[]) => ringlight(['lab', 'grade', ...words]);

describe('lab grade', () => {
  test('a program that answers passes, and what is said can be kept', async () => {
    const log = join(folder, 'said.ndjson');
    const path = program('echo.cjs', ECHO);
    const args = [path, '--task', 'echo', ...SHORT, '--seeds', '2', '--json'];
    const { status, stdout } = await grade(...args, '--log', log);
    expect(status).toBe(0);
    const [first, second, result] = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(first).toMatchObject({ event: 'exam', seed: 1, pass: true, answered: 62, requests: 62 });
    expect(second.seed).toBe(2);
    expect(result).toEqual({ event: 'result', task: 'echo', nodes: 3, seeds: 2, pass: true });
    const said = readFileSync(log, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(said[0]).toMatchObject({ node: 'n0', told: { event: 'start', nowMs: 0 }, answer: '{}' });
    expect(said).toHaveLength(first.turns + second.turns);
    const again = JSON.parse((await grade(...args)).stdout.split('\n')[0]!);
    expect(again.traceHash).toBe(first.traceHash);
  });

  test('one that ends is told in one line, and where to look', async () => {
    const path = program('ends.cjs', `console.error('no idea'); process.exit(4)`);
    const { status, stdout } = await grade(path, ...SHORT);
    expect(status).toBe(1);
    expect(stdout).toContain(
      'FAIL  programs that failed: at 0.000 s n0 ended with exit status 4: no idea',
    );
    expect(stdout).toContain('The same again: --seed 1');
  });

  test('a wrong option is told before anything begins', async () => {
    const path = program('never.cjs', `require('fs').writeFileSync('began', '')`);
    for (const [words, complaint] of [
      [[path, '--task', 'sort'], 'Expected echo, lookup, ring, kv.'],
      [[join(folder, 'none.py')], 'none.py to be read'],
    ] as [string[], string][]) {
      const { status, stderr } = await grade(...words);
      expect(status).toBe(2);
      expect(stderr).toContain(complaint);
      expect(stderr.trim().split('\n')).toHaveLength(1);
    }
  });

  test.skipIf(!hasPython())(
    'the student of the examples passes, and its faulty twin fails',
    async () => {
      const right = await grade(join(STUDENT, 'node.py'), ...SHORT, '--faults', 'wipe,loss');
      expect(right.stdout + right.stderr).toContain('pass  acknowledged and lost');
      expect(right.status).toBe(0);
      const wrong = await grade(
        join(STUDENT, 'faulty.py'),
        ...SHORT,
        '--faults',
        'wipe',
        '--seeds',
        '8',
      );
      expect(wrong.status).toBe(1);
      expect(wrong.stdout).toMatch(
        /FAIL {2}acknowledged and lost: at .* and said null; v\d+ was acknowledged by n\d/,
      );
    },
  );
});

test('a file is run by what its name says, a command as it is', () => {
  const path = program('plain.py', '');
  expect(commandFrom([path, 'x'])).toEqual(['python3', path, 'x']);
  expect(commandFrom([program('plain.mjs', '')])).toEqual([
    process.execPath,
    join(folder, 'plain.mjs'),
  ]);
  expect(commandFrom(['java', '-jar', 'node.jar'])).toEqual(['java', '-jar', 'node.jar']);
  expect(() => commandFrom([program('plain.sh', '')])).toThrow('cannot be run: make it executable');
});

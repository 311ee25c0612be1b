import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { SMALL } from '../../lab/small-experiments.ts';
import { type Outcome, Running, ringlight } from '../command.ts';

const HASHES = JSON.parse(
  readFileSync(new URL('../../lab/trace-hashes.json', import.meta.url), 'utf8'),
);
const folder = mkdtempSync(join(tmpdir(), 'ringlight-'));
afterAll(() => rmSync(folder, { recursive: true }));

const inFolder = (name: string): string => join(folder, name);

/** A file with the small size of an experiment, whose trace hash is committed. */
function fileOf(experiment: string): string {
  const file = inFolder(`${experiment}.json`);
  writeFileSync(file, JSON.stringify({ experiment, ...SMALL[experiment] }));
  return file;
}

const lastOf = ({ stdout }: Outcome) => JSON.parse(stdout.trim().split('\n').at(-1)!);

describe('a world that is put aside', () => {
  // Streams and functions that wait for replies in one, datagrams and faults of all kinds in the other.
  test.each([
    ['scenario', '200s', 200_000],
    ['chord-churn', '5s', 5_000],
  ])(
    '%s: goes on as if it had not rested, as often as one likes',
    async (name, at, atMs) => {
      const held = inFolder(`held-${name}`);
      const saved = await ringlight([
        ...['lab', 'run', fileOf(name), '--at', at, '--save', held, '--json'],
      ]);
      expect(saved.stderr).toBe('');
      expect(lastOf(saved)).toMatchObject({ event: 'saved', experiment: name, folder: held });
      expect(lastOf(saved).atMs).toBeGreaterThanOrEqual(atMs);
      expect(readdirSync(held).sort()).toEqual(['heap.blob', 'world.json']);
      const out = inFolder(`out-${name}`);
      const first = await ringlight(['lab', 'run', '--from', held, '--json', '--out', out]);
      expect(lastOf(first)).toMatchObject({ event: 'result', traceHash: HASHES[name] });
      if (name !== 'scenario') return;
      const second = await ringlight(['lab', 'run', '--from', held, '--json']);
      expect(lastOf(second).traceHash).toBe(HASHES[name]);
      const straight = inFolder(`straight-${name}`);
      await ringlight(['lab', 'run', fileOf(name), '--out', straight, '--json']);
      for (const file of readdirSync(straight)) {
        if (file === 'summary.json') continue;
        expect(readFileSync(join(out, file)).equals(readFileSync(join(straight, file))), file).toBe(
          true,
        );
      }
    },
    300_000,
  );

  test('nothing is left where it is interrupted', async () => {
    const held = inFolder('interrupted');
    const long = ['lab', 'run', 'scenario', '--nodes', '300', '--faults-ms', '20 d'];
    const running = new Running([...long, '--at', '19d', '--save', held]);
    const isAtWork = (): boolean => readdirSync(folder).some((name) => name.includes('interrupt'));
    while (!isAtWork()) await new Promise((resolve) => setTimeout(resolve, 20));
    running.process.kill('SIGINT');
    const { status, stderr } = await running.ended;
    expect([status, stderr]).toEqual([130, expect.stringContaining('interrupted')]);
    expect(isAtWork()).toBe(false);
  });
});

describe('what cannot be', () => {
  const refused = async (...args: string[]): Promise<string> => {
    const { status, stderr } = await ringlight(['lab', 'run', ...args]);
    expect(status).toBe(2);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    return stderr;
  };

  test('is one line', async () => {
    const nowhere = inFolder('nowhere');
    const said = await Promise.all([
      refused('kad-hops', '--at', '1s', '--save', nowhere),
      refused('scenario', '--save', nowhere),
      refused('scenario', '--at', '1s'),
      refused('scenario', '--at', '1s', '--save', folder),
      refused('scenario', '--nodes', '900000', '--at', '1s', '--save', nowhere),
      refused('--from', nowhere),
      refused('--from', nowhere, '--nodes', '3'),
    ]);
    expect(said[0]).toContain('"kad-hops" cannot be saved; scenario and chord-churn can');
    expect(said[1]).toContain('--save expected --at as well');
    expect(said[2]).toContain('--at expected --save as well');
    expect(said[3]).toContain('exists');
    expect(said[4]).toMatch(/may take 1\.8 GB|would fit/);
    expect(said[5]).toContain('expected the folder of a saved world');
    expect(said[6]).toContain("unknown option '--nodes'");
  });

  test('a moment after the end, and a world of another Node.js, are told', async () => {
    const small = ['--nodes', '30', '--faults-ms', '10 s'];
    const late = await refused('scenario', ...small, '--at', '9h', '--save', inFolder('late'));
    expect(late).toContain('before that moment');
    const held = inFolder('other');
    await ringlight(['lab', 'run', 'scenario', ...small, '--at', '1s', '--save', held]);
    const file = join(held, 'world.json');
    const world = JSON.parse(readFileSync(file, 'utf8'));
    writeFileSync(file, JSON.stringify({ ...world, node: 'v1.2.3' }));
    expect(await refused('--from', held)).toContain('was saved by Node.js v1.2.3, and this is v');
    writeFileSync(file, '{}');
    expect(await refused('--from', held)).toContain('is of no saved world');
  });
});

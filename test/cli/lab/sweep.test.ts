import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { objects, Running, ringlight } from '../command.ts';

const folder = mkdtempSync(join(tmpdir(), 'ringlight-'));
afterAll(() => rmSync(folder, { recursive: true }));

const SWEEP = join(folder, 'sweep.json');
writeFileSync(
  SWEEP,
  JSON.stringify({
    ...{ experiment: 'kad-hops', nodes: 100, lookups: 30, seeds: '1..2' },
    sweep: { k: [4, 8], loss: [0, 0.1] },
  }),
);
const summaryIn = (out: string) => JSON.parse(readFileSync(join(out, 'sweep.json'), 'utf8'));
const cellsIn = (out: string) => readdirSync(out).filter((name) => name.startsWith('kad-hops-'));

describe('a sweep', () => {
  test('shares come together, what is there is not run again, means have intervals', async () => {
    const out = join(folder, 'shares');
    const args = ['lab', 'run', SWEEP, '--out', out, '--json'];
    const first = await ringlight([...args, '--shard', '1/2']);
    expect(first).toMatchObject({ status: 0, stderr: '' });
    expect(objects(first).filter(({ event }) => event === 'cell')).toHaveLength(4);
    expect(summaryIn(out)).toMatchObject({ cells: 8, done: 4, pass: false });
    expect(cellsIn(out)).toHaveLength(4);

    const rest = objects(await ringlight(args));
    expect(rest.filter(({ event }) => event === 'cell')).toHaveLength(4);
    const { event: _, ...last } = rest.at(-1)!;
    expect(last).toEqual(summaryIn(out));
    expect(last).toMatchObject({ cells: 8, done: 8, pass: true, experiment: 'kad-hops' });
    const groups = last['groups'] as { varied: object; seeds: number; estimates: never }[];
    expect(groups.map(({ varied }) => varied)).toEqual([
      ...[
        { k: 4, loss: 0 },
        { k: 4, loss: 0.1 },
        { k: 8, loss: 0 },
        { k: 8, loss: 0.1 },
      ],
    ]);
    for (const { seeds, estimates } of groups) {
      expect(seeds).toBe(2);
      expect(estimates).toMatchObject({ rpcsMean: { n: 2, ci95: expect.any(Number) } });
    }
    expect(readdirSync(out).sort()).toEqual([...cellsIn(out), 'sweep', 'sweep.json'].sort());
  });

  test('people get a table, and a failed check its line', async () => {
    const args = ['lab', 'run', 'kad-hops', '--seeds', '1..2', '--nodes', '10000'];
    const king = [...args, '--latency', 'king', '--lookups', '600', '--jobs', '1'];
    const { status, stdout } = await ringlight(king);
    expect(status).toBe(1);
    expect(stdout).toMatch(/^kad-hops: 2 cells, 0 there already, 1 at a time\n/);
    expect(stdout).toMatch(
      /npx ringlight lab replay 'kad-hops \{"seed":2,.*\} trace [0-9a-f]{16} of/,
    );
    expect(stdout).toMatch(/pass +hopsMean +rpcsMean/);
    expect(stdout).toMatch(/\n {2}0\/2 +[23]\.\d+ ± 0\.\d+/);
  });

  test.each(['SIGINT', 'SIGTERM'] as const)(
    '%s in the middle leaves whole cells only',
    async (signal) => {
      const out = join(folder, signal);
      const long = join(folder, `${signal}.json`);
      const sweep = { nodes: [50, 3000, 3001, 3002] };
      writeFileSync(long, JSON.stringify({ faultsMs: '2 s', safety: false, sweep }));
      const running = new Running([...['lab', 'run', long, '--out', out, '--jobs', '2', '--json']]);
      await running.event('cell');
      const { status, stderr, stdout } = await running.end(signal);
      expect(status).toBe(130);
      expect(stderr).toBe('');
      const { done, cells } = summaryIn(out);
      expect(cells).toBe(4);
      expect(done).toBeGreaterThanOrEqual(1);
      expect(JSON.parse(stdout.trim().split('\n').at(-1)!)).toMatchObject({ event: 'sweep', done });
      const names = readdirSync(out);
      expect(names.filter((name) => name.startsWith('.'))).toEqual([]);
      expect(names).toHaveLength(done + 2);
    },
  );

  test.each([
    [['--shard', '1/2'], /^ringlight: --shard expected --out as well/],
    [['--shard', '3/2', '--out', 'x'], /'3\/2' is invalid\. Expected i\/n/],
    [['--jobs', '0'], /'0' is invalid\. Expected a whole number in 1\.\.1024/],
    [['--seeds', '9..1'], /^ringlight: --seeds expected/],
    [['--out', join(SWEEP, 'x')], /^ringlight: cannot write .*x: a part of that path is a file\n$/],
    [['--k', '65'], /^ringlight: --k expected a whole number in 1\.\.64, got 65/],
  ])('%j is one line and exit status 2', async (args, message) => {
    const { status, stderr, stdout } = await ringlight([
      'lab',
      'run',
      'kad-hops',
      '--seeds',
      '1',
      ...args,
    ]);
    expect(stderr).toMatch(message);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect([status, stdout]).toEqual([2, '']);
  });
});

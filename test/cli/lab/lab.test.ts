import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { objects, Running, ringlight } from '../command.ts';

const RUN = ['lab', 'run', 'kad-hops', '--nodes', '1000', '--lookups', '400'];

describe('ringlight lab', () => {
  test('lists what there is', async () => {
    expect((await ringlight(['lab', 'list'])).stdout).toMatch(/kad-hops +length and exactness/);
    const [first] = objects(await ringlight(['lab', 'list', '--json']));
    expect(first).toMatchObject({ event: 'experiment', name: 'kad-hops' });
  });

  test('shows what an experiment checks and what can be chosen', async () => {
    const { stdout } = await ringlight(['lab', 'show', 'size-estimate']);
    expect(stdout).toMatch(/--zones n +60 +zones that are crawled; a whole number in 1\.\.100000/);
    expect(stdout).toMatch(/docs\/experiments\/size-estimate\.md tells what to notice\.\n$/);
    const [shown] = objects(await ringlight(['lab', 'show', 'kad-hops', '--json']));
    expect(shown).toMatchObject({ name: 'kad-hops', page: 'docs/experiments/kad-hops.md' });
    expect(shown['options']).toContainEqual(
      expect.objectContaining({ name: 'loss', flag: '--loss', default: 0 }),
    );
  });

  test('runs an experiment, twice the same', async () => {
    const [one, two] = await Promise.all([
      ringlight([...RUN, '--json']),
      ringlight([...RUN, '--json']),
    ]);
    expect(one.status).toBe(0);
    const result = objects(one).at(-1)!;
    expect(result).toMatchObject({
      experiment: 'kad-hops',
      seed: 1,
      nodes: 1000,
      pass: true,
      metrics: { successRate: 1, exactRate: 1, latencyMs: { p50: expect.any(Number) } },
      messagesPerSecond: expect.any(Number),
      peakRssBytes: expect.any(Number),
      ...{ options: { k: 8 }, config: expect.stringMatching(/^[0-9a-f]{16}$/), figures: {} },
      ...{ version: expect.any(String), commit: expect.any(String) },
    });
    expect(objects(two).at(-1)!['traceHash']).toBe(result['traceHash']);
  });

  test('tells people what was measured beside what was to be expected', async () => {
    const { stdout } = await ringlight(RUN);
    expect(stdout).toMatch(/^kad-hops {2}1,000 nodes, seed 1\n/);
    expect(stdout).toMatch(/pass {2}hopsMean {3}measured \d\.\d{3} +expected 2\.27 ± 0\.\d+/);
    expect(stdout).toMatch(/trace hash +[0-9a-f]{16}/);
  });

  test('a failed check is exit status 1, and prints what brings the run back', async () => {
    const args = ['--nodes', '10000', '--latency', 'king', '--lookups', '500'];
    const { status, stdout } = await ringlight(['lab', 'run', 'kad-hops', ...args]);
    expect(status).toBe(1);
    expect(stdout).toMatch(/FAIL {2}exactRate/);
    const [, line] = /npx ringlight lab replay '(.*)'\n/.exec(stdout)!;
    const again = await ringlight(['lab', 'replay', line]);
    expect(again.stdout).toMatch(/same {2}trace hash [0-9a-f]{16}\n$/);
    expect(again.status).toBe(0);
  });

  test('a replay that differs says so, and that it came from other code', async () => {
    const line = 'kad-hops {"seed":1,"nodes":50,"lookups":5} trace 0123456789abcdef of 0.0.1 abc';
    const { status, stdout } = await ringlight(['lab', 'replay', line]);
    expect(status).toBe(1);
    expect(stdout).toMatch(/note {2}that run was of version 0\.0\.1, this is /);
    expect(stdout).toMatch(/DIFFERENT {2}trace hash [0-9a-f]{16}, expected 0123456789abcdef\n$/);
    const last = objects(await ringlight(['lab', 'replay', line, '--json'])).at(-1)!;
    expect(last).toMatchObject({ event: 'replay', same: false, nodes: 50 });
  });

  test('killed in the middle it leaves nothing behind', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'ringlight-'));
    const out = join(folder, 'run');
    const args = ['lab', 'run', 'scenario', '--faults-ms', '1d', '--out', out, '--json'];
    const running = new Running(args);
    running.process.kill('SIGKILL');
    await running.ended;
    expect(readdirSync(folder)).toEqual([]);
    rmSync(folder, { recursive: true });
  });

  test('a heap that is too small is no obstacle', async () => {
    const args = ['--nodes', '20000', '--values', '1', '--after-ms', '1s', '--json'];
    const command = new URL('../../../dist/cli.js', import.meta.url).pathname;
    const { stdout } = await promisify(execFile)(process.execPath, [
      ...['--max-old-space-size=40', command, 'lab', 'run', 'replica-survival', ...args],
    ]).catch((error) => error);
    expect(JSON.parse(stdout)).toMatchObject({ experiment: 'replica-survival', nodes: 20_000 });
  });

  test('--out keeps tables, plots and a report, and never writes over another', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'ringlight-'));
    const out = join(folder, 'run');
    const first = await ringlight([...RUN, '--out', out, '--csv', '--sample', '400']);
    expect(first).toMatchObject({ status: 0, stderr: '' });
    const summary = JSON.parse(readFileSync(join(out, 'summary.json'), 'utf8'));
    expect(summary).toMatchObject({ experiment: 'kad-hops', options: { nodes: 1000, k: 8 } });
    expect(summary).toMatchObject({ wallMs: expect.any(Number), origin: { seed: '1' } });
    const files = readdirSync(out);
    for (const file of ['lookups.parquet', 'lookups.csv', 'latency.svg', 'report.html']) {
      expect(files).toContain(file);
    }
    const rpcs = readFileSync(join(out, 'rpcs.csv'), 'utf8').trim().split('\r\n');
    expect(new Set(rpcs.slice(1).map((line) => line.split(',')[1]))).toEqual(new Set(['1']));
    const again = await ringlight([...RUN, '--out', out]);
    expect(again.status).toBe(2);
    expect(again.stderr).toBe(`ringlight: cannot write ${out}: it exists\n`);
    rmSync(folder, { recursive: true });
  });

  test.each([
    [['lab', 'run', 'nothing'], /there is no experiment "nothing"; there are kad-hops, /],
    [['lab', 'show', 'nothing'], /there is no experiment "nothing"/],
    [['lab', 'replay', 'nothing'], /expected a folder of a run, its summary\.json or a line/],
    [['lab', 'run', 'kad-hops', '--nodes', '0'], /--nodes expected .* 2\.\.10000000, got 0/],
    [['lab', 'run', 'kad-hops', '--loss', '2'], /--loss expected a number in 0\.\.1, got 2/],
    [['lab', 'run', 'kad-hops', '--latency', '9-3'], /--latency expected king/],
  ])('%j is one line and exit status 2', async (args, message) => {
    const { status, stderr } = await ringlight(args);
    expect(status).toBe(2);
    expect(stderr).toMatch(message);
  });
});

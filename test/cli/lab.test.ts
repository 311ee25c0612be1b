import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { objects, ringlight } from './command.ts';

const RUN = ['lab', 'run', 'kad-hops', '--nodes', '1000', '--lookups', '400'];

describe('ringlight lab', () => {
  test('lists what there is', async () => {
    expect((await ringlight(['lab', 'list'])).stdout).toMatch(/kad-hops {2}length and exactness/);
    const [first] = objects(await ringlight(['lab', 'list', '--json']));
    expect(first).toMatchObject({ event: 'experiment', name: 'kad-hops' });
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
    });
    expect(objects(two!).at(-1)!['traceHash']).toBe(result['traceHash']);
  });

  test('tells people what was measured beside what was to be expected', async () => {
    const { stdout } = await ringlight(RUN);
    expect(stdout).toMatch(/^kad-hops {2}1,000 nodes, seed 1\n/);
    expect(stdout).toMatch(/pass {2}hopsMean {3}measured \d\.\d{3} +expected 2\.27 ± 0\.11/);
    expect(stdout).toMatch(/trace hash +[0-9a-f]{16}/);
  });

  test('a failed check is exit status 1', async () => {
    const args = [
      'lab',
      'run',
      'kad-hops',
      '--nodes',
      '10000',
      '--latency',
      'king',
      '--lookups',
      '500',
    ];
    const { status, stdout } = await ringlight(args);
    expect(status).toBe(1);
    expect(stdout).toMatch(/FAIL {2}exactRate/);
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
    expect(again.stderr).toBe(`ringlight: cannot write there: ${out} exists\n`);
    rmSync(folder, { recursive: true });
  });

  test.each([
    [['lab', 'run', 'nothing'], /there is no experiment "nothing"; there is kad-hops/],
    [['lab', 'run', 'kad-hops', '--nodes', '0'], /1\.\.10000000/],
    [['lab', 'run', 'kad-hops', '--loss', '2'], /Expected a number in 0\.\.1/],
    [['lab', 'run', 'kad-hops', '--latency', '9-3'], /Expected king/],
  ])('%j is one line and exit status 2', async (args, message) => {
    const { status, stderr } = await ringlight(args);
    expect(status).toBe(2);
    expect(stderr).toMatch(message);
  });
});

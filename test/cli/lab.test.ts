import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
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

  test('--out writes a summary, and never over another', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'ringlight-'));
    const out = join(folder, 'run');
    expect((await ringlight([...RUN, '--out', out])).status).toBe(0);
    const summary = JSON.parse(readFileSync(join(out, 'summary.json'), 'utf8'));
    expect(summary).toMatchObject({ experiment: 'kad-hops', options: { nodes: 1000, k: 8 } });
    const again = await ringlight([...RUN, '--out', out]);
    expect(again.status).toBe(2);
    expect(again.stderr).toMatch(/summary\.json exists\n$/);
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

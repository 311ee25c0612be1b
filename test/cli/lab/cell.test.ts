import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet';
import { afterAll, describe, expect, test } from 'vitest';
import { originOf, runCell } from '../../../src/cli/lab/cell.ts';
import { EXPERIMENTS, experimentNamed } from '../../../src/cli/lab/experiments.ts';
import { checkedOptions } from '../../../src/cli/lab/options.ts';
import { Recorder } from '../../../src/lab.ts';
import { runRowOf } from '../../../src/results/run.ts';
import { SMALL } from '../../lab/small-experiments.ts';

const folder = mkdtempSync(join(tmpdir(), 'ringlight-'));
afterAll(() => rmSync(folder, { recursive: true }));

const options = checkedOptions(experimentNamed('kad-hops'), { nodes: 100, lookups: 20 });
const cell = { experiment: 'kad-hops', options, keep: null };

describe('a cell', () => {
  test('tells what came out, what it took, and which run it is', async () => {
    const outcome = await runCell(cell, () => {});
    expect(outcome).toMatchObject({
      ...{ experiment: 'kad-hops', seed: 1, nodes: 100, options, pass: true },
      ...{ config: expect.stringMatching(/^[0-9a-f]{16}$/), version: expect.any(String) },
      ...{ messagesPerSecond: expect.any(Number), peakRssBytes: expect.any(Number) },
    });
  });

  test('keeps everything in its folder, and finds out before the work that it cannot', async () => {
    const keep = { folder: join(folder, 'run'), csv: false };
    await runCell({ ...cell, keep }, () => {});
    expect(existsSync(join(keep.folder, 'report.html'))).toBe(true);
    await expect(runCell({ ...cell, keep }, () => {})).rejects.toMatchObject({
      ...{ status: 2, code: 'WRITE', message: expect.stringMatching(/run: it exists$/) },
    });
  });

  test('is named by its options, its seed and its code', () => {
    const source = { version: '1', commit: 'a' };
    const { config, run } = originOf('kad-hops', options, source);
    const other = originOf('kad-hops', { ...options, seed: 2 }, source);
    expect(other.config).toBe(config);
    expect(other.run).not.toBe(run);
    expect(originOf('kad-hops', { ...options, k: 9 }, source).config).not.toBe(config);
    expect(originOf('kad-hops', options, { ...source, commit: 'b' }).run).not.toBe(run);
  });
});

test.each(EXPERIMENTS)('what $name leaves behind can be kept', async (experiment) => {
  const { name } = experiment;
  const keep = { folder: join(folder, name), csv: false };
  const options = checkedOptions(experiment, SMALL[name]);
  const { metrics } = await runCell({ experiment: name, options, keep }, () => {});
  expect(existsSync(join(keep.folder, 'report.html'))).toBe(true);
  const file = await asyncBufferFromFile(join(keep.folder, 'lookups.parquet'));
  const rows = await parquetReadObjects({ file, columns: ['lookup'] });
  // On a ring nothing is recorded, in some other experiments announces as well.
  if (!/^(chord|ring)-/.test(name)) expect(rows.length).toBeGreaterThanOrEqual(metrics.lookups);
});

test('the recorder of an experiment that tells it nothing leaves the row of the run', async () => {
  const recorder = new Recorder();
  const { config: _, ...result } = await runCell(cell, () => {});
  const row = runRowOf(result, options, { version: '1', commit: '' });
  const tables = recorder.tables(row, 'run');
  expect(Object.fromEntries(tables.map(({ name, rows }) => [name, rows]))).toEqual({
    ...{ runs: 1, nodes: 0, sessions: 0, lookups: 0, rpcs: 0, snapshots_neighbors: 0, metrics: 0 },
  });
});

import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { originOf, runCell } from '../../src/cli/cell.ts';
import { experimentNamed } from '../../src/cli/experiments.ts';
import { checkedOptions } from '../../src/cli/options.ts';

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
      ...{ status: 2, code: 'WRITE', message: expect.stringMatching(/run exists$/) },
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

test('every experiment can be kept: it tells a recorder of its world', async () => {
  const { EXPERIMENTS } = await import('../../src/cli/experiments.ts');
  const small = { lookups: 10, zones: 1, values: 5, afterMs: 1000, faultsMs: 1000, settleMs: 0 };
  for (const experiment of EXPERIMENTS) {
    const { name } = experiment;
    const known = Object.entries(small).filter(([key]) => key in experiment.options.shape);
    const values = { nodes: 50, ...Object.fromEntries(known) };
    const keep = { folder: join(folder, name), csv: false };
    await runCell(
      { experiment: name, options: checkedOptions(experiment, values), keep },
      () => {},
    );
    expect(existsSync(join(folder, name, 'lookups.parquet')), name).toBe(true);
  }
});

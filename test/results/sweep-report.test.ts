/** The page of a sweep and the files beside it. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { estimateOf } from '../../src/results/confidence.ts';
import { type SweepParts, writeSweepReport } from '../../src/results/sweep-report.ts';

test('a page with all figures, each a file with its numbers', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ringlight-sweep-report-'));
  try {
    const groups = [1, 2].map((k) => ({
      ...{ varied: { k }, expected: {}, sweeps: [], curves: [[0, 10 * k]] },
      estimates: { hopsMean: estimateOf([k, k + 1]) },
    }));
    const parts: SweepParts = {
      ...{ experiment: 'a<b', cells: 4, done: 3, pass: false, groups, names: ['hopsMean'] },
    };
    writeSweepReport(folder, parts);
    writeSweepReport(folder, parts);
    const names = ['by-k-hopsMean', 'latency-curves'];
    const files = names.flatMap((name) => [`${name}.csv`, `${name}.svg`]);
    expect(readdirSync(folder).sort()).toEqual([...files, 'report.html'].sort());
    const page = readFileSync(join(folder, 'report.html'), 'utf8');
    expect(page).toContain('<h1>a&lt;b</h1>');
    expect(page).toContain('3 of 4 runs: <span class="fail">');
    expect(page.match(/<figure>/g)).toHaveLength(2);
    expect(page).not.toMatch(/https?:\/\/(?!www\.w3\.org)/);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

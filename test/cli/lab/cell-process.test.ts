import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { experimentNamed } from '../../../src/cli/lab/experiments.ts';
import { checkedOptions } from '../../../src/cli/lab/options.ts';
import { SMALL } from '../../lab/small-experiments.ts';

const HASHES = new URL('../../lab/trace-hashes.json', import.meta.url);

// The process that it makes runs the built file beside it.
const built = new URL('../../../dist/cli/lab/cell-process.js', import.meta.url).href;
const { runApart } = (await import(built)) as typeof import('../../../src/cli/lab/cell-process.ts');

const folder = mkdtempSync(join(tmpdir(), 'ringlight-'));
afterAll(() => rmSync(folder, { recursive: true }));

function cellOf(values: Record<string, unknown>, name = 'kad-hops') {
  const options = checkedOptions(experimentNamed(name), values);
  return { experiment: name, options, keep: { folder: join(folder, name), csv: false } };
}

describe('a cell in a process of its own', () => {
  test('gives what it would have given here, and leaves its folder', async () => {
    const outcome = await runApart(cellOf({ nodes: 100, lookups: 10 }), {
      heapMb: 300,
      report() {},
    });
    const again = await runApart(
      { ...cellOf({ nodes: 100, lookups: 10 }), keep: null },
      { heapMb: null, report() {} },
    );
    expect(outcome.traceHash).toBe(again.traceHash);
    expect(existsSync(join(folder, 'kad-hops', 'summary.json'))).toBe(true);
  });

  test('side by side with another it is the same run, the one whose hash is committed', async () => {
    const committed = JSON.parse(readFileSync(HASHES, 'utf8'));
    for (const name of ['kad-hops', 'chord-massfail', 'scenario']) {
      const cell = { ...cellOf({ ...SMALL[name] }, name), keep: null };
      const run = () => runApart(cell, { heapMb: null, report() {} });
      const outcomes = await Promise.all([run(), run()]);
      const hashes = outcomes.map(({ traceHash }) => traceHash);
      expect(hashes, name).toEqual([committed[name], committed[name]]);
    }
  });

  test('ended in the middle it leaves nothing', async () => {
    const abort = new AbortController();
    const cell = cellOf({ nodes: 2000, faultsMs: '1 d' }, 'scenario');
    const running = runApart(cell, {
      heapMb: null,
      signal: abort.signal,
      report: () => abort.abort(),
    });
    await expect(running).rejects.toMatchObject({ code: 'INTERRUPTED', status: 130 });
    expect(readdirSync(folder).filter((name) => name.includes('scenario'))).toEqual([]);
  });

  test('ended before it began it does nothing', async () => {
    const signal = AbortSignal.abort();
    const running = runApart(cellOf({ nodes: 10 }, 'scenario'), {
      heapMb: null,
      report() {},
      signal,
    });
    await expect(running).rejects.toMatchObject({ code: 'INTERRUPTED' });
  });

  test('without memory it says so, and takes nobody with it', async () => {
    const cell = { ...cellOf({ nodes: 20_000 }, 'replica-survival'), keep: null };
    const running = runApart(cell, { heapMb: 20, report() {} });
    await expect(running).rejects.toMatchObject({ code: 'MEMORY', message: 'out of memory' });
  });
});

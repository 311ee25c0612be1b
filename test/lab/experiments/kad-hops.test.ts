import { describe, expect, test } from 'vitest';
import { KAD_HOPS_DEFAULTS, kadHops } from '../../../src/lab/experiments/kad-hops.ts';

describe('kad-hops', () => {
  test.each([
    [8, 1000],
    [20, 1000],
    [8, 10_000],
  ])('k = %i, %i nodes: lookups are exact and as long as on ideal tables', (k, nodes) => {
    const result = kadHops({ ...KAD_HOPS_DEFAULTS, k, nodes, lookups: 1500 });
    expect(result.checks.map(({ name }) => name)).toEqual(['exactRate', 'hopsMean', 'rpcsMean']);
    for (const check of result.checks) expect(check).toMatchObject({ pass: true });
    expect(result).toMatchObject({ pass: true, experiment: 'kad-hops', nodes, seed: 1 });
  });

  test('the trace hash is that of the committed run', () => {
    // A change here means that nodes now do something else, or in another order: say why in the commit.
    const { traceHash } = kadHops({ ...KAD_HOPS_DEFAULTS, nodes: 1000, lookups: 300 });
    expect(traceHash).toMatchInlineSnapshot(`"31965ec55fa42a2c"`);
  });

  test('the same seed gives the same run, another seed another', () => {
    const run = (seed: number): string =>
      kadHops({ ...KAD_HOPS_DEFAULTS, seed, nodes: 500, lookups: 100, loss: 0.05 }).traceHash;
    expect(run(3)).toBe(run(3));
    expect(run(3)).not.toBe(run(4));
  });

  test('with loss there is nothing to compare with, and every lookup still ends', () => {
    const result = kadHops({ ...KAD_HOPS_DEFAULTS, nodes: 500, lookups: 200, loss: 0.1 });
    expect(result.checks).toEqual([]);
    expect(result.metrics.lookups).toBe(200);
    expect(result.metrics.exactRate).toBeLessThan(1);
  });

  test('progress is told while it runs', () => {
    const reports: number[] = [];
    kadHops({ ...KAD_HOPS_DEFAULTS, nodes: 300, lookups: 50 }, ({ of }) => reports.push(of));
    expect(reports).toContain(50);
  });

  test('a check that fails fails the run', () => {
    // King's slowest lines answer after the short time-out; some lookups end without them.
    const latency = { kind: 'king' } as const;
    const result = kadHops({ ...KAD_HOPS_DEFAULTS, nodes: 10_000, lookups: 500, latency });
    const exact = result.checks.find(({ name }) => name === 'exactRate')!;
    expect(exact.measured).toBeLessThan(1);
    expect(exact.pass).toBe(false);
    expect(result.pass).toBe(false);
  });
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Rows } from '../../../src/lab/results/rows.ts';
import type { Row } from '../../../src/lab/results/tables.ts';

const rpc: fc.Arbitrary<Row<'rpcs'>> = fc.record({
  lookup: fc.nat(),
  step: fc.nat(),
  told_by: fc.nat(),
  peer_discovery_id_prefix: fc.bigInt(0n, 2n ** 64n - 1n),
  hops: fc.nat(),
  distance_bits: fc.option(fc.nat(160)),
  sent_ms: fc.double({ noNaN: true }),
  rtt_ms: fc.option(fc.double({ noNaN: true })),
  verdict: fc.string({ maxLength: 2 }),
});

describe('rows', () => {
  test('what was added is read back, whatever the columns had to grow', () => {
    fc.assert(
      fc.property(fc.array(rpc, { maxLength: 200 }), (wanted) => {
        const rows = new Rows('rpcs');
        for (const [i, row] of wanted.entries()) expect(rows.add(row)).toBe(i);
        const { readers } = rows;
        const got = wanted.map((_, i) =>
          Object.fromEntries(Object.entries(readers).map(([name, read]) => [name, read(i)])),
        );
        expect(got).toEqual(wanted);
      }),
      { numRuns: 50 },
    );
  });

  test('halving keeps every second row', () => {
    fc.assert(
      fc.property(fc.array(rpc, { minLength: 1, maxLength: 70 }), (wanted) => {
        const rows = new Rows('rpcs');
        for (const row of wanted) rows.add(row);
        rows.halve();
        const kept = wanted.filter((_, i) => i % 2 === 0);
        expect(rows.count).toBe(kept.length);
        expect(kept.map((_, i) => rows.at(i, 'verdict'))).toEqual(kept.map((row) => row.verdict));
        expect(kept.map((_, i) => rows.at(i, 'peer_discovery_id_prefix'))).toEqual(
          kept.map((row) => row.peer_discovery_id_prefix),
        );
      }),
      { numRuns: 30 },
    );
  });

  test('a cell can be set later', () => {
    const rows = new Rows('sessions');
    rows.add({ node: 1, started_ms: 5, ended_ms: null });
    expect(rows.at(0, 'ended_ms')).toBe(null);
    rows.set(0, 'ended_ms', 9);
    expect(rows.at(0, 'ended_ms')).toBe(9);
  });

  test('null where there must be a value, and a count that does not fit, are mistakes of ours', () => {
    const rows = new Rows('sessions');
    const row = { node: 1, started_ms: 5, ended_ms: null };
    expect(() => rows.add({ ...row, started_ms: null as never })).toThrow(/never null/);
    expect(() => rows.add({ ...row, node: -1 })).toThrow(/node is a count/);
    expect(() => rows.add({ ...row, node: 2 ** 31 })).toThrow(/below 2\^31/);
    expect(() => rows.add({ ...row, node: 2 ** 31 - 1 })).not.toThrow();
  });
});

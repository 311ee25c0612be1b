import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CHORD_CHURN_DEFAULTS, chordChurn } from '../../../src/lab/experiments/chord-churn.ts';
import { CHORD_LOAD_DEFAULTS, chordLoad } from '../../../src/lab/experiments/chord-load.ts';
import {
  CHORD_MASSFAIL_DEFAULTS,
  chordMassfail,
} from '../../../src/lab/experiments/chord-massfail.ts';
import { CHORD_PATH_DEFAULTS, chordPath } from '../../../src/lab/experiments/chord-path.ts';
import { RING_SPLIT_DEFAULTS, ringSplit } from '../../../src/lab/experiments/ring-split.ts';
import {
  RING_SURVIVAL_DEFAULTS,
  ringSurvival,
} from '../../../src/lab/experiments/ring-survival.ts';
import type { ExperimentResult } from '../../../src/lab/results/experiment.ts';
import { Recorder } from '../../../src/lab/results/recorder.ts';
import type { Cell, Row, Table, TableName } from '../../../src/lab/results/tables.ts';
import { halvings } from '../../../src/lab/ring/recorded-ring.ts';

type Run = (recorder: Recorder | null) => ExperimentResult;

const quiet = () => {};
/** Each with the nodes of the world that it records. */
const RUNS: Record<string, [nodes: number, run: Run]> = {
  'chord-path': [
    32,
    (recorder) => chordPath({ ...CHORD_PATH_DEFAULTS, nodes: 32, lookups: 40 }, quiet, recorder),
  ],
  'chord-massfail': [
    60,
    (recorder) =>
      chordMassfail(
        { ...CHORD_MASSFAIL_DEFAULTS, nodes: 60, rings: 2, lookups: 40 },
        quiet,
        recorder,
      ),
  ],
  'chord-churn': [
    // 30 members, and those who may come.
    162,
    (recorder) =>
      chordChurn(
        { ...CHORD_CHURN_DEFAULTS, nodes: 30, lookups: 60, settleMs: 100_000 },
        quiet,
        recorder,
      ),
  ],
  'chord-load': [
    40,
    (recorder) =>
      chordLoad(
        {
          ...CHORD_LOAD_DEFAULTS,
          ...{ nodes: 50, keys: 500, rings: 1, inserts: 40, insertNodes: 40 },
        },
        quiet,
        recorder,
      ),
  ],
  'ring-survival': [
    16,
    (recorder) =>
      ringSurvival(
        { ...RING_SURVIVAL_DEFAULTS, kMax: 1, crashesMax: 1, crowds: 1, keys: 30 },
        quiet,
        recorder,
      ),
  ],
  'ring-split': [
    18,
    (recorder) =>
      ringSplit(
        { ...RING_SPLIT_DEFAULTS, nodes: 6, rings: 1, everyMs: 20_000, faultsMs: 120_000 },
        quiet,
        recorder,
      ),
  ],
};

const RUN_ROW: Record<string, Cell> = { pass: true };
for (const text of ['experiment', 'version', 'commit', 'config_hash', 'config', 'trace_hash']) {
  RUN_ROW[text] = text;
}
for (const count of ['seed', 'schema_version', 'nodes', 'messages', 'duration_ms']) {
  RUN_ROW[count] = 1;
}

function rowsOf(tables: readonly Table[], name: TableName): Record<string, Cell>[] {
  const { rows, columns } = tables.find((table) => table.name === name)!;
  return Array.from({ length: rows }, (_, row) =>
    Object.fromEntries(columns.map(({ name, values }) => [name, values.at(row)!])),
  );
}

describe.each(Object.entries(RUNS))('%s', (_name, [nodes, run]) => {
  const recorder = new Recorder();
  const result = run(recorder);
  const tables = recorder.tables(RUN_ROW as unknown as Row<'runs'>, 'run');

  test('is the same run when it is recorded', () => {
    expect(run(null)).toEqual(result);
  });

  test('leaves rows of nodes, stays, lookups, neighbours and time', () => {
    const found = rowsOf(tables, 'nodes');
    expect(found).toHaveLength(nodes);
    expect(new Set(found.map((row) => row['peer_id'])).size).toBe(nodes);
    const living = found.filter((row) => row['alive']).length;
    expect(living).toBeGreaterThan(0);
    const open = rowsOf(tables, 'sessions').filter((row) => row['ended_ms'] === null);
    expect(open).toHaveLength(living);
    const lookups = rowsOf(tables, 'lookups');
    expect(lookups.length).toBeGreaterThan(0);
    for (const row of lookups) {
      expect(['owns', 'get', 'insert']).toContain(row['kind']);
      expect(Number(row['rpcs'])).toBe(Number(row['answered']) + Number(row['timeouts']));
    }
    const known = rowsOf(tables, 'snapshots_neighbors');
    expect(known.length).toBeGreaterThan(0);
    const contacts = found.filter((row) => row['alive']).map((row) => Number(row['contacts']));
    expect(contacts.reduce((sum, count) => sum + count, 0)).toBe(known.length);
    const metrics = rowsOf(tables, 'metrics');
    // Look-ups are kept of every condition, figures over time of the world that was begun last.
    const done = Number(metrics.at(-1)!['lookups_done']);
    expect(done).toBeGreaterThan(0);
    expect(done).toBeLessThanOrEqual(lookups.length);
    expect(Number(metrics.at(-1)!['messages_delivered'])).toBeGreaterThan(0);
    expect(metrics.at(-1)!['nodes_alive']).toBe(living);
  });
});

test('the part of a contact is how often the circle must be halved to reach no farther', () => {
  const id = fc.uint8Array({ minLength: 20, maxLength: 20 });
  const number = (bytes: Uint8Array) => BigInt(`0x${Buffer.from(bytes).toString('hex')}`);
  fc.assert(
    fc.property(id, id, (from, to) => {
      const way = (number(to) - number(from) + 2n ** 160n) % 2n ** 160n;
      const part = halvings(from, to);
      if (way === 0n) expect(part).toBe(160);
      else {
        expect(way >= 2n ** BigInt(159 - part)).toBe(true);
        expect(way < 2n ** BigInt(160 - part)).toBe(true);
      }
    }),
  );
});

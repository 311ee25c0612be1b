import { describe, expect, test } from 'vitest';
import {
  CHORD_MASSFAIL_DEFAULTS,
  chordMassfail,
} from '../../../src/lab/experiments/chord-massfail.ts';
import {
  KAD_HOPS_DEFAULTS,
  type KadHopsOptions,
  kadHops,
} from '../../../src/lab/experiments/kad-hops.ts';
import { mainlineWorld } from '../../../src/lab/mainline/mainline-overlay.ts';
import { RecordedMainline } from '../../../src/lab/mainline/recorded-mainline.ts';
import { METRICS_ROWS, Recorder, SNAPSHOT_NODES } from '../../../src/lab/results/recorder.ts';
import type { Cell, Row, Table, TableName } from '../../../src/lab/results/tables.ts';
import { sha1 } from '../../../src/lab/sha1.ts';
import { settingsFrom } from '../../../src/mainline/choices.ts';

const SMALL = { ...KAD_HOPS_DEFAULTS, nodes: 300, lookups: 60 };
const RUN_ROW = {} as Record<string, Cell>;
for (const text of ['experiment', 'version', 'commit', 'config_hash', 'config', 'trace_hash']) {
  RUN_ROW[text] = text;
}
for (const count of ['seed', 'schema_version', 'nodes', 'messages', 'duration_ms']) {
  RUN_ROW[count] = 1;
}
RUN_ROW['pass'] = true;

function recorded(options: KadHopsOptions, sample = 10) {
  const recorder = new Recorder({ sample });
  const result = kadHops(options, () => {}, recorder);
  const tables = recorder.tables(RUN_ROW as unknown as Row<'runs'>, 'run');
  return { recorder, result, read: (name: TableName) => rowsOf(tables, name) };
}

function rowsOf(tables: readonly Table[], name: TableName): Record<string, Cell>[] {
  const { rows, columns } = tables.find((table) => table.name === name)!;
  return Array.from({ length: rows }, (_, row) =>
    Object.fromEntries(columns.map(({ name, values }) => [name, values.at(row)!])),
  );
}

const sum = (rows: Record<string, Cell>[], column: string): number =>
  rows.reduce((total, row) => total + Number(row[column]), 0);

function world(nodes: number) {
  const settings = settingsFrom({ onePerIp: false, inbound: false, outbound: false });
  return mainlineWorld(
    {
      seed: 1,
      nodes,
      network: { latency: { kind: 'constant', ms: 100 } },
      settings,
      upkeep: true,
      sha1,
    },
    { onLookup() {}, onPeer() {}, onAnswer() {}, onSilence() {}, onJoin() {} },
  );
}

test('lookups of all worlds are kept, each with its world and what made it', () => {
  const recorder = new Recorder();
  const dead = [0, 0.5];
  chordMassfail(
    { ...CHORD_MASSFAIL_DEFAULTS, nodes: 40, dead, rings: 3, lookups: 30 },
    () => {},
    recorder,
  );
  const tables = recorder.tables(RUN_ROW as unknown as Row<'runs'>, 'run');
  const lookups = rowsOf(tables, 'lookups');
  expect(lookups).toHaveLength(60);
  const worlds = lookups.map(({ world, condition }) => `${world} ${condition}`);
  expect([...new Set(worlds)]).toEqual(
    dead.flatMap((share, i) => [1, 2, 3].map((ring) => `${3 * i + ring} dead ${share}`)),
  );
  // What is told over time is of the one world that is kept whole.
  expect(rowsOf(tables, 'metrics').at(-1)).toMatchObject({ lookups_done: 10, nodes_alive: 20 });
  expect(rowsOf(tables, 'nodes').filter(({ alive }) => alive)).toHaveLength(20);
});

describe('the recorder', () => {
  test('changes nothing of the run it looks at', () => {
    const options = { ...SMALL, loss: 0.1 };
    expect(recorded(options).result).toEqual(kadHops(options));
  });

  test('has a row for each lookup, and their sums are those of the result', () => {
    const { result, read } = recorded({ ...SMALL, loss: 0.1 });
    const lookups = read('lookups');
    expect(lookups).toHaveLength(60);
    expect(sum(lookups, 'rpcs') / 60).toBeCloseTo(result.metrics.rpcsMean, 10);
    expect(sum(lookups, 'exact') / 60).toBeCloseTo(result.metrics.exactRate, 10);
    expect(sum(lookups, 'found') / sum(lookups, 'wanted')).toBeCloseTo(result.metrics.recall, 10);
    expect(sum(lookups, 'timeouts')).toBeGreaterThan(0);
    for (const row of lookups) {
      expect(Number(row['answered']) + Number(row['timeouts'])).toBeLessThanOrEqual(
        Number(row['rpcs']),
      );
      expect(row['kind']).toBe('find_node');
    }
  });

  test('keeps the requests of one lookup in n, each told by an earlier one', () => {
    const { read } = recorded(SMALL, 7);
    const rpcs = read('rpcs');
    const sampled = read('lookups').filter((_, i) => i % 7 === 0);
    expect(new Set(rpcs.map((row) => row['lookup']))).toEqual(
      new Set(sampled.map((row) => row['lookup'])),
    );
    expect(rpcs).toHaveLength(sum(sampled, 'rpcs'));
    const prefixes = new Set(read('nodes').map((row) => row['discovery_id_prefix']));
    for (const row of rpcs) {
      expect(Number(row['told_by'])).toBeLessThan(Number(row['step']));
      expect(row['hops'] === 1).toBe(row['told_by'] === 0);
      expect(prefixes).toContain(row['peer_discovery_id_prefix']);
      expect(row['rtt_ms']).toBe(200);
    }
    expect(() => new Recorder({ sample: 0 })).toThrow(/"sample" expected/);
  });

  test('knows every node, and counts every datagram once', () => {
    const { result, read } = recorded(SMALL);
    const nodes = read('nodes');
    expect(nodes).toHaveLength(300);
    expect(sum(nodes, 'messages_received')).toBe(result.messages);
    for (const row of nodes) {
      expect(String(row['peer_id']).slice(0, 16)).toBe(
        (row['discovery_id_prefix'] as bigint).toString(16).padStart(16, '0'),
      );
    }
    expect(nodes[2]).toMatchObject({ node: 2, address: '16.0.0.2:6881', alive: true });
  });

  test('the snapshot has every contact of the sampled tables', () => {
    const { read } = recorded(SMALL);
    const neighbors = read('snapshots_neighbors');
    expect(neighbors).toHaveLength(sum(read('nodes'), 'contacts'));
    const prefixes = new Set(read('nodes').map((row) => row['discovery_id_prefix']));
    for (const row of neighbors) {
      expect(prefixes).toContain(row['neighbor_discovery_id_prefix']);
      expect(row['neighbor_discovery_id_prefix']).not.toBe(row['peer_discovery_id_prefix']);
    }
  });

  test('of a large world it takes a sample that is spread over all ids', () => {
    const { read } = recorded({ ...SMALL, nodes: SNAPSHOT_NODES * 3, lookups: 1 });
    const peers = new Set(
      read('snapshots_neighbors').map((row) => row['peer_discovery_id_prefix']),
    );
    expect(peers.size).toBe(SNAPSHOT_NODES);
    const far = [...peers].filter((peer) => (peer as bigint) >= 2n ** 63n).length;
    expect(Math.abs(far / SNAPSHOT_NODES - 0.5)).toBeLessThan(0.05);
  });

  test('sessions begin and end with the nodes', () => {
    const overlay = world(20);
    const recorder = new Recorder();
    recorder.begin(new RecordedMainline(overlay));
    overlay.world.run(overlay.world.now + 1000);
    overlay.crash(3);
    overlay.crash(3);
    overlay.world.run(overlay.world.now + 1000);
    overlay.restart(3, [], false);
    recorder.finish();
    const tables = recorder.tables(RUN_ROW as unknown as Row<'runs'>, 'run');
    const sessions = rowsOf(tables, 'sessions').filter(({ node }) => node === 3);
    expect(sessions).toHaveLength(2);
    expect(sessions[0]['started_ms']).toBe(0);
    expect(sessions[0]['ended_ms']).toBeLessThan(Number(sessions[1]['started_ms']));
    expect(sessions[1]['ended_ms']).toBe(null);
    expect(rowsOf(tables, 'metrics').at(-1)!['nodes_alive']).toBe(20);
  });

  test('however long a run is, metrics have a bounded number of rows that go up to its end', () => {
    const overlay = world(20);
    const recorder = new Recorder();
    recorder.begin(new RecordedMainline(overlay));
    const { world: inhabited } = overlay;
    const until = inhabited.now + 4 * 3_600_000;
    while (inhabited.step(until)) recorder.passed();
    recorder.finish();
    const tables = recorder.tables(RUN_ROW as unknown as Row<'runs'>, 'run');
    const metrics = rowsOf(tables, 'metrics');
    expect(metrics.length).toBeLessThanOrEqual(METRICS_ROWS);
    expect(metrics.length).toBeGreaterThan(METRICS_ROWS / 4);
    expect(metrics[0]['at_ms']).toBe(0);
    expect(metrics.at(-1)!['at_ms']).toBe(inhabited.elapsedMs);
    for (const [i, row] of metrics.entries()) {
      if (i === 0) continue;
      for (const column of ['at_ms', 'messages_delivered', 'sent_bytes', 'timeouts']) {
        expect(Number(row[column])).toBeGreaterThanOrEqual(Number(metrics[i - 1][column]));
      }
    }
    expect(metrics.at(-1)!['messages_delivered']).toBe(inhabited.delivered);
    expect(recorder.byteLength).toBeLessThan(500_000);
  });
});

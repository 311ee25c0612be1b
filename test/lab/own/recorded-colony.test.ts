import { expect, test } from 'vitest';
import type { Machine } from '../../../src/core/host.ts';
import { Colony } from '../../../src/lab/own/colony.ts';
import { hashOf, RecordedColony } from '../../../src/lab/own/recorded-colony.ts';
import { Recorder } from '../../../src/lab/results/recorder.ts';
import type { Row } from '../../../src/lab/results/tables.ts';

const RUN_ROW: Row<'runs'> = {
  ...{ experiment: 'own', seed: 1, version: '1', commit: '', schema_version: 1, config_hash: '' },
  ...{ config: '{}', nodes: 4, pass: true, trace_hash: '', messages: 0, duration_ms: 1000 },
};
const SILENT: Machine = { receive() {}, tick() {}, deadline: Infinity };

function silent() {
  const network = { latency: { kind: 'constant', ms: 1 } } as const;
  return new Colony({ seed: 1, nodes: 4, network }, () => SILENT);
}

test('ids are hashes of addresses, or those of the protocol; whom machines know, the protocol tells', () => {
  const colony = silent();
  const bare = new RecordedColony(colony);
  expect(bare.idOf(2)).toEqual(hashOf(colony.addressOf(2)));
  expect([bare.contactsOf(2), bare.partsOf(2), bare.timeouts, bare.sentBytes]).toEqual([
    0, 1, 0, 0,
  ]);
  const own = new RecordedColony(colony, {
    idOf: (node) => new Uint8Array(20).fill(node),
    contacts: () => [colony.addressOf(1), colony.addressOf(3), 17],
    timeouts: () => 5,
  });
  colony.life.crash(3);
  const seen: unknown[] = [];
  own.visit(0, (id, start, part, failures, heardAgoMs, isAlive) =>
    seen.push([id[start], part, failures, heardAgoMs, isAlive]),
  );
  // An address of nobody is none of this world's; 0 and 1 share 7 bits.
  expect(seen).toEqual([
    [1, 7, 0, null, true],
    [3, 6, 0, null, false],
  ]);
  expect([own.contactsOf(0), own.timeouts]).toEqual([3, 5]);
});

test('a recorder makes its tables of a colony', () => {
  const colony = silent();
  const recorder = new Recorder();
  recorder.begin(new RecordedColony(colony));
  const none = { exact: true, found: 1, wanted: 1, rpcs: 2, hops: 1, latencyMs: 7, failed: false };
  colony.run('1 s');
  recorder.endedCall('owns', hashOf(17), { node: 1, ...none, timeouts: 1 });
  recorder.finish();
  const tables = recorder.tables(RUN_ROW, 'r');
  const rowsOf = (name: string) => tables.find((table) => table.name === name)!.rows;
  expect([rowsOf('nodes'), rowsOf('lookups'), rowsOf('sessions')]).toEqual([4, 1, 4]);
});

/** A world of two networks as tables: a row for each address of a host, with the id and table that go with it. */
import { expect, test } from 'vitest';
import { formatId } from '../../../src/core/id.ts';
import { livingDualStack } from '../../../src/lab/mainline/dual-stack.ts';
import { RecordedDualStack } from '../../../src/lab/mainline/recorded-dual-stack.ts';
import { Recorder } from '../../../src/lab/results/recorder.ts';
import { sha1 } from '../../../src/lab/sha1.ts';
import { settingsFrom } from '../../../src/mainline/choices.ts';
import { LookupKind } from '../../../src/mainline/rows/purpose.ts';

const RUN_ROW: Record<string, unknown> = { pass: true };
for (const text of ['experiment', 'version', 'commit', 'config_hash', 'config', 'trace_hash']) {
  RUN_ROW[text] = text;
}
for (const count of ['seed', 'schema_version', 'nodes', 'messages', 'duration_ms']) {
  RUN_ROW[count] = 1;
}

const SILENT = { onPeer() {}, onLookup() {}, onAnswer() {}, onSilence() {}, onJoin() {} };

test('homes are of IPv4 first, and messages are counted where they arrive', () => {
  const network = { latency: { kind: 'king' }, family: 'both', ipv4Only: 0.3 } as const;
  const settings = settingsFrom({ onePerIp: false, inbound: false, outbound: false });
  const { stack } = livingDualStack(
    { seed: 5, nodes: 100, network, settings, upkeep: false, sha1 },
    [SILENT, SILENT],
  );
  const recorder = new Recorder();
  const recorded = new RecordedDualStack(stack);
  recorder.begin(recorded);
  const [v4, v6] = stack.families;
  const asker = Array.from({ length: 100 }, (_, node) => node).find((node) => {
    return v6.population.has(node);
  })!;
  v6.node(asker).lookup(stack.world.now, LookupKind.findNode, new Uint8Array(20).fill(9), 1);
  stack.world.arm(asker);
  stack.world.run(stack.world.now + 20_000);
  recorder.finish();
  const six = Array.from({ length: 100 }, (_, node) => node).filter((node) => {
    return v6.population.has(node);
  });
  expect(recorded.homes.count).toBe(100 + six.length);
  expect(recorded.homes.nodeOf(100)).toBe(six[0]);
  expect(recorded.addressOf(99)).toBe(v4.addressOf(99));
  expect(recorded.addressOf(100)).toBe(v6.addressOf(six[0]!));
  expect(formatId(recorded.idOf(100))).not.toBe(formatId(recorded.idOf(six[0]!)));
  const homes = Array.from({ length: recorded.homes.count }, (_, home) => home);
  const received = (list: number[]) =>
    list.reduce((sum, home) => sum + recorded.homes.receivedOf(home), 0);
  expect(received(homes.slice(0, 100))).toBe(0);
  expect(received(homes.slice(100))).toBe(stack.world.delivered);
  expect(stack.world.delivered).toBeGreaterThan(8);
  expect(recorded.sentBytes).toBe(v6.counters.bytesOut);
  const [, nodes, sessions] = recorder.tables(RUN_ROW as never, 'run');
  expect([nodes!.rows, sessions!.rows]).toEqual([recorded.homes.count, 100]);
});

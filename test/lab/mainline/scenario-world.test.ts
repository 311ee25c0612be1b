/** Scenarios of both families: what is measured in each, and recorded so that they can be told apart. */
import { expect, test } from 'vitest';
import {
  SCENARIO_DEFAULTS,
  type ScenarioOptions,
  scenario,
} from '../../../src/lab/mainline/scenario.ts';
import { addressesIn, scenarioWorld } from '../../../src/lab/mainline/scenario-world.ts';
import { Recorder } from '../../../src/lab/results/recorder.ts';
import { sha1 } from '../../../src/lab/sha1.ts';
import { settingsFrom } from '../../../src/mainline/choices.ts';

const RUN_ROW: Record<string, unknown> = { pass: true };
for (const text of ['experiment', 'version', 'commit', 'config_hash', 'config', 'trace_hash']) {
  RUN_ROW[text] = text;
}
for (const count of ['seed', 'schema_version', 'nodes', 'messages', 'duration_ms']) {
  RUN_ROW[count] = 1;
}

const OPTIONS: ScenarioOptions = {
  ...SCENARIO_DEFAULTS,
  ...{ nodes: 120, faultsMs: 120_000, safety: false, churn: 'kad' },
  network: { latency: { kind: 'king' }, family: 'both', ipv4Only: 0.4, ipv6Only: 0.2 },
};

test('programs ask over both networks, and lookups say over which', () => {
  for (const seed of [1, 2, 3].map(() => Math.floor(Math.random() * 2 ** 32))) {
    const recorder = new Recorder();
    const { metrics, traceHash } = scenario({ ...OPTIONS, seed }, () => {}, recorder);
    expect(metrics!.successRate).toBeGreaterThan(0.8);
    const lookups = recorder
      .tables(RUN_ROW as never, 'run')
      .find(({ name }) => name === 'lookups')!;
    const { values } = lookups.columns.find(({ name }) => name === 'condition')!;
    const conditions = new Set(Array.from({ length: lookups.rows }, (_, row) => values.at(row)));
    expect([...conditions].sort()).toEqual(['IPv4', 'IPv6']);
    expect(scenario({ ...OPTIONS, seed }).traceHash).toBe(traceHash);
  }
});

test('routers have addresses in the families that they are in', () => {
  const settings = settingsFrom({ onePerIp: false, inbound: false, outbound: false });
  const silent = { onPeer() {}, onLookup() {}, onAnswer() {}, onSilence() {}, onJoin() {} };
  const world = scenarioWorld({ ...OPTIONS, churn: null, settings, upkeep: true, sha1 }, silent);
  const nodes = Array.from({ length: 20 }, (_, node) => node);
  for (const family of world.families) {
    const own = nodes.filter((node) => family.population.has(node));
    expect(addressesIn(family, nodes)).toEqual(own.map((node) => family.addressOf(node)));
    expect(own.length).toBeLessThan(20);
  }
});

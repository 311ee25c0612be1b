/** Scenarios of both families: what is measured in each, and recorded so that they can be told apart. */
import { expect, test } from 'vitest';
import {
  SCENARIO_DEFAULTS,
  type ScenarioOptions,
  scenario,
} from '../../../src/lab/mainline/scenario.ts';
import { Recorder } from '../../../src/lab/results/recorder.ts';

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

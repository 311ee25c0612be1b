/** What a scenario on workers cannot have is told before anything begins. */
import { expect, test } from 'vitest';
import { SCENARIO_DEFAULTS, type ScenarioOptions, scenarioOnWorkers } from '../../../src/lab.ts';

const OPTIONS: ScenarioOptions = { ...SCENARIO_DEFAULTS, nodes: 20, safety: false };

test.each<[string, Partial<ScenarioOptions>]>([
  ['safety', { safety: true }],
  ['healingMs', { healingMs: 60_000 }],
  ['adversaries', { adversaries: [{ kind: 'droppers' } as never] }],
  ['network.nat', { network: { latency: { kind: 'king' }, nat: {} as never } }],
  ['network.family', { network: { latency: { kind: 'king' }, family: 'both' } }],
  ['network.latency.between', { network: { latency: { kind: 'own', between: () => 5 } } }],
])('"%s" does not go with workers', async (name, options) => {
  await expect(scenarioOnWorkers({ ...OPTIONS, ...options }, 2)).rejects.toThrow(
    `"${name}" does not go with workers: `,
  );
});

test('workers are at most as many as nodes', async () => {
  await expect(scenarioOnWorkers(OPTIONS, 21)).rejects.toThrow(RangeError);
  await expect(scenarioOnWorkers(OPTIONS, 0)).rejects.toThrow(RangeError);
});

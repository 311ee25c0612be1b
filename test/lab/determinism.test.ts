/**
 * The same seed gives the same run, bit for bit, on any machine: every experiment and every example
 * scenario, small, runs twice here, and its trace hash is compared with the committed one.
 *
 * A hash that changed means that nodes or the lab now do something else, or in another order. When
 * that is meant, record the new ones and say why in the commit:
 *
 *     npx vitest run test/lab/determinism.test.ts -u
 */
import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Experiment } from '../../src/cli/experiment.ts';
import { EXPERIMENTS } from '../../src/cli/experiments.ts';
import type { Options } from '../../src/cli/options.ts';
import { planOf, requestFrom } from '../../src/cli/plan.ts';

const SCENARIOS = new URL('../../examples/scenarios/', import.meta.url);

/** Small enough for all of them to run twice within some seconds. */
const SMALL: Readonly<Record<string, Options>> = {
  'kad-hops': { nodes: 400, lookups: 60, latency: 'king', loss: 0.05 },
  'mdht-lookup-latency': { nodes: 300, lookups: 30, infoHashes: 8, peers: 1, timeoutMs: '3 s' },
  'nat-reach': { nodes: 60, lookups: 10, settleMs: '1 min' },
  'size-estimate': { nodes: 300, lookups: 32, zones: 3 },
  'replica-survival': { nodes: 60, values: 20, afterMs: '10 min', halfLifeMs: '10 min' },
  scenario: {
    ...{ nodes: 40, churn: 'bt-redhat', faultsMs: '6 min' },
    network: {
      ...{ latency: { kind: 'king' }, loss: 0.02, bursts: { enter: 0.01, leave: 0.2 } },
      ...{ jitter: { kind: 'exponential', meanMs: 10 }, reorder: { share: 0.1, withinMs: 200 } },
      ...{ duplicate: { share: 0.1, withinMs: 300 }, uplinks: [{ bytesPerSecond: 20_000 }] },
    },
    schedule: [
      { at: '1 min', pause: { share: 0.2, for: '30 s' } },
      { at: '2 min', clog: { share: 0.3, for: '20 s', kind: 'hold' } },
      { at: '3 min', partition: { share: 0.3, cut: 'out', for: '40 s' } },
      { at: '4 min', restart: { count: 5, rejoin: 'memory' } },
    ],
  },
};

const hashes: Record<string, string> = {};

function twice(name: string, experiment: Experiment, options: Options): void {
  const hash = (): string => experiment.run(structuredClone(options), () => {}, null).traceHash;
  hashes[name] = hash();
  expect(hash()).toBe(hashes[name]);
}

describe('runs twice the same', () => {
  test.each(EXPERIMENTS)('$name', (experiment) => {
    const values = SMALL[experiment.name];
    expect(values, 'give a new experiment small options here').toBeDefined();
    const plan = planOf({ experiment, file: null, values: values! }, new Set());
    twice(experiment.name, experiment, plan.cells[0]!.options);
  });

  test.each(readdirSync(SCENARIOS))('%s', (file) => {
    const request = requestFrom(new URL(file, SCENARIOS).pathname);
    const [{ options }] = planOf(request, new Set()).cells as [{ options: Options }];
    const short = request.experiment.name === 'scenario' ? { healingMs: 0 } : { lookups: 50 };
    twice(file, request.experiment, { ...options, ...short, nodes: 30 });
  });
});

test('all trace hashes are the committed ones', async () => {
  const ordered = Object.fromEntries(Object.entries(hashes).sort());
  await expect(`${JSON.stringify(ordered, null, 2)}\n`).toMatchFileSnapshot('trace-hashes.json');
});

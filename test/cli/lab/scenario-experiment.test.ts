import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { checkedOptions, type Options } from '../../../src/cli/lab/options.ts';
import { scenarioExperiment } from '../../../src/cli/lab/scenario-experiment.ts';

const check = (values: Options): Options => checkedOptions(scenarioExperiment, values);
const EXAMPLES = new URL('../../../examples/scenarios/', import.meta.url);

describe('the fields of a scenario', () => {
  test('short forms are completed', () => {
    expect(check({ network: 'king', start: 'protocol', faultsMs: '2 h' })).toMatchObject({
      network: { latency: { kind: 'king' } },
      start: { kind: 'protocol' },
      faultsMs: 7_200_000,
      workload: { findNode: 60, infoHashes: 12 },
      safety: true,
    });
    expect(check({ network: { latency: 40, loss: 0.1 } })['network']).toEqual({
      latency: { kind: 'constant', ms: 40 },
      loss: 0.1,
    });
    const nat = { latency: 'king', nat: { shares: { firewalled: 0.2 } } };
    expect(check({ network: nat })['safety']).toBe(false);
    expect(check({ adversaries: [{ kind: 'droppers', count: 3 }] })['safety']).toBe(false);
  });

  test.each<[Options, RegExp]>([
    [{ nodes: 1_000_001 }, /^"nodes" expected a whole number in 1\.\.1000000/],
    [{ adversaries: {} }, /^"adversaries" expected an array of adversaries, got an object$/],
    [{ adversaries: [{ kind: 'x' }] }, /^"adversaries\[0\]\.kind" expected one of sybils/],
    [
      { adversaries: [{ kind: 'droppers', count: 3 }], safety: true },
      /^"safety" expected false where there are adversaries, got true$/,
    ],
    [
      { adversaries: [{ kind: 'droppers', count: 3 }], healingMs: 1 },
      /^"healingMs" expected 0 where there are adversaries, got 1$/,
    ],
    [{ node: { secureIds: 1 } }, /^"node\.secureIds" expected/],
    [{ node: { k: '8' } }, /^"node\.k" expected a whole number in 1\.\.64, got "8"$/],
    [{ node: { shortTimeoutMs: 9000 } }, /^"node\.shortTimeoutMs" expected at most timeoutMs/],
    [{ node: { shortTimeoutMsMin: 2000 } }, /^"node\.shortTimeoutMsMin" expected at most/],
    [{ network: { latency: 'king', loss: 2 } }, /^"network\.loss" expected a number in 0\.\.1/],
    [{ network: { latency: '9-3' } }, /^"network\.latency" expected king, a number of ms/],
    [{ network: {} }, /^"network\.latency" expected an object/],
    [{ network: null }, /^"network" expected an object, got null/],
    [{ start: { kind: 'cold' } }, /^"start\.kind" expected warm or protocol, got "cold"/],
    [{ churn: 'xx' }, /^"churn" expected bt-redhat, .*, got "xx"/],
    [{ churn: { trace: '5 2000 join' } }, /^"trace" line 1 expected a node below 1000/],
    [{ schedule: {} }, /^"schedule" expected an array of steps/],
    [
      {
        schedule: [
          { at: 0, heal: true },
          { at: '1 min', crash: { share: 7 } },
        ],
      },
      /^"schedule\[1\]\.crash\.share" expected a number in 0\.\.1, got 7/,
    ],
    [{ schedule: [{ at: '11 min', heal: true }] }, /^"schedule\[0\]\.at" expected a time before/],
    [{ workload: { findNode: -1 } }, /^"workload\.findNode" expected a number in 0\.\.1000000/],
    [{ workload: { ping: 1 } }, /^"workload\.ping" is no option of workload/],
    [
      { expect: [{ metric: 'speed' }] },
      /^"expect\[0\]\.metric" expected successRate, .* got "speed"/,
    ],
    [
      { expect: [{ metric: 'recall', expected: 1, tolerance: -1 }] },
      /^"expect\[0\]\.tolerance" expected a number of 0 or more, got -1/,
    ],
    [{ healed: { exactShare: 2 } }, /^"healed\.exactShare" expected a number in 0\.\.1/],
    [
      { network: { latency: 'king', nat: { shares: {} } }, safety: true },
      /^"safety" expected false where there are NATs/,
    ],
    [
      { network: { latency: 'king', nat: { shares: {} } }, healingMs: 1000 },
      /^"healingMs" expected 0 where there are NATs/,
    ],
    [
      { network: { latency: 'king', family: 'both' }, safety: true },
      /^"safety" expected false where nodes have both families, got true/,
    ],
    [
      { network: { latency: 'king', family: 'both' }, healingMs: 1000 },
      /^"healingMs" expected 0 where nodes have both families, got 1000/,
    ],
    [
      { network: { latency: 'king', family: 6, ipv6Only: 1 } },
      /"network\.ipv6Only" is for worlds whose "network\.family" is both/,
    ],
  ])('%j', (values, message) => {
    expect(() => check(values)).toThrow(message);
  });

  test('steps may come while nodes still join', () => {
    const step = [{ at: '14 min', heal: true }];
    expect(() => check({ schedule: step })).toThrow();
    const start = { kind: 'protocol', joinsPerSecond: 4 };
    expect(() => check({ schedule: step, start })).not.toThrow();
  });

  test('every example says what it is about', () => {
    const files = readdirSync(EXAMPLES);
    expect(files.length).toBeGreaterThanOrEqual(5);
    for (const file of files) {
      const { about } = JSON.parse(readFileSync(new URL(file, EXAMPLES), 'utf8'));
      expect(about.length, file).toBeGreaterThan(40);
    }
  });
});

/** Worlds and acts from outside: what is let in, and what a complaint says. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SeededRandom } from '../../../src/core/random.ts';
import { Churn } from '../../../src/lab/life/churn.ts';
import {
  ACTS_MAX,
  ADDED_MAX,
  checkAct,
  checkActs,
  checkSceneConfig,
  churnOf,
  KEYS_MAX,
  latencyOf,
  MAINLINE_NODES_MAX,
  NAME_LENGTH_MAX,
  networkOf,
  RING_NODES_MAX,
  SCENE_DEFAULTS,
} from '../../../src/scene/protocol/config.ts';
import type { Act } from '../../../src/scene/protocol/messages.ts';

describe('a configuration', () => {
  test('is completed by the defaults, those of its overlay', () => {
    expect(checkSceneConfig({})).toEqual(SCENE_DEFAULTS);
    const mainline = { ...SCENE_DEFAULTS, overlay: 'mainline', nodes: 200, k: 8 };
    expect(checkSceneConfig({ overlay: 'mainline' })).toEqual(mainline);
    expect(checkSceneConfig({ latencyMs: null }).latencyMs).toBeNull();
  });

  test('that was checked passes again unchanged', () => {
    const config = checkSceneConfig({ overlay: 'mainline', nodes: 5000, churn: 'kad', loss: 0.1 });
    expect(checkSceneConfig(structuredClone(config))).toEqual(config);
  });

  test.each<[unknown, string]>([
    [null, '"config" expected an object'],
    [{ node: 5 }, 'got the field "node"'],
    [{ overlay: 'pastry' }, '"config.overlay" expected mainline, ring, got "pastry"'],
    [{ nodes: 0 }, '"config.nodes" expected a whole number in 1..10000, got 0'],
    [{ nodes: RING_NODES_MAX + 1 }, '"config.nodes"'],
    [{ overlay: 'mainline', nodes: MAINLINE_NODES_MAX + 1 }, '"config.nodes"'],
    [{ nodes: '16' }, '"config.nodes" expected a whole number, got "16"'],
    [{ k: 9 }, '"config.k" expected a whole number in 0..8'],
    [{ overlay: 'mainline', k: 0 }, '"config.k" expected a whole number in 1..64'],
    [{ seed: 1.5 }, '"config.seed"'],
    [{ alpha: 0 }, '"config.alpha"'],
    [{ identities: 17 }, '"config.identities"'],
    [{ policy: 'kind' }, '"config.policy" expected correct, chord-2001, class-2019'],
    [{ latencyMs: 0 }, '"config.latencyMs"'],
    [{ loss: 1.5 }, '"config.loss" expected a number in 0..1'],
    [{ loss: Number.NaN }, '"config.loss"'],
    [{ churn: 'often' }, '"config.churn" expected minutes, null or one of bt-redhat'],
    [{ churn: 0 }, '"config.churn" expected 0.1 to 100000 minutes, got 0'],
    [{ lookupsPerSecond: -1 }, '"config.lookupsPerSecond"'],
    [{ keys: KEYS_MAX + 1 }, '"config.keys"'],
  ])('%j is refused', (config, message) => {
    expect(() => checkSceneConfig(config)).toThrow(message);
  });

  test('of anything at all is let in or refused with a word', () => {
    const run = fc.property(fc.anything({ withNullPrototype: true }), (value) => {
      try {
        checkSceneConfig(value);
        checkAct(value);
      } catch (error) {
        expect(error instanceof TypeError || error instanceof RangeError).toBe(true);
        expect((error as Error).message).toMatch(/^"(config|act)/);
      }
    });
    fc.assert(run, { numRuns: 300, seed: 1 });
  });
});

describe('an act', () => {
  test.each<Act>([
    { kind: 'crash', nodes: [1, 2] },
    { kind: 'leave', nodes: [] },
    { kind: 'restart', nodes: [3], memory: false },
    { kind: 'add', count: ADDED_MAX },
    { kind: 'partition', nodes: [1], oneWay: true },
    { kind: 'heal' },
    { kind: 'network', latencyMs: null },
    { kind: 'network', loss: 0.5 },
    { kind: 'churn', churn: 2.5 },
    { kind: 'workload', lookupsPerSecond: 3 },
    { kind: 'put', name: 'apple', value: '', level: 'all', from: 2 },
    { kind: 'get', name: 'x' },
    { kind: 'sybils', name: 'apple', count: 20 },
  ])('%j is let in as it is', (act) => {
    expect(checkAct(structuredClone(act))).toEqual(act);
  });

  test.each<[unknown, string]>([
    [undefined, '"act.kind" expected one of crash, pause'],
    [{ kind: 'constructor' }, '"act.kind" expected one of'],
    [{ kind: 'crash' }, '"act.nodes" expected an array of node numbers, got undefined'],
    [{ kind: 'crash', nodes: [1, -1] }, '"act.nodes[1]" expected a whole number'],
    [{ kind: 'crash', nodes: [1], silently: true }, 'got the field "silently"'],
    [{ kind: 'restart', nodes: [1] }, '"act.memory" expected true or false, got undefined'],
    [{ kind: 'add', count: ADDED_MAX + 1 }, '"act.count"'],
    [{ kind: 'network', loss: 2 }, '"act.loss"'],
    [{ kind: 'put', name: 'a' }, '"act.value" expected text, got undefined'],
    [{ kind: 'put', name: '', value: '' }, '"act.name" expected 1 to 200 characters, got 0'],
    [{ kind: 'get', name: 'x'.repeat(NAME_LENGTH_MAX + 1) }, '"act.name" expected 1 to 200'],
    [{ kind: 'put', name: 'a', value: '', level: 'some' }, '"act.level" expected one, quorum, all'],
  ])('%j is refused', (act, message) => {
    expect(() => checkAct(act)).toThrow(message);
  });

  test('stands in a history by its time', () => {
    const heal = { kind: 'heal' };
    const acts = checkActs([
      { atMs: 20, act: { kind: 'add', count: 1 } },
      { atMs: 10, act: heal },
    ]);
    expect(acts.map(({ atMs }) => atMs)).toEqual([10, 20]);
    expect(() => checkActs(5)).toThrow('"acts" expected an array, got 5');
    expect(() => checkActs([{ atMs: 0.5, act: heal }])).toThrow('"acts[0].atMs"');
    expect(() => checkActs([{ atMs: 0, act: { kind: 'x' } }])).toThrow('"acts[0].act.kind"');
    const many = Array.from({ length: ACTS_MAX + 1 }, () => ({ atMs: 0, act: heal }));
    expect(() => checkActs(many)).toThrow(`at most ${ACTS_MAX} acts`);
  });
});

test('the network is the one that was asked for', () => {
  expect(networkOf({ ...SCENE_DEFAULTS, latencyMs: 20, loss: 0.1 })).toEqual({
    latency: { kind: 'constant', ms: 20 },
    loss: 0.1,
  });
  expect(latencyOf(null)).toEqual({ kind: 'king' });
});

test('churn by a median has that median, and in a ring nobody forgets what is on disk', () => {
  const churn = new Churn(churnOf(10, 'mainline'));
  const random = new SeededRandom(1, 1);
  const stays = Array.from({ length: 10_000 }, () => churn.draw(random, true)).sort(
    (a, b) => a - b,
  );
  expect(Math.abs(stays[5000]! - 600_000)).toBeLessThan(30_000);
  expect(churnOf('kad', 'ring').rejoin).toBe('memory');
  expect(churnOf('kad', 'mainline').rejoin).toBeUndefined();
});

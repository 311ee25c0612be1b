/** Worlds from outside: what is let in, and what a complaint says. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkSceneConfig, SCENE_DEFAULTS } from '../../../src/scene/protocol/config.ts';
import {
  KEYS_MAX,
  MAINLINE_NODES_MAX,
  RING_NODES_MAX,
} from '../../../src/scene/protocol/limits.ts';

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
    [null, '"config" expected an object, got null'],
    [[], '"config" expected an object, got a list of 0'],
    [{ node: 5 }, 'got the field "node"'],
    [{ overlay: 'pastry' }, '"config.overlay" expected mainline | ring, got "pastry"'],
    [{ nodes: 0 }, '"config.nodes" expected a whole number in 1..10000, got 0'],
    [{ nodes: RING_NODES_MAX + 1 }, '"config.nodes"'],
    [{ overlay: 'mainline', nodes: MAINLINE_NODES_MAX + 1 }, '"config.nodes"'],
    [{ nodes: '16' }, '"config.nodes" expected a whole number, got "16"'],
    [{ k: 9 }, '"config.k" expected a whole number in 0..8'],
    [{ overlay: 'mainline', k: 0 }, '"config.k" expected a whole number in 1..64'],
    [{ seed: 1.5 }, '"config.seed"'],
    [{ alpha: 0 }, '"config.alpha"'],
    [{ identities: 17 }, '"config.identities"'],
    [{ family: 5 }, '"config.family" expected 4 | 6'],
    [{ family: 6 }, '"config.family" expected 4 for a ring'],
    [{ policy: 'kind' }, '"config.policy" expected correct | chord-2001 | class-2019'],
    [{ latencyMs: 0 }, '"config.latencyMs"'],
    [{ loss: 1.5 }, '"config.loss" expected a number in 0..1'],
    [{ loss: Number.NaN }, '"config.loss"'],
    [{ churn: 'often' }, '"config.churn" expected null, 0.1 to 100000 minutes or one of bt-redhat'],
    [{ churn: 0 }, '"config.churn" expected null, 0.1 to 100000 minutes or'],
    [{ lookupsPerSecond: -1 }, '"config.lookupsPerSecond"'],
    [{ keys: KEYS_MAX + 1 }, '"config.keys"'],
  ])('%j is refused', (config, message) => {
    expect(() => checkSceneConfig(config)).toThrow(message);
  });

  test('of anything at all is let in or refused with a word', () => {
    const run = fc.property(fc.anything({ withNullPrototype: true }), (value) => {
      try {
        checkSceneConfig(value);
      } catch (error) {
        expect(error instanceof TypeError || error instanceof RangeError).toBe(true);
        expect((error as Error).message).toMatch(/^"config/);
      }
    });
    fc.assert(run, { numRuns: 300, seed: 1 });
  });
});

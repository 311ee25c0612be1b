/** A configuration's network and churn, as the lab takes them. */
import { expect, test } from 'vitest';
import { SeededRandom } from '../../../src/core/random.ts';
import { Churn } from '../../../src/lab/life/churn.ts';
import { SCENE_DEFAULTS } from '../../../src/scene/protocol/config.ts';
import { churnOf, latencyOf, networkOf } from '../../../src/scene/world/models.ts';

test('the network is the one that was asked for', () => {
  expect(networkOf({ ...SCENE_DEFAULTS, latencyMs: 20, loss: 0.1 })).toEqual({
    latency: { kind: 'constant', ms: 20 },
    loss: 0.1,
    family: 4,
  });
  expect(latencyOf(null)).toEqual({ kind: 'king' });
});

test('churn by a median has that median, and in a ring nobody forgets what is on disk', () => {
  const churn = new Churn(churnOf(10, 'mainline'));
  const random = new SeededRandom(1, 1);
  const stays = Array.from({ length: 10_000 }, () => churn.draw(random, true)).sort(
    (a, b) => a - b,
  );
  expect(Math.abs(stays[5000] - 600_000)).toBeLessThan(30_000);
  expect(churnOf('kad', 'ring').rejoin).toBe('memory');
  expect(churnOf('kad', 'mainline').rejoin).toBeUndefined();
});

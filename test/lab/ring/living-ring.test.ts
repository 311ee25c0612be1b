import { describe, expect, test } from 'vitest';
import { type LivingRingOptions, livingRing } from '../../../src/lab/ring/living-ring.ts';
import { sha1 } from '../../../src/lab/sha1.ts';
import { ringSettings } from '../../../src/ring/settings.ts';

function ring(options: Partial<LivingRingOptions>) {
  return livingRing(
    {
      ...{ seed: 1, nodes: 40, sha1, settings: ringSettings({ k: 2 }) },
      network: { latency: { kind: 'constant', ms: 20 } },
      ...options,
    },
    { onOutcome() {}, onEvent() {} },
  );
}

describe('a ring whose nodes come and go', () => {
  test('those who are up at first are members, by the laws of their churn', () => {
    const law = { kind: 'exponential', meanMs: 600_000 } as const;
    let up = 0;
    for (let seed = 1; seed <= 25; seed++) {
      const { overlay, life } = ring({ seed, churn: { up: law } });
      expect(overlay.oracle.members()).toHaveLength(life.upCount);
      up += life.upCount;
    }
    // Half of 1,000; six standard deviations.
    expect(Math.abs(up - 500)).toBeLessThan(6 * Math.sqrt(250));
  });

  test('who comes back is a member again', () => {
    const trace = [
      { atMs: 5000, node: 3, isUp: false },
      { atMs: 20_000, node: 39, isUp: true },
      { atMs: 60_000, node: 3, isUp: true },
    ];
    const { overlay, life } = ring({ churn: { trace } });
    const { world } = overlay;
    expect([life.upCount, overlay.oracle.members().length]).toEqual([39, 39]);
    world.run(world.now + 15_000);
    expect(world.alive[3]).toBe(0);
    world.run(world.now + 300_000);
    expect(life.upCount).toBe(40);
    expect(overlay.oracle.members()).toHaveLength(40);
  });

  test('a trace whose later ones have low numbers is refused', () => {
    const trace = [{ atMs: 1, node: 0, isUp: true }];
    expect(() => ring({ churn: { trace } })).toThrow('"churn.trace" expected those who join later');
  });
});

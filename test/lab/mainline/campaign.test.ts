import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { Campaigns } from '../../../src/lab/mainline/campaign.ts';
import { type MainlineOverlay, mainlineWorld } from '../../../src/lab/mainline/mainline-overlay.ts';
import { settingsFrom } from '../../../src/mainline/choices.ts';
import { LookupKind } from '../../../src/mainline/rows/purpose.ts';
import { CHOICES } from '../graded.ts';

function small(campaigns: Campaigns, nodes = 200): MainlineOverlay {
  return mainlineWorld(
    {
      ...{ seed: 3, nodes, upkeep: false, settings: settingsFrom(CHOICES) },
      network: { latency: { kind: 'constant', ms: 50 } },
      sha1: (bytes) => createHash('sha1').update(bytes).digest(),
    },
    campaigns,
  );
}

describe('a campaign', () => {
  test('runs as many lookups as asked, never more at a time, each graded', () => {
    const campaigns = new Campaigns(3);
    const overlay = small(campaigns);
    let most = 0;
    const ends: number[] = [];
    const grades = campaigns.run(overlay, {
      ...{ lookups: 60, atATime: 7 },
      onEnd: (_lookup, grade, n) => {
        let busy = 0;
        for (let node = 0; node < overlay.count; node++) busy += overlay.node(node).lookupCount;
        most = Math.max(most, busy);
        expect(grade.exact).toBe(true);
        ends.push(n);
      },
    });
    expect(grades).toHaveLength(60);
    expect(ends.sort((a, b) => a - b)).toEqual(Array.from({ length: 60 }, (_, n) => n));
    expect(most).toBeGreaterThan(0);
    expect(most).toBeLessThanOrEqual(7);
  });

  test('announces, then finds every peer, and says how soon', () => {
    const campaigns = new Campaigns(3);
    const overlay = small(campaigns);
    const target = (n: number, id: Uint8Array): Uint8Array => id.fill(n * 9 + 1);
    campaigns.run(overlay, {
      ...{ lookups: 20, kind: LookupKind.announce, target },
      announcement: { port: 7000, impliedPort: false, seed: false },
    });
    const soonest = new Map<number, number>();
    campaigns.run(overlay, {
      ...{ lookups: 20, kind: LookupKind.getPeers, target },
      onPeer: (n, _peer, afterMs) => soonest.set(n, Math.min(afterMs, soonest.get(n) ?? Infinity)),
    });
    expect(soonest.size).toBe(20);
    // One round trip is 100 ms, and nobody else's peer comes sooner than that; one's own is there at once.
    for (const afterMs of soonest.values()) expect(afterMs % 100).toBe(0);
    const others = [...soonest.values()].filter((afterMs) => afterMs > 0);
    expect(others.length).toBeGreaterThan(10);
    expect(Math.min(...others)).toBe(100);
  });

  test('counts a node that knows nobody as a failed lookup, and asks only the living', () => {
    const campaigns = new Campaigns(3);
    const overlay = small(campaigns, 50);
    for (let node = 1; node < 50; node++) overlay.crash(node);
    const grades = campaigns.run(overlay, { lookups: 5 });
    expect(grades.map(({ node }) => node)).toEqual([0, 0, 0, 0, 0]);
    expect(grades.every(({ failed }) => failed)).toBe(true);
  });

  test('is the same again with the same seed', () => {
    const run = (seed: number): string => {
      const campaigns = new Campaigns(seed);
      const overlay = small(campaigns);
      campaigns.run(overlay, { lookups: 10 });
      return overlay.world.traceHash;
    };
    expect(run(5)).toBe(run(5));
    expect(run(6)).not.toBe(run(5));
  });
});

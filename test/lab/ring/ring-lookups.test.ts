import { expect, test } from 'vitest';
import { costOf, RingLookups } from '../../../src/lab/ring/ring-lookups.ts';
import { type RingOptions, ringWorld } from '../../../src/lab/ring/ring-overlay.ts';
import { QUIET } from '../../../src/lab/ring/ring-settings.ts';
import { sha1 } from '../../../src/lab/sha1.ts';
import { ringSettings } from '../../../src/ring/settings.ts';

function ring(nodes: number, options: Partial<RingOptions> = {}) {
  const lookups = new RingLookups(1);
  const overlay = ringWorld(
    {
      ...{ seed: 1, nodes, sha1, settings: QUIET, ...options },
      network: { latency: { kind: 'constant', ms: 50 } },
    },
    lookups,
  );
  return { lookups, overlay };
}

test('in a calm ring every lookup ends at the owner, and costs what the way costs', () => {
  const { lookups, overlay } = ring(64);
  for (let node = 0; node < 64; node++) lookups.begin(overlay, node);
  expect(lookups.underWay).toBe(64);
  const told: number[] = [];
  lookups.finish(overlay, 64, ({ done }) => told.push(done));
  const { unit, done, of } = lookups.progress(overlay, 64);
  expect([unit, done, of]).toEqual(['lookup', 64, 64]);
  expect(lookups.underWay).toBe(0);
  for (const { exact, failed, hops, rpcs, timeouts, latencyMs } of lookups.grades) {
    expect({ exact, failed, timeouts }).toEqual({ exact: true, failed: false, timeouts: 0 });
    expect(rpcs).toBe(hops);
    // A new connection costs a round trip, and the question another; one's own arc costs nothing.
    expect(latencyMs).toBeLessThanOrEqual(hops * 200 + 1);
    expect(latencyMs >= hops * 100).toBe(true);
  }
  expect(costOf(lookups.grades)).toMatchObject({
    failed: 0,
    timeouts: 0,
    pathLast: expect.any(Number),
  });
});

test("path 0 is one's own key, path 1 the neighbour's", () => {
  const { lookups, overlay } = ring(2, { warm: { fingers: 'none' } });
  for (let i = 0; i < 40; i++) lookups.begin(overlay, i % 2);
  lookups.finish(overlay, 40, () => {});
  expect(new Set(lookups.grades.map(({ hops }) => hops))).toEqual(new Set([0, 1]));
});

test('the dead cost time-outs, refused or silent, and a lookup that fails is kept', () => {
  for (const how of ['crash', 'vanish'] as const) {
    const settings = ringSettings({ ...QUIET, replyTimeoutMs: 500, callTimeoutMs: 3000 });
    const { lookups, overlay } = ring(40, { settings });
    for (let node = 0; node < 40; node += 2) overlay[how](node);
    for (let i = 0; i < 60; i++) lookups.begin(overlay, lookups.someone(overlay));
    lookups.finish(overlay, 60, () => {});
    const { failed, timeouts } = costOf(lookups.grades);
    expect(lookups.grades).toHaveLength(60);
    expect(timeouts).toBeGreaterThan(0.5);
    // Nobody answers for the arcs of the dead: about half of the circle.
    expect(failed).toBeGreaterThan(15);
    for (const grade of lookups.grades.filter((one) => one.failed)) {
      expect(grade).toMatchObject({ exact: false, found: 0, wanted: 1 });
      expect(grade.latencyMs).toBe(3000);
    }
  }
});

test('somebody is a living member', () => {
  const { lookups, overlay } = ring(20, { members: 10 });
  overlay.crash(4);
  const met = new Set(Array.from({ length: 200 }, () => lookups.someone(overlay)));
  expect([...met].sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 5, 6, 7, 8, 9]);
});

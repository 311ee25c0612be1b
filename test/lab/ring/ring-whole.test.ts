import { describe, expect, test } from 'vitest';
import { type RingOverlay, ringWorld } from '../../../src/lab/ring/ring-overlay.ts';
import { RingWhole } from '../../../src/lab/ring/ring-whole.ts';
import { sha1 } from '../../../src/lab/sha1.ts';
import type { RingOutcome } from '../../../src/ring/outcome.ts';
import { ringSettings } from '../../../src/ring/settings.ts';

const KEYS = Array.from({ length: 12 }, (_, n) => sha1(Uint8Array.of(n)));

/** Nine members that hold some keys, and who sees all of them. */
function world(k = 2): { overlay: RingOverlay; whole: RingWhole } {
  const outcomes = new Map<number, RingOutcome>();
  const overlay = ringWorld(
    {
      ...{ seed: 5, nodes: 9, sha1, settings: ringSettings({ k, pulseMs: 200, repairMs: 1000 }) },
      network: { latency: { kind: 'constant', ms: 10 } },
    },
    { onOutcome: (_node, call, outcome) => outcomes.set(call, outcome), onEvent() {} },
  );
  for (const [call, key] of KEYS.entries()) {
    overlay.node(0).insert(overlay.world.now, call + 1, key, key, 'all');
  }
  overlay.world.arm(0);
  overlay.world.run(overlay.world.now + 10_000);
  expect([...outcomes.values()].every(({ code }) => code === 'ok')).toBe(true);
  return { overlay, whole: new RingWhole(overlay, KEYS) };
}

describe('a ring seen from outside', () => {
  test('is whole after a calm: nothing missing, nothing twice, nothing left over', () => {
    const { whole } = world();
    expect(whole.fault()).toBeNull();
    expect(whole.overlap()).toBeNull();
    expect(whole.orphan()).toBeNull();
    expect(whole.stray()).toBeNull();
    expect(whole.copies(2)).toBe(3);
    expect(whole.copies(20)).toBe(9);
  });

  test('is not whole right after a crash, and is again when it has repaired itself', () => {
    const { overlay, whole } = world();
    overlay.crash(4);
    expect(whole.fault()).not.toBeNull();
    overlay.world.run(overlay.world.now + 30_000);
    expect(whole.fault()).toBeNull();
  });

  test('misses a copy that one store has lost', () => {
    const { overlay, whole } = world();
    const [holder] = overlay.oracle.holdersOf(KEYS[3]);
    overlay.storeOf(holder.node).remove(KEYS[3], 0);
    expect(whole.fault()).not.toBeNull();
  });

  test('counts the disks that may be lost by the titles there are, also of an owner that has begun anew', () => {
    const { overlay, whole } = world();
    expect([whole.tolerance(), whole.toleranceNow()]).toEqual([2, 2]);
    overlay.crash(4);
    expect(whole.toleranceNow()).toBe(1);
    // It is there again, and nothing of what it held.
    overlay.restart(4, [overlay.addressOf(0)], false);
    expect(whole.toleranceNow()).toBe(1);
    overlay.world.run(overlay.world.now + 30_000);
    expect([whole.tolerance(), whole.toleranceNow()]).toEqual([2, 2]);
  });

  test('sees a record where it need not be', () => {
    const { overlay, whole } = world();
    const holders = overlay.oracle.holdersOf(KEYS[0]).map(({ node }) => node);
    const record = overlay.storeOf(holders[0]).get(KEYS[0], 0)!;
    const outsider = [0, 1, 2, 3, 4, 5, 6, 7, 8].find((node) => !holders.includes(node))!;
    overlay.storeOf(outsider).put(KEYS[0], 0, record.slice());
    expect(whole.stray()).toMatch(new RegExp(`^node ${outsider} still holds`));
  });

  test('knows a member all of whose successors are dead', () => {
    const { overlay, whole } = world();
    const identity = overlay.node(2).identities[0];
    for (const { address } of identity.successors) overlay.crash(overlay.nodeAt(address));
    expect(whole.orphan()).toMatch(/^no successor of node \d+ lives$/);
  });
});

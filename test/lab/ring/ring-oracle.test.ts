import { expect, test } from 'vitest';
import { arcShare, isInArc } from '../../../src/core/arc.ts';
import { ID_BYTES } from '../../../src/core/id.ts';
import { fillRandom, SeededRandom } from '../../../src/core/random.ts';
import { ringWorld } from '../../../src/lab/ring/ring-overlay.ts';
import { sha1 } from '../../../src/lab/sha1.ts';
import { ringSettings } from '../../../src/ring/settings.ts';

const WORLD = {
  ...{ seed: 3, nodes: 30, sha1 },
  network: { latency: { kind: 'constant', ms: 10 } },
} as const;
const NOBODY = { onOutcome() {}, onEvent() {} };

test('the owner of a key is the last living member at or before it', () => {
  const overlay = ringWorld(
    { ...WORLD, settings: ringSettings(), identities: 2, members: 25 },
    NOBODY,
  );
  const { circle, oracle } = overlay;
  for (const node of [3, 9, 17]) overlay.crash(node);
  const members = oracle.members();
  expect(members).toHaveLength(2 * 22);
  const random = new SeededRandom(5, 5);
  const key = new Uint8Array(ID_BYTES);
  for (let i = 0; i < 300; i++) {
    fillRandom(random, key, 0, ID_BYTES);
    const owner = oracle.ownerOf(key);
    expect(members).toContain(owner);
    const end = oracle.memberAfter(owner);
    const { hashes } = circle;
    expect(isInArc(key, 0, hashes, owner * ID_BYTES, hashes, end * ID_BYTES)).toBe(true);
    expect(oracle.ownerAddressOf(key)).toBe(oracle.addressAt(owner));
  }
  const shares = members.map((place) => oracle.shareOf(place));
  expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 9);
  expect(oracle.nameOf(members[0])).toMatch(/^\d+\.\d+\.\d+\.\d+:500[01]$/);
});

test('nobody owns anything where nobody is', () => {
  const overlay = ringWorld({ ...WORLD, nodes: 2, settings: ringSettings() }, NOBODY);
  overlay.crash(0);
  const { hashes } = overlay.circle;
  const last = overlay.oracle.members()[0];
  expect(overlay.oracle.memberAfter(last)).toBe(last);
  expect(overlay.oracle.shareOf(last)).toBe(arcShare(hashes, 0, hashes, 0));
  overlay.crash(1);
  expect(overlay.oracle.ownerOf(new Uint8Array(ID_BYTES))).toBe(-1);
  expect(overlay.oracle.ownerAddressOf(new Uint8Array(ID_BYTES))).toBe(0);
  expect(overlay.oracle.members()).toEqual([]);
});

test('the copies of an arc are counted in the stores, not asked of the owner', () => {
  const overlay = ringWorld({ ...WORLD, settings: ringSettings({ k: 2 }) }, NOBODY);
  const { circle, oracle, world } = overlay;
  const key = new Uint8Array(ID_BYTES).fill(7);
  const owner = oracle.ownerOf(key);
  overlay.node(0).insert(world.now, 1, key, Uint8Array.of(1, 2), 'all');
  world.arm(0);
  world.run(world.now + 5000);
  const before = circle.before(owner);
  const holders = [owner, before, circle.before(before)].map((place) => circle.nodeOf(place));
  const found = oracle.holdersOf(key);
  expect(found.map(({ node }) => node)).toEqual(holders.sort((a, b) => a - b));
  expect(found.every(({ isAlive, isTombstone }) => isAlive && !isTombstone)).toBe(true);
  expect(oracle.copiesOf(owner)).toBe(2);
  // One loses it without having noticed, the other dies.
  overlay.storeOf(circle.nodeOf(before)).remove(key, 0);
  expect(oracle.copiesOf(owner)).toBe(1);
  overlay.crash(circle.nodeOf(circle.before(before)));
  expect(oracle.copiesOf(owner)).toBe(0);
  expect(
    oracle
      .holdersOf(key)
      .map(({ isAlive }) => isAlive)
      .sort(),
  ).toEqual([false, true]);
});

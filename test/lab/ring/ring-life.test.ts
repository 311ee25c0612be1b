import { expect, test } from 'vitest';
import { History } from '../../../src/lab/ring/history.ts';
import { RingLife, type RingStep, Stand } from '../../../src/lab/ring/ring-life.ts';
import { type RingOverlay, ringWorld } from '../../../src/lab/ring/ring-overlay.ts';
import { sha1 } from '../../../src/lab/sha1.ts';
import { ringSettings } from '../../../src/ring/settings.ts';

function living(steps: readonly RingStep[], budget = 3): { overlay: RingOverlay; life: RingLife } {
  let life: RingLife | null = null;
  const overlay = ringWorld(
    {
      ...{ seed: 2, nodes: 8, members: 6, sha1, settings: ringSettings({ k: 1 }) },
      network: { latency: { kind: 'constant', ms: 10 } },
    },
    {
      onOutcome: (_node, call, outcome) => life?.ended(call, outcome),
      onEvent: (node, event) => {
        if (event.kind === 'joined') life?.joined(node);
      },
    },
  );
  life = new RingLife(overlay, new History(), budget);
  life.follow(steps);
  return { overlay, life };
}

const counts = ({ stands }: RingLife): number[] =>
  Object.values(Stand).map((stand) => stands.filter((is) => is === stand).length);

test('one joins, one leaves in good order', () => {
  const { overlay, life } = living([
    { atMs: 1000, do: 'join' },
    { atMs: 10_000, do: 'leave', isWiped: true },
  ]);
  expect(counts(life)).toEqual([2, 6, 0, 0]);
  overlay.world.run(overlay.world.now + 9000);
  expect(life.members()).toHaveLength(7);
  overlay.world.run(overlay.world.now + 30_000);
  expect(life.members()).toHaveLength(6);
  expect(counts(life)).toEqual([2, 6, 0, 0]);
});

test('crashed processes come back with their disks, paused ones go on', () => {
  const { overlay, life } = living([
    { atMs: 1000, do: 'crash', count: 2, silent: false, aimed: false, forMs: 5000 },
    { atMs: 20_000, do: 'pause', count: 1, silent: false, aimed: false, forMs: 3000 },
  ]);
  overlay.world.run(overlay.world.now + 2000);
  expect(counts(life)).toEqual([2, 4, 2, 0]);
  overlay.world.run(overlay.world.now + 17_000);
  expect(counts(life)).toEqual([2, 6, 0, 0]);
  overlay.world.run(overlay.world.now + 2000);
  expect(counts(life)).toEqual([2, 5, 0, 1]);
  overlay.world.run(overlay.world.now + 10_000);
  expect(counts(life)).toEqual([2, 6, 0, 0]);
});

test('clocks of some stand still with them', () => {
  const blow = { count: 6, silent: false, aimed: false, forMs: 3000 };
  const { overlay, life } = living([{ atMs: 1000, do: 'pause', ...blow, isTimeless: true }]);
  overlay.world.run(overlay.world.now + 20_000);
  const behindMs = life.up().map((node) => overlay.world.now - overlay.nowAt(node));
  // Three may be gone at a time.
  expect(behindMs.sort((a, b) => a - b)).toEqual([0, 0, 0, 3000, 3000, 3000]);
});

test('no disk is lost that some arc cannot do without as titles are now', () => {
  const loss = { do: 'loss', count: 1, silent: false, aimed: false } as const;
  const { overlay, life } = living([
    { atMs: 1000, ...loss },
    { atMs: 2000, do: 'leave', isWiped: false },
  ]);
  life.toleranceNow = () => 0;
  overlay.world.run(overlay.world.now + 20_000);
  expect(life.members()).toHaveLength(6);
});

test('no more disks are lost at a time than the budget allows, until the ring was whole again', () => {
  const { overlay, life } = living(
    [
      { atMs: 1000, do: 'loss', count: 1, silent: false, aimed: false },
      { atMs: 1100, do: 'loss', count: 1, silent: false, aimed: false },
      { atMs: 30_000, do: 'loss', count: 1, silent: true, aimed: false },
    ],
    1,
  );
  overlay.world.run(overlay.world.now + 20_000);
  expect(life.up()).toHaveLength(5);
  life.settled();
  overlay.world.run(overlay.world.now + 20_000);
  expect(life.up()).toHaveLength(4);
});

test('healing mends every cut and brings back whoever has a disk', () => {
  const { overlay, life } = living([
    { atMs: 1000, do: 'cut', share: 0.5, cut: 'both', forMs: 600_000 },
    { atMs: 1500, do: 'crash', count: 1, silent: true, aimed: false, forMs: 600_000 },
  ]);
  overlay.world.run(overlay.world.now + 3000);
  expect(life.cuts).toBe(1);
  life.heal();
  expect(life.cuts).toBe(0);
  overlay.world.run(overlay.world.now + 60_000);
  expect(counts(life)).toEqual([2, 6, 0, 0]);
  expect(life.members()).toHaveLength(6);
});

test('after a power cut everybody is down, and comes back with its disk, each when it may', () => {
  const { overlay, life } = living([{ atMs: 1000, do: 'power', forMs: 20_000 }]);
  overlay.world.run(overlay.world.now + 1000);
  expect(counts(life)).toEqual([2, 0, 6, 0]);
  overlay.world.run(overlay.world.now + 10_000);
  const some = life.up().length;
  expect(some).toBeGreaterThan(0);
  expect(some).toBeLessThan(6);
  overlay.world.run(overlay.world.now + 10_000);
  expect(counts(life)).toEqual([2, 6, 0, 0]);
});

test('who comes back empty has nothing of what it kept', () => {
  const { overlay, life } = living([
    { atMs: 1000, do: 'empty', count: 1, silent: true, aimed: false, forMs: 5000 },
  ]);
  const key = new Uint8Array(20);
  for (const node of life.up()) overlay.storeOf(node).put(key, 0, new Uint8Array(23));
  overlay.world.run(overlay.world.now + 1500);
  const gone = [0, 1, 2, 3, 4, 5].find((node) => life.stands[node] === Stand.down)!;
  overlay.world.run(overlay.world.now + 4501);
  expect(life.stands[gone]).toBe(Stand.up);
  expect(overlay.storeOf(gone).get(key, 0)).toBeNull();
});

test('a clock jumps under its process, and that of the next one is off as far as it may be', () => {
  const { overlay, life } = living([
    { atMs: 1000, do: 'jump', byMs: 8000 },
    { atMs: 5000, do: 'crash', count: 6, silent: false, aimed: false, forMs: 1000 },
  ]);
  life.skewMs = 3000;
  const { world } = overlay;
  const off = () => life.up().map((node) => overlay.nowAt(node) - world.now);
  world.run(world.now + 2000);
  expect(off().sort((a, b) => b - a)).toEqual([8000, 0, 0, 0, 0, 0]);
  world.run(world.now + 60_000);
  expect(life.up()).toHaveLength(6);
  const skewed = off().filter((aheadMs) => aheadMs !== 0);
  expect(skewed.length).toBeGreaterThan(1);
  for (const aheadMs of skewed) expect(Math.abs(aheadMs)).toBeLessThanOrEqual(8000);
});

test('a disk that hangs keeps nothing durable, until it does again or the faults are over', () => {
  const { overlay, life } = living([
    { atMs: 1000, do: 'hang', forMs: 5000 },
    { atMs: 20_000, do: 'hang', forMs: 600_000 },
  ]);
  const told = new Set<number>();
  const flushAll = (token: number) => {
    told.clear();
    for (const node of life.up()) {
      const machine = overlay.node(node);
      machine.stored = (_now, which) => {
        if (which === token) told.add(node);
      };
      overlay.storeOf(node).flush(token);
    }
  };
  const { world } = overlay;
  world.run(world.now + 2000);
  flushAll(1_000_001);
  world.run(world.now + 2000);
  expect(told.size).toBe(5);
  world.run(world.now + 3000);
  expect(told.size).toBe(6);
  world.run(world.now + 15_000);
  flushAll(1_000_002);
  world.run(world.now + 2000);
  expect(told.size).toBe(5);
  life.heal();
  world.run(world.now + 1000);
  expect(told.size).toBe(6);
});

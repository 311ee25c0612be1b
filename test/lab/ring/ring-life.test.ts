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

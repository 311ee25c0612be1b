import { expect, test } from 'vitest';
import { MemoryStore } from '../../../src/core/memory-store.ts';
import { SeededRandom } from '../../../src/core/random.ts';
import {
  drawIncarnation,
  keepIncarnation,
  keptIncarnation,
} from '../../../src/ring/greeting/incarnation.ts';
import { SmallRing } from '../small-ring.ts';

test('an incarnation is kept with the data as it was drawn', () => {
  const random = new SeededRandom(1);
  const store = new MemoryStore(() => {});
  expect(keptIncarnation(store)).toBe(0);
  const incarnation = drawIncarnation(random);
  keepIncarnation(store, incarnation);
  expect(keptIncarnation(store)).toBe(incarnation);
  expect(drawIncarnation(random)).not.toBe(incarnation);
});

test('an incarnation has 48 bits and is never none', () => {
  const largest = drawIncarnation({ uint32: () => 0x00ff_fffe });
  expect(largest).toBeLessThan(2 ** 48);
  expect(largest).toBeGreaterThan(2 ** 47);
  expect(drawIncarnation({ uint32: () => 0 })).toBe(1);
});

test('a member is who it was with its data, and somebody new without', () => {
  const world = new SmallRing();
  const [alone] = world.ring(1);
  const first = alone.node.incarnation;
  alone.done(alone.insert('a', 'one'));
  alone.crash();
  alone.restart();
  expect(alone.node.incarnation).toBe(first);
  alone.crash();
  world.disks.wipe(alone.number);
  alone.restart();
  expect(alone.node.incarnation).not.toBe(first);
});

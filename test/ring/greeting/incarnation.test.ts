import { expect, test } from 'vitest';
import { MemoryStore } from '../../../src/core/memory-store.ts';
import { SeededRandom } from '../../../src/core/random.ts';
import { incarnationOf } from '../../../src/ring/greeting/incarnation.ts';

test('an incarnation is kept with the data, and another without them', () => {
  const random = new SeededRandom(1);
  const store = new MemoryStore(() => {});
  const incarnation = incarnationOf(store, random);
  expect(incarnationOf(store, random)).toBe(incarnation);
  expect(incarnationOf(new MemoryStore(() => {}), random)).not.toBe(incarnation);
});

test('an incarnation has 48 bits and is never none', () => {
  const largest = incarnationOf(new MemoryStore(() => {}), { uint32: () => 0x00ff_fffe });
  expect(largest).toBeLessThan(2 ** 48);
  expect(largest).toBeGreaterThan(2 ** 47);
  const least = { uint32: () => 0 };
  const store = new MemoryStore(() => {});
  expect(incarnationOf(store, least)).toBe(1);
  expect(incarnationOf(store, least)).toBe(1);
});

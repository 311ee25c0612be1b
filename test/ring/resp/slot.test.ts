/** Slots, as redis-server 7.0.15 with cluster-enabled tells them by CLUSTER KEYSLOT. */
import { expect, test } from 'vitest';
import { slotOf } from '../../../src/ring/resp/slot.ts';

test.each([
  ['', 0],
  ['foo', 12182],
  ['123456789', 12739],
  ['user:1', 10778],
  ['{user:1}:name', 10778],
  ['a{}b', 13694],
  ['{}x{y}', 2166],
  ['x{y', 2740],
  ['a{b}{c}', 3300],
  ['ä{ö}', 1050],
])('of %j', (key, slot) => {
  expect(slotOf(new TextEncoder().encode(key))).toBe(slot);
});

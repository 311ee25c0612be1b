import { expect, test } from 'vitest';
import type { Ring } from '../../../src/ring.ts';
import { Taps } from '../../../src/studio/ring/taps.ts';

/** Members that count who listens at them. */
function memberOf() {
  const member = { listeners: 0 };
  const watch = () => {
    member.listeners++;
    return () => member.listeners--;
  };
  return { member, ring: { watch } as unknown as Ring };
}

test('listens once at each, no more at those that are gone, and at nobody in the end', () => {
  const all = [memberOf(), memberOf(), memberOf()];
  const taps = new Taps();
  const count = () => all.map(({ member }) => member.listeners);
  for (const { ring } of [...all, ...all]) taps.tap(ring, {});
  expect(count()).toEqual([1, 1, 1]);
  taps.keep([all[0]!.ring, all[2]!.ring]);
  expect(count()).toEqual([1, 0, 1]);
  taps.endAll();
  expect(count()).toEqual([0, 0, 0]);
  taps.tap(all[1]!.ring, {});
  expect(count()).toEqual([0, 1, 0]);
});

import { expect, test } from 'vitest';
import { change } from '../../../src/ring/tenure/changing.ts';
import type { Title } from '../../../src/ring/titles/title.ts';
import { identityOf, nameOwnedBy, others, settle, titleAt, titledRing } from '../titled.ts';

function changed(ring: ReturnType<typeof titledRing>, at = ring.nodes[0]) {
  let result: readonly Title[] | null | undefined;
  at.call(() => {
    change(
      at.node,
      ring.world.now,
      identityOf(at),
      (title) => [title],
      (_now, titles) => {
        result = titles;
      },
    );
  });
  ring.world.runUntil(() => result !== undefined, 60_000);
  return result!;
}

test('a change takes the next epoch, and what is asked meanwhile is done afterwards', () => {
  const ring = titledRing(5, 2);
  const owner = ring.nodes[0];
  const name = nameOwnedBy(owner);
  const before = titleAt(owner).epoch.number;
  let call = 0;
  owner.call(() => {
    change(
      owner.node,
      ring.world.now,
      identityOf(owner),
      (title) => [title],
      () => {
        expect(owner.outcomes.has(call)).toBe(false);
      },
    );
  });
  call = owner.insert(name, 'x', 'all');
  expect(owner.done(call)).toMatchObject({ code: 'ok', copies: 3 });
  expect(titleAt(owner).epoch.number).toBeGreaterThan(before);
});

test('with too few electors nothing is changed but given back, and nothing is acknowledged', () => {
  const ring = titledRing(5, 2);
  const owner = ring.nodes[0];
  const name = nameOwnedBy(owner);
  identityOf(owner).holding!.hasReserve = false;
  for (const other of others(ring.nodes, owner)) other.group = 1;
  expect(changed(ring, owner)).toBeNull();
  // Longer than an owner relies on what it was told last.
  ring.world.run(5000);
  expect(owner.done(owner.insert(name, 'x', 'quorum')).code).toBe('unavailable');
  expect(owner.done(owner.get(name, 'quorum')).code).toBe('unavailable');
  for (const other of ring.nodes) other.group = 0;
  settle(ring.world, 2);
  expect(owner.done(owner.insert(name, 'y', 'all')).code).toBe('ok');
});

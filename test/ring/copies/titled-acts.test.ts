import { expect, test } from 'vitest';
import { isTombstone } from '../../../src/ring/records/record.ts';
import { counterOf, epochOf } from '../../../src/ring/titles/version.ts';
import { keyOf } from '../small-ring.ts';
import {
  identityOf,
  nameOwnedBy,
  others,
  ownerOf,
  settle,
  titleAt,
  titledRing,
} from '../titled.ts';

test('versions are of the epoch of the title, and counted', () => {
  const { nodes } = titledRing(3, 1);
  const owner = nodes[0];
  const name = nameOwnedBy(owner);
  const versions = [1, 2, 3].map(() => owner.done(owner.insert(name, 'x', 'all')).version!);
  expect(versions.map((version) => epochOf(version, 0))).toEqual(
    versions.map(() => titleAt(owner).epoch),
  );
  expect(versions.map((version) => counterOf(version, 0))).toEqual([1, 2, 3]);
});

test('to remove what is not there leaves a record of it, on all copies', () => {
  const { world, nodes } = titledRing(5, 2);
  const outcome = nodes[0].done(nodes[0].remove('nothing', 'all'));
  expect(outcome).toMatchObject({ code: 'ok', found: false, copies: 3 });
  const owner = ownerOf(world, 'nothing');
  expect(isTombstone(owner.store.get(keyOf('nothing'), 0)!)).toBe(true);
});

test('what was written at `one` is brought to all copies by who reads it at `quorum`', () => {
  const { world, nodes } = titledRing(5, 2);
  const owner = ownerOf(world, 'key');
  expect(owner.done(owner.insert('key', 'x', 'one')).code).toBe('ok');
  expect(owner.value('key', 'quorum')).toBe('x');
  for (const { home } of titleAt(owner).copies) {
    const { store } = nodes.find(({ node }) => node.home === home)!;
    expect(store.get(keyOf('key'), 0)).not.toBeNull();
  }
});

test('an owner that stood still while it was replaced answers nothing old above `one`', () => {
  const { world, nodes } = titledRing(5, 2);
  const owner = nodes[0];
  const name = nameOwnedBy(owner);
  owner.done(owner.insert(name, 'old', 'all'));
  // Nobody hears it and it hears nobody: for the others it is dead.
  owner.group = 1;
  world.runUntil(
    () => others(nodes, owner).some(({ node }) => node.ownerOf(keyOf(name), 0) !== null),
    60_000,
  );
  const other = others(nodes, owner)[0];
  let outcome = other.done(other.insert(name, 'new', 'quorum'));
  for (let i = 0; i < 5 && outcome.code !== 'ok'; i++) {
    outcome = other.done(other.insert(name, 'new', 'quorum'));
  }
  expect(outcome.code).toBe('ok');
  expect(identityOf(owner).owns(keyOf(name), 0)).toBe(true);
  expect(owner.done(owner.get(name, 'quorum')).code).toBe('unavailable');
  owner.group = 0;
  settle(world, 2);
  for (const node of nodes) expect(node.value(name, 'quorum')).toBe('new');
});

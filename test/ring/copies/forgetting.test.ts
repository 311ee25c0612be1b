import { expect, test } from 'vitest';
import { DONE_ACTS_MS } from '../../../src/ring/records/done-acts.ts';
import { isTombstone } from '../../../src/ring/records/record.ts';
import { keyOf, type Process, SmallRing } from '../small-ring.ts';
import { others, ownerOf, settle, titleAt } from '../titled.ts';

/** Longer than a removal remembers by which act it was made. */
const PAST_MS = DONE_ACTS_MS + 10_000;
/** Removals are looked for once a second. */
const SETTINGS = { k: 2, titles: true, tombstoneMs: 64_000, repairMs: 5000 };

function ringOf(count: number): { world: SmallRing; nodes: Process[] } {
  const world = new SmallRing({ settings: SETTINGS });
  const nodes = world.ring(count);
  settle(world, SETTINGS.k);
  return { world, nodes };
}

function tombstones(nodes: readonly Process[], names: readonly string[]): number {
  return nodes.reduce((sum, { store }) => {
    const here = names.filter((name) => {
      const record = store.get(keyOf(name), 0);
      return record !== null && isTombstone(record);
    });
    return sum + here.length;
  }, 0);
}

function namesOwnedBy({ node }: Process, count: number): string[] {
  const names = Array.from({ length: 500 }, (_, i) => `own ${i}`);
  return names.filter((name) => node.ownerOf(keyOf(name), 0) !== null).slice(0, count);
}

const NAMES = Array.from({ length: 20 }, (_, i) => `key ${i}`);

test('a removal is forgotten by all when all copies have it', () => {
  const { world, nodes } = ringOf(5);
  for (const name of NAMES) nodes[0].done(nodes[0].insert(name, 'x', 'all'));
  for (const name of NAMES) nodes[0].done(nodes[0].remove(name, 'all'));
  world.run(DONE_ACTS_MS / 2);
  // Each act that made one may come again.
  expect(tombstones(nodes, NAMES)).toBe(3 * NAMES.length);
  world.run(PAST_MS);
  expect(tombstones(nodes, NAMES)).toBe(0);
  expect(nodes.reduce((sum, { store }) => sum + store.count, 0)).toBe(0);
  for (const name of NAMES) expect(nodes[1].value(name, 'all')).toBeNull();
});

test('while a copy is missing it is remembered', () => {
  const { world, nodes } = ringOf(3);
  const owner = ownerOf(world, 'key');
  owner.done(owner.insert('key', 'x', 'all'));
  const [away] = others(nodes, owner);
  away.crash();
  world.run(10_000);
  expect(owner.done(owner.remove('key', 'quorum')).code).toBe('ok');
  world.run(2 * PAST_MS);
  expect(tombstones(world.living, ['key'])).toBe(2);
  away.restart(owner);
  world.run(60_000);
  expect(tombstones(nodes, ['key'])).toBe(0);
  expect(away.value('key', 'all')).toBeNull();
});

test('who comes back with what was removed and forgotten does not bring it back', () => {
  const { world, nodes } = ringOf(6);
  for (const name of NAMES) nodes[0].done(nodes[0].insert(name, 'x', 'all'));
  const away = nodes[3];
  expect(away.store.count).toBeGreaterThan(0);
  away.crash();
  world.run(20_000);
  for (const name of NAMES) nodes[0].done(nodes[0].remove(name, 'all'));
  world.run(PAST_MS);
  expect(tombstones(world.living, NAMES)).toBe(0);
  const owner = ownerOf(world, NAMES[0]);
  expect(titleAt(owner).forgottenBelow.some((byte) => byte !== 0)).toBe(true);
  away.restart(nodes[0]);
  for (let second = 0; second < 60; second++) {
    world.run(1000);
    for (const name of NAMES.slice(0, 4)) expect(nodes[1].value(name, 'one')).toBeNull();
  }
  expect(nodes.reduce((sum, { store }) => sum + store.count, 0)).toBe(0);
});

test('what a replaced owner wrote at `one` gives way to what the others have forgotten meanwhile', () => {
  const { world, nodes } = ringOf(5);
  const [owner, ...rest] = nodes;
  const [written, removed] = namesOwnedBy(owner, 2);
  owner.done(owner.insert(removed, 'x', 'all'));
  owner.group = 1;
  expect(owner.done(owner.insert(written, 'alone', 'one')).code).toBe('ok');
  world.run(30_000);
  expect(rest[0].done(rest[0].remove(removed, 'all'))).toMatchObject({ code: 'ok', found: true });
  world.run(PAST_MS + DONE_ACTS_MS);
  expect(tombstones(rest, [removed])).toBe(0);
  expect(owner.value(written, 'one')).toBe('alone');
  owner.group = 0;
  world.run(60_000);
  for (const node of nodes) expect(node.value(written, 'all')).toBeNull();
});

test('and is kept by all where nothing of that arc was forgotten', () => {
  const { world, nodes } = ringOf(5);
  const [owner, ...rest] = nodes;
  const [written] = namesOwnedBy(owner, 1);
  owner.group = 1;
  expect(owner.done(owner.insert(written, 'alone', 'one')).code).toBe('ok');
  world.run(30_000);
  expect(rest[0].value(written, 'all')).toBeNull();
  owner.group = 0;
  world.run(60_000);
  for (const node of nodes) expect(node.value(written, 'all')).toBe('alone');
});

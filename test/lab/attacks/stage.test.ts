import { expect, test } from 'vitest';
import { honestSettings } from '../../../src/lab/attacks/attack.ts';
import { Stage } from '../../../src/lab/attacks/stage.ts';

const stageOf = (count: number) =>
  new Stage({
    ...{ seed: 5, honest: 100, settings: honestSettings() },
    adversaries: count === 0 ? [] : [{ kind: 'droppers', count, networks: 1 }],
  });

test('what an honest node announces another finds, and both are graded', () => {
  const stage = stageOf(0);
  const value = stage.someId();
  expect(stage.announce(3, value).stored).toBeGreaterThanOrEqual(8);
  const found = stage.getPeers(70, value);
  expect([...found.peers]).toEqual([stage.overlay.addressOf(3)]);
  expect(found.ids).toHaveLength(8);
  expect(found.latencyMs).toBeGreaterThan(0);
  expect(stage.grades.map(({ exact }) => exact)).toEqual([true, true]);
});

test('an item that is put lies with eight', () => {
  const stage = stageOf(0);
  expect(stage.put(3, new TextEncoder().encode('an item')).stored).toBe(8);
  const items = Array.from(
    { length: 100 },
    (_, node) => stage.overlay.node(node).itemStore().count,
  );
  expect(items.reduce((sum, count) => sum + count, 0)).toBe(8);
});

test('adversaries join by protocol and get into tables', () => {
  const stage = stageOf(10);
  stage.run(5 * 60_000);
  const contacts = Array.from({ length: 100 }, (_, node) => stage.contactsOf(node)).flat();
  expect(contacts.some((address) => stage.isAttacker(address))).toBe(true);
  expect(contacts.some((address) => !stage.isAttacker(address))).toBe(true);
});

test('somebody else is never the one who is meant', () => {
  const stage = stageOf(0);
  const others = Array.from({ length: 500 }, () => stage.someoneBut(4));
  expect(others).not.toContain(4);
  expect(new Set(others).size).toBeGreaterThan(50);
});

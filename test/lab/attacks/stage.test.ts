import { expect, test } from 'vitest';
import { attackerSettings, honestSettings } from '../../../src/lab/attacks/attack.ts';
import { Stage } from '../../../src/lab/attacks/stage.ts';

const stageOf = (attackers: number) =>
  new Stage({ seed: 5, honest: 100, attackers, networks: 1, settings: honestSettings() });

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

test('attackers join by protocol and get into tables', () => {
  const stage = stageOf(10);
  stage.enter(attackerSettings());
  stage.run(5 * 60_000);
  const contacts = Array.from({ length: 100 }, (_, node) => stage.contactsOf(node)).flat();
  expect(contacts.some((address) => stage.isAttacker(address))).toBe(true);
  expect(contacts.some((address) => !stage.isAttacker(address))).toBe(true);
});

import { expect, test } from 'vitest';
import { networkOf, Scope, scopeOf } from '../../../src/core/address.ts';
import { forge, phantom, queryBytes } from '../../../src/lab/adversaries/forgery.ts';
import { honestSettings } from '../../../src/lab/attacks/attack.ts';
import { Stage } from '../../../src/lab/attacks/stage.ts';

test('what is forged is answered to whoever it says that it comes from', () => {
  const adversaries = [{ kind: 'droppers' }] as const;
  const stage = new Stage({ seed: 1, honest: 100, adversaries, settings: honestSettings() });
  stage.run(60_000);
  const { overlay, world } = stage;
  const bytes = queryBytes('ping', { id: stage.idOf(100) });
  const heard: [to: number, from: number][] = [];
  world.tap = { sent: (from, to) => heard.push([to, from]), arriving() {} };
  forge(world, 100, overlay.addressOf(7), overlay.addressOf(9), bytes);
  stage.run(100);
  expect(heard).toContainEqual([9, 100]);
  expect(heard).toContainEqual([7, 9]);
});

test('phantoms live at public addresses, each in its own network, where nobody is', () => {
  const phantoms = Array.from({ length: 1000 }, (_, i) => phantom(i));
  expect(new Set(phantoms.map(networkOf)).size).toBe(1000);
  for (const address of phantoms) expect(scopeOf(address)).toBe(Scope.public);
});

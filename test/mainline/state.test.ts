/** The state of a node: at rest it is nothing but id, address and table, and may become another's. */
import { expect, test } from 'vitest';
import { InvariantError } from '../../src/core/assert.ts';
import { network, TARGET } from './scenes.ts';
import { hex, idOf, onLoopback, SmallWorld } from './small-world.ts';

test('a fresh node is at rest, one with a lookup, peers or a bootstrap is not', () => {
  const world = new SmallWorld();
  const fresh = world.open();
  expect(fresh.node.isAtRest).toBe(true);
  fresh.node.peerStore();
  expect(fresh.node.isAtRest).toBe(false);
  const joining = world.open();
  joining.join(onLoopback(50));
  expect(joining.node.isAtRest).toBe(false);
  const [member] = network(10).residents;
  member.findNode(TARGET);
  expect(member.node.isAtRest).toBe(false);
});

test('at rest it becomes another node, with its id, address, tenant and settings', () => {
  const world = new SmallWorld();
  const { node } = world.open();
  const self = world.shared.contacts.retain(idOf('77'), 0, onLoopback(7));
  const tenant = world.shared.admit();
  node.move({ ...node.settings, k: 20, shortTimeoutMs: 123 }, self, onLoopback(7), tenant);
  expect([node.address, node.tenant, node.settings.k]).toEqual([onLoopback(7), tenant, 20]);
  expect(node.shortTimeoutMs).toBe(123);
  expect(node.isOwnId(idOf('77'), 0)).toBe(true);
  const { bytes, start } = node.idFor(null, 0, onLoopback(1));
  expect(hex(bytes.slice(start, start + 20))).toBe(hex(idOf('77')));
});

test('with something under way it moves nowhere', () => {
  const { node } = new SmallWorld().open();
  node.join(0, [onLoopback(50)]);
  expect(() => node.move(node.settings, node.self, node.address, 2)).toThrow(InvariantError);
});

test('counts requests and lookups under way', () => {
  const us = network(20).residents[3];
  expect([us.node.requestCount, us.node.lookupCount]).toEqual([0, 0]);
  us.findNode(TARGET);
  us.findNode(idOf('12'));
  expect(us.node.lookupCount).toBe(2);
  expect(us.node.requestCount).toBe(2 * us.node.settings.alpha);
});

test('a program chooses the id that it shows for a target, and the peer store is made once', () => {
  const shown = idOf('99');
  const targets: (string | null)[] = [];
  const { node } = new SmallWorld().open({
    identity: (target) => {
      targets.push(target && hex(target));
      return shown;
    },
  });
  expect(node.idFor(TARGET, 0, onLoopback(1)).bytes).toBe(shown);
  node.idFor(null, 0, onLoopback(1));
  expect(targets).toEqual([hex(TARGET), null]);
  expect(node.peerStore()).toBe(node.peerStore());
});

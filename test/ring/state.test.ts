import { describe, expect, it } from 'vitest';
import { addressOf, parseIp } from '../../src/core/address.ts';
import { areMembers, keyOf, SmallRing } from './small-ring.ts';

const stranger = (world: SmallRing, last: number) =>
  world.shared.members.of(addressOf(parseIp('10.9.9.9'), 1000 + last));

describe('the state of a node', () => {
  it('knows its own places, its neighbours, and those through whom to reach the ring', () => {
    const world = new SmallRing();
    const nodes = world.ring(4, 2);
    world.run(10_000);
    for (const { node, addresses } of nodes) {
      for (const address of addresses) expect(node.identityAt(address)!.isMember).toBe(true);
      const all = node.neighbours();
      expect(new Set(all).size).toBe(all.length);
      expect(all.length).toBeGreaterThan(1);
      expect(all.some((member) => node.isOwn(member))).toBe(false);
      expect(all.every((member) => node.isNeighbour(member))).toBe(true);
      expect(node.waysIn().some((member) => node.isOwn(member))).toBe(false);
    }
    expect(nodes.filter(({ node }) => node.ownerOf(keyOf('a'), 0) !== null).length).toBe(1);
  });

  it('remembers whom it gave up for ten pulses, or until he speaks, and no more than 256', () => {
    const world = new SmallRing({ settings: { pulseMs: 1000 } });
    const { node } = world.process();
    const member = stranger(world, 0);
    node.leaveBehind(0, member);
    expect(node.isGone(9999, member)).toBe(true);
    expect(node.isGone(10_000, member)).toBe(false);
    node.leaveBehind(0, member);
    node.suspects.add(member.address);
    node.hasSpoken(member);
    expect(node.isGone(0, member)).toBe(false);
    expect(node.suspects.size).toBe(0);
    for (let i = 0; i < 300; i++) node.leaveBehind(0, stranger(world, i));
    expect(node.gone.size).toBe(256);
    expect(node.isGone(0, stranger(world, 0))).toBe(false);
    expect(node.isGone(0, stranger(world, 299))).toBe(true);
  });

  it('does what was put off at its time, and wakes up for it', () => {
    const world = new SmallRing({ settings: { pulseMs: 60_000, fingerMs: 0, selfTestMs: 0 } });
    const [process] = world.ring(1);
    expect(areMembers(process)).toBe(true);
    const times: number[] = [];
    const atMs = world.now + 777;
    process.call(() => {
      process.node.after(atMs, (now) => times.push(now));
      process.node.tick(world.now);
    });
    world.run(776);
    expect(times).toEqual([]);
    world.run(1000);
    expect(times).toEqual([atMs]);
  });

  it('takes no more identities than a list can name', () => {
    expect(() => new SmallRing().process(65)).toThrow(/identities/);
  });
});

import { describe, expect, it } from 'vitest';
import { Confirmed } from '../../../src/ring/copies/compared.ts';
import { FrameType, Status } from '../../../src/ring/frames.ts';
import { VERSION_BYTES } from '../../../src/ring/records/clock.ts';
import { keyOf, type Process, SmallRing } from '../small-ring.ts';

/** What the owner of a key says of a record that `from` holds: one verdict. */
function confirm(world: SmallRing, from: Process, to: Process, name: string, version: Uint8Array) {
  let verdict = -1;
  from.call(() => {
    const link = from.node.linkTo(world.now, to.node.identities[0].member);
    const out = link.ask(world.now, FrameType.confirm, from.node.lines.bulk, (_now, reply) => {
      expect(reply!.u8()).toBe(Status.ok);
      verdict = reply!.u8();
    });
    out.u8(0);
    out.raw(keyOf(name));
    out.raw(version);
    link.send();
    from.node.tick(world.now);
  });
  world.runUntil(() => verdict >= 0, 20_000);
  return verdict;
}

describe('a confirmation', () => {
  it('is given for what is here, as new or newer, and on all backups', () => {
    const world = new SmallRing({ settings: { k: 1 } });
    const nodes = world.ring(5);
    world.run(10_000);
    const { version } = nodes[0].done(nodes[0].insert('a', 'x', 'all'));
    const owner = nodes.find(({ node }) => node.ownerOf(keyOf('a'), 0))!;
    const identity = owner.node.ownerOf(keyOf('a'), 0)!;
    const backup = nodes.find(
      ({ addresses }) => addresses[0] === identity.copies[0].member.address,
    )!;
    const other = nodes.find((node) => node !== owner && node !== backup)!;

    const older = new Uint8Array(version!);
    older[VERSION_BYTES - 1] = 0;
    const newer = new Uint8Array(version!);
    newer[0] = 1;
    expect(confirm(world, other, owner, 'a', version!)).toBe(Confirmed.safe);
    expect(confirm(world, other, owner, 'a', older)).toBe(Confirmed.safe);
    expect(confirm(world, other, owner, 'a', newer)).toBe(Confirmed.wanted);
    const absent = Array.from({ length: 100 }, (_, i) => `absent ${i}`);
    const its = absent.find((name) => owner.node.ownerOf(keyOf(name), 0))!;
    expect(confirm(world, other, owner, its, version!)).toBe(Confirmed.wanted);
    expect(confirm(world, other, backup, 'a', version!)).toBe(Confirmed.notMine);
    // A backup must keep its copy, whatever it thinks of itself.
    expect(confirm(world, backup, owner, 'a', version!)).toBe(Confirmed.notYet);
    // And nobody may drop one while a backup is behind.
    identity.copies[0].isInStep = false;
    expect(confirm(world, other, owner, 'a', version!)).toBe(Confirmed.notYet);
    identity.copies[0].isInStep = true;
    identity.isSettled = false;
    expect(confirm(world, other, owner, 'a', version!)).toBe(Confirmed.notYet);
  });
});

import { describe, expect, it } from 'vitest';
import { WIRES } from '../../../src/ring/dialects/wire.ts';
import { Status } from '../../../src/ring/frames.ts';
import type { OperationKind } from '../../../src/ring/outcome.ts';
import { askPlain, type PlainAnswer, pulsePlain } from '../../../src/ring/routing/plain-calls.ts';
import { bytesOf, keyOf, type Process, SmallRing, textOf } from '../small-ring.ts';

/** Asks `to` for one step of a command; null: it did not answer. */
function ask(
  from: Process,
  to: Process,
  kind: Exclude<OperationKind, 'act' | 'query'>,
  name: string,
  value?: string,
) {
  const { world } = from;
  let heard: PlainAnswer | null | undefined;
  const bytes = value === undefined ? null : bytesOf(value);
  const { member } = to.node.identities[0];
  from.call(() => {
    askPlain(from.node, world.now, member, kind, keyOf(name), bytes, (_now, answer) => {
      heard = answer;
    });
    from.node.tick(world.now);
  });
  world.runUntil(() => heard !== undefined, 30_000);
  return heard!;
}

describe.each(WIRES)('a call in the %s dialect', (wire) => {
  it('does a command with the owner, and hears from others who is closer', () => {
    const world = new SmallRing({ settings: { wire, frames: false } });
    const nodes = world.ring(3);
    world.run(5000);
    const owner = nodes.find(({ node }) => node.ownerOf(keyOf('a'), 0) !== null)!;
    const other = nodes.find((node) => node !== owner)!;
    const asker = nodes.find((node) => node !== owner && node !== other)!;
    expect(ask(asker, owner, 'insert', 'a', 'one')).toMatchObject({ status: Status.ok });
    expect(textOf(ask(asker, owner, 'get', 'a').value)).toBe('one');
    expect(ask(asker, owner, 'exists', 'a')).toMatchObject({ status: Status.ok, found: true });
    expect(ask(asker, owner, 'owner', 'a')).toMatchObject({ status: Status.ok, closer: null });
    const elsewhere = ask(asker, other, 'get', 'a');
    expect(elsewhere).toMatchObject({ status: Status.notOwner, value: null });
    expect(elsewhere.closer).not.toBeNull();
    expect(ask(asker, owner, 'remove', 'a')).toMatchObject({ status: Status.ok, found: true });
    expect(ask(asker, owner, 'get', 'a').value).toBeNull();
  });

  it('of the dead is not answered', () => {
    const world = new SmallRing({ settings: { wire, frames: false } });
    const [a, b] = world.ring(2);
    world.run(3000);
    const alive: boolean[] = [];
    const pulse = () => {
      const { member } = b.node.identities[0];
      const count = alive.length;
      a.call(() => {
        pulsePlain(a.node, world.now, member, (_now, isAlive) => alive.push(isAlive));
        a.node.tick(world.now);
      });
      world.runUntil(() => alive.length > count, 30_000);
    };
    pulse();
    b.crash();
    pulse();
    expect(alive).toEqual([true, false]);
    expect(ask(a, b, 'get', 'a')).toBeNull();
  });
});

import { describe, expect, it } from 'vitest';
import { type Act, actOf } from '../../src/ring/records/act.ts';
import { doneActsOf } from '../../src/ring/records/record.ts';
import { bytesOf, keyOf, type Process, SmallRing, textOf } from './small-ring.ts';

function act(by: Process, name: string, said: Partial<Act> & Pick<Act, 'verb'>): number {
  return by.command((now, call) => by.node.act(now, call, keyOf(name), actOf(said), 'quorum'));
}

/** The first name of a series whose key is, or is not, of that process. */
function nameOf(process: Process, isOwn: boolean): string {
  for (let i = 0; ; i++) {
    if ((process.node.ownerOf(keyOf(`name ${i}`), 0) !== null) === isOwn) return `name ${i}`;
  }
}

describe('commands about keys of our own', () => {
  it('need no frame, and come to what they come to for others', () => {
    const world = new SmallRing({ settings: { k: 0 } });
    const [one, other] = world.ring(2);
    world.run(5000);
    const name = nameOf(one, true);
    const ends: unknown[] = [];
    for (const by of [one, other]) {
      const asked = by.counters.requestsOut;
      const calls = [
        by.insert(name, '1'),
        by.get(name),
        by.exists(name, 'quorum'),
        act(by, name, { verb: 'add', delta: 2n }),
        act(by, name, { verb: 'set', when: 'absent', value: bytesOf('x') }),
        act(by, name, { verb: 'append', value: new Uint8Array(3) }),
        by.remove(name),
        by.get(name),
      ];
      ends.push(calls.map((call) => ({ ...by.done(call), version: null, hops: 0 })));
      const owns = by === one;
      expect(by.counters.requestsOut - asked >= calls.length).toBe(!owns);
    }
    expect(ends[0]).toEqual(ends[1]);
  });

  it('leave no name of an act in the record: they are never sent twice', () => {
    const world = new SmallRing({ settings: { k: 0 } });
    const [one, other] = world.ring(2);
    world.run(5000);
    const name = nameOf(one, true);
    const section = () => doneActsOf(one.store.get(keyOf(name), 0)!);
    one.done(act(one, name, { verb: 'add', delta: 1n }));
    expect(section()).toBeNull();
    other.done(act(other, name, { verb: 'add', delta: 1n }));
    expect(section()).not.toBeNull();
  });

  it('are looked for elsewhere when the arc has gone meanwhile, and done once', () => {
    for (let seed = 1; seed <= 8; seed++) {
      const world = new SmallRing({ seed, settings: { k: 1 } });
      const nodes = world.ring(3);
      world.run(3000);
      let done = 0;
      for (let round = 0; round < 4; round++) {
        const joiner = world.process().start(nodes[0]);
        for (let step = 0; step < 20; step++) {
          const calls = nodes.map((by) => [by, act(by, 'n', { verb: 'add', delta: 1n })] as const);
          for (const [by, call] of calls) if (by.done(call).code === 'ok') done++;
        }
        nodes.push(joiner);
        world.run(500);
      }
      expect(Number(nodes[0].value('n', 'quorum'))).toBe(done);
    }
  });

  it('end when a disk says nothing, and with the node', () => {
    const world = new SmallRing({ settings: { k: 0 } });
    const [one] = world.ring(1);
    one.isStoreStuck = true;
    const stuck = one.insert('a', '1');
    world.run(30_000);
    expect(one.outcomes.get(stuck)).toMatchObject({ code: 'unknown', found: false });
    const open = one.insert('b', '1');
    one.call(() => one.node.close(world.now));
    world.run(10);
    expect(one.outcomes.get(open)).toMatchObject({ code: 'unknown' });
    expect(textOf(one.outcomes.get(open)!.value)).toBeNull();
  });
});

import { describe, expect, it } from 'vitest';
import { FrameType } from '../../../src/ring/frames.ts';
import { ringProblems } from '../order.ts';
import { SmallRing } from '../small-ring.ts';
import { expectAll, seesFrame, write } from './moving.ts';

describe('a leave', () => {
  it.each([0, 1, 2])('with K = %i loses nothing, and leaves as many copies', (k) => {
    const world = new SmallRing({ settings: { k } });
    const nodes = world.ring(5);
    write(nodes, 100);
    for (const leaver of [nodes[1], nodes[3]]) {
      expect(leaver.done(leaver.leave())).toMatchObject({ code: 'ok' });
      leaver.stop();
    }
    world.run(10_000);
    expect(ringProblems(world.living)).toEqual([]);
    expectAll(world.living, 100);
    const held = world.living.reduce((sum, { store }) => sum + store.count, 0);
    expect(held).toBe(100 * (k + 1));
  });

  it('goes to another heir when the first dies', () => {
    const world = new SmallRing({ settings: { k: 2 } });
    const nodes = world.ring(5);
    write(nodes, 60);
    const leaver = nodes[2];
    const heirAddress = leaver.node.identities[0].predecessor!.address;
    const heir = nodes.find(({ addresses }) => addresses[0] === heirAddress);
    let isDone = false;
    world.onBytes = (_from, to, bytes) => {
      if (isDone || to !== heir || !seesFrame(bytes, [FrameType.leave])) return;
      isDone = true;
      world.at(world.now, () => heir.crash());
    };
    expect(leaver.done(leaver.leave())).toMatchObject({ code: 'ok' });
    leaver.stop();
    expect(isDone).toBe(true);
    world.run(15_000);
    expect(ringProblems(world.living)).toEqual([]);
    expectAll(world.living, 60);
  });

  it('of the last one says that its records are nowhere else', () => {
    const world = new SmallRing({ settings: { k: 1 } });
    const nodes = world.ring(2);
    write(nodes, 5);
    expect(nodes[0].done(nodes[0].leave())).toMatchObject({ code: 'ok' });
    nodes[0].stop();
    const alone = nodes[1];
    world.run(3000);
    expectAll([alone], 5);
    const { code } = alone.done(alone.leave());
    expect(['ok', 'too-few-copies']).toContain(code);
    expect(alone.store.count).toBe(5);
  });

  it('of one that never joined is over at once', () => {
    const world = new SmallRing();
    const joiner = world.process().start(world.process());
    expect(joiner.done(joiner.leave())).toMatchObject({ code: 'ok' });
    expect(joiner.node.info().identities[0].state).toBe('left');
  });
});

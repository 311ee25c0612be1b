import { describe, expect, it } from 'vitest';
import { FrameType } from '../../../src/ring/frames.ts';
import { identitiesOf, ringProblems } from '../order.ts';
import { areMembers, type Process, SmallRing } from '../small-ring.ts';
import { expectAll, seesFrame, write } from './moving.ts';

describe('an arc', () => {
  it('moves while it is written, and no read or write goes amiss', () => {
    const world = new SmallRing({ settings: { k: 1 }, flushMs: [5, 20] });
    const nodes = world.ring(2);
    write(nodes, 200);
    const joiner = world.process().start(nodes[0]);
    const calls: { node: Process; call: number; name: string; value: string }[] = [];
    for (let i = 0; !areMembers(joiner) || i < 40; i++) {
      const node = nodes[i % 2];
      const [name, value] = [`key ${i % 200}`, `newer ${i}`];
      calls.push({ node, call: node.insert(name, value, 'all'), name, value });
      world.run(3);
      expect(i).toBeLessThan(5000);
    }
    const last = new Map<string, string>();
    for (const { node, call, name, value } of calls) {
      expect(node.done(call), name).toMatchObject({ code: 'ok' });
      last.set(name, value);
    }
    for (const [name, value] of last) expect(joiner.value(name)).toBe(value);
    world.run(20_000);
    expect(ringProblems(world.living)).toEqual([]);
  });

  it.each([
    ['asked', FrameType.join],
    ['compared', FrameType.digest],
    ['given records', FrameType.replicate],
    ['switched', FrameType.switch],
  ] as const)('survives that either side dies when the joiner has been %s', (_step, type) => {
    for (const victim of ['owner', 'joiner']) {
      const world = new SmallRing({ settings: { k: 2 } });
      const nodes = world.ring(4);
      write(nodes, 60);
      const joiner = world.process();
      const probe = identitiesOf(nodes);
      const place = joiner.node.identities[0].hash;
      const owner = (
        probe.findLast(({ identity }) => Buffer.compare(identity.hash, place) <= 0) ?? probe.at(-1)!
      ).process;
      let isDone = false;
      world.onBytes = (from, to, bytes) => {
        const isTheirs = [from, to].includes(owner) && [from, to].includes(joiner);
        if (isDone || !isTheirs || !seesFrame(bytes, [type])) return;
        isDone = true;
        const dead = victim === 'owner' ? owner : joiner;
        world.at(world.now, () => dead.crash());
      };
      joiner.start(...nodes.filter((node) => node !== owner).slice(0, 2));
      world.run(40_000);
      expect(isDone, `${victim} ${type}`).toBe(true);
      expect(ringProblems(world.living)).toEqual([]);
      expect(world.living.every(areMembers)).toBe(true);
      expectAll(world.living, 60);
    }
  });
});

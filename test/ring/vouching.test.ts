import { describe, expect, it } from 'vitest';
import { FrameType, REPLY, Status } from '../../src/ring/frames.ts';
import { type Process, SmallRing } from './small-ring.ts';

/** One who is no member and says that he is `victim`. */
function impostor(world: SmallRing, victim: Process): Process {
  const stranger = world.process(0);
  stranger.start();
  Object.assign(stranger.node, { greeted: victim.node.greeted });
  return stranger;
}

/** Asks `to` whether `of` lives, as members do; null: broken off. */
function pulse(world: SmallRing, from: Process, to: Process): number | null {
  let status: number | null | undefined;
  from.call(() => {
    const { node } = from;
    const link = node.linkTo(world.now, to.node.identities[0].member);
    const out = link.ask(world.now, FrameType.pulse, node.lines.replies, (_now, reply) => {
      status = reply === null ? null : reply.u8();
    });
    out.address(to.addresses[0]);
    link.send();
    node.tick(world.now);
  });
  world.runUntil(() => status !== undefined, 20_000);
  return status!;
}

describe('who says that he is a member', () => {
  const ip = (process: number) => `127.0.0.${process + 1}`;

  it('is one when his address says so', () => {
    const world = new SmallRing({ ip });
    const [a, b] = world.ring(3);
    expect(pulse(world, a, b)).toBe(Status.ok);
  });

  it('is none when it does not, and nothing that he asks among members is answered', () => {
    const world = new SmallRing({ ip });
    const [a, b] = world.ring(3);
    world.run(3000);
    const before = b.counters.refusedRequests;
    expect(pulse(world, impostor(world, a), b)).toBe(null);
    expect(b.counters.refusedRequests).toBe(before + 1);
    // The one in whose name he spoke is none the worse for it.
    world.run(10_000);
    expect(b.counters.lost + a.counters.lost).toBe(0);
  });

  it('is none when nobody lives there', () => {
    const world = new SmallRing({ ip });
    const [, b, c] = world.ring(3);
    c.crash();
    world.run(20_000);
    expect(pulse(world, impostor(world, c), b)).toBe(null);
  });

  it('is none when he comes from elsewhere, and nobody is dialed for him', () => {
    const world = new SmallRing();
    const [a, b] = world.ring(2);
    world.run(3000);
    const dialed = b.counters.dialed;
    expect(pulse(world, impostor(world, a), b)).toBe(null);
    expect(b.counters.dialed).toBe(dialed);
  });

  it('and asks as a client what only members may is broken off at once', () => {
    const world = new SmallRing();
    const [a] = world.ring(2);
    const client = world.process(0);
    client.start(a);
    expect(pulse(world, client, a)).toBe(null);
    expect(a.counters.refusedRequests).toBe(1);
    expect(client.done(client.insert('a', 'x')).code).toBe('ok');
  });

  it('is told from a member who has dialed somebody else', () => {
    const world = new SmallRing({ ip });
    const [a, b, c] = world.ring(3);
    world.run(2000);
    let answer: number | undefined;
    a.call(() => {
      const { node } = a;
      const link = node.linkTo(world.now, b.node.identities[0].member);
      const out = link.ask(world.now, FrameType.vouch, node.lines.replies, (_now, reply) => {
        answer = reply?.u8();
      });
      out.raw(new Uint8Array(16));
      out.address(c.addresses[0]);
      link.send();
      node.tick(world.now);
    });
    world.runUntil(() => answer !== undefined, 5000);
    expect(answer).toBe(Status.refused);
    expect(FrameType.vouch & REPLY).toBe(0);
  });
});

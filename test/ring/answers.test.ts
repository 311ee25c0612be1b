import { describe, expect, it } from 'vitest';
import { FrameType, LENGTH_BYTES, REPLY, Status } from '../../src/ring/frames.ts';
import type { Link } from '../../src/ring/link.ts';
import { keyOf, type Process, SmallRing } from './small-ring.ts';

/** Asks one process over a link of another; the status and the bytes behind it. */
function ask(
  world: SmallRing,
  from: Process,
  to: Process,
  type: number,
  write: (link: ReturnType<Link['ask']>) => void,
): { status: number; left: number } | null {
  let answer: { status: number; left: number } | null | undefined;
  from.call(() => {
    const link = from.node.linkTo(world.now, to.node.identities[0].member);
    const out = link.ask(world.now, type, from.node.lines.replies, (_now, reply) => {
      answer = reply === null ? null : { status: reply.u8(), left: reply.left };
      if (reply) reply.at = reply.end;
    });
    write(out);
    link.send();
    from.node.tick(world.now);
  });
  world.runUntil(() => answer !== undefined, 30_000);
  return answer!;
}

describe('an answer', () => {
  it('of who does not own the key names others, closer to it', () => {
    const world = new SmallRing();
    const nodes = world.ring(5);
    world.run(5000);
    for (const type of [FrameType.get, FrameType.put, FrameType.remove, FrameType.owner]) {
      let elsewhere = 0;
      for (const to of nodes) {
        const answer = ask(world, nodes[0], to, type, (out) => {
          out.raw(keyOf('a'));
          if (type !== FrameType.owner) out.u8(0);
        });
        if (answer!.status === Status.notOwner) elsewhere++;
        else expect(answer!.status).toBe(Status.ok);
      }
      expect(elsewhere).toBe(4);
    }
  });

  it('of who is no member says so', () => {
    const world = new SmallRing();
    const [a] = world.ring(1);
    const stranger = world.process();
    stranger.start(world.process()); // joins nobody
    const types = [FrameType.get, FrameType.owner, FrameType.put];
    for (const type of types) {
      const answer = ask(world, a, stranger, type, (out) => {
        out.raw(keyOf('a'));
        if (type !== FrameType.owner) out.u8(0);
      });
      expect(answer).toEqual({ status: Status.notMember, left: 0 });
    }
    const pulse = ask(world, a, stranger, FrameType.pulse, (out) => {
      out.address(stranger.addresses[0]);
    });
    expect(pulse!.status).toBe(Status.notMember);
  });

  it('to a write over the limit is that, and the connection stays', () => {
    const world = new SmallRing({ settings: { valueBytesMax: 100 } });
    const [a, b] = world.ring(2);
    world.run(3000);
    const owner = [a, b].find(({ node }) => node.ownerOf(keyOf('a'), 0))!;
    const other = owner === a ? b : a;
    const answer = ask(world, other, owner, FrameType.put, (out) => {
      out.raw(keyOf('a'));
      out.u8(0);
      out.raw(new Uint8Array(101));
    });
    expect(answer!.status).toBe(Status.tooLarge);
    expect(owner.counters.broken).toBe(0);
  });

  it('to a get costs no more than its bytes', () => {
    const world = new SmallRing();
    const [node] = world.ring(1);
    node.done(node.insert('a', new Uint8Array(100)));
    const client = world.process(0).start(node);
    client.done(client.get('a'));
    const sent: Uint8Array[] = [];
    world.onBytes = (from, _to, bytes) => from === node && sent.push(bytes);
    client.done(client.get('a'));
    expect(sent.length).toBe(1);
    expect(sent[0].length).toBe(LENGTH_BYTES + 5 + 2 + 16 + 100);
    expect(sent[0][LENGTH_BYTES]).toBe(FrameType.get | REPLY);
  });
});

import { expect, test } from 'vitest';
import type { Address } from '../../../src/core/address.ts';
import { FrameType, type FrameWriter, Status } from '../../../src/ring/frames.ts';
import { FORGOTTEN_MEMBERS_LIMIT, ForgetStep, LOST } from '../../../src/ring/handover/forgotten.ts';
import type { Process, SmallRing } from '../small-ring.ts';
import { titleAt, titledRing } from '../titled.ts';

/** What one member answers to another; null: nothing, and the connection is over. */
function ask(world: SmallRing, from: Process, to: Process, put: (out: FrameWriter) => void) {
  let answer: { status: number; homes: Address[] } | null | undefined;
  from.call(() => {
    const link = from.node.linkTo(world.now, from.node.shared.members.of(to.node.home));
    const out = link.ask(world.now, FrameType.forget, from.node.lines.replies, (_at, reply) => {
      if (reply === null) answer = null;
      else {
        const status = reply.u8();
        answer = { status, homes: Array.from({ length: reply.u8() }, () => reply.address()) };
        reply.at = reply.end;
      }
    });
    put(out);
    link.send();
    from.node.tick(world.now);
  });
  world.runUntil(() => answer !== undefined, 20_000);
  return answer!;
}

function request(step: number, flags: number, addresses: readonly Address[]) {
  return (out: FrameWriter): void => {
    out.u8(step);
    out.u8(flags);
    out.u32(7);
    out.u32(0);
    out.u8(addresses.length);
    for (const address of addresses) out.address(address);
  };
}

test('to look is to ask for a sign of life, and changes nothing', () => {
  const { world, nodes } = titledRing(3, 2);
  const [a, b, c] = nodes;
  const { home } = c.node;
  const look = request(ForgetStep.look, 0, [home]);
  expect(ask(world, a, b, look)).toEqual({ status: Status.refused, homes: [home] });
  c.crash();
  expect(ask(world, a, b, look)).toEqual({ status: Status.ok, homes: [home] });
  expect(b.node.resigned.has(home)).toBe(false);
});

test('one that has come back with its promises and waits for its arc lives, too', () => {
  const { world, nodes } = titledRing(3, 2);
  const [a, b, c] = nodes;
  const look = request(ForgetStep.look, 0, [c.node.home]);
  a.crash();
  c.crash();
  c.restart(b);
  world.run(50);
  expect(c.node.isMember).toBe(false);
  expect(ask(world, b, b, look)?.status).toBe(Status.refused);
});

test('who is told parts from it, and says so until no title of its own names it', () => {
  const { world, nodes } = titledRing(3, 2);
  const [a, b, c] = nodes;
  c.crash();
  const forget = request(ForgetStep.forget, 0, [c.node.home]);
  expect(ask(world, a, b, forget)).toEqual({ status: Status.busy, homes: [c.node.home] });
  ask(world, a, a, forget);
  world.runUntil(() => ask(world, a, b, forget)?.status === Status.ok, 20_000);
  expect(titleAt(b).wanted).toBe(2);
});

test('whom an operator calls lost is lost until that is done, or for a minute', () => {
  const { world, nodes } = titledRing(3, 2);
  const [a, b, c] = nodes;
  c.crash();
  const lose = request(ForgetStep.forget, LOST, [c.node.home]);
  ask(world, a, b, lose);
  expect(b.node.lost).toEqual([c.node.home]);
  ask(world, a, b, request(ForgetStep.done, LOST, [c.node.home]));
  expect(b.node.lost).toEqual([]);
  ask(world, a, b, lose);
  world.run(61_000);
  expect(b.node.lost).toEqual([]);
});

test('what is no such request breaks the connection', () => {
  const { world, nodes } = titledRing(2, 1);
  const [a, b] = nodes;
  const { home } = a.node;
  const tooMany = Array.from({ length: FORGOTTEN_MEMBERS_LIMIT + 1 }, () => home);
  const broken = [
    request(ForgetStep.look, 0, []),
    request(ForgetStep.look, 0, tooMany),
    request(ForgetStep.done + 1, 0, [home]),
    (out: FrameWriter) => out.u8(ForgetStep.look),
  ];
  for (const put of broken) expect(ask(world, a, b, put)).toBeNull();
});

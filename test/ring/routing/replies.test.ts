import { expect, test } from 'vitest';
import { CLOSED } from '../../../src/ring/circle/identity.ts';
import { Frame, FrameWriter } from '../../../src/ring/frames.ts';
import { closedCode, closedHeard } from '../../../src/ring/routing/replies.ts';
import { write } from '../handover/moving.ts';
import { nameOwnedBy, others, titleAt, titledRing } from '../titled.ts';

function replyWith(...bytes: number[]): Frame {
  const out = new FrameWriter();
  out.begin(1, 1);
  for (const byte of bytes) out.u8(byte);
  out.end();
  const frame = new Frame();
  frame.open(out.bytes, 0, out.length);
  return frame;
}

test('a read of what nobody holds lacks copies, all else somebody who may decide', () => {
  expect(closedCode('get', 'copies')).toBe('too-few-copies');
  expect(closedCode('get', 'electors')).toBe('unavailable');
  expect(closedCode('insert', 'copies')).toBe('unavailable');
  expect(closedCode('owner', 'copies')).toBe('unavailable');
});

test('why an arc is nobody’s is one byte, which need not be there', () => {
  for (const closed of CLOSED) expect(closedHeard(replyWith(CLOSED.indexOf(closed)))).toBe(closed);
  expect(closedHeard(replyWith())).toBeNull();
  expect(closedHeard(replyWith(9))).toBeNull();
});

test('an arc whose copies are all gone: a read lacks copies and is never "none", a write did not happen', () => {
  const { world, nodes } = titledRing(7, 1);
  write(nodes, 20);
  const [owner] = nodes;
  const name = nameOwnedBy(owner);
  const { copies } = titleAt(owner);
  const holders = nodes.filter(({ node }) => copies.some(({ home }) => home === node.home));
  for (const holder of holders) holder.crash();
  const left = others(nodes, ...holders);
  world.run(20_000);
  for (const one of left) {
    for (const level of ['one', 'quorum', 'all'] as const) {
      expect(one.done(one.get(name, level)), level).toMatchObject({ code: 'too-few-copies' });
      expect(one.done(one.insert(name, 'x', level)), level).toMatchObject({ code: 'unavailable' });
    }
  }
  holders[1].restart(left[0]);
  world.runUntil(() => left[0].done(left[0].get(name, 'all')).code === 'ok', 120_000);
});

test('where no majority is left it is unavailable, at a member that waits for the others, too', () => {
  const { world, nodes } = titledRing(3, 2);
  write(nodes, 20);
  const [last, ...gone] = nodes;
  const name = nameOwnedBy(gone[0]);
  const ours = nameOwnedBy(last);
  for (const one of gone) one.crash();
  world.run(20_000);
  expect(last.done(last.get(name, 'quorum')).code).toBe('unavailable');
  expect(last.done(last.insert(name, 'x')).code).toBe('unavailable');
  expect(last.done(last.get(ours, 'quorum')).code).toBe('unavailable');
  last.crash();
  last.restart();
  const client = world.process(0).start(last);
  world.run(20_000);
  expect(client.done(client.get(ours, 'quorum')).code).toBe('unavailable');
});

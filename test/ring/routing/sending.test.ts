import { describe, expect, it } from 'vitest';
import { Frame, FrameWriter } from '../../../src/ring/frames.ts';
import type { Link } from '../../../src/ring/link.ts';
import { Sending } from '../../../src/ring/routing/sending.ts';
import { SmallRing } from '../small-ring.ts';

const { node } = new SmallRing({ settings: { k: 0 } }).ring(1)[0];
const linkOf = (said: Partial<Link>) =>
  ({ aheadMs: 0, hasReached: true, isClosedThere: false, ...said }) as Link;

/** Age, number and oldest, as they are sent. */
function sent(sending: Sending, now: number) {
  const out = new FrameWriter();
  sending.put(node, out, now, linkOf({}), 5000);
  const frame = new Frame();
  Object.assign(frame, { bytes: out.bytes, end: out.length });
  const sentMs = frame.f64();
  const leftMs = frame.u32();
  const ageMs = frame.u32();
  const client = frame.copy(8);
  return { sentMs, leftMs, ageMs, client, number: frame.u32(), oldest: frame.u32() };
}

describe('a write that is sent', () => {
  it('has one name, and tells how old it is', () => {
    const [first, second] = [new Sending(), new Sending()];
    const one = sent(first, 1000);
    expect(one).toMatchObject({ sentMs: 1000, leftMs: 5000, ageMs: 0 });
    expect(one.oldest).toBe(one.number);
    const again = sent(first, 1000);
    expect(again).toEqual({ ...one, ageMs: 1 });
    expect(sent(first, 4000)).toEqual({ ...one, sentMs: 4000, ageMs: 3000 });
    const other = sent(second, 4000);
    expect(other).toMatchObject({ number: one.number + 1, oldest: one.number });
    first.end(node);
    expect(sent(new Sending(), 4000).oldest).toBe(other.number);
    second.end(node);
    new Sending().end(node);
  });

  it('is sent again when the one before can be done no more', () => {
    const sending = new Sending();
    expect(sending.isOver(0)).toBe(true);
    sending.unanswered(2000, linkOf({}), 6000);
    expect(sending.mayBeDone).toBe(true);
    expect([sending.isOver(5999), sending.isOver(6000)]).toEqual([false, true]);
    const closed = new Sending();
    closed.unanswered(2000, linkOf({ isClosedThere: true }), 6000);
    expect(closed.mayBeDone).toBe(true);
    expect(closed.isOver(2000)).toBe(true);
    const large = new Sending();
    large.unanswered(2000, linkOf({}), Infinity);
    expect([large.isLasting, closed.isLasting, sending.isLasting]).toEqual([true, false, false]);
    const lost = new Sending();
    lost.unanswered(2000, linkOf({ hasReached: false }), 6000);
    expect(lost.mayBeDone).toBe(false);
    expect(lost.isOver(2000)).toBe(true);
  });

  it('has the time of one reply, a large one all', () => {
    expect(Sending.lifeMs(node, false)).toBe(node.settings.replyTimeoutMs);
    expect(Sending.lifeMs(node, true)).toBe(Infinity);
  });
});

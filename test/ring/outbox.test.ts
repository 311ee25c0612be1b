import { describe, expect, it } from 'vitest';
import { STREAM_QUEUE_BYTES, type StreamHost } from '../../src/core/host.ts';
import { RingCounters } from '../../src/ring/counters.ts';
import { FrameType, type FrameWriter } from '../../src/ring/frames.ts';
import { Intake } from '../../src/ring/intake.ts';
import { Outbox, type OutboxOwner } from '../../src/ring/outbox.ts';
import { Line } from '../../src/ring/patience.ts';
import { Pending } from '../../src/ring/pending.ts';
import { RingShared } from '../../src/ring/shared.ts';
import { sha1 } from './small-ring.ts';

class Box extends Outbox {
  isMembers = true;

  expired(): void {}

  protected read(_now: number, _bytes: Uint8Array, start: number): number {
    return start;
  }

  frame(bytes: number): void {
    const { out } = this;
    out.begin(FrameType.pulse, 1);
    out.raw(new Uint8Array(bytes));
    out.end();
  }

  get end(): number {
    return this.endsAt;
  }

  hush(now: number): void {
    this.shut(now);
  }

  speak(): void {
    this.unshut();
  }

  push(now: number): boolean {
    return this.overflow(now);
  }

  say(out: FrameWriter): void {
    this.write(1, out);
  }
}

function bench(stream = 7) {
  const writes: number[] = [];
  const bench = { writes, queued: 0 };
  const host = {
    write: (_stream: number, _bytes: Uint8Array, start: number, end: number) => {
      if (end > start) writes.push(end - start);
      return bench.queued;
    },
  } as unknown as StreamHost;
  const shared = new RingShared(sha1);
  const dirty: unknown[] = [];
  const owner: OutboxOwner = {
    host,
    shared,
    counters: new RingCounters(),
    wrote: (box) => dirty.push(box),
    strangersIntake: shared.strangersIntake,
    membersIntake: new Intake(1),
    soon: () => {},
  };
  return Object.assign(bench, { owner, dirty, box: new Box(owner, stream) });
}

const FRAME = 9;

describe('an outbox', () => {
  it('sends all of a turn in one write, and stands in the row once', () => {
    const { box, dirty, owner, writes } = bench();
    for (let i = 0; i < 3; i++) box.frame(10);
    expect(dirty).toEqual([box]);
    expect(writes).toEqual([]);
    box.flush(1);
    expect(writes).toEqual([3 * (FRAME + 10)]);
    expect(owner.counters.bytesOut).toBe(3 * (FRAME + 10));
    box.flush(2);
    expect(writes).toHaveLength(1);
  });

  it('keeps what is said while it is shut, but for what goes past it', () => {
    const { box, dirty, owner, writes } = bench();
    box.frame(1);
    box.hush(1);
    expect(writes).toEqual([FRAME + 1]);
    box.frame(2);
    box.flush(2);
    expect(writes).toHaveLength(1);
    const proof = owner.shared.takeWriter();
    proof.begin(FrameType.proof, 0);
    proof.end();
    box.say(proof);
    expect(writes).toEqual([FRAME + 1, FRAME]);
    dirty.length = 0;
    box.speak();
    expect(dirty).toEqual([box]);
    box.flush(3);
    expect(writes).toEqual([FRAME + 1, FRAME, FRAME + 2]);
  });

  it('gives a long answer out before the turn ends, and knows when the world is full', () => {
    const full = bench();
    full.box.frame(100);
    expect(full.box.push(1)).toBe(false);
    expect(full.writes).toEqual([]);
    full.box.frame(STREAM_QUEUE_BYTES);
    expect(full.box.push(1)).toBe(false);
    expect(full.writes).toHaveLength(1);
    full.queued = STREAM_QUEUE_BYTES + 1;
    full.box.frame(STREAM_QUEUE_BYTES);
    expect(full.box.push(5)).toBe(true);
    expect(full.box.congestedAtMs).toBe(5);
  });

  it('tells how much of a request has left', () => {
    const one = bench();
    const request = new Pending({ movedOf: () => 0, gaveUp: () => {} }, 1, new Line(1), () => {});
    one.box.frame(1000);
    request.endsAt = one.box.end;
    expect(request.endsAt).toBe(FRAME + 1000);
    one.box.flush(1);
    one.queued = 400;
    expect(one.box.movedOf(request)).toBe(FRAME + 600);
    one.queued = 0;
    one.box.frame(5000);
    one.box.flush(2);
    expect(one.box.movedOf(request)).toBe(FRAME + 1000);
  });

  it('of a node to itself is taken, not sent', () => {
    const { box, writes } = bench(0);
    box.frame(5);
    box.flush(1);
    expect(writes).toEqual([]);
    expect(box.takeOut()!.length).toBe(FRAME + 5);
    expect(box.takeOut()).toBeNull();
  });
});

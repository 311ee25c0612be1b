import { expect, test } from 'vitest';
import type { StreamHost } from '../../src/core/host.ts';
import { Hold, Inflow } from '../../src/ring/inflow.ts';
import { Intake } from '../../src/ring/intake.ts';

/** Frames of one byte of length and as many bytes. */
class Bytes extends Inflow {
  readonly isMembers = false;
  readonly frames: number[] = [];
  stop = 0;

  protected read(_now: number, bytes: Uint8Array, start: number, end: number): number {
    let at = start;
    while (at < end && at + 1 + bytes[at] <= end && !this.isHeld) {
      this.frames.push(bytes[at]);
      at += 1 + bytes[at];
      if (this.frames.length === this.stop) this.hold(Hold.vouching);
    }
    return at;
  }

  take(bytes: Uint8Array): void {
    this.takeIn(0, bytes, 0, bytes.length);
  }

  letOn(): void {
    this.release(0, Hold.vouching);
  }

  expired(): void {}
}

function inflow() {
  const log: string[] = [];
  const host = {
    pause: (_stream: number, isPaused: boolean) => log.push(isPaused ? 'pause' : 'go on'),
  } as unknown as StreamHost;
  const strangersIntake = new Intake();
  const owner = { host, strangersIntake, membersIntake: new Intake(), soon: () => {} };
  return { log, strangersIntake, flow: new Bytes(owner, 1) };
}

test('frames are read whole however they are cut, and what is held is given back', () => {
  const { flow, strangersIntake } = inflow();
  const bytes = Uint8Array.of(2, 9, 9, 0, 3, 9, 9, 9, 1, 9);
  for (const byte of bytes) flow.take(Uint8Array.of(byte));
  expect(flow.frames).toEqual([2, 0, 3, 1]);
  expect(strangersIntake.usedBytes).toBe(0);
});

test('what comes while it is held is read when it is let on, in order', () => {
  const { flow, log } = inflow();
  flow.stop = 2;
  flow.take(Uint8Array.of(0, 1, 9, 2, 9, 9));
  flow.take(Uint8Array.of(3, 9, 9));
  expect(flow.frames).toEqual([0, 1]);
  expect(flow.isCreeping(100)).toBe(false);
  flow.letOn();
  expect(flow.frames).toEqual([0, 1, 2]);
  expect(log).toEqual(['pause', 'go on']);
  flow.take(Uint8Array.of(9));
  expect(flow.frames).toEqual([0, 1, 2, 3]);
});

test('a half frame creeps when it has grown by less than it should', () => {
  const { flow } = inflow();
  flow.take(Uint8Array.of(200, 1, 2));
  // It may have begun a moment ago.
  expect(flow.isCreeping(10)).toBe(false);
  flow.take(Uint8Array.of(3, 4));
  expect(flow.isCreeping(2)).toBe(false);
  flow.take(Uint8Array.of(5));
  expect(flow.isCreeping(2)).toBe(true);
});

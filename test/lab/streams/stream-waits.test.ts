/** Who waits for a way: looked at when one is freed, given up after the time-out, never polled. */
import { expect, test } from 'vitest';
import { Ends, Is, What } from '../../../src/lab/streams/stream-ends.ts';
import { Waits } from '../../../src/lab/streams/stream-waits.ts';
import { STREAM_TIMEOUT_MS, Ways } from '../../../src/lab/streams/stream-ways.ts';
import { Wheel } from '../../../src/lab/wheel.ts';
import { Probes } from '../probes.ts';

const KIND = 9;

class Desk {
  readonly probes = new Probes(2);
  readonly wheel = new Wheel(this.probes.world.now);
  readonly ends = new Ends(2);
  readonly waits = new Waits(this.wheel, KIND, this.ends, new Ways(this.probes.world));
  readonly near = this.ends.open(0, 0, 0, 0);
  readonly far = this.ends.open(1, 0, 0, this.near);

  constructor() {
    this.ends.peer[this.near] = this.far;
  }

  /** What is in the wheel: `what at`, since the start. */
  events(): string[] {
    const events: string[] = [];
    const startMs = this.wheel.now;
    for (
      let row = this.wheel.take(startMs + 1e6);
      row !== 0;
      row = this.wheel.take(startMs + 1e6)
    ) {
      expect(this.wheel.kind[row]).toBe(KIND);
      const what = Object.entries(What).find(([, number]) => number === this.wheel.c[row])![0];
      events.push(`${what} ${this.wheel.now - this.probes.world.now}`);
      this.wheel.free(row);
    }
    return events;
  }
}

test('a way that stays shut has one event: when it is given up', () => {
  const desk = new Desk();
  desk.probes.world.network.partition([[0]]);
  desk.waits.block(desk.far, Is.endHeld);
  desk.waits.block(desk.far, 0);
  desk.waits.look();
  expect(desk.ends.is(desk.far, Is.endHeld)).toBe(true);
  expect(desk.events()).toEqual([`giveUp ${STREAM_TIMEOUT_MS}`]);
  const since = desk.probes.world.now % 2 ** 32;
  expect(desk.waits.hasGivenUp(desk.far, since)).toBe(true);
  expect(desk.waits.hasGivenUp(desk.far, since + 1)).toBe(false);
  expect(desk.waits.hasGivenUp(desk.near, since)).toBe(false);
});

test('a way that was freed is tried at the next attempt, once, and then not given up', () => {
  const desk = new Desk();
  desk.probes.world.network.partition([[0]]);
  desk.waits.block(desk.far, 0);
  desk.probes.world.network.heal();
  desk.waits.look();
  desk.waits.look();
  expect(desk.events()).toEqual(['resume 200', `giveUp ${STREAM_TIMEOUT_MS}`]);
  expect(desk.waits.hasGivenUp(desk.far, desk.probes.world.now % 2 ** 32)).toBe(false);
});

test('the opening of a clog is in the wheel, once for all who wait for it', () => {
  const desk = new Desk();
  const { network, now } = desk.probes.world;
  network.clog({ kind: 'hold', from: null, to: null, untilMs: now + 4000, delayMs: 0 });
  desk.waits.block(desk.far, 0);
  desk.waits.block(desk.near, 0);
  const giveUp = `giveUp ${STREAM_TIMEOUT_MS}`;
  expect(desk.events()).toEqual(['look 4000', giveUp, giveUp]);
});

test('one that is not blocked any more is not tried', () => {
  const desk = new Desk();
  desk.waits.block(desk.far, 0);
  desk.ends.clear(desk.far, Is.blocked);
  desk.waits.look();
  expect(desk.events()).toEqual([`giveUp ${STREAM_TIMEOUT_MS}`]);
});

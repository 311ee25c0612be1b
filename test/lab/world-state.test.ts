/** The state of a world: who lives there, which deadline is in the wheel, and what is called when. */
import { expect, test } from 'vitest';
import { InvariantError } from '../../src/core/assert.ts';
import type { Overlay } from '../../src/lab/overlay.ts';
import { Event, START_MS, WorldState } from '../../src/lab/world-state.ts';

/** Two nodes of which the first has a deadline. */
function state(): { world: WorldState; due: { deadline: number }; overlay: Overlay } {
  const network = { latency: { kind: 'constant', ms: 100 } } as const;
  const world = new WorldState({ seed: 1, nodes: 2, network });
  const due = { deadline: Infinity };
  const overlay: Overlay = {
    count: 2,
    addressOf: () => 0,
    nodeAt: () => -1,
    machine: () => ({ ...due, tick() {} }),
    datagrams: () => null,
    streams: () => null,
  };
  return { world, due, overlay };
}

test('begins an hour after zero, empty, and takes one overlay of its size', () => {
  const { world, overlay } = state();
  expect([world.now, world.elapsedMs, world.alive.length]).toEqual([START_MS, 0, 2]);
  expect(() => world.overlay).toThrow(InvariantError);
  expect(() => world.inhabit({ ...overlay, count: 3 })).toThrow(InvariantError);
  world.inhabit(overlay);
  expect(world.overlay).toBe(overlay);
  expect(() => world.inhabit(overlay)).toThrow(InvariantError);
});

test('only a closer deadline gets an entry in the wheel, at a whole millisecond', () => {
  const { world, due, overlay } = state();
  world.inhabit(overlay);
  const { wheel } = world;
  for (const deadline of [Infinity, START_MS + 90.5, START_MS + 95, START_MS + 20]) {
    due.deadline = deadline;
    world.arm(0);
  }
  const taken: number[][] = [];
  for (let row = wheel.take(Infinity); row !== 0; row = wheel.take(Infinity)) {
    taken.push([wheel.kind[row], wheel.a[row], world.elapsedMs]);
    wheel.free(row);
  }
  expect(taken).toEqual([
    [Event.tick, 0, 20],
    [Event.tick, 0, 91],
  ]);
});

test('a deadline that has passed is due now', () => {
  const { world, due, overlay } = state();
  world.inhabit(overlay);
  due.deadline = 5;
  world.arm(1);
  expect(world.wheel.take(Infinity)).not.toBe(0);
  expect(world.elapsedMs).toBe(0);
});

test('numbers its subscribers, and keeps what they gave', () => {
  const { world } = state();
  expect([world.subscribe(() => {}), world.subscribe(() => {})]).toEqual([0, 1]);
  world.schedule(START_MS + 3, 1, 8, 9);
  const { wheel } = world;
  const row = wheel.take(Infinity);
  expect([wheel.kind[row], wheel.a[row], wheel.b[row], wheel.c[row]]).toEqual([
    Event.call,
    8,
    9,
    1,
  ]);
});

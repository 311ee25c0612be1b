/** What all parts of the streams stand on: word in the wheel, pieces that get nowhere, the hash. */
import { expect, test } from 'vitest';
import { Is, What } from '../../../src/lab/streams/stream-ends.ts';
import { StreamState } from '../../../src/lab/streams/stream-state.ts';
import { Event } from '../../../src/lab/world-state.ts';
import { Probes } from '../probes.ts';

test('word for an end keeps its row until it is handled', () => {
  const { world } = new Probes(2);
  const state = new StreamState(world);
  const { ends } = state;
  const end = ends.open(0, 0, 0, 0);
  state.put(world.now + 7, end, What.refused, 3);
  ends.over(end);
  ends.forget(end);
  expect(ends.is(end, Is.used)).toBe(true);
  const { wheel } = world;
  const row = wheel.take(Infinity);
  expect([wheel.kind[row], wheel.a[row], wheel.b[row], wheel.c[row]]).toEqual([
    Event.stream,
    end,
    3,
    What.refused,
  ]);
  expect(world.elapsedMs).toBe(7);
  ends.unpin(end);
  expect(ends.is(end, Is.used)).toBe(false);
});

test('a piece that gets nowhere is counted, and its place is free again', () => {
  const state = new StreamState(new Probes(1).world);
  state.drop(state.ends.keep(new Uint8Array(100), 20, 50));
  expect([state.traffic.bytesDropped, state.ends.wire.count]).toEqual([30, 0]);
});

test('what comes to pass is in the hash of the run, with its time', () => {
  const hashes = [0, 5].map((afterMs) => {
    const { world } = new Probes(2);
    world.run(world.now + afterMs);
    new StreamState(world).trace(What.opened, 0, 1);
    return world.traceHash;
  });
  expect(new Set([...hashes, new Probes(2).world.traceHash]).size).toBe(3);
});

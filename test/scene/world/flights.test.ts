/** Flights: which messages become some, how many are kept, and what became of them. */

import { describe, expect, test } from 'vitest';
import type { World } from '../../../src/lab/world.ts';
import { Fate } from '../../../src/lab/world-state.ts';
import {
  BYTES_KEPT,
  FLIGHTS_KEPT,
  FLIGHTS_PER_UPDATE,
  FlightLog,
  PAST_KEPT,
  SAMPLE_PER_UPDATE,
  SMALL_WORLD,
} from '../../../src/scene/world/flights.ts';
import type { Inhabitants } from '../../../src/scene/world/inhabitants.ts';

/** Nobody lives here but a log: messages are what a test says they are. */
function logOf(founders: number, lastId = 0, messageEnd?: Inhabitants['messageEnd']) {
  const flown: [call: number, flight: number][] = [];
  const world = {
    count: 500,
    now: 1100,
    elapsedMs: 100,
    alive: new Uint8Array(500).fill(1),
    network: { latency: { between: () => 30 } },
    tap: null,
  };
  const inhabitants = {
    world: world as unknown as World,
    founders,
    kindOf: (bytes: Uint8Array, start: number) => String.fromCharCode(bytes[start]),
    messageEnd,
    // A capital answers the small letter.
    exchangeOf: (bytes: Uint8Array, start: number) => {
      const letter = String.fromCharCode(bytes[start]);
      const number = letter.toLowerCase();
      return number === '?' ? null : { number, isReply: letter !== number };
    },
    callOf: (_from: number, _to: number, bytes: Uint8Array, start: number) => bytes[start + 1] ?? 0,
    flew: (call: number, flight: number) => flown.push([call, flight]),
  } as unknown as Inhabitants;
  const log = new FlightLog(inhabitants, lastId);
  log.isShowing = true;
  const send = (from: number, to: number, atMs: number, bytes = [97, 0]): void => {
    log.sent(from, to, Uint8Array.from(bytes), bytes.length);
    log.routed(atMs);
  };
  return { log, send, flown, world };
}

describe('a flight', () => {
  test('knows whence, where to, when and what became of it', () => {
    const { log, send, world } = logOf(10);
    world.alive[4] = 0;
    send(1, 2, 1150);
    send(1, 3, Fate.lost);
    send(1, 4, 1120);
    send(1, -1, Fate.unreachable);
    const { flights, omitted } = log.take()!;
    const base = { sentMs: 100, from: 1, kind: 'a', bytes: 2, lookup: 0 };
    expect(flights).toEqual([
      { ...base, id: 1, exchange: 1, to: 2, fate: 'delivered', arrivesMs: 150 },
      { ...base, id: 2, exchange: 2, to: 3, fate: 'lost', arrivesMs: 130 },
      { ...base, id: 3, exchange: 3, to: 4, fate: 'unreachable', arrivesMs: 120 },
      { ...base, id: 4, exchange: 4, to: -1, fate: 'unreachable', arrivesMs: null },
    ]);
    expect(omitted).toBe(0);
    expect(log.take()).toBeNull();
  });

  test('of a reply names its request, and is there when the request is, however busy the world', () => {
    const { log, send } = logOf(SMALL_WORLD + 1);
    send(1, 2, 1150);
    send(2, 3, 1150, [63, 0]);
    for (let i = 0; i < SAMPLE_PER_UPDATE; i++) send(4, 5, 1150, [98, 0]);
    send(2, 1, 1150, [66, 0]);
    send(2, 1, 1150, [65, 0]);
    const { flights } = log.take()!;
    const told = flights.map(({ kind, exchange }) => [kind, exchange]);
    expect(told.slice(0, 3)).toEqual([
      ['a', 1],
      ['?', 0],
      ['b', 3],
    ]);
    expect(told.at(-1)).toEqual(['A', 1]);
    expect(told).toHaveLength(SAMPLE_PER_UPDATE + 1);
  });

  test('of a piece of a stream has no time of arrival while the way is shut', () => {
    const { log } = logOf(10);
    log.pieceSent(1, 2, Uint8Array.from([0, 98, 0, 99]), 1, 2, 7, 1130);
    log.pieceSent(1, 2, Uint8Array.from([0, 98, 0, 99]), 1, 2, 7, Infinity);
    const [open, shut] = log.take()!.flights;
    expect([open.kind, open.bytes, open.arrivesMs, open.fate]).toEqual(['b', 2, 130, 'delivered']);
    expect([shut.arrivesMs, shut.fate]).toEqual([null, 'unknown']);
    expect([...log.messageOf(1)!.bytes]).toEqual([98, 0]);
  });

  test('is each message of a piece of a stream', () => {
    const { log, flown } = logOf(10, 0, (_bytes, start, end) => Math.min(end, start + 2));
    log.watch(1, 1);
    log.pieceSent(1, 2, Uint8Array.from([0, 0, 97, 0, 98, 5, 99]), 2, 5, 3, 1130);
    const { flights } = log.take()!;
    expect(flights.map(({ kind, bytes, lookup }) => [kind, bytes, lookup])).toEqual([
      ['a', 2, 0],
      ['b', 2, 5],
      ['c', 1, 0],
    ]);
    expect(flights.every(({ arrivesMs }) => arrivesMs === 130)).toBe(true);
    expect(flown).toEqual([[5, 2]]);
    expect([...log.messageOf(2)!.bytes]).toEqual([98, 5]);
  });

  test('belongs to the watched call of its sender or receiver; in a small world, to any', () => {
    const small = logOf(SMALL_WORLD);
    small.log.watch(1, 1);
    small.send(2, 3, 1150, [97, 7]);
    expect(small.log.take()!.flights[0].lookup).toBe(7);
    const { log, send, flown } = logOf(SMALL_WORLD + 1);
    send(1, 2, 1150, [97, 5]);
    log.watch(1, 1);
    send(1, 2, 1150, [97, 5]);
    send(2, 1, 1150, [97, 6]);
    send(2, 3, 1150, [97, 7]);
    log.watch(1, -1);
    send(1, 2, 1150, [97, 5]);
    expect(log.take()!.flights.map(({ lookup }) => lookup)).toEqual([0, 5, 6, 0, 0]);
    expect(flown).toEqual([
      [5, 2],
      [6, 3],
    ]);
  });
});

describe('of many messages', () => {
  test('arrivals are counted, node by node', () => {
    const { log } = logOf(10);
    log.arriving(3, 1, new Uint8Array(9), 2, 7);
    log.arriving(3, 2, new Uint8Array(9), 0, 9);
    log.pieceArriving(4);
    expect([log.arrivals, log.loads[3], log.loads[4]]).toEqual([3, 2, 1]);
    expect([log.bytesTaken[3], log.bytesTaken[4]]).toEqual([16, 0]);
  });

  test('in a large world a sample is shown, spread over the time since the last update', () => {
    const { log, send } = logOf(SMALL_WORLD + 1);
    for (let i = 0; i < 2000; i++) send(1, 2, 1150);
    expect(log.take()).toMatchObject({ omitted: 2000 - SAMPLE_PER_UPDATE });
    for (let i = 0; i < 2000; i++) send(i % 200, 300, 1150);
    const { flights, omitted } = log.take()!;
    expect(flights.length + omitted).toBe(2000);
    expect(flights).toHaveLength(SAMPLE_PER_UPDATE);
    expect(flights.at(-1)!.from).toBe(1980 % 200);
  });

  test('those of a node that is followed are always there, up to a bound', () => {
    const { log, send } = logOf(SMALL_WORLD + 1);
    log.follow([7]);
    for (let i = 0; i < 500; i++) send(i % 2 === 0 ? 7 : 8, i % 2 === 0 ? 8 : 7, 1150);
    expect(log.take()).toMatchObject({ omitted: 0 });
    for (let i = 0; i < FLIGHTS_PER_UPDATE + 10; i++) send(7, 8, 1150);
    expect(log.take()).toMatchObject({ omitted: 10 });
  });

  test('while a world catches up only those of watched calls are there, the newest of them', () => {
    const { log, send, flown } = logOf(10);
    log.isShowing = false;
    log.watch(1, 1);
    send(1, 2, 1150, [97, 5]);
    send(3, 2, 1150);
    expect(log.take()!.flights.map(({ lookup }) => lookup)).toEqual([5]);
    expect(flown).toEqual([[5, 1]]);
    send(3, 2, 1150);
    expect(log.take()).toBeNull();
    for (let i = 0; i < 3 * PAST_KEPT; i++) send(1, 2, 1150, [97, 5]);
    const { flights } = log.take()!;
    expect(flights.length).toBeLessThanOrEqual(2 * PAST_KEPT);
    expect(flights.length).toBeGreaterThanOrEqual(PAST_KEPT);
    expect(flights.at(-1)!.id).toBe(log.lastId);
  });

  test('the bytes of the newest are kept, and not too many of them', () => {
    const { log, send } = logOf(10, 50);
    for (let i = 0; i < FLIGHTS_KEPT + 100; i++) {
      send(1, 2, 1150, [97, 0, i % 256]);
      if (i % 500 === 0) log.take();
    }
    expect(log.lastId).toBe(50 + FLIGHTS_KEPT + 100);
    expect(log.messageOf(150)).toBeNull();
    expect(log.messageOf(151)!.bytes[2]).toBe(100);
    expect(log.messageOf(log.lastId + 1)).toBeNull();
    // Those of a watched call are there long after.
    log.watch(1, 1);
    send(1, 2, 1150, [97, 7]);
    const asked = log.lastId;
    for (let i = 0; i < FLIGHTS_KEPT + 100; i++) send(3, 4, 1150);
    expect(log.messageOf(asked)).toMatchObject({ call: 7, bytes: Uint8Array.of(97, 7) });
    const large = new Uint8Array(2 ** 20);
    const { log: other } = logOf(10);
    for (let i = 0; i < 40; i++) other.pieceSent(1, 2, large, 0, large.length, 1, 1150);
    const kept = Array.from({ length: 40 }, (_, i) => other.messageOf(i + 1)).filter(
      (b) => b !== null,
    );
    expect(kept.length * large.length).toBeLessThanOrEqual(BYTES_KEPT);
    expect(kept.length).toBeGreaterThan(10);
  });
});

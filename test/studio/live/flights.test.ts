/** Messages are told in a bounded sample, followed ones first, and their bytes are kept for a while. */
import { describe, expect, test } from 'vitest';
import {
  BYTES_KEPT,
  FLIGHT_BYTES_KEPT,
  FLIGHTS_TOLD,
  FlightSample,
  FOLLOWED_TOLD,
  type Seen,
} from '../../../src/studio/live/flights.ts';

const seen = (over: Partial<Seen> = {}): Seen => ({
  atMs: 1,
  from: 0,
  to: 1,
  length: 3,
  hasArrived: false,
  lookup: 0,
  isReply: false,
  ...over,
});
const bytes = Uint8Array.of(1, 2, 3);
const sample = () =>
  new FlightSample(
    (_, isReply) => (isReply ? 'reply' : 'query'),
    () => null,
  );

describe('a sample of messages', () => {
  test('tells the first ones, and how many more there were', () => {
    const flights = sample();
    const ids = Array.from({ length: FLIGHTS_TOLD + 5 }, () => flights.add(seen(), bytes));
    expect(ids.filter((id) => id === 0)).toHaveLength(5);
    const told = flights.flush()!;
    expect(told.flights).toHaveLength(FLIGHTS_TOLD);
    expect(told.omitted).toBe(5);
    expect(told.flights[0]).toEqual({
      id: 1,
      sentMs: 1,
      arrivesMs: null,
      from: 0,
      to: 1,
      fate: 'unknown',
      kind: 'query',
      bytes: 3,
      lookup: 0,
      exchange: 0,
    });
    expect(flights.flush()).toBeNull();
    expect(flights.add(seen({ isReply: true }), bytes)).toBe(FLIGHTS_TOLD + 1);
    expect(flights.flush()!.flights[0].kind).toBe('reply');
  });

  test('tells of each reply which request it answers, also where there is no more room', () => {
    // The first byte says whether it is a reply, the second which.
    const flights = new FlightSample(
      () => 'word',
      ([isReply, number]) => ({ number: String(number), isReply: isReply === 1 }),
    );
    const asked = flights.add(seen(), Uint8Array.of(0, 5));
    for (let i = 0; i < FLIGHTS_TOLD; i++) flights.add(seen(), Uint8Array.of(0, 6));
    const reply = flights.add(seen({ from: 1, to: 0 }), Uint8Array.of(1, 5));
    expect(flights.add(seen({ from: 1, to: 0 }), Uint8Array.of(1, 9))).toBe(0);
    const told = flights.flush()!.flights;
    const exchangeOf = (id: number) => told.find((one) => one.id === id)!.exchange;
    expect([exchangeOf(asked), exchangeOf(reply)]).toEqual([asked, asked]);
  });

  test('has room of its own for nodes that are followed and for lookups', () => {
    const flights = sample();
    for (let i = 0; i < FLIGHTS_TOLD; i++) flights.add(seen(), bytes);
    flights.follow(new Set([7]));
    expect(flights.add(seen(), bytes)).toBe(0);
    expect(flights.add(seen({ to: 7 }), bytes)).toBeGreaterThan(0);
    expect(flights.add(seen({ lookup: 4 }), bytes)).toBeGreaterThan(0);
    for (let i = 0; i < FOLLOWED_TOLD; i++) flights.add(seen({ from: 7 }), bytes);
    const told = flights.flush()!;
    expect(told.flights).toHaveLength(FLIGHTS_TOLD + FOLLOWED_TOLD);
    expect(told.omitted).toBe(3);
  });

  test('knows when a message was seen at its other end', () => {
    const flights = sample();
    flights.add(seen({ to: -1 }), bytes);
    flights.add(seen(), bytes);
    expect(flights.arrived(4, 0, 2, 3)).toBe(true);
    expect(flights.arrived(5, 0, 1, 3)).toBe(true);
    expect(flights.arrived(6, 0, 1, 3)).toBe(false);
    expect(flights.arrived(6, 0, 1, 4)).toBe(false);
    const [first, second] = flights.flush()!.flights;
    expect(first).toMatchObject({ to: 2, arrivesMs: 4, fate: 'delivered' });
    expect(second).toMatchObject({ to: 1, arrivesMs: 5, fate: 'delivered' });
    expect(flights.arrived(7, 0, 1, 3)).toBe(false);
  });

  test('keeps copies of bytes, the newest, within bounds', () => {
    const flights = sample();
    const own = new Uint8Array(FLIGHT_BYTES_KEPT + 100).fill(9);
    const count = Math.ceil(BYTES_KEPT / FLIGHT_BYTES_KEPT) + 10;
    for (let i = 0; i < count; i++) {
      flights.add(seen({ length: own.length }), own);
      flights.flush();
    }
    own.fill(0);
    expect(flights.bytesOf(1)).toBeUndefined();
    expect(flights.bytesOf(10)).toBeUndefined();
    expect(flights.bytesOf(count)).toEqual(new Uint8Array(FLIGHT_BYTES_KEPT).fill(9));
    const kept = Array.from({ length: count }, (_, i) => flights.bytesOf(i + 1)?.length ?? 0);
    expect(kept.reduce((sum, length) => sum + length, 0)).toBeLessThanOrEqual(BYTES_KEPT);
  });
});

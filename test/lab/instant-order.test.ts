/** The order within a millisecond hangs on what is in it and not on how it came there. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InstantOrder } from '../../src/lab/instant-order.ts';
import { Wheel } from '../../src/lab/wheel.ts';
import { Event } from '../../src/lab/world-state.ts';

interface Entry {
  kind: number;
  node: number;
  sender: number;
  /** Tells it from others. */
  number: number;
}

const entry = fc.record({
  kind: fc.constantFrom(Event.datagram, Event.datagram, Event.datagram, Event.tick, Event.call),
  node: fc.nat(6),
  sender: fc.nat(4),
});
const entries = (maxLength: number) =>
  fc
    .array(entry, { maxLength })
    .map((list): Entry[] => list.map((one, number) => ({ ...one, number })));

function served(list: readonly Entry[], atMs = 7): Entry[] {
  const wheel = new Wheel(0);
  wheel.arrangement = new InstantOrder();
  for (const { kind, node, sender, number } of list) wheel.put(atMs, kind, node, sender, number);
  const order: Entry[] = [];
  for (let row = wheel.take(Infinity); row !== 0; row = wheel.take(Infinity)) {
    const number = wheel.c[row];
    order.push(list.find((one) => one.number === number)!);
    wheel.free(row);
  }
  expect(order).toHaveLength(list.length);
  return order;
}

/** Two of which the one that was put first comes first: calls, and datagrams on one way. */
const isOneWay = (a: Entry, b: Entry): boolean =>
  a.kind === b.kind && (a.kind === Event.call || (a.node === b.node && a.sender === b.sender));

describe('the order within a millisecond', () => {
  test('is calls, then node by node datagrams by sender, and the deadline last', () => {
    fc.assert(
      fc.property(fc.oneof(entries(12), entries(300)), (list) => {
        const rank = ({ kind, node, sender }: Entry): number[] =>
          kind === Event.call ? [0, 0] : [node + 1, kind === Event.tick ? 99 : sender];
        const expected = list.toSorted((a, b) => {
          const [x, y] = [rank(a), rank(b)];
          return x[0] - y[0] || x[1] - y[1] || a.number - b.number;
        });
        expect(served(list)).toEqual(expected);
      }),
    );
  });

  test('is the same however events were put, as long as those on one way were put one after the other', () => {
    fc.assert(
      fc.property(entries(60), fc.array(fc.nat(), { maxLength: 200 }), (list, swaps) => {
        const turned = [...list];
        for (const swap of swaps) {
          const at = swap % Math.max(1, turned.length - 1);
          const [a, b] = [turned[at], turned[at + 1]];
          if (a && b && !isOneWay(a, b)) [turned[at], turned[at + 1]] = [b, a];
        }
        const ways = (order: Entry[]) =>
          order.map((one) => (one.kind === Event.tick ? { ...one, number: -1, sender: -1 } : one));
        expect(ways(served(turned))).toEqual(ways(served(list)));
      }),
    );
  });

  test('holds for what waited in far slots too', () => {
    const list = [3, 1, 2].map((node, number) => ({ kind: 1, node, sender: 0, number }));
    expect(served(list, 5_000_000).map(({ node }) => node)).toEqual([1, 2, 3]);
  });

  test('leaves what is put for a millisecond that has begun behind, as it was put', () => {
    const wheel = new Wheel(0);
    wheel.arrangement = new InstantOrder();
    const order: number[] = [];
    const next = (): void => {
      const row = wheel.take(Infinity);
      order.push(wheel.a[row]);
      wheel.free(row);
    };
    wheel.put(5, Event.datagram, 9, 0, 0);
    wheel.put(5, Event.datagram, 8, 0, 0);
    next();
    wheel.put(5, Event.tick, 4, 0, 0);
    wheel.put(5, Event.tick, 3, 0, 0);
    wheel.put(6, Event.tick, 2, 0, 0);
    wheel.put(6, Event.tick, 1, 0, 0);
    for (let i = 0; i < 5; i++) next();
    expect(order).toEqual([8, 9, 4, 3, 1, 2]);
  });
});

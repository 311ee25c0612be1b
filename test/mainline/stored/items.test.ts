/** The item store: bounds, ages, shares, and who makes room for whom. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ascii } from '../../../src/mainline/krpc/bencode.ts';
import { type Item, immutableItem } from '../../../src/mainline/krpc/item.ts';
import { ITEM_LIMITS, Items, successionOf } from '../../../src/mainline/stored/items.ts';
import { hex, idOf, inPublic, onLoopback } from '../small-world.ts';

const US = idOf('00');
const HOUR_MS = 3_600_000;

function item(text: string, seq = 0n): Item {
  const value = ascii(text);
  return { ...immutableItem(value), key: new Uint8Array(32), signature: new Uint8Array(64), seq };
}

/** A target that shares so many leading bits with us. */
function sharing(bits: number, tail = 1): Uint8Array {
  const id = idOf('00');
  if (bits < 160) id[bits >>> 3] = 0x80 >>> (bits & 7);
  id[19] ^= tail;
  return id;
}

const targets = (items: Items) => [...items].map(({ target }) => hex(target)).sort();

describe('items', () => {
  test('are there until they are too old, counted from when they were last put', () => {
    const items = new Items(ITEM_LIMITS, 1);
    const target = idOf('5c');
    items.put(0, target, item('1:a'), inPublic(1), US);
    expect(items.get(2 * HOUR_MS - 1, target, 0)!.value).toEqual(ascii('1:a'));
    items.put(HOUR_MS, target, item('1:b'), inPublic(1), US);
    expect(items.get(3 * HOUR_MS - 1, target, 0)!.value).toEqual(ascii('1:b'));
    expect(items.get(3 * HOUR_MS, target, 0)).toBeNull();
    expect(items.count).toBe(0);
  });

  test('that nobody asks for go with expire, and their shares with them', () => {
    const items = new Items({ ...ITEM_LIMITS, perNetwork: 1 }, 1);
    items.put(0, idOf('5c'), item('1:a'), inPublic(1), US);
    expect(items.put(0, idOf('5d'), item('1:a'), inPublic(1), US)).toBe(false);
    items.expire(2 * HOUR_MS);
    expect(items.count).toBe(0);
    expect(items.put(2 * HOUR_MS, idOf('5d'), item('1:a'), inPublic(1), US)).toBe(true);
  });

  test('of one network are as many as its share, and it may renew those', () => {
    const items = new Items({ ...ITEM_LIMITS, perNetwork: 3 }, 1);
    const from = inPublic(1);
    const stored = [1, 2, 3, 4].map((n) => items.put(0, idOf(`${n}0`), item('1:a'), from, US));
    expect(stored).toEqual([true, true, true, false]);
    expect(items.hasRoom(0, idOf('40'), 0, from, US)).toBe(false);
    expect(items.hasRoom(0, idOf('40'), 0, inPublic(2), US)).toBe(true);
    expect(items.put(0, idOf('10'), item('1:b'), from, US)).toBe(true);
    expect(items.hasRoom(0, idOf('40'), 0, onLoopback(1), US)).toBe(true);
  });

  test('a full store takes what is nearer to us for what is farthest', () => {
    const items = new Items({ ...ITEM_LIMITS, items: 2 }, 1);
    items.put(0, sharing(4), item('1:a'), inPublic(1), US);
    items.put(0, sharing(2), item('1:b'), inPublic(2), US);
    expect(items.hasRoom(0, sharing(1), 0, inPublic(3), US)).toBe(false);
    expect(items.put(0, sharing(1), item('1:c'), inPublic(3), US)).toBe(false);
    expect(items.put(0, sharing(3), item('1:c'), inPublic(3), US)).toBe(true);
    expect(targets(items)).toEqual([sharing(3), sharing(4)].map(hex).sort());
  });

  test('five networks that keep an item alive outweigh a bit of distance', () => {
    const items = new Items({ ...ITEM_LIMITS, items: 1 }, 1);
    for (let n = 0; n < 12; n++) items.put(0, sharing(2), item('1:a'), inPublic(n), US);
    expect(items.put(0, sharing(3), item('1:c'), inPublic(30), US)).toBe(false);
    expect(items.put(0, sharing(9), item('1:c'), inPublic(30), US)).toBe(true);
    expect(targets(items)).toEqual([hex(sharing(9))]);
  });

  test('one network outweighs nothing, however often it puts', () => {
    const items = new Items({ ...ITEM_LIMITS, items: 1 }, 1);
    for (let n = 0; n < 50; n++) items.put(n, sharing(2), item('1:a'), inPublic(1), US);
    expect(items.put(60, sharing(3), item('1:c'), inPublic(2), US)).toBe(true);
  });

  test('a full store makes room of what is too old first', () => {
    const items = new Items({ ...ITEM_LIMITS, items: 1 }, 1);
    items.put(0, sharing(9), item('1:a'), inPublic(1), US);
    expect(items.put(2 * HOUR_MS, sharing(0), item('1:b'), inPublic(2), US)).toBe(true);
  });

  test('whatever is put when, bounds hold and nothing is there that was not put', () => {
    const step = fc.record({
      target: fc.nat(12),
      from: fc.nat(5),
      waitMs: fc.constantFrom(0, 1000, HOUR_MS),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const limits = { items: 5, perNetwork: 3, ttlMs: 2 * HOUR_MS };
        const items = new Items(limits, 7);
        const put = new Map<string, { atMs: number }>();
        let now = 0;
        for (const { target, from, waitMs } of steps) {
          now += waitMs;
          const id = sharing(target);
          const hadRoom = items.hasRoom(now, id, 0, inPublic(from), US);
          const stored = items.put(now, id, item('1:a'), inPublic(from), US);
          expect(stored).toBe(hadRoom);
          if (stored) put.set(hex(id), { atMs: now });
          expect(items.count).toBeLessThanOrEqual(limits.items);
          expect([...items]).toHaveLength(items.count);
          for (let other = 0; other <= 12; other++) {
            const found = items.get(now, sharing(other), 0);
            const known = put.get(hex(sharing(other)));
            if (found) expect(known!.atMs + limits.ttlMs).toBeGreaterThan(now);
          }
        }
      }),
    );
  });
});

describe('succession', () => {
  const known = item('1:a', 4n);

  test.each([
    ['a newer one', item('1:b', 5n), null, 'fine'],
    ['the same again', item('1:a', 4n), null, 'fine'],
    ['another under the same seq', item('1:b', 4n), null, 'older'],
    ['an older one', item('1:a', 3n), null, 'older'],
    ['a newer one with the right cas', item('1:b', 5n), 4n, 'fine'],
    ['a newer one with a wrong cas', item('1:b', 5n), 3n, 'not-the-one-expected'],
    ['an older one with a wrong cas', item('1:b', 1n), 3n, 'not-the-one-expected'],
  ] as const)('%s', (_, next, cas, verdict) =>
    expect(successionOf(known, next, cas)).toBe(verdict),
  );

  test('where there is nothing cas means nothing', () => {
    expect(successionOf(null, known, 99n)).toBe('fine');
  });
});

/** The list of the nearest is what sorting gives. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fillRandom, randomBelow, SeededRandom } from '../../../src/core/random.ts';
import { Contacts } from '../../../src/mainline/rows/contacts.ts';
import { rowState, Slab } from '../../../src/mainline/rows/slab.ts';
import {
  goodSinceSeconds,
  isBad,
  isGood,
  NOT_BAD,
  QUIET_MS,
} from '../../../src/mainline/table/condition.ts';
import { Nearest } from '../../../src/mainline/table/nearest.ts';
import { byDistanceTo, hex, idOf, onLoopback } from '../small-world.ts';

const NOW = 10 * QUIET_MS;

describe('the list of the nearest', () => {
  function nearest(ids: Uint8Array[], target: Uint8Array, limit: number, capacity = 64): string[] {
    const contacts = new Contacts(4, 1);
    const list = new Nearest(contacts, capacity);
    list.begin(target, 0, limit);
    for (const [n, id] of ids.entries()) list.gather(contacts.retain(id, 0, onLoopback(n)));
    list.rank();
    expect(list.full).toBe(list.count === Math.min(limit, capacity));
    return [...list.handles.subarray(0, list.count)].map((handle) =>
      hex(contacts.bytes.slice(handle * 26, handle * 26 + 20)),
    );
  }

  test('is what sorting gives, also among ids that share their first 32 bits and more', () => {
    fc.assert(
      fc.property(
        fc.nat(),
        fc.nat(60),
        fc.integer({ min: 1, max: 20 }),
        fc.nat(19),
        (seed, count, limit, shared) => {
          const random = new SeededRandom(seed);
          const target = new Uint8Array(20);
          fillRandom(random, target, 0, 20);
          const ids = Array.from({ length: count }, () => {
            const id = target.slice();
            fillRandom(random, id, shared, 20);
            return id;
          });
          const unique = [...new Map(ids.map((id) => [hex(id), id])).values()];
          const expected = [...unique].sort(byDistanceTo(target)).slice(0, limit).map(hex);
          expect(nearest(unique, target, limit)).toEqual(expected);
        },
      ),
      { seed: 3, numRuns: 200 },
    );
  });

  test('takes rows of a slab as it takes contacts one by one, the good ones or all not bad', () => {
    const random = new SeededRandom(7);
    const contacts = new Contacts(64, 1);
    const handles = Array.from({ length: 40 }, (_, i) => {
      const id = new Uint8Array(20);
      fillRandom(random, id, i % 5, 20);
      return contacts.retain(id, 0, onLoopback(i + 1));
    });
    for (let round = 0; round < 300; round++) {
      const slab = new Slab(60, rowState(NOW - (round % 3) * QUIET_MS, 0));
      const first = randomBelow(random, 10);
      const end = first + randomBelow(random, 50);
      const free = first + randomBelow(random, 60);
      for (let row = 0; row < 60; row++) {
        if (row === free) continue;
        const heardAtMs = NOW - randomBelow(random, 2 * QUIET_MS);
        slab.handles[row] = handles[(row * 7 + round) % handles.length];
        if (row % 5 === 0) continue; // as all of them are
        slab.setState(row, rowState(heardAtMs, randomBelow(random, 4), randomBelow(random, 3)));
      }
      const sinceSeconds = round % 2 === 0 ? goodSinceSeconds(NOW) : NOT_BAD;
      const lists = [new Nearest(contacts, 16), new Nearest(contacts, 16)] as const;
      for (const list of lists) list.begin(idOf('5a'), 0, 1 + (round % 16));
      lists[0].collect(slab, first, end, sinceSeconds);
      for (let row = first; row < Math.min(end, free); row++) {
        const state = slab.stateOf(row);
        const isWanted = round % 2 === 0 ? isGood(state, NOW) : !isBad(state);
        if (isWanted) lists[1].gather(slab.handles[row]);
      }
      lists[1].rank();
      const [inOne, oneByOne] = lists.map((list) => [...list.handles.slice(0, list.count)]);
      expect(inOne).toEqual(oneByOne);
    }
  });

  test('has no more than its capacity', () => {
    const ids = Array.from({ length: 20 }, (_, n) => idOf(n.toString(16).padStart(2, '0')));
    expect(nearest(ids, idOf('00'), 50, 8)).toHaveLength(8);
  });

  test('reads the target where it lies', () => {
    const contacts = new Contacts(4, 1);
    const list = new Nearest(contacts, 1);
    const near = contacts.retain(idOf('77'), 0, onLoopback(1));
    const far = contacts.retain(idOf('00'), 0, onLoopback(2));
    list.begin(Uint8Array.of(0, 0, 0, ...idOf('7f')), 3, 1);
    list.gather(far);
    list.gather(near);
    list.rank();
    expect(list.handles[0]).toBe(near);
  });
});

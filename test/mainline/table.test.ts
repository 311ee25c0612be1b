/** What all tables share: the states of a row, and the list of the nearest. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Contacts } from '../../src/core/contacts.ts';
import { fillRandom, SeededRandom } from '../../src/core/random.ts';
import { rowState, withFailure } from '../../src/core/slab.ts';
import {
  CHECKING,
  goodSinceSeconds,
  isBad,
  isGood,
  isGoodSince,
  Nearest,
  QUIET_MS,
  quietSinceMs,
  SUSPECT,
} from '../../src/mainline/table.ts';
import { byDistanceTo, hex, idOf, onLoopback } from './small-world.ts';

const NOW = 10 * QUIET_MS;

describe('a row', () => {
  test('is good for 15 minutes after it was heard', () => {
    const state = rowState(NOW, 0);
    expect(isGood(state, NOW)).toBe(true);
    expect(isGood(state, NOW + QUIET_MS - 1)).toBe(true);
    expect(isGood(state, NOW + QUIET_MS)).toBe(false);
    expect(isGood(rowState(NOW, 0, CHECKING), NOW)).toBe(true);
  });

  test('is good or not by the second, whichever way it is asked', () => {
    fc.assert(
      fc.property(
        fc.nat(4 * QUIET_MS),
        fc.nat(4 * QUIET_MS),
        fc.nat(3),
        fc.constantFrom(0, CHECKING, SUSPECT),
        (now, heardAtMs, failures, mark) => {
          const state = rowState(heardAtMs, failures, mark);
          const wanted = !isBad(state) && quietSinceMs(state) + QUIET_MS > now;
          expect(isGood(state, now)).toBe(wanted);
          expect(isGoodSince(state, goodSinceSeconds(now))).toBe(wanted);
        },
      ),
      { seed: 6, numRuns: 1000 },
    );
  });

  test('is bad after two failures in a row, not after one', () => {
    const once = withFailure(rowState(NOW, 0));
    expect([isBad(once), isGood(once, NOW)]).toEqual([false, true]);
    const twice = withFailure(once);
    expect([isBad(twice), isGood(twice, NOW)]).toEqual([true, false]);
    let often = twice;
    for (let i = 0; i < 20; i++) often = withFailure(often);
    expect(isBad(often)).toBe(true);
  });

  test('under suspicion is not good and wants a ping at once, also when the clock just began', () => {
    for (const now of [0, 1000, NOW]) {
      const state = rowState(now, 0, SUSPECT);
      expect(isGood(state, now)).toBe(false);
      expect(isBad(state)).toBe(false);
      expect(quietSinceMs(state) + QUIET_MS).toBeLessThanOrEqual(now);
    }
  });
});

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

/** The tables that forget nobody: the same oracle as for k-buckets, and what is theirs alone. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addressOf, ipOf } from '../../../src/core/address.ts';
import { QUIET_MS } from '../../../src/mainline/table/condition.ts';
import { flatTable, prefixTable } from '../../../src/mainline/table/groups.ts';
import { Offer } from '../../../src/mainline/table/table.ts';
import { at, hex, idOf, inPublic, onLoopback } from '../small-world.ts';
import { closestOf, NOON, TableUnderTest } from './table-under-test.ts';

const shapes = [
  ['flat', flatTable()],
  ['prefix of 8 bits', prefixTable()],
  ['prefix of 1 bit', prefixTable(1)],
  ['prefix of 16 bits', prefixTable(16)],
] as const;

describe.each(shapes)('%s', (_name, factory) => {
  test('closest equals sorting all rows', () => {
    fc.assert(
      fc.property(
        fc.nat(),
        fc.integer({ min: 0, max: 200 }),
        fc.integer({ min: 1, max: 20 }),
        (seed, contacts, limit) => {
          const place = new TableUnderTest(factory, { seed });
          for (let n = 0; n < contacts; n++)
            place.table.answered(NOON, place.randomId(), 0, onLoopback(n));
          const ids = place.rows().map(({ id }) => id);
          expect(ids).toHaveLength(contacts);
          for (let i = 0; i < 4; i++) {
            const target = place.randomId();
            expect(place.closest(NOON, target, limit)).toEqual(closestOf(ids, target, limit));
          }
        },
      ),
      { seed: 3, numRuns: 20 },
    );
  });

  test('keeps everybody who ever answered, the bad ones too', () => {
    const place = new TableUnderTest(factory);
    for (let n = 0; n < 500; n++) {
      expect(place.table.wants(NOON, idOf('00'), 0)).toBe(true);
      expect(place.table.answered(NOON, place.randomId(), 0, onLoopback(n))).toBe(Offer.added);
    }
    const [row] = place.rows();
    const id = Uint8Array.from(Buffer.from(row.id, 'hex'));
    const handle = place.handle(id, row.address);
    place.table.failed(handle, NOON - 1);
    place.table.failed(handle, NOON - 1);
    expect(place.closest(NOON, id, 1)).toEqual([row.id]); // heard since: excused
    place.table.failed(handle);
    place.table.failed(handle);
    expect(place.table.count).toBe(500);
    expect(place.handle(id, row.address)).toBe(handle);
    expect(place.closest(NOON, id, 1)).not.toEqual([row.id]);
    expect(place.table.heard(NOON, handle)).toBe(true);
    expect(place.table.answered(NOON, id, 0, row.address)).toBe(Offer.known);
    expect(place.closest(NOON, id, 1)).toEqual([row.id]);
    expect(place.table.heard(NOON, handle)).toBe(false);
  });

  test('an address has one contact, and on public addresses an IP has one good one', () => {
    const place = new TableUnderTest(factory);
    place.table.answered(NOON, idOf('11'), 0, onLoopback(1));
    place.table.changed(NOON, onLoopback(2));
    expect(place.table.count).toBe(1);
    place.table.changed(NOON, onLoopback(1));
    expect(place.table.count).toBe(0);
    const [one, two] = [at('5.5.5.5', 1), at('5.5.5.5', 2)];
    place.table.answered(NOON, idOf('11'), 0, one);
    expect(place.table.answered(NOON, idOf('22'), 0, two)).toBe(Offer.refused);
    place.table.changed(NOON, two);
    expect(place.table.count).toBe(1);
    expect(place.table.answered(NOON + QUIET_MS, idOf('22'), 0, two)).toBe(Offer.added);
    expect(place.rows().map(({ id }) => id)).toEqual([hex(idOf('22'))]);
    place.table.changed(NOON, two);
    expect(place.table.answered(NOON, idOf('11'), 0, one)).toBe(Offer.added);
  });

  test('every quiet contact is asked after, and none twice while a ping is under way', () => {
    const place = new TableUnderTest(factory);
    for (let n = 0; n < 600; n++) place.table.answered(NOON, place.randomId(), 0, onLoopback(n));
    expect(place.table.quietest(NOON + 60_000)).toBe(0);
    const asked = new Set<number>();
    let now = NOON + QUIET_MS;
    for (let i = 0; i < 700; i++, now += 5000) {
      const handle = place.table.quietest(now);
      if (handle === 0) continue;
      expect(asked.has(handle)).toBe(false);
      asked.add(handle);
      place.table.checking(handle, true);
    }
    expect(asked.size).toBe(600);
    const [first] = asked;
    place.table.checking(first, false);
    const again = new Set<number>();
    for (let i = 0; i < 20; i++, now += 5000) again.add(place.table.quietest(now));
    expect(again).toEqual(new Set([0, first]));
  });

  test('a random id is looked up once a minute, and dueAt says when', () => {
    const place = new TableUnderTest(factory);
    const out = new Uint8Array(20);
    expect(place.table.refreshTarget(NOON, out)).toBe(true);
    expect(hex(out)).not.toBe('0'.repeat(40));
    expect(place.table.refreshTarget(NOON + 59_000, out)).toBe(false);
    expect(place.table.dueAt(NOON)).toBeLessThanOrEqual(NOON + 60_000);
    expect(place.table.refreshTarget(NOON + 60_000, out)).toBe(true);
    expect(place.table.gapTarget(0, out)).toBe(false);
  });

  test('whatever happens, nobody is there twice and all is given back', () => {
    const event = fc.tuple(fc.constantFrom('answered', 'failed', 'changed', 'wait'), fc.nat(39));
    fc.assert(
      fc.property(fc.nat(), fc.array(event, { maxLength: 200 }), (seed, run) => {
        const place = new TableUnderTest(factory, { seed });
        const { table } = place;
        const ids = Array.from({ length: 40 }, () => place.randomId());
        const address = (n: number) => addressOf(ipOf(inPublic(n % 15)), 1000 + n);
        let now = NOON;
        for (const [what, n] of run) {
          const handle = table.find(ids[n], 0, address(n));
          if (what === 'answered') table.answered(now, ids[n], 0, address(n));
          else if (what === 'changed') table.changed(now, address(n));
          else if (what === 'wait') now += n * 60_000;
          else if (handle !== 0) table.failed(handle);
          const rows = place.rows();
          expect(rows.length).toBe(table.count);
          expect(new Set(rows.map((row) => ipOf(row.address))).size).toBe(rows.length);
          for (const row of rows) {
            expect(
              table.find(Uint8Array.from(Buffer.from(row.id, 'hex')), 0, row.address),
            ).not.toBe(0);
          }
        }
        table.release();
        expect(table.count).toBe(0);
        expect(place.shared.contacts.count).toBe(1);
      }),
      { seed: 3, numRuns: 25 },
    );
  });
});

test('a limit is a limit', () => {
  const place = new TableUnderTest(flatTable(10));
  for (let n = 0; n < 20; n++) place.table.answered(NOON, place.randomId(), 0, onLoopback(n));
  expect(place.table.count).toBe(10);
  expect(place.table.wants(NOON, idOf('00'), 0)).toBe(false);
  expect(place.table.answered(NOON, place.randomId(), 0, onLoopback(50))).toBe(Offer.refused);
});

test('the shapes say their name and their parts', () => {
  expect(new TableUnderTest(flatTable()).table).toMatchObject({ kind: 'flat', parts: 1 });
  expect(new TableUnderTest(prefixTable(4)).table).toMatchObject({ kind: 'prefix', parts: 16 });
});

test.each([0, 17, 1.5, Number.NaN, -1])('a prefix of %d bits is refused', (bits) => {
  expect(() => prefixTable(bits)).toThrow(RangeError);
});

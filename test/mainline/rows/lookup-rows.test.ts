/** The rows of a lookup: no field reaches into another one's bytes, nor a row into the next. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { addressOf, writeAddress } from '../../../src/core/address.ts';
import { SeededRandom } from '../../../src/core/random.ts';
import { FROM_TABLE } from '../../../src/mainline/rows/candidate.ts';
import { Lookup } from '../../../src/mainline/rows/lookup.ts';
import { LOOKUP_CANDIDATES, ROW_BYTES, ROWS_AT } from '../../../src/mainline/rows/lookup-rows.ts';
import { someId } from '../../core/ids.ts';

test('the buffer is 9 KB, a row is one line of the cache', () => {
  expect(ROWS_AT + LOOKUP_CANDIDATES * ROW_BYTES).toBe(8960);
  expect(ROW_BYTES).toBe(64);
});

test('what was put into a row is read from it, whatever befalls the others', () => {
  fc.assert(
    fc.property(fc.nat(), fc.integer({ min: 1, max: LOOKUP_CANDIDATES }), (seed, count) => {
      const random = new SeededRandom(seed);
      const lookup = new Lookup();
      lookup.begin(someId(random), 0, 8, LOOKUP_CANDIDATES, 0);
      const told: { row: number; id: Uint8Array; address: number }[] = [];
      for (let n = 0; n < count; n++) {
        const contact = new Uint8Array(26);
        contact.set(someId(random));
        const address = addressOf(0x08000000 + n, 1 + n);
        writeAddress(contact, 20, address);
        const row = lookup.add(contact, 0, n % 3 === 2 ? n - 1 : FROM_TABLE);
        lookup.asked(row, 1000 + n, n);
        for (let y = 0; y < n % 4; y++) lookup.yielded(row);
        told.push({ row, id: contact.slice(0, 20), address });
      }
      for (const [n, { row, id, address }] of told.entries()) {
        const start = lookup.idStart(row);
        expect(lookup.bytes.slice(start, start + 20)).toEqual(id);
        expect(lookup.addressOf(row)).toBe(address);
        expect(lookup.requestOf(row)).toBe(1000 + n);
        expect(lookup.askedAtMs(row)).toBe(n);
        expect(lookup.yieldsOf(row)).toBe(n % 4);
        expect(lookup.sequenceOf(row)).toBe(n + 1);
        expect(lookup.parentOf(row)).toBe(n % 3 === 2 ? n - 1 : FROM_TABLE);
        expect(lookup.isInsecure(row)).toBe(false);
      }
    }),
    { numRuns: 50 },
  );
});

/** Disjoint paths: who is of which, that none ends the others, and that all is found that one path finds. */
import { expect, test } from 'vitest';
import { addressOf, writeAddress } from '../../../src/core/address.ts';
import { SeededRandom } from '../../../src/core/random.ts';
import { CandidateState, Failure, FROM_TABLE } from '../../../src/mainline/rows/candidate.ts';
import { CONTACT_BYTES } from '../../../src/mainline/rows/contacts.ts';
import { Lookup } from '../../../src/mainline/rows/lookup.ts';
import { nextOfPaths, PATHS_LIMIT, Paths } from '../../../src/mainline/rows/paths.ts';
import { someId } from '../../core/ids.ts';

const TARGET = new Uint8Array(20);
const always = (): boolean => true;

/** A contact whose distance to the target is this byte. */
function contactAt(distance: number, host = distance): Uint8Array {
  const contact = new Uint8Array(CONTACT_BYTES);
  contact[0] = distance;
  writeAddress(contact, 20, addressOf(0x08000000 + host, 6881));
  return contact;
}

function lookupOf(paths: number, k: number, alpha = 16): Lookup {
  const lookup = new Lookup();
  lookup.begin(TARGET, 0, k, alpha, 0);
  lookup.paths = paths;
  return lookup;
}

function answer(lookup: Lookup, row: number): void {
  lookup.answered(row, lookup.bytes, lookup.idStart(row), 0);
}

test('those of the table are dealt out, those who are named are of the path of who named them', () => {
  const lookup = lookupOf(3, 6);
  const rows = [1, 2, 3, 4].map((d) => lookup.add(contactAt(d), 0, FROM_TABLE));
  expect(rows.map((row) => lookup.pathOf(row))).toEqual([0, 1, 2, 0]);
  const named = lookup.add(contactAt(9), 0, rows[1]);
  expect(lookup.pathOf(named)).toBe(1);
  // Who was named before stays where he was.
  expect(lookup.add(contactAt(9), 0, rows[2])).toBe(-1);
  expect(lookup.pathOf(named)).toBe(1);
  expect(lookup.pathOf(lookup.add(contactAt(8), 0, named))).toBe(1);
});

test('each path is asked in turn, and none asks beyond its closest', () => {
  const lookup = lookupOf(2, 4);
  for (const d of [1, 2, 3, 4, 5, 6]) lookup.add(contactAt(d), 0, FROM_TABLE);
  const asked: number[] = [];
  for (let row = lookup.next(); row >= 0; row = lookup.next()) {
    lookup.asked(row, 1, 0);
    asked.push(lookup.pathOf(row));
  }
  // Of each path the two closest; 5 and 6 wait until it is seen that they are needed.
  expect(asked).toEqual([0, 1, 0, 1]);
  expect(nextOfPaths(lookup, 2, 2, always)).toBe(Paths.waiting);
  expect(lookup.done).toBe(false);
  lookup.failed(0, Failure.timeout);
  expect(lookup.next()).toBe(4);
});

test('a path that liars have turned aside does not end the others', () => {
  const lookup = lookupOf(2, 2);
  const liar = lookup.add(contactAt(100), 0, FROM_TABLE);
  const honest = lookup.add(contactAt(101), 0, FROM_TABLE);
  for (const row of [liar, honest]) lookup.asked(row, 1, 0);
  answer(lookup, liar);
  // All his friends are closer than whom the honest one will name.
  const friends = [1, 2, 3].map((d) => lookup.add(contactAt(d), 0, liar));
  for (let row = lookup.next(); row >= 0; row = lookup.next()) lookup.asked(row, 1, 0);
  for (const row of friends) if (lookup.stateOf(row) === CandidateState.asked) answer(lookup, row);
  expect(lookup.done).toBe(false);
  answer(lookup, honest);
  const closer = lookup.add(contactAt(50), 0, honest);
  expect(nextOfPaths(lookup, 2, 1, always)).toBe(closer);

  // With one path it is over: the k closest have answered.
  const single = lookupOf(1, 2);
  const rows = [1, 2, 100].map((d) => single.add(contactAt(d), 0, FROM_TABLE));
  for (const row of rows.slice(0, 2)) {
    single.asked(row, 1, 0);
    answer(single, row);
  }
  expect(single.done).toBe(true);
});

test('whatever is answered, it ends, asks nobody twice, and finds what one path finds', () => {
  for (let seed = 1; seed <= 200; seed++) {
    const random = new SeededRandom(seed);
    const paths = 1 + (seed % PATHS_LIMIT);
    const lookup = lookupOf(paths, 8, 1 + (seed % 20));
    const contact = (i: number): Uint8Array => {
      const bytes = contactAt(0, i);
      bytes.set(someId(random), 0);
      return bytes;
    };
    for (let i = 0; i < 10; i++) lookup.add(contact(i), 0, FROM_TABLE);
    const inFlight: number[] = [];
    const seen = new Set<number>();
    let made = 10;
    for (let steps = 0; !lookup.done; steps++) {
      expect(steps, `seed ${seed}`).toBeLessThan(2000);
      for (let row = lookup.next(); row >= 0; row = lookup.next()) {
        expect(seen.has(row)).toBe(false);
        seen.add(row);
        lookup.asked(row, 1, 0);
        inFlight.push(row);
      }
      const [row] = inFlight.splice(random.uint32() % Math.max(1, inFlight.length), 1);
      if (row === undefined) break;
      if (random.uint32() % 4 === 0) lookup.failed(row, Failure.timeout);
      else {
        answer(lookup, row);
        for (let i = 0; i < 3 && made < 60; i++) lookup.add(contact(made++), 0, row);
      }
    }
    expect(lookup.done, `seed ${seed}`).toBe(true);
    // The closest that are alive have all answered.
    let live = 0;
    for (let i = 0; i < lookup.count && live < 8; i++) {
      const state = lookup.stateOf(lookup.rowAt(i));
      if (state === CandidateState.failed) continue;
      expect(state, `seed ${seed}`).toBe(CandidateState.answered);
      live++;
    }
  }
});

test('within a reach all are asked, beyond it the k closest', () => {
  const lookup = lookupOf(1, 2);
  lookup.reachTo(0x30000000);
  const rows = [0x10, 0x11, 0x20, 0x30, 0x31].map((d) => lookup.add(contactAt(d), 0, FROM_TABLE));
  const asked: number[] = [];
  for (let row = lookup.next(); row >= 0; row = lookup.next()) {
    lookup.asked(row, 1, 0);
    asked.push(row);
  }
  expect(asked).toEqual(rows.slice(0, 4));
  expect(rows.map((row) => lookup.isRowInReach(row))).toEqual([true, true, true, true, false]);
  for (const row of rows.slice(0, 3)) answer(lookup, row);
  expect(lookup.done).toBe(false);
  answer(lookup, rows[3]);
  expect(lookup.done).toBe(true);
  // The next lookup in this buffer has none.
  lookup.begin(TARGET, 0, 2, 4, 0);
  expect(lookup.isRowInReach(lookup.add(contactAt(1), 0, FROM_TABLE))).toBe(false);
});

/** Errands: what a get and a put begin with. */
import { expect, test } from 'vitest';
import { itemErrand, scrapeErrand } from '../../src/mainline/errand.ts';

test('an errand begins with nothing found, and is what it was told to be', () => {
  const salt = Uint8Array.of(1);
  const get = itemErrand(salt);
  expect(get).toMatchObject({ salt, newest: null, compose: null, cas: null, isSparing: false });
  expect(get.holders.size).toBe(0);
  expect(itemErrand(salt, null, { seq: 4n, isSparing: true })).toMatchObject({
    seq: 4n,
    isSparing: true,
  });
  expect(itemErrand(salt).holders).not.toBe(get.holders);
});

test('a scrape begins with empty filters of its own', () => {
  const scrape = scrapeErrand();
  expect(scrape).toMatchObject({ answers: 0 });
  expect([...scrape.seeds, ...scrape.peers].every((byte) => byte === 0)).toBe(true);
  expect(scrape.seeds).not.toBe(scrapeErrand().seeds);
});

/** Exchanges: a reply finds its request by asker, asked and number, and what is remembered is bounded. */
import { expect, test } from 'vitest';
import { AWAITED_MAX, Exchanges } from '../../../src/scene/explain/exchanges.ts';

const request = (number: string) => ({ number, isReply: false });
const reply = (number: string) => ({ number, isReply: true });

test('a reply answers the request of the same number between the same two, once', () => {
  const exchanges = new Exchanges();
  exchanges.open(7, 1, 2, request('aa'));
  exchanges.open(8, 3, 2, request('aa'));
  expect(exchanges.answer(1, 2, reply('aa'))).toBe(0); // the wrong way round
  expect(exchanges.answer(2, 1, reply('ab'))).toBe(0);
  expect(exchanges.answer(2, 1, reply('aa'))).toBe(7);
  expect(exchanges.answer(2, 1, reply('aa'))).toBe(0);
  expect(exchanges.answer(2, 3, reply('aa'))).toBe(8);
});

test('a number that comes again is of the newest request', () => {
  const exchanges = new Exchanges();
  exchanges.open(1, 1, 2, request('aa'));
  exchanges.open(2, 1, 2, request('aa'));
  expect(exchanges.answer(2, 1, reply('aa'))).toBe(2);
  expect(exchanges.awaits(1)).toBe(false);
});

test('who waits for nothing is told from who does', () => {
  const exchanges = new Exchanges();
  expect(exchanges.awaits(1)).toBe(false);
  exchanges.open(1, 1, 2, request('aa'));
  exchanges.open(2, 1, 3, request('bb'));
  exchanges.answer(2, 1, reply('aa'));
  expect([exchanges.awaits(1), exchanges.awaits(2)]).toEqual([true, false]);
  exchanges.answer(3, 1, reply('bb'));
  expect(exchanges.awaits(1)).toBe(false);
});

test('the oldest requests are forgotten, and nobody waits for them', () => {
  const exchanges = new Exchanges();
  for (let flight = 1; flight <= AWAITED_MAX + 1; flight++) {
    exchanges.open(flight, flight, 0, request('aa'));
  }
  expect(exchanges.awaits(1)).toBe(false);
  expect(exchanges.answer(0, 1, reply('aa'))).toBe(0);
  expect(exchanges.answer(0, 2, reply('aa'))).toBe(2);
});

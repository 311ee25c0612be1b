import { expect, test } from 'vitest';
import { busy, noNodes, notSent, silent } from '../../../src/api/mainline/failures.ts';

test('each failure has a code, and one line that says what is the matter', () => {
  const told = [noNodes(), busy(), silent(6000), notSent(null), notSent({ code: 'ENETDOWN' })];
  expect(told.map(({ code, message }) => [code, message])).toEqual([
    ['NO_NODES', 'the table is empty and no bootstrap node is known'],
    ['BUSY', 'too many requests are under way'],
    ['TIMEOUT', 'no answer within 6000 ms'],
    ['NOT_SENT', 'the system refuses to send'],
    ['NOT_SENT', 'the system refuses to send: the network is down (ENETDOWN)'],
  ]);
});

/** Shares of a store: one network has so many places and no more. */
import { expect, test } from 'vitest';
import { Shares } from '../../../src/mainline/stored/shares.ts';
import { at, onLoopback } from '../small-world.ts';

test('addresses of a /24 share, others do not', () => {
  const shares = new Shares(2);
  shares.take(at('93.184.216.1'));
  shares.take(at('93.184.216.200', 7));
  expect(shares.hasRoom(at('93.184.216.3'))).toBe(false);
  expect(shares.hasRoom(at('93.184.217.1'))).toBe(true);
  shares.giveBack(at('93.184.216.1'));
  expect(shares.hasRoom(at('93.184.216.3'))).toBe(true);
});

test('what is given back is forgotten', () => {
  const shares = new Shares(2);
  shares.take(at('93.184.216.1'));
  expect(shares.count).toBe(1);
  shares.giveBack(at('93.184.216.9'));
  expect(shares.count).toBe(0);
});

test('loopback is nobody’s', () => {
  const shares = new Shares(1);
  for (let n = 0; n < 5; n++) shares.take(onLoopback(n));
  expect(shares.hasRoom(onLoopback(9))).toBe(true);
  expect(shares.count).toBe(0);
});

import { expect, test } from 'vitest';
import { TOLD_HASHES_LIMIT, ToldPeers } from '../../../src/api/compat/told-peers.ts';

const hash = (number: number) => {
  const bytes = new Uint8Array(20);
  new DataView(bytes.buffer).setUint32(0, number);
  return bytes;
};
const peer = { host: '127.0.0.1', port: 7 };

test('each peer of an info-hash is new once, until that is forgotten', () => {
  const told = new ToldPeers();
  expect([told.isNew(hash(1), peer), told.isNew(hash(1), peer)]).toEqual([true, false]);
  expect(told.isNew(hash(1), { ...peer, port: 8 })).toBe(true);
  expect(told.isNew(hash(2), peer)).toBe(true);
  told.forget('00000001'.padEnd(40, '0'));
  expect([told.isNew(hash(1), peer), told.isNew(hash(2), peer)]).toEqual([true, false]);
});

test('the oldest info-hashes go', () => {
  const told = new ToldPeers();
  for (let i = 0; i <= TOLD_HASHES_LIMIT; i++) told.isNew(hash(i), peer);
  expect([told.isNew(hash(TOLD_HASHES_LIMIT), peer), told.isNew(hash(0), peer)]).toEqual([
    ...[false, true],
  ]);
});

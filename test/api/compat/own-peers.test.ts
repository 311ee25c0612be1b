import { expect, test } from 'vitest';
import { OWN_HASHES_LIMIT, OwnPeers } from '../../../src/api/compat/own-peers.ts';

const hashOf = (number: number) => {
  const hash = new Uint8Array(20);
  new DataView(hash.buffer).setUint32(0, number);
  return hash;
};

test('a peer is kept once, and so long', () => {
  let now = 0;
  const peers = new OwnPeers(50, () => now);
  const peer = { host: '10.0.0.1', port: 258 };
  peers.add(hashOf(1), peer);
  peers.add(hashOf(1), { ...peer });
  expect(peers.of(hashOf(1))).toEqual([peer]);
  expect(peers.compact(hashOf(1))).toEqual([new Uint8Array([10, 0, 0, 1, 1, 2])]);
  expect(peers.compact(hashOf(2))).toEqual([]);
  now = 50;
  expect(peers.of(hashOf(1))).toEqual([]);
});

test('what has no IPv4 address is not handed out; the oldest hash goes', () => {
  const peers = new OwnPeers(50, () => 0);
  peers.add(hashOf(0), { host: 'example.org', port: 1 });
  expect(peers.compact(hashOf(0))).toEqual([]);
  for (let i = 1; i <= OWN_HASHES_LIMIT; i++) peers.add(hashOf(i), { host: '10.0.0.1', port: 1 });
  expect(peers.of(hashOf(0))).toEqual([]);
  expect(peers.of(hashOf(1))).toHaveLength(1);
});

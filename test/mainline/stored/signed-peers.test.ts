/** The store of signed peers: shares of networks, age, and that an older signature takes nothing back. */
import { describe, expect, test } from 'vitest';
import { SeededRandom } from '../../../src/core/random.ts';
import { PEER_LIMITS, type PeerLimits } from '../../../src/mainline/stored/peers.ts';
import { SignedPeers } from '../../../src/mainline/stored/signed-peers.ts';
import { at, idOf, inPublic } from '../small-world.ts';

const HASH = idOf('5c');
const TTL = PEER_LIMITS.ttlMs;

const store = (limits: Partial<PeerLimits> = {}) =>
  new SignedPeers({ ...PEER_LIMITS, ...limits }, 7);
const peer = (n: number, timeUs = 1) => ({
  key: Uint8Array.from({ length: 32 }, (_, i) => (i < 4 ? (n >>> (8 * i)) & 255 : 0)),
  timeUs,
  signature: new Uint8Array(64),
});
const all = (peers: SignedPeers, now = 0, limit = 1000) =>
  peers.sample(now, HASH, 0, limit, new SeededRandom(1));

test('a key has one place, and the newest signature stands', () => {
  const peers = store();
  for (const timeUs of [2, 3, 1]) {
    expect(peers.announce(0, HASH, 0, inPublic(timeUs), peer(1, timeUs))).toBe(true);
  }
  expect(all(peers)).toEqual([peer(1, 3)]);
  expect(peers.count).toBe(1);
});

test('what is too old is gone, and so is its share', () => {
  const peers = store({ perNetwork: 1 });
  expect(peers.announce(0, HASH, 0, at('5.5.5.5', 1), peer(1))).toBe(true);
  expect(peers.hasRoom(0, HASH, 0, at('5.5.5.6', 1))).toBe(false);
  expect(all(peers, TTL - 1)).toHaveLength(1);
  expect(all(peers, TTL)).toEqual([]);
  expect(peers.count).toBe(0);
  expect(peers.hasRoom(TTL, HASH, 0, at('5.5.5.6', 1))).toBe(true);
});

describe('limits', () => {
  test('a network has a share of each info-hash', () => {
    const peers = store();
    const limit = PEER_LIMITS.perNetworkAndInfoHash;
    for (let n = 0; n < limit + 2; n++) {
      const isStored = peers.announce(0, HASH, 0, at(`5.5.5.${n + 1}`, 1), peer(n));
      expect(isStored).toBe(n < limit);
    }
    expect(peers.announce(0, HASH, 0, at('5.5.6.1', 1), peer(99))).toBe(true);
    // Whoever has announced gets a token to do it again, and no more than that by it.
    expect(peers.hasRoom(0, HASH, 0, at('5.5.5.1', 1))).toBe(true);
    expect(peers.hasRoom(0, HASH, 0, at('5.5.5.200', 1))).toBe(false);
    expect(peers.announce(0, HASH, 0, at('5.5.5.1', 1), peer(77))).toBe(false);
    // Whose key is there renews it from wherever he is.
    expect(peers.announce(0, HASH, 0, at('5.5.5.200', 1), peer(0))).toBe(true);
  });

  test('an info-hash, all info-hashes and all keys are bounded, and old ones make room', () => {
    const peers = store({ peersPerInfoHash: 2, infoHashes: 20, peers: 30 });
    const announce = (now: number, hash: string, n: number): boolean =>
      peers.announce(now, idOf(hash), 0, inPublic(n), peer(n));
    expect([announce(0, '01', 1), announce(0, '01', 2), announce(0, '01', 3)]).toEqual([
      true,
      true,
      false,
    ]);
    expect([announce(0, '02', 4), announce(0, '03', 5)]).toEqual([true, false]); // 2 info-hashes
    expect([announce(0, '02', 6), announce(0, '02', 7)]).toEqual([false, false]); // 3 keys in all
    expect(announce(TTL, '03', 8)).toBe(true);
    expect(peers.count).toBe(1);
  });
});

test('a sample is of the size asked for, and every key is in one in the end', () => {
  const peers = store();
  for (let n = 0; n < 40; n++) peers.announce(0, HASH, 0, inPublic(n), peer(n));
  const random = new SeededRandom(3);
  const seen = new Set<string>();
  for (let round = 0; round < 200; round++) {
    const sample = peers.sample(0, HASH, 0, 7, random);
    expect(new Set(sample.map(({ key }) => key.join())).size).toBe(7);
    for (const { key } of sample) seen.add(key.join());
  }
  expect(seen.size).toBe(40);
  expect(peers.sample(0, idOf('99'), 0, 7, random)).toEqual([]);
});

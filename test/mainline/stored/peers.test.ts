/**
 * The peer store against a model: a Map per info-hash. What the store says it has, it has; what it
 * has no room for, it says so beforehand.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Address, addressOf, ipOf } from '../../../src/core/address.ts';
import { SeededRandom } from '../../../src/core/random.ts';
import { PEER_LIMITS, type PeerLimits, Peers } from '../../../src/mainline/stored/peers.ts';
import { at, hex, idOf, inPublic, inPublic6, MINUTE_MS, onLoopback } from '../small-world.ts';

const HASH = idOf('5c');
const TTL = PEER_LIMITS.ttlMs;

function store(limits: Partial<PeerLimits> = {}): Peers {
  return new Peers({ ...PEER_LIMITS, ...limits }, 7);
}

function sample(peers: Peers, now: number, hash = HASH, limit = 1000, noSeed = false, seed = 1) {
  const count = peers.sample(now, hash, 0, limit, noSeed, new SeededRandom(seed));
  return [...peers.sampled.subarray(0, count)];
}

test('all peers of an info-hash are those that are not too old', () => {
  const peers = new Peers(PEER_LIMITS, 1);
  const hash = new Uint8Array(20).fill(7);
  peers.announce(0, hash, 0, addressOf(1 << 24, 5), 11, false);
  peers.announce(60_000, hash, 0, addressOf(2 << 24, 5), 22, false);
  expect(peers.of(60_000, hash, 0)).toEqual([addressOf(1 << 24, 11), addressOf(2 << 24, 22)]);
  expect(peers.of(PEER_LIMITS.ttlMs, hash, 0)).toEqual([addressOf(2 << 24, 22)]);
  expect(peers.of(0, new Uint8Array(20), 0)).toEqual([]);
});

describe('places', () => {
  test('one IP has one place per info-hash, and announcing again moves its port', () => {
    const peers = store();
    peers.announce(0, HASH, 0, at('5.5.5.5', 1), 100, false);
    peers.announce(0, HASH, 0, at('5.5.5.5', 2), 200, false);
    expect(sample(peers, 0)).toEqual([at('5.5.5.5', 200)]);
    peers.announce(0, idOf('5d'), 0, at('5.5.5.5', 2), 300, false);
    expect(peers.count).toBe(2);
    expect(peers.infoHashCount).toBe(2);
  });

  test('who may have more of them fills them with ports, and then moves the oldest', () => {
    const peers = store({ perIpAndInfoHash: 3 });
    const announce = (now: number, port: number, ip = '5.5.5.5') =>
      peers.announce(now, HASH, 0, at(ip, 1), port, false);
    for (const port of [100, 200, 300]) expect(announce(port, port)).toBe(true);
    announce(310, 100);
    expect(peers.of(310, HASH, 0)).toHaveLength(3);
    expect(announce(400, 400)).toBe(true);
    expect(sample(peers, 400).sort()).toEqual([100, 300, 400].map((port) => at('5.5.5.5', port)));
    expect(peers.count).toBe(3);
    // The network's share holds all the same: four of this /24.
    expect([announce(500, 1, '5.5.5.6'), announce(500, 1, '5.5.5.7')]).toEqual([true, false]);
    announce(600, 2, '5.5.5.6');
    expect(peers.of(600, HASH, 0)).toHaveLength(4);
  });

  test('on loopback, where all have one IP, one socket has one place', () => {
    const peers = store();
    peers.announce(0, HASH, 0, at('127.0.0.1', 1), 100, false);
    peers.announce(0, HASH, 0, at('127.0.0.1', 2), 100, false);
    peers.announce(0, HASH, 0, at('127.0.0.1', 2), 101, false);
    expect(sample(peers, 0).sort()).toEqual([at('127.0.0.1', 100), at('127.0.0.1', 101)]);
  });

  test('ends after its time, unless announced again', () => {
    const peers = store();
    peers.announce(0, HASH, 0, inPublic(1), 1, false);
    peers.announce(0, HASH, 0, inPublic(2), 1, false);
    peers.announce(TTL - 1, HASH, 0, inPublic(2), 1, false);
    expect(sample(peers, TTL - 1)).toHaveLength(2);
    expect(sample(peers, TTL)).toEqual([addressOf(ipOf(inPublic(2)), 1)]);
    expect(peers.count).toBe(1);
    peers.expire(2 * TTL);
    expect([peers.count, peers.infoHashCount]).toEqual([0, 0]);
  });
});

describe('limits', () => {
  test('a full info-hash takes nobody new, and its own again', () => {
    const peers = store({ peersPerInfoHash: 2 });
    expect(peers.announce(0, HASH, 0, inPublic(1), 1, false)).toBe(true);
    expect(peers.announce(0, HASH, 0, inPublic(2), 1, false)).toBe(true);
    expect(peers.hasRoom(0, HASH, 0, inPublic(3))).toBe(false);
    expect(peers.announce(0, HASH, 0, inPublic(3), 1, false)).toBe(false);
    expect(peers.hasRoom(0, HASH, 0, inPublic(2))).toBe(true);
    expect(peers.announce(0, HASH, 0, inPublic(2), 9, false)).toBe(true);
    expect(peers.hasRoom(0, idOf('5d'), 0, inPublic(3))).toBe(true);
    expect(peers.hasRoom(TTL, HASH, 0, inPublic(3))).toBe(true);
  });

  test('a network has a share of each info-hash, and local networks have no limit', () => {
    const limit = PEER_LIMITS.perNetworkAndInfoHash;
    const peers = store();
    const filled = (network: string): number[] => {
      const taken: number[] = [];
      for (let n = 1; n <= limit + 3; n++) {
        if (peers.announce(0, HASH, 0, at(`${network}.${n}`, 5), 1, false)) taken.push(n);
      }
      return taken;
    };
    const first = Array.from({ length: limit }, (_, i) => i + 1);
    expect(filled('5.5.5')).toEqual(first);
    expect(filled('5.5.6')).toEqual(first);
    expect(filled('192.168.1')).toHaveLength(limit + 3);
    expect(peers.hasRoom(0, HASH, 0, at('5.5.5.1', 9))).toBe(true);
    expect(peers.hasRoom(0, HASH, 0, at('5.5.5.99', 9))).toBe(false);
    expect(peers.hasRoom(0, idOf('5d'), 0, at('5.5.5.99', 9))).toBe(true);
    expect(peers.hasRoom(TTL, HASH, 0, at('5.5.5.99', 9))).toBe(true);
  });

  test('of IPv6 a /64 is one party', () => {
    const peers = store();
    for (let n = 1; n < 9; n++) peers.announce(0, HASH, 0, inPublic6(0), n, false);
    expect(peers.count).toBe(1);
  });

  test('info-hashes are bounded, and old ones make room', () => {
    const peers = store({ infoHashes: 2 });
    peers.announce(0, idOf('01'), 0, inPublic(1), 1, false);
    peers.announce(MINUTE_MS, idOf('02'), 0, inPublic(1), 1, false);
    expect(peers.hasRoom(MINUTE_MS, idOf('03'), 0, inPublic(1))).toBe(false);
    expect(peers.announce(TTL, idOf('03'), 0, inPublic(1), 1, false)).toBe(true);
    expect([...peers].map(({ infoHash }) => hex(infoHash).slice(0, 2))).toEqual(['02', '03']);
  });

  test('peers in all are bounded, and old ones make room', () => {
    const peers = store({ peers: 3 });
    for (let n = 0; n < 3; n++) peers.announce(0, idOf(`0${n}`), 0, inPublic(n), 1, false);
    expect(peers.announce(0, idOf('09'), 0, inPublic(9), 1, false)).toBe(false);
    expect(peers.infoHashCount).toBe(3);
    expect(peers.announce(TTL, idOf('09'), 0, inPublic(9), 1, false)).toBe(true);
    expect(peers.count).toBe(1);
  });
});

describe('samples', () => {
  test('of a large swarm show every peer in the end, each as often as another', () => {
    const peers = store();
    for (let n = 0; n < 400; n++) peers.announce(0, HASH, 0, inPublic(n), 1, false);
    const random = new SeededRandom(2);
    const seen = new Map<Address, number>();
    for (let round = 0; round < 400; round++) {
      const count = peers.sample(0, HASH, 0, 40, false, random);
      expect(count).toBe(40);
      const drawn = peers.sampled.subarray(0, count);
      expect(new Set(drawn).size).toBe(40);
      for (const address of drawn) seen.set(address, (seen.get(address) ?? 0) + 1);
    }
    expect(seen.size).toBe(400);
    // 40 expected, standard deviation 6.
    for (const times of seen.values()) expect(Math.abs(times - 40)).toBeLessThan(30);
  });

  test('with noseed show those that download first, and every one of them in the end', () => {
    const peers = store();
    for (let n = 0; n < 300; n++) peers.announce(0, HASH, 0, inPublic(n), n + 1, n % 3 === 0);
    const random = new SeededRandom(2);
    const seen = new Set<number>();
    for (let round = 0; round < 60; round++) {
      const count = peers.sample(0, HASH, 0, 50, true, random);
      for (const address of peers.sampled.subarray(0, count)) {
        const port = address % 65536;
        expect((port - 1) % 3).not.toBe(0);
        seen.add(port);
      }
    }
    expect(seen.size).toBe(200);
    peers.announce(0, idOf('5d'), 0, inPublic(1), 1, true);
    expect(sample(peers, 0, idOf('5d'), 50, true)).toHaveLength(1);
  });

  test('hold no more than asked for, and nothing of an unknown info-hash', () => {
    const peers = store();
    for (let n = 0; n < 90; n++) peers.announce(0, HASH, 0, onLoopback(n), 1 + n, false);
    for (const limit of [0, 1, 7, 50, 90]) {
      expect(sample(peers, 0, HASH, limit)).toHaveLength(Math.min(limit, 50));
    }
    expect(sample(peers, 0, idOf('00'))).toEqual([]);
  });
});

test('whatever is announced when, the store is what a Map would be', () => {
  const limits = { infoHashes: 4, peersPerInfoHash: 5, peers: 14, ttlMs: 10 * MINUTE_MS };
  const event = fc.record({
    what: fc.constantFrom('announce', 'announce', 'announce', 'sample', 'expire', 'room'),
    hash: fc.nat(5),
    who: fc.nat(9),
    port: fc.integer({ min: 1, max: 65535 }),
    waitMs: fc.constantFrom(0, 0, 1000, 61_000, 5 * MINUTE_MS),
  });
  fc.assert(
    fc.property(fc.array(event, { maxLength: 150 }), (run) => {
      const peers = store(limits);
      const model = new Map<number, Map<number, { port: number; atMs: number }>>();
      let now = 0;
      for (const { what, hash, who, port, waitMs } of run) {
        now += waitMs;
        const id = idOf(`${hash + 1}0`);
        const from = addressOf(ipOf(inPublic(who)), 6881);
        const living = [
          ...(model.get(hash) ?? new Map<number, { port: number; atMs: number }>()),
        ].filter(([, peer]) => peer.atMs + limits.ttlMs > now);
        if (what === 'announce') {
          const promised = peers.hasRoom(now, id, 0, from);
          const stored = peers.announce(now, id, 0, from, port, false);
          expect(stored).toBe(promised);
          if (stored) {
            const swarm = model.get(hash) ?? new Map();
            model.set(hash, swarm.set(who, { port, atMs: now }));
          } else {
            expect(living.some(([known]) => known === who)).toBe(false);
          }
        } else if (what === 'room') {
          if (living.some(([known]) => known === who)) {
            expect(peers.hasRoom(now, id, 0, from)).toBe(true);
          }
        } else if (what === 'expire') {
          peers.expire(now);
        } else {
          const expected = living.map(([known, peer]) =>
            addressOf(ipOf(inPublic(known)), peer.port),
          );
          expect(sample(peers, now, id).sort()).toEqual(expected.sort());
        }
        expect(peers.count).toBeLessThanOrEqual(limits.peers);
        expect(peers.infoHashCount).toBeLessThanOrEqual(limits.infoHashes);
        let counted = 0;
        for (const { addresses } of peers) {
          expect(addresses.length).toBeLessThanOrEqual(limits.peersPerInfoHash);
          counted += addresses.length;
        }
        expect(counted).toBe(peers.count);
      }
    }),
    { seed: 9, numRuns: 200 },
  );
});

test('peers are counted without a change: those that are too old are not among them', () => {
  const peers = store();
  expect(peers.countOf(0, HASH, 0)).toBe(0);
  peers.announce(0, HASH, 0, at('5.5.5.5', 1), 100, false);
  peers.announce(MINUTE_MS, HASH, 0, at('6.6.6.6', 1), 100, false);
  expect(peers.countOf(MINUTE_MS, HASH, 0)).toBe(2);
  expect(peers.countOf(TTL, HASH, 0)).toBe(1);
  expect(peers.countOf(TTL + MINUTE_MS, HASH, 0)).toBe(0);
  expect(peers.count).toBe(2);
});

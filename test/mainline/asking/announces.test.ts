/** Announces: the writes that follow a lookup. */
import { describe, expect, test } from 'vitest';
import { addressOf, ipOf } from '../../../src/core/address.ts';
import { SeededRandom } from '../../../src/core/random.ts';
import { secureIdFor } from '../../../src/core/secure-id.ts';
import { ascii } from '../../../src/mainline/krpc/bencode.ts';
import { LookupKind } from '../../../src/mainline/rows/purpose.ts';
import { ANNOUNCEMENT, INFO_HASH, network, TARGET } from '../scenes.ts';
import {
  at,
  inPublic,
  MINUTE_MS,
  onLoopback,
  SmallWorld,
  type Stranger,
  text,
} from '../small-world.ts';

describe('announces', () => {
  test('that announce are found by those that search, from anywhere', () => {
    const world = network(80);
    const [one, two] = [world.residents[5], world.residents[60]];
    const announced = one.lookup(LookupKind.announce, INFO_HASH, ANNOUNCEMENT);
    world.run(5000);
    expect(one.lookups.get(announced)!.stored).toBe(8);
    const searched = two.lookup(LookupKind.getPeers, INFO_HASH);
    world.run(5000);
    const peers = two.peers.get(searched)!;
    expect(new Set(peers)).toEqual(new Set([addressOf(ipOf(one.address), 4242)]));
    const implied = { port: 1, impliedPort: true, seed: true };
    const again = one.lookup(LookupKind.announce, TARGET, implied);
    world.run(5000);
    const found = two.lookup(LookupKind.getPeers, TARGET);
    world.run(5000);
    expect(one.lookups.get(again)!.stored).toBe(8);
    expect(new Set(two.peers.get(found))).toEqual(new Set([one.address]));
  });

  test('cancel while an announce is being written frees it, and late answers are harmless', () => {
    const world = new SmallWorld({ latencyMs: [50, 50] });
    const us = world.open();
    const strangers = Array.from({ length: 4 }, (_, n) => {
      const stranger = world.stranger(onLoopback(50 + n));
      stranger.onQuery = () => ({ token: ascii('t') });
      return stranger;
    });
    us.join(...strangers.map(({ address }) => address));
    const call = us.lookup(LookupKind.announce, INFO_HASH, ANNOUNCEMENT);
    const announces = () =>
      strangers
        .flatMap(({ queries }) => queries)
        .filter((query) => text(query['q']) === 'announce_peer');
    world.runUntil(() => announces().length > 0, 5000);
    us.node.cancel(call);
    expect(us.node.lookupCount).toBeLessThanOrEqual(1);
    const next = us.lookup(LookupKind.announce, TARGET, ANNOUNCEMENT);
    world.run(20_000);
    expect(us.lookups.has(call)).toBe(false);
    expect(us.lookups.get(next)!.stored).toBe(4);
    expect(world.shared.requests.count).toBe(0);
  });

  test('who settled beside the key is written to, and so are the k closest with honest ids', () => {
    const world = new SmallWorld({ address: inPublic });
    const random = new SeededRandom(5);
    const squatters = Array.from({ length: 12 }, (_, n) => {
      const id = INFO_HASH.slice();
      id[19] ^= n + 1;
      return world.stranger(at(`5.99.${n}.1`), id);
    });
    const honest = Array.from({ length: 12 }, (_, n) => {
      const address = at(`5.98.${n}.1`);
      const id = new Uint8Array(20);
      secureIdFor(address, random, id);
      return world.stranger(address, id);
    });
    for (const stranger of [...squatters, ...honest]) {
      stranger.onQuery = () => ({ token: ascii('t') });
    }
    const us = world.open();
    us.node.bootstrap = [...squatters, ...honest].map(({ address }) => address);
    const call = us.lookup(LookupKind.announce, INFO_HASH, ANNOUNCEMENT);
    world.run(MINUTE_MS);
    expect(us.lookups.get(call)!.stored).toBe(16);
    const stores = (strangers: Stranger[]) =>
      strangers.filter(({ queries }) => queries.some(({ q }) => text(q) === 'announce_peer'));
    expect(stores(squatters)).toHaveLength(8);

    expect(stores(honest)).toHaveLength(8);
  });
});

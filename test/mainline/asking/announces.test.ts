/** Announces: the writes that follow a lookup. */
import { describe, expect, test } from 'vitest';
import { addressOf, ipOf } from '../../../src/core/address.ts';
import { ascii } from '../../../src/mainline/krpc/bencode.ts';
import { LookupKind } from '../../../src/mainline/rows/purpose.ts';
import { ANNOUNCEMENT, INFO_HASH, network, TARGET } from '../scenes.ts';
import { at, inPublic, MINUTE_MS, onLoopback, SmallWorld, text } from '../small-world.ts';

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
    const world = network(60, { address: inPublic });
    world.run(15 * MINUTE_MS); // everybody has an id that follows from his address
    const squatters = Array.from({ length: 12 }, (_, n) => {
      const id = INFO_HASH.slice();
      id[19] ^= n + 1;
      const squatter = world.stranger(at(`5.99.${n}.1`), id);
      squatter.onQuery = () => ({ token: ascii('t') });
      return squatter;
    });
    const us = world.open();
    us.join(world.residents[0].address, ...squatters.map(({ address }) => address));
    world.run(MINUTE_MS);
    const call = us.lookup(LookupKind.announce, INFO_HASH, ANNOUNCEMENT);
    world.run(MINUTE_MS);
    expect(us.lookups.get(call)!.stored).toBe(16);
    expect(world.residents.filter(({ node }) => (node.peers?.count ?? 0) > 0)).toHaveLength(8);
  });
});

/** Scrapes asked for: filters of many joined, names of those who know none, and lies that count for nothing. */
import { describe, expect, test } from 'vitest';
import { writeAddress } from '../../../src/core/address.ts';
import { NAMED_MAX } from '../../../src/mainline/asking/scrapes.ts';
import { scrapeErrand } from '../../../src/mainline/errand.ts';
import type { Encodable } from '../../../src/mainline/krpc/bencode.ts';
import { LookupKind } from '../../../src/mainline/rows/purpose.ts';
import { insertIp, ipBytes, newFilter, zeroBits } from '../../../src/mainline/stored/scrape.ts';
import { idOf, inPublic, SmallWorld, sha1 } from '../small-world.ts';

const HASH = idOf('5c');

function filterOf(...peers: number[]): Uint8Array {
  const filter = newFilter();
  for (const n of peers) insertIp(filter, ipBytes(inPublic(n)), sha1);
  return filter;
}

function compact(n: number): Uint8Array {
  const bytes = new Uint8Array(6);
  writeAddress(bytes, 0, inPublic(n));
  return bytes;
}

function scraped(...replies: { [key: string]: Encodable }[]) {
  const world = new SmallWorld({ address: inPublic });
  const us = world.open();
  const strangers = replies.map((reply, n) => {
    const stranger = world.stranger(inPublic(50 + n));
    stranger.onQuery = () => reply as never;
    return stranger;
  });
  us.join(...strangers.map(({ address }) => address));
  const errand = scrapeErrand();
  us.lookup(LookupKind.scrape, HASH, errand);
  world.run(10_000);
  return { errand, world, us, strangers };
}

describe('a scrape', () => {
  test('asks for filters and joins those of all', () => {
    const { errand, strangers } = scraped(
      { BFpe: filterOf(1, 2), BFsd: filterOf(3) },
      { BFpe: filterOf(2, 4), BFsd: newFilter() },
    );
    expect(errand).toMatchObject({ peers: filterOf(1, 2, 4), seeds: filterOf(3), answers: 2 });
    const asked = strangers[0].queries.find((query) => 'info_hash' in (query['a'] as object))!;
    expect((asked['a'] as { scrape: number }).scrape).toBe(1);
  });

  test('counts those by name who are told by nodes without filters', () => {
    const { errand } = scraped({ values: [compact(7), compact(8)] }, {});
    expect([...errand.named]).toEqual([inPublic(7), inPublic(8)]);
    expect(errand.answers).toBe(1);
  });

  test.each<[string, { [key: string]: Encodable }]>([
    ['is full', { BFpe: new Uint8Array(256).fill(255), BFsd: newFilter() }],
    [
      'lacks the peers that came with it',
      { BFpe: filterOf(1), BFsd: newFilter(), values: [compact(9)] },
    ],
    ['is of another length', { BFpe: new Uint8Array(255), BFsd: new Uint8Array(257) }],
  ])('drops a filter that %s', (_, lie) => {
    const { errand } = scraped(lie, { BFpe: filterOf(1), BFsd: filterOf(3) });
    expect([zeroBits(errand.peers), zeroBits(errand.seeds), errand.answers]).toEqual([
      2046, 2046, 1,
    ]);
  });

  test('keeps so many names and no more', () => {
    const lists = Array.from({ length: 14 }, (_, n) => ({
      values: Array.from({ length: 480 }, (_, i) => compact(n * 480 + i)),
    }));
    expect(scraped(...lists).errand.named.size).toBeLessThanOrEqual(NAMED_MAX);
  });

  test('looks into our own store', () => {
    const world = new SmallWorld({ address: inPublic });
    const us = world.open();
    const door = world.stranger(inPublic(50)).polite();
    us.join(door.address);
    world.run(1000);
    us.node.peerStore().announce(world.now, HASH, 0, inPublic(7), 1, true);
    const errand = scrapeErrand();
    us.lookup(LookupKind.scrape, HASH, errand);
    expect(errand.seeds).toEqual(filterOf(7));
  });
});

/** Scrapes: the estimate, and what real nodes tell. */
import { expect, test } from 'vitest';
import { estimate, SCRAPE_MAX } from '../../../src/api/mainline/scrapes.ts';
import { insertIp, ipBytes, newFilter } from '../../../src/mainline/stored/scrape.ts';
import { createTestnet } from '../../../src/testnet.ts';
import { inPublic, sha1 } from '../../mainline/small-world.ts';

function filterOf(count: number): Uint8Array {
  const filter = newFilter();
  for (let n = 0; n < count; n++) {
    const ip = 0x0a000000 + n;
    insertIp(filter, Uint8Array.of(ip >>> 24, ip >>> 16, ip >>> 8, ip), sha1);
  }
  return filter;
}

test.each([
  [0, 0],
  [1, 1],
  [1000, 1001],
  [2000, 1963],
  [4000, 3843],
  [6000, SCRAPE_MAX],
  [8000, SCRAPE_MAX],
])('%i addresses are estimated as %i', (count, expected) => {
  expect(estimate(filterOf(count))).toBe(expected);
});

test('one address is one, whatever it is', () => {
  const filter = newFilter();
  insertIp(filter, ipBytes(inPublic(3)), sha1);
  expect(estimate(filter)).toBe(1);
});

test('a network tells of seeds and peers, each address once', async () => {
  await using testnet = await createTestnet({ nodes: 12 });
  const hash = 'c0ffee'.padEnd(40, '1');
  const [, one, two] = testnet.nodes;
  expect(await two.scrape(hash)).toMatchObject({ seeds: 0, peers: 0, answers: 0 });
  await one.announce(hash, { port: 1001 });
  expect(await two.scrape(hash)).toMatchObject({ seeds: 0, peers: 1 });
  await one.announce(hash, { port: 1001, seed: true });
  await two.announce(hash, { port: 1002, seed: true });
  const { seeds, peers, answers, lookup } = await two.scrape(hash);
  // On loopback everybody has one address.
  expect({ seeds, peers }).toEqual({ seeds: 1, peers: 0 });
  expect(answers).toBeGreaterThanOrEqual(7);
  expect(lookup.kind).toBe('get_peers');
  await expect(two.scrape('xyz')).rejects.toThrow(TypeError);
  await expect(two.scrape(hash, { seed: true } as never)).rejects.toThrow(/"seed"|seed/);
});

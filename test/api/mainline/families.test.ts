/** What goes on for long on a host of both families: versions once, walks and crawls through both networks. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Multihomed, publicKeyOf } from '../../../src/mainline.ts';
import type { Testnet } from '../../../src/testnet.ts';
import { SEED } from '../../vectors/bep44.ts';
import { type DualStack, hasV6, openDualStack } from './dual-stack.ts';

const hashOf = (n: number) => `5c0f${n}`.padEnd(40, '0');

describe.skipIf(!hasV6)('dual stack (skipped where the system has no IPv6)', () => {
  let host: DualStack;
  let four: Testnet;
  let six: Testnet;
  let us: Multihomed;
  beforeAll(async () => {
    host = await openDualStack(8);
    ({ four, six, us } = host);
  });
  afterAll(() => host?.close());

  test('whoever follows hears of each version once, and of none that is older', async () => {
    const value = { ih: new Uint8Array(20).fill(1) };
    await six.nodes[1]!.put(value, { secretKey: SEED, seq: 6 });
    await four.nodes[1]!.put(value, { secretKey: SEED, seq: 6 });
    const over = new AbortController();
    const versions = us.follow({ key: publicKeyOf(SEED) }, { signal: over.signal });
    const first = await versions.next();
    expect(first.value).toMatchObject({ seq: 6n, infoHash: '01'.repeat(20) });
    // The other family's copy is no news: nothing comes until the next look, ten minutes from now.
    const next = versions.next();
    over.abort();
    await expect(next).rejects.toMatchObject({ code: 'ABORTED' });
    expect(() => us.follow('no link')).toThrow('"link"');
    for await (const { seq } of us.follow({ key: publicKeyOf(SEED) })) {
      expect(seq).toBe(6n);
      break; // leaves the walks of both
    }
  });

  test('samples are of both networks, each info-hash once', async () => {
    await four.nodes[2]!.announce(hashOf(4), { port: 7 });
    await six.nodes[2]!.announce(hashOf(6), { port: 7 });
    await us.announce(hashOf(9), { port: 7 });
    const search = us.sample();
    const told: string[] = [];
    for await (const { infoHash } of search) told.push(infoHash);
    const { infoHashes, nodes, lookups, answered } = await search;
    expect(told.toSorted()).toEqual([hashOf(4), hashOf(6), hashOf(9)]);
    expect(infoHashes).toEqual(told);
    expect(new Set(nodes.map(({ host }) => host))).toEqual(new Set(['127.0.0.1', '::1']));
    expect(lookups.length).toBe(16);
    expect(answered).toBeGreaterThan(15);
  });

  test('a crawl goes through each network, and has a result for each', async () => {
    const [first, second] = await us.crawl({ rate: 2000, samples: false });
    const idsOf = (nodes: readonly { id: string }[]) => new Set(nodes.map(({ id }) => id));
    expect(idsOf(first!.nodes)).toEqual(idsOf(four.nodes));
    expect(idsOf(second!.nodes)).toEqual(idsOf(six.nodes));
  });

  test('services run on each address; numbers and events are of all', async () => {
    const announcements = us.announceEvery(hashOf(8), { port: 9 });
    expect(announcements).toHaveLength(2);
    for (const one of announcements) {
      for await (const { stored } of one) {
        expect(stored).toBe(8);
        break;
      }
      one.stop();
    }
    const { item } = await us.put('kept');
    const kept = us.keep(item);
    expect(kept.map(({ target }) => target)).toEqual([item.target, item.target]);
    for (const one of kept) one.stop();
    const [v4, v6] = us.nodes;
    const text = us.metricsText();
    expect(text).toContain(`ringlight_mainline_table_size{node="127.0.0.1:${v4!.port}"}`);
    expect(text).toContain(`ringlight_mainline_table_size{node="[::1]:${v6!.port}"}`);
    let heard = 0;
    const end = us.watch({ onDatagram: () => void heard++ });
    await us.findNode(hashOf(1));
    end();
    const before = heard;
    expect(before).toBeGreaterThan(15);
    await us.findNode(hashOf(1));
    expect(heard).toBe(before);
  });
});

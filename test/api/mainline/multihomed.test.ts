/** A host with several addresses: real nodes on loopback addresses of both families, as one. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type Multihomed,
  openMainline,
  openMultihomed,
  publicKeyOf,
} from '../../../src/mainline.ts';
import { createTestnet, type Testnet } from '../../../src/testnet.ts';
import { SEED } from '../../vectors/bep44.ts';
import { type DualStack, hasV6, openDualStack } from './dual-stack.ts';

const HASH = '5c0ffee5'.padEnd(40, '0');
const hostsOf = (list: readonly { host: string }[]) => new Set(list.map(({ host }) => host));

describe.skipIf(!hasV6)('dual stack (skipped where the system has no IPv6)', () => {
  let host: DualStack;
  let four: Testnet;
  let six: Testnet;
  let us: Multihomed;
  beforeAll(async () => {
    host = await openDualStack(10);
    ({ four, six, us } = host);
  });
  afterAll(() => host?.close());

  test('what is stored is stored in both networks, and found in both', async () => {
    const { stored, writes } = await us.announce(HASH, { port: 7 });
    expect(stored).toBe(16);
    expect(hostsOf(writes)).toEqual(new Set(['127.0.0.1', '::1']));
    expect((await four.nodes[3].getPeers(HASH)).peers).toEqual([{ host: '127.0.0.1', port: 7 }]);
    expect((await six.nodes[3].getPeers(HASH)).peers).toEqual([{ host: '::1', port: 7 }]);
    const told: string[] = [];
    const search = us.getPeers(HASH);
    for await (const { host } of search) told.push(host);
    expect(told.toSorted()).toEqual(['127.0.0.1', '::1']);
    expect(hostsOf((await search).peers)).toEqual(new Set(told));
    expect(await us.scrape(HASH)).toMatchObject({ seeds: 0, peers: 2 });
    expect(hostsOf((await us.findNode(HASH)).nodes)).toEqual(new Set(['127.0.0.1', '::1']));
  });

  test('a mutable item has one number in both, the one after the newest of either', async () => {
    await four.nodes[1].put('one', { secretKey: SEED, seq: 5 });
    const put = await us.put('two', { secretKey: SEED });
    expect(put).toMatchObject({ seq: 6n, stored: 16 });
    expect(await us.put('two', { secretKey: SEED })).toMatchObject({ seq: 6n });
    const key = publicKeyOf(SEED);
    for (const net of [four, six]) {
      expect((await net.nodes[7].get({ key })).item).toMatchObject({ seq: 6n });
    }
    await four.nodes[1].put('three', { secretKey: SEED, seq: 9 });
    const seqs: (bigint | null)[] = [];
    const search = us.get({ key });
    for await (const { seq } of search) seqs.push(seq);
    expect(seqs.at(-1)).toBe(9n);
    expect((await search).item!.seq).toBe(9n);
  });

  test('a value is kept alive in both under one number', async () => {
    await four.nodes[1].put('old', { secretKey: SEED, salt: 'kept', seq: 3 });
    const kept = await us.putEvery('new', { secretKey: SEED, salt: 'kept' });
    const reports = await Promise.all(
      kept.map(async (one) => {
        for await (const report of one) return report;
        return null;
      }),
    );
    expect(reports.map((report) => report?.item?.seq)).toEqual([4n, 4n]);
    expect(us.nodes.map(({ keptItems }) => keptItems.length)).toEqual([1, 1]);
    for (const one of kept) one.stop();
  });

  test('packets and events of both are one stream each', async () => {
    const packets = us.packets({ kind: 'query', method: 'announce_peer', direction: 'in' });
    const events = us.events();
    const target = us.nodes.map(({ id }) => id);
    await four.nodes[2].announce(target[0]!, { port: 4 });
    await six.nodes[2].announce(target[1]!, { port: 6 });
    const locals = new Set<string>();
    for await (const { local } of packets) if (locals.add(local.host).size === 2) break;
    const ports = new Set<number>();
    for await (const event of events) {
      if (event.kind === 'announced' && ports.add(event.port).size === 2) break;
    }
    expect(locals).toEqual(new Set(['127.0.0.1', '::1']));
    expect(ports).toEqual(new Set([4, 6]));
    const quiet = us.events();
    quiet.close();
    expect((await quiet[Symbol.asyncIterator]().next()).done).toBe(true);
  });

  test('a family that nobody leads into is found through the other, and asked for no more', async () => {
    const both = await openMultihomed({
      ...{ hosts: ['127.0.0.1', '::1'], bootstrap: [`127.0.0.1:${us.nodes[0].port}`] },
    });
    try {
      const [, second] = both.nodes;
      await expect.poll(() => second.table.size, { timeout: 20_000 }).toBeGreaterThanOrEqual(8);
      expect(hostsOf([...second.table])).toEqual(new Set(['::1']));
    } finally {
      await both.close();
    }
  });

  test('it is left, aborted and closed as a node is', async () => {
    for await (const peer of us.getPeers(HASH)) {
      expect(peer.port).toBe(7);
      break;
    }
    const over = AbortSignal.abort();
    await expect(us.getPeers(HASH, { signal: over })).rejects.toMatchObject({ code: 'ABORTED' });
    const { nodes } = us;
    await us.close();
    await expect(us.findNode(HASH)).rejects.toMatchObject({ code: 'CLOSED' });
    await expect(nodes[1].findNode(HASH)).rejects.toMatchObject({ code: 'CLOSED' });
  });
});

test('two addresses of one family: an id each, and what is stored is stored from both', async () => {
  await using net = await createTestnet({ nodes: 10 });
  await using us = await openMultihomed({
    ...{ hosts: ['127.0.0.2', '127.0.0.3'], bootstrap: net.bootstrap },
  });
  await us.ready();
  const [one, two] = us.nodes;
  expect(one.id).not.toBe(two.id);
  const { stored } = await us.announce(HASH, { port: 7 });
  expect(stored).toBe(16);
  const { peers } = await net.nodes[3].getPeers(HASH);
  expect(hostsOf(peers)).toEqual(new Set(['127.0.0.2', '127.0.0.3']));
  // Answers leave from the address that was asked.
  await using asker = await openMainline({ host: '127.0.0.1', bootstrap: false });
  for (const { host, port, id } of us.nodes) {
    expect(await asker.ping({ host, port })).toMatchObject({ host, id });
  }
});

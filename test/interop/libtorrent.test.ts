/**
 * Our nodes and libtorrent (the DHT of qBittorrent, Deluge and others) on one loopback network: each
 * finds its way in through the other, and what one announces the other finds.
 */
import { describe, expect, test, vi } from 'vitest';
import { type IncomingQuery, openMainline } from '../../src/mainline.ts';
import { createTestnet } from '../../src/testnet.ts';
import {
  closeBehindEachTest,
  findWithOurs,
  findWithTheirs,
  isMissing,
  isRequired,
  keep,
  openNode,
} from './beside-libtorrent.ts';
import { LibtorrentPeer } from './libtorrent-peer.ts';

const HOST = '127.0.0.1';
closeBehindEachTest();

let hashes = 0;
function newHash(): string {
  return (0xabcdef00 + hashes++).toString(16).padStart(40, '5');
}

describe.skipIf(isMissing && !isRequired)('libtorrent', () => {
  test('answers our ping, and says that it is libtorrent', async () => {
    const theirs = keep(await LibtorrentPeer.start());
    const ours = await openNode(false, HOST);
    const pong = await ours.ping(theirs.address);
    expect(pong).toMatchObject({ host: HOST, port: theirs.port });
    expect(pong.id).toMatch(/^[0-9a-f]{40}$/);
    // BEP 20: two letters and a version in bytes.
    expect(pong.version).toMatch(/^LT/);
  });

  test('asks us when it is told of us, and keeps us in its table', async () => {
    const seen: IncomingQuery[] = [];
    const ours = keep(
      await openMainline({
        host: HOST,
        bootstrap: false,
        onQuery: (query) => {
          seen.push(query);
          return undefined;
        },
      }),
    );
    const theirs = keep(await LibtorrentPeer.start());
    await theirs.addNode(ours);
    await vi.waitFor(() => expect(seen.some(({ from }) => from.port === theirs.port)).toBe(true), {
      timeout: 5000,
    });
    await vi.waitFor(async () => expect(await theirs.tableSize()).toBe(1), { timeout: 5000 });
    await vi.waitFor(() => expect(ours.table.size).toBe(1), { timeout: 5000 });
    expect(ours.table.entries()[0]).toMatchObject({ port: theirs.port, state: 'good' });
    expect(ours.stats.out.refused).toBe(0);
  });

  test('bootstraps from one of ours, and both find what the other announced', async () => {
    const ours = await openNode(false, HOST);
    const theirs = keep(await LibtorrentPeer.start([`${HOST}:${ours.port}`]));
    await vi.waitFor(() => expect(ours.table.size).toBe(1), { timeout: 8000 });
    const [byOurs, byTheirs] = [newHash(), newHash()];
    expect((await ours.announce(byOurs, { port: 4001 })).stored).toBe(1);
    await findWithTheirs(theirs, byOurs, { host: HOST, port: 4001 });
    await theirs.announce(byTheirs);
    await vi.waitFor(() => expect(ours.stats.store.infoHashes).toBe(1), { timeout: 8000 });
    await findWithOurs(await openNode([`${HOST}:${ours.port}`], HOST), byTheirs, {
      host: HOST,
      port: theirs.port,
    });
  });

  test('lets ours bootstrap from it, and both find what the other announced', async () => {
    const theirs = keep(await LibtorrentPeer.start());
    const ours = await openNode([theirs.address], HOST);
    expect(await ours.ready()).toEqual({ answered: 1 });
    const [byOurs, byTheirs] = [newHash(), newHash()];
    await ours.announce(byOurs, { port: 4002 });
    await findWithTheirs(theirs, byOurs, { host: HOST, port: 4002 });
    await theirs.announce(byTheirs);
    const third = await openNode([theirs.address], HOST);
    await findWithOurs(third, byTheirs, { host: HOST, port: theirs.port });
  });

  test('in a network of ours finds and is found by everybody', async () => {
    const testnet = keep(await createTestnet({ nodes: 20 }));
    const [one, other] = await Promise.all([
      LibtorrentPeer.start([...testnet.bootstrap]),
      LibtorrentPeer.start([...testnet.bootstrap]),
    ]);
    keep(one);
    keep(other);
    await vi.waitFor(async () => expect(await one.tableSize()).toBeGreaterThan(4), 8000);
    const [byOurs, byOne] = [newHash(), newHash()];
    await testnet.nodes[7].announce(byOurs, { port: 4003 });
    await one.announce(byOne);
    await findWithTheirs(one, byOurs, { host: HOST, port: 4003 });
    await findWithTheirs(other, byOurs, { host: HOST, port: 4003 });
    await findWithTheirs(other, byOne, { host: HOST, port: one.port });
    for (const node of testnet.nodes.slice(0, 5))
      await findWithOurs(node, byOne, { host: HOST, port: one.port });
    for (const node of testnet.nodes) {
      const { dropped } = node.stats.in;
      // What they sent to our DHT ports was DHT: nothing of it malformed, nothing refused.
      expect(dropped['not-bencode'] + dropped['no-kind'] + dropped['no-transaction-id']).toBe(0);
    }
  });
});

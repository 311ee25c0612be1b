/**
 * Our nodes and libtorrent over IPv6 (BEP 32), on [::1]: each finds its way in through the other, what one
 * announces the other finds, and libtorrent keeps the rules that can be seen from outside.
 */
import { describe, expect, test, vi } from 'vitest';
import { checkConformance } from '../../src/mainline.ts';
import { hasV6 } from '../api/mainline/dual-stack.ts';
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

const HOST = '::1';
closeBehindEachTest();

function newHash(number: number): string {
  return (0xabcd6600 + number).toString(16).padStart(40, '6');
}

async function verdictsAt(host: string): Promise<Map<number, string>> {
  const theirs = keep(await LibtorrentPeer.start([], host));
  const { rules } = await checkConformance(theirs.address);
  return new Map(rules.map(({ number, verdict }) => [number, verdict]));
}

describe.skipIf((isMissing || !hasV6) && !isRequired)('libtorrent over IPv6', () => {
  test('bootstraps from one of ours, and both find what the other announced', async () => {
    const ours = await openNode(false, HOST);
    const theirs = keep(await LibtorrentPeer.start([], HOST));
    await theirs.addNode(ours);
    await vi.waitFor(() => expect(ours.table.size).toBe(1), { timeout: 8000 });
    const [byOurs, byTheirs] = [newHash(1), newHash(2)];
    expect((await ours.announce(byOurs, { port: 4001 })).stored).toBe(1);
    await findWithTheirs(theirs, byOurs, { host: HOST, port: 4001 });
    await theirs.announce(byTheirs);
    await vi.waitFor(() => expect(ours.stats.store.infoHashes).toBe(1), { timeout: 8000 });
    await findWithOurs(await openNode([`[${HOST}]:${ours.port}`], HOST), byTheirs, {
      host: HOST,
      port: theirs.port,
    });
  });

  test('lets ours bootstrap from it, and both find what the other announced', async () => {
    const theirs = keep(await LibtorrentPeer.start([], HOST));
    const ours = await openNode([theirs.address], HOST);
    expect(await ours.ready()).toEqual({ answered: 1 });
    const [byOurs, byTheirs] = [newHash(3), newHash(4)];
    await ours.announce(byOurs, { port: 4002 });
    await findWithTheirs(theirs, byOurs, { host: HOST, port: 4002 });
    await theirs.announce(byTheirs);
    await findWithOurs(await openNode([theirs.address], HOST), byTheirs, {
      host: HOST,
      port: theirs.port,
    });
  });

  test('names nodes of its family', async () => {
    const theirs = keep(await LibtorrentPeer.start([], HOST));
    const ours = await openNode([theirs.address], HOST);
    await ours.ready();
    await vi.waitFor(async () => expect(await theirs.tableSize()).toBe(1), { timeout: 8000 });
    const third = await openNode([theirs.address], HOST);
    await vi.waitFor(
      async () => {
        const { nodes } = await third.findNode(ours.id);
        expect(nodes).toContainEqual(expect.objectContaining({ host: HOST, port: ours.port }));
      },
      { timeout: 8000, interval: 100 },
    );
  });

  test('keeps and breaks the same rules as over IPv4', async () => {
    const four = await verdictsAt('127.0.0.1');
    const six = await verdictsAt(HOST);
    const tested = [...six].filter(
      ([number, verdict]) => verdict !== 'not tested' && four.get(number) !== 'not tested',
    );
    expect(tested.length).toBeGreaterThan(50);
    expect(tested.map(([number]) => [number, four.get(number)])).toEqual(tested);
  });
});

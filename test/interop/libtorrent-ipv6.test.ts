/**
 * Our nodes and libtorrent over IPv6 (BEP 32), on [::1]: each finds its way in through the other, what one
 * announces the other finds, and libtorrent keeps the rules that can be seen from outside.
 */
import { afterEach, describe, expect, test, vi } from 'vitest';
import { checkConformance, type Mainline, openMainline } from '../../src/mainline.ts';
import { hasV6 } from '../api/mainline/dual-stack.ts';
import { hasLibtorrent, LibtorrentPeer } from './libtorrent-peer.ts';

const HOST = '::1';
const isMissing = !hasLibtorrent() || !hasV6;
const isRequired = process.env['RINGLIGHT_REQUIRE_LIBTORRENT'] !== undefined;

const opened: { close(): Promise<void> }[] = [];

afterEach(async () => {
  await Promise.all(opened.splice(0).map((one) => one.close()));
});

function keep<T extends { close(): Promise<void> }>(one: T): T {
  opened.push(one);
  return one;
}

async function openNode(bootstrap: string[] | false): Promise<Mainline> {
  return keep(await openMainline({ host: HOST, bootstrap }));
}

function newHash(number: number): string {
  return (0xabcd6600 + number).toString(16).padStart(40, '6');
}

/** An announce is over when somebody has it; asking again is how everybody waits for that. */
async function findWithOurs(node: Mainline, infoHash: string, port: number): Promise<void> {
  await vi.waitFor(
    async () => expect((await node.getPeers(infoHash)).peers).toContainEqual({ host: HOST, port }),
    { timeout: 8000, interval: 50 },
  );
}

async function findWithTheirs(peer: LibtorrentPeer, infoHash: string, port: number): Promise<void> {
  await vi.waitFor(
    async () => {
      await peer.getPeers(infoHash);
      await vi.waitFor(() => expect(peer.found.has(infoHash)).toBe(true), 1000);
      expect(peer.found.get(infoHash)).toContainEqual({ host: HOST, port });
    },
    { timeout: 8000, interval: 50 },
  );
}

async function verdictsAt(host: string): Promise<Map<number, string>> {
  const theirs = keep(await LibtorrentPeer.start([], host));
  const { rules } = await checkConformance(theirs.address);
  return new Map(rules.map(({ number, verdict }) => [number, verdict]));
}

describe.skipIf(isMissing && !isRequired)('libtorrent over IPv6', () => {
  test('bootstraps from one of ours, and both find what the other announced', async () => {
    const ours = await openNode(false);
    const theirs = keep(await LibtorrentPeer.start([], HOST));
    await theirs.addNode(ours);
    await vi.waitFor(() => expect(ours.table.size).toBe(1), { timeout: 8000 });
    const [byOurs, byTheirs] = [newHash(1), newHash(2)];
    expect((await ours.announce(byOurs, { port: 4001 })).stored).toBe(1);
    await findWithTheirs(theirs, byOurs, 4001);
    await theirs.announce(byTheirs);
    await vi.waitFor(() => expect(ours.stats.store.infoHashes).toBe(1), { timeout: 8000 });
    await findWithOurs(await openNode([`[${HOST}]:${ours.port}`]), byTheirs, theirs.port);
  });

  test('lets ours bootstrap from it, and both find what the other announced', async () => {
    const theirs = keep(await LibtorrentPeer.start([], HOST));
    const ours = await openNode([theirs.address]);
    expect(await ours.ready()).toEqual({ answered: 1 });
    const [byOurs, byTheirs] = [newHash(3), newHash(4)];
    await ours.announce(byOurs, { port: 4002 });
    await findWithTheirs(theirs, byOurs, 4002);
    await theirs.announce(byTheirs);
    await findWithOurs(await openNode([theirs.address]), byTheirs, theirs.port);
  });

  test('names nodes of its family', async () => {
    const theirs = keep(await LibtorrentPeer.start([], HOST));
    const ours = await openNode([theirs.address]);
    await ours.ready();
    await vi.waitFor(async () => expect(await theirs.tableSize()).toBe(1), { timeout: 8000 });
    const third = await openNode([theirs.address]);
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

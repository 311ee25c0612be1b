/**
 * Our nodes and npm's bittorrent-dht (the DHT of WebTorrent and its kin) on one loopback network:
 * each finds its way in through the other, and what one announces the other finds.
 */
import { once } from 'node:events';
import DHT from 'bittorrent-dht';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { type Mainline, openMainline } from '../../src/mainline.ts';
import { createTestnet } from '../../src/testnet.ts';

const HOST = '127.0.0.1';
const opened: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  await Promise.all(opened.splice(0).map((close) => close()));
});

async function openOurs(bootstrap: string[] | false): Promise<Mainline> {
  const node = await openMainline({ host: HOST, bootstrap });
  opened.push(() => node.close());
  return node;
}

interface Theirs {
  dht: DHT;
  host: string;
  port: number;
}

/** `bootstrap` is always given: without it theirs would ask the public network. */
async function openTheirs(bootstrap: string[] | false): Promise<Theirs> {
  const dht = new DHT({ bootstrap });
  dht.on('error', (error) => {
    throw error;
  });
  const ready = once(dht, 'ready');
  const listening = once(dht, 'listening');
  dht.listen(0, HOST);
  await Promise.all([ready, listening]);
  opened.push(() => new Promise<void>((resolve) => dht.destroy(resolve)));
  return { dht, host: HOST, port: dht.address().port };
}

function at({ host, port }: { host: string; port: number }): string {
  return `${host}:${port}`;
}

/** Without the id, which theirs would compare as a Buffer. */
function endpoint({ host, port }: Mainline): { host: string; port: number } {
  return { host, port };
}

function announce({ dht }: Theirs, infoHash: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    dht.announce(infoHash, port, (error) => (error ? reject(error) : resolve()));
  });
}

async function lookup({ dht }: Theirs, infoHash: string): Promise<number[]> {
  const ports = new Set<number>();
  const hear = (peer: { port: number }, hash: Uint8Array) => {
    if (Buffer.from(hash).toString('hex') === infoHash) ports.add(peer.port);
  };
  dht.on('peer', hear);
  await new Promise((resolve) => dht.lookup(infoHash, resolve));
  dht.off('peer', hear);
  return [...ports];
}

async function ports(node: Mainline, infoHash: string): Promise<number[]> {
  return (await node.getPeers(infoHash)).peers.map(({ port }) => port);
}

function hashOf(number: number): string {
  // Far apart, so that the nodes closest to each are different ones.
  return Math.imul(number + 1, 0x9e3779b1)
    .toString(16)
    .replace('-', '')
    .padStart(40, '0123456789');
}

describe('bittorrent-dht', () => {
  test('answers our ping, and we answer theirs', async () => {
    const [ours, theirs] = [await openOurs(false), await openTheirs(false)];
    expect(await ours.ping(at(theirs))).toMatchObject({
      id: Buffer.from(theirs.dht.nodeId).toString('hex'),
      port: theirs.port,
      version: '', // it does not say what it is
    });
    const id = theirs.dht.nodeId;
    const pong = await new Promise<Uint8Array>((resolve, reject) => {
      theirs.dht._rpc.query(endpoint(ours), { q: 'ping', a: { id } }, (error, message) =>
        error ? reject(error) : resolve(message!.r!.id),
      );
    });
    expect(Buffer.from(pong).toString('hex')).toBe(ours.id);
    expect(ours.table.closest(ours.id)).toEqual([
      { id: Buffer.from(id).toString('hex'), host: HOST, port: theirs.port },
    ]);
  });

  test('bootstraps from one of ours, and both find what the other announced', async () => {
    const ours = await openOurs(false);
    const theirs = await openTheirs([at(ours)]);
    await vi.waitFor(() => expect(ours.table.size).toBe(1));
    expect(theirs.dht.toJSON().nodes).toEqual([{ host: HOST, port: ours.port }]);
    await ours.announce(hashOf(1), { port: 5001 });
    expect(await lookup(theirs, hashOf(1))).toEqual([5001]);
    await announce(theirs, hashOf(2), 5002);
    expect(ours.stats.store.infoHashes).toBe(1);
    expect(await ports(await openOurs([at(ours)]), hashOf(2))).toEqual([5002]);
  });

  test('lets ours bootstrap from it, and both find what the other announced', async () => {
    const theirs = await openTheirs(false);
    const ours = await openOurs([at(theirs)]);
    expect(await ours.ready()).toEqual({ answered: 1 });
    await ours.announce(hashOf(3), { port: 5003 });
    expect(await lookup(theirs, hashOf(3))).toEqual([5003]);
    await announce(theirs, hashOf(4), 5004);
    const third = await openOurs([at(theirs)]);
    expect(await ports(third, hashOf(4))).toEqual([5004]);
  });

  test('announces its own port when it names none, and that is what we hand out', async () => {
    const ours = await openOurs(false);
    const theirs = await openTheirs([at(ours)]);
    await announce(theirs, hashOf(5), 0);
    expect(await ports(await openOurs([at(ours)]), hashOf(5))).toEqual([theirs.port]);
  });

  test('walks through a network of twenty of ours to whatever was announced there', async () => {
    const testnet = await createTestnet({ nodes: 20 });
    opened.push(() => testnet.close());
    const theirs = await openTheirs([...testnet.bootstrap]);
    for (const [i, node] of testnet.nodes.entries()) {
      const { stored } = await node.announce(hashOf(i), { port: 6000 + i });
      // Theirs is a node of this network like any other, and may be one of the eight.
      expect(stored).toBe(8);
    }
    for (const i of testnet.nodes.keys()) {
      expect(await lookup(theirs, hashOf(i))).toEqual([6000 + i]);
    }
    await announce(theirs, hashOf(99), 6099);
    for (const node of testnet.nodes) expect(await ports(node, hashOf(99))).toEqual([6099]);
  });

  test('and ours in equal parts are one network: announced at any, found at any other', async () => {
    const first = await openOurs(false);
    const ours = [first];
    const theirs: Theirs[] = [];
    for (let i = 0; i < 6; i++) {
      // Each joins through one that came before it, of the other kind where there is one.
      if (i > 0) {
        const node = await openOurs([at(theirs[i - 1])]);
        await node.ready();
        ours.push(node);
      }
      theirs.push(await openTheirs([at(ours[i])]));
    }
    const everybody = [
      ...ours.map((node, i) => ({
        announce: () => node.announce(hashOf(100 + i), { port: 7000 + i }),
        find: (hash: string) => ports(node, hash),
      })),
      ...theirs.map((node, i) => ({
        announce: () => announce(node, hashOf(106 + i), 7006 + i),
        find: (hash: string) => lookup(node, hash),
      })),
    ];
    for (const one of everybody) await one.announce();
    const misses: string[] = [];
    await Promise.all(
      everybody.map(async ({ find }, finder) => {
        for (const announcer of everybody.keys()) {
          if (announcer === finder) continue;
          const found = await find(hashOf(100 + announcer));
          if (found.join() !== String(7000 + announcer)) misses.push(`${announcer} at ${finder}`);
        }
      }),
    );
    expect(misses).toEqual([]);
  });
});

describe('odd things that theirs is made to send', () => {
  /** The error number we answer with, 0 for a reply. */
  function ask(theirs: Theirs, ours: Mainline, message: { q: unknown; a?: unknown }) {
    return new Promise<number>((resolve) => {
      theirs.dht._rpc.query(endpoint(ours), message, (error) =>
        resolve(error ? (error.code ?? -1) : 0),
      );
    });
  }

  test('are answered as BEP 5 says, and the next ping is answered as ever', async () => {
    const ours = await openOurs(false);
    const theirs = await openTheirs([at(ours)]);
    const id = Buffer.from(theirs.dht.nodeId);
    const target = Buffer.alloc(20, 7);
    expect(await ask(theirs, ours, { q: 'vote', a: { id } })).toBe(204);
    expect(await ask(theirs, ours, { q: 'get', a: { id, target } })).toBe(0);
    expect(await ask(theirs, ours, { q: 'find_node', a: { id } })).toBe(203);
    expect(await ask(theirs, ours, { q: 'find_node', a: { id, target: target.subarray(1) } })).toBe(
      203,
    );
    expect(await ask(theirs, ours, { q: 'get_peers', a: { id, info_hash: 5 } })).toBe(203);
    expect(await ask(theirs, ours, { q: 'ping', a: { id: id.subarray(1) } })).toBe(203);
    expect(await ask(theirs, ours, { q: 'ping', a: { id: [id] } })).toBe(203);
    expect(await ask(theirs, ours, { q: 17, a: { id } })).toBe(203);
    const announced = { id, info_hash: target, port: 1, token: Buffer.from('forged') };
    expect(await ask(theirs, ours, { q: 'announce_peer', a: announced })).toBe(203);
    expect(ours.stats.store.peers).toBe(0);
    expect(await ask(theirs, ours, { q: 'ping', a: { id } })).toBe(0);
  });

  test('a value that we do not store is refused without harm (BEP 44 put)', async () => {
    const ours = await openOurs(false);
    const theirs = await openTheirs([at(ours)]);
    await new Promise((resolve) => theirs.dht.put({ v: Buffer.from('hello') }, resolve));
    expect((await ours.ping(at(theirs))).port).toBe(theirs.port);
  });
});

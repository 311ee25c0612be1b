/**
 * The client of npm's bittorrent-dht: what it does, said of ours and of theirs by the same calls. What is
 * expected of both runs on both; what only ours does is below.
 */
import { createHash, generateKeyPairSync, sign as signWith } from 'node:crypto';
import { once } from 'node:events';
import Theirs from 'bittorrent-dht';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { Client, type ClientOptions } from '../../../src/bittorrent-dht.ts';

const HOST = '127.0.0.1';
const HASH = 'ab'.repeat(20);
const clients: Client[] = [];

afterEach(async () => {
  vi.useRealTimers();
  await Promise.all(
    clients.splice(0).map((dht) => new Promise<void>((resolve) => dht.destroy(resolve))),
  );
});

type Kind = new (options?: ClientOptions) => Client;
const KINDS: [name: string, kind: Kind][] = [
  ['ours', Client],
  ['theirs', Theirs as unknown as Kind],
];

function make(Kind: Kind, options: ClientOptions = {}): Client {
  const dht = new Kind({ bootstrap: false, ...options });
  clients.push(dht);
  return dht;
}

async function listening(Kind: Kind, options: ClientOptions = {}): Promise<Client> {
  const dht = make(Kind, options);
  await new Promise<void>((resolve) => dht.listen(0, HOST, resolve));
  return dht;
}

const at = (dht: Client) => `${HOST}:${dht.address().port}`;

// biome-ignore lint/suspicious/noExplicitAny: each call has its own
type Given = any[];

/** What a callback is given. */
function called(call: (callback: (...values: Given) => void) => unknown): Promise<Given> {
  return new Promise((resolve) => call((...values) => resolve(values)));
}

function keyPair() {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const k = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32);
  return { k, sign: (message: Uint8Array) => signWith(null, message, privateKey) };
}

describe.each(KINDS)('%s', (_name, Kind) => {
  test('finds both of two ports that one client has announced', async () => {
    const first = await listening(Kind);
    const second = await listening(Kind, { bootstrap: [at(first)] });
    const hash = 'ab'.repeat(20);
    for (const port of [1337, 1338]) await called((done) => second.announce(hash, port, done));
    const ports = new Set<number>();
    second.on('peer', ({ port }) => ports.add(port));
    await called((done) => second.lookup(hash, done));
    await vi.waitFor(() => expect([...ports].sort()).toEqual([1337, 1338]));
  });

  test('is ready when whom it joined through knows it', async () => {
    const first = await listening(Kind);
    const second = make(Kind, { bootstrap: [at(first)] });
    await new Promise<void>((resolve) => void second.on('ready', resolve));
    expect(first.toJSON().nodes).toEqual([{ host: HOST, port: second.address().port }]);
  });

  test('says listening, then ready, and where it listens', async () => {
    const dht = make(Kind);
    const said: string[] = [];
    for (const event of ['listening', 'ready', 'close']) dht.on(event, () => said.push(event));
    expect(() => dht.address()).toThrow();
    expect(dht.listening).toBe(false);
    await new Promise<void>((resolve) => dht.listen(0, HOST, resolve));
    expect(dht.listening).toBe(true);
    expect(dht.address()).toMatchObject({ address: HOST, family: 'IPv4' });
    await vi.waitFor(() => expect(said).toContain('ready'));
    expect(dht.ready).toBe(true);
    await new Promise<void>((resolve) => dht.destroy(resolve));
    expect(said.sort()).toEqual(['close', 'listening', 'ready']);
    expect(dht.destroyed).toBe(true);
  });

  test('has the id that it was given, in digits or bytes', () => {
    expect(make(Kind, { nodeId: HASH }).nodeId.toString('hex')).toBe(HASH);
    expect(make(Kind, { nodeId: Buffer.alloc(20, 7) }).nodeId).toEqual(Buffer.alloc(20, 7));
  });

  test('announces, finds, and tells of both', async () => {
    const first = await listening(Kind);
    const second = await listening(Kind, { bootstrap: [at(first)] });
    const announced = once(first as never, 'announce');
    expect((await called((done) => second.announce(HASH, 5001, done)))[0]).toBeNull();
    const [peer, hash] = await announced;
    expect(peer).toEqual({ host: HOST, port: 5001 });
    expect(hash.toString('hex')).toBe(HASH);
    const third = await listening(Kind, { bootstrap: at(first) });
    const found = once(third as never, 'peer');
    const [error, answered] = await called((done) => third.lookup(HASH, done));
    expect(error).toBeNull();
    expect(answered).toBeGreaterThan(0);
    expect((await found).slice(0, 2)).toEqual([
      { host: HOST, port: 5001 },
      Buffer.from(HASH, 'hex'),
    ]);
  });

  test('tells of the peers that it meets while it announces', async () => {
    const first = await listening(Kind);
    const second = await listening(Kind, { bootstrap: [at(first)] });
    await called((done) => second.announce(HASH, 5001, done));
    const third = await listening(Kind, { bootstrap: [at(first)] });
    const found = once(third as never, 'peer');
    third.announce(HASH, 5002);
    expect((await found)[0]).toEqual({ host: HOST, port: 5001 });
  });

  test('without a port announces that of its socket', async () => {
    const first = await listening(Kind);
    const second = await listening(Kind, { bootstrap: [at(first)] });
    const announced = once(first as never, 'announce');
    await called((done) => second.announce(HASH, done));
    expect((await announced)[0]).toEqual({ host: HOST, port: second.address().port });
  });

  test('finds nothing where there is nobody, and says that an announce failed', async () => {
    const dht = await listening(Kind);
    expect(await called((done) => dht.lookup(HASH, done))).toEqual([null, 0]);
    expect((await called((done) => dht.announce(HASH, 1, done)))[0]).toBeInstanceOf(Error);
  });

  test('with a host of its own keeps its announces, without one it does not', async () => {
    for (const [host, peers] of [
      [HOST, [{ host: HOST, port: 6969 }]],
      [false, []],
    ] as const) {
      const dht = await listening(Kind, { host });
      const told: unknown[] = [];
      const heard: unknown[] = [];
      dht.on('announce', (peer) => told.push(peer));
      dht.on('peer', (peer) => heard.push(peer));
      expect((await called((done) => dht.announce(HASH, 6969, done)))[0]).toBeInstanceOf(Error);
      await called((done) => dht.lookup(HASH, done));
      await vi.waitFor(() => expect(heard).toEqual(peers));
      expect(told).toEqual(peers);
    }
  });

  test('lists a named node at once, once, and can be told to forget it', async () => {
    const other = await listening(Kind);
    const dht = await listening(Kind);
    const { port } = other.address();
    const node = { id: other.nodeId, host: HOST, port };
    const told: unknown[] = [];
    dht.on('node', (one) => told.push(one.port));
    dht.addNode(node);
    dht.addNode({ ...node });
    expect(told).toEqual([port]);
    expect(dht.toJSON().nodes).toEqual([{ host: HOST, port }]);
    expect(dht.nodes.count()).toBe(1);
    expect(dht.nodes.get(other.nodeId)).toMatchObject({ host: HOST, port });
    expect(dht.nodes.closest(other.nodeId, 1)).toHaveLength(1);
    dht.removeNode(other.nodeId);
    expect(dht.toJSON().nodes).toEqual([]);
  });

  test('pings a node whose id it is not told, and then says who that is', async () => {
    const other = await listening(Kind);
    const dht = await listening(Kind);
    const told = once(dht as never, 'node');
    dht.addNode({ host: HOST, port: other.address().port });
    const [node] = await told;
    expect(node.id.toString('hex')).toBe(other.nodeId.toString('hex'));
    await vi.waitFor(() => expect(dht.nodes.toArray()).toHaveLength(1));
  });

  test('puts and gets what never changes', async () => {
    const first = await listening(Kind);
    const second = await listening(Kind, { bootstrap: [at(first)] });
    await vi.waitFor(() => expect(first.nodes.count()).toBe(1));
    const v = Buffer.from('hello');
    const expected = createHash('sha1').update('5:hello').digest();
    const put = once(first as never, 'put');
    const [error, key, stored] = await called((done) =>
      expect(second.put({ v }, done)).toEqual(expected),
    );
    expect([error, key, stored]).toEqual([null, expected, 1]);
    expect((await put)[0]).toEqual(expected);
    const got = await called((done) => first.get(expected.toString('hex'), done));
    expect([got[0], got[1].v]).toEqual([null, v]);
    expect(second.toJSON().values[expected.toString('hex')]).toEqual({
      v: v.toString('hex'),
      id: second.nodeId.toString('hex'),
    });
    expect(first.toJSON().values).toEqual(second.toJSON().values);
  });

  test('puts and gets what its owner may change, salted, and says when it is too old', async () => {
    const verify = () => true;
    const first = await listening(Kind, { verify });
    const second = await listening(Kind, { bootstrap: [at(first)], verify });
    await vi.waitFor(() => expect(first.nodes.count()).toBe(1));
    const { k, sign } = keyPair();
    const salt = Buffer.from('salt');
    const options = { k, salt, sign, seq: 4, v: Buffer.from('four') };
    const key = createHash('sha1').update(k).update(salt).digest();
    expect((await called((done) => second.put(options, done))).slice(0, 2)).toEqual([null, key]);
    const old = { ...options, seq: 3, v: Buffer.from('three') };
    expect((await called((done) => second.put(old, done)))[0]).toMatchObject({ code: 302 });
    const wrong = { ...options, seq: 5, cas: 3, v: Buffer.from('five') };
    expect((await called((done) => second.put(wrong, done)))[0]).toMatchObject({ code: 301 });
    const third = await listening(Kind, { bootstrap: [at(first)], verify });
    const [error, value] = await called((done) => third.get(key, { salt }, done));
    expect(error).toBeNull();
    expect(value).toMatchObject({ v: options.v, k, seq: 4, salt });
  });

  test('gets null for what nobody has', async () => {
    const first = await listening(Kind);
    const second = await listening(Kind, { bootstrap: [at(first)] });
    expect(await called((done) => second.get(HASH, done))).toEqual([null, null]);
  });

  test('hands out what it put itself though nobody took it', async () => {
    const first = await listening(Kind);
    const v = Buffer.from('alone');
    const key = first.put({ v });
    const second = await listening(Kind, { bootstrap: [at(first)] });
    expect((await called((done) => second.get(key, done)))[1]).toMatchObject({ v });
  });

  test.each([
    [{}],
    [{ v: Buffer.alloc(1001) }],
    [{ v: 'a', k: Buffer.alloc(31), seq: 1, sig: Buffer.alloc(64) }],
    [{ v: 'a', k: Buffer.alloc(32), seq: 1 }],
    [{ v: 'a', k: Buffer.alloc(32), sig: Buffer.alloc(64) }],
    [{ v: 'a', k: Buffer.alloc(32), seq: 'one', sig: Buffer.alloc(64) }],
    [{ v: 'a', k: Buffer.alloc(32), seq: 1, sig: Buffer.alloc(64), salt: Buffer.alloc(65) }],
    [{ v: 'a', k: Buffer.alloc(32), seq: 1, sig: Buffer.alloc(64), cas: '1' }],
  ])('throws at once for a put that cannot be, %#', (options) => {
    expect(() => make(Kind).put(options as never)).toThrow(Error);
  });

  test('tells of queries', async () => {
    const first = await listening(Kind);
    const heard: string[] = [];
    for (const event of ['find_node', 'get_peers', 'announce_peer', 'get']) {
      first.on(event, () => heard.push(event));
    }
    const second = await listening(Kind, { bootstrap: [at(first)] });
    await called((done) => second.announce(HASH, 1, done));
    await called((done) => second.get(HASH, done));
    expect([...new Set(heard)].sort()).toEqual(['announce_peer', 'find_node', 'get', 'get_peers']);
  });

  test('ends its calls when it is destroyed, and may be destroyed again', async () => {
    const dht = await listening(Kind);
    await new Promise<void>((resolve) => dht.destroy(resolve));
    await new Promise<void>((resolve) => dht.destroy(resolve));
  });

  test('says that its port is taken', async () => {
    const first = await listening(Kind);
    const second = make(Kind);
    const failed = once(second as never, 'error').catch((error) => [error]);
    second.listen(first.address().port, HOST);
    expect((await failed)[0]).toMatchObject({ code: 'EADDRINUSE' });
  });
});

describe('ours', () => {
  test('and theirs are one network', async () => {
    const [ours, theirs] = [await listening(Client), await listening(Theirs as unknown as Kind)];
    ours.addNode({ id: theirs.nodeId, host: HOST, port: theirs.address().port });
    await called((done) => ours.announce(HASH, 5005, done));
    const third = await listening(Theirs as unknown as Kind, { bootstrap: [at(ours)] });
    const found = once(third as never, 'peer');
    third.lookup(HASH);
    expect((await found)[0]).toEqual({ host: HOST, port: 5005 });
  });

  test('forgets a named node that is somebody else', async () => {
    const [other, dht] = [await listening(Client), await listening(Client)];
    dht.addNode({ id: HASH, host: HOST, port: other.address().port });
    expect(dht.nodes.get(Buffer.from(HASH, 'hex'))).not.toBeNull();
    await vi.waitFor(() => expect(dht.nodes.toArray().map(({ id }) => id)).toEqual([other.nodeId]));
  });

  test('gives a look-up up, and says so without an error', async () => {
    const first = await listening(Client);
    const dht = await listening(Client, { bootstrap: [at(first)] });
    const outcome = called((done) => {
      const abort = dht.lookup(HASH, done);
      abort();
      expect(abort).not.toThrow();
    });
    expect(await outcome).toEqual([null, 0]);
  });

  test('keeps what it puts when it is named to itself', async () => {
    const dht = await listening(Client);
    const node = once(dht as never, 'node');
    dht.addNode({ host: HOST, port: dht.address().port });
    expect((await node)[0].id).toEqual(dht.nodeId);
    const { k, sign } = keyPair();
    const [error, key, stored] = await called((done) => dht.put({ k, sign, seq: 0, v: 'a' }, done));
    expect([error, stored]).toEqual([null, 1]);
    expect((await called((done) => dht.get(key, done)))[1]).toMatchObject({ seq: 0, k });
  });

  test('puts again what it got, as it is: who has it renews it', async () => {
    const first = await listening(Client);
    const second = await listening(Client, { bootstrap: [at(first)] });
    const { k, sign } = keyPair();
    const [, key] = await called((done) => second.put({ k, sign, seq: 1, v: 'a' }, done));
    const [, value] = await called((done) => second.get(key, { cache: false }, done));
    expect(await called((done) => second.put(value, done))).toEqual([null, key, 1]);
  });

  test('drops a value that the program’s own verify does not like', async () => {
    const first = await listening(Client);
    const second = await listening(Client, { bootstrap: [at(first)] });
    const { k, sign } = keyPair();
    const [, key] = await called((done) => second.put({ k, sign, seq: 1, v: 'a' }, done));
    const get = (verify: () => boolean) =>
      called((done) => second.get(key, { verify, cache: false }, done));
    expect((await get(() => true))[1]).toMatchObject({ seq: 1 });
    expect((await get(() => false))[1]).toBeNull();
  });

  test('calls back with an error when it was destroyed, and listens once', async () => {
    const dht = await listening(Client);
    expect(() => dht.listen(0)).toThrow('bound already');
    dht.destroy();
    const [error] = await called((done) => dht.announce(HASH, 1, done));
    expect(error.message).toBe('dht is destroyed');
  });

  test('warns of an option that is none', async () => {
    const dht = make(Client, { bootsrap: false } as never);
    const [warning] = await once(dht as never, 'warning');
    expect(warning.message).toContain('"bootsrap"');
  });

  test('says nothing to a callback that throws but to its program', async () => {
    const dht = await listening(Client);
    const before = process.listeners('uncaughtException');
    process.removeAllListeners('uncaughtException');
    const caught = new Promise((resolve) => process.once('uncaughtException', resolve));
    dht.lookup(HASH, () => {
      throw new Error('of the program');
    });
    expect(await caught).toMatchObject({ message: 'of the program' });
    for (const listener of before) process.on('uncaughtException', listener);
    expect(await called((done) => dht.lookup(HASH, done))).toEqual([null, 0]);
  });
});

import { execFile } from 'node:child_process';
import { createSocket, type Socket } from 'node:dgram';
import dns from 'node:dns/promises';
import { getEventListeners, once } from 'node:events';
import { syncBuiltinESMExports } from 'node:module';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { addressOf } from '../../../src/core/address.ts';
import type { DatagramReceiver, DatagramTransport } from '../../../src/core/host.ts';
import {
  type Bencoded,
  type CallLimits,
  decode,
  type Encodable,
  encode,
  flatTable,
  type IncomingQuery,
  LOOKUPS_REMEMBERED,
  Mainline,
  type MainlineOptions,
  openMainline,
  type Peer,
  SeededRandom,
} from '../../../src/mainline.ts';
import { ManualClock, MemoryNetwork } from '../../io/memory-network.ts';

const HASH = '0123456789abcdef0123456789abcdef01234567';
const HOST = '127.0.0.1';
/** Quick, for tests in which somebody is silent. */
const IMPATIENT = { timeoutMs: 300, shortTimeoutMs: 100 };

const opened: { close(): Promise<void> }[] = [];
const unhandled: unknown[] = [];
const onUnhandled = (reason: unknown) => unhandled.push(reason);

beforeEach(() => {
  process.on('unhandledRejection', onUnhandled);
});

afterEach(async () => {
  await Promise.all(opened.splice(0).map((node) => node.close()));
  await new Promise(setImmediate);
  process.off('unhandledRejection', onUnhandled);
  expect(unhandled.splice(0)).toEqual([]);
});

async function open(options: MainlineOptions = {}): Promise<Mainline> {
  const node = await openMainline({ host: HOST, bootstrap: false, ...options });
  opened.push(node);
  return node;
}

function at(node: { host: string; port: number }): string {
  return `${node.host}:${node.port}`;
}

/** Nodes that all joined through the first. */
async function network(count: number, options: MainlineOptions = {}): Promise<Mainline[]> {
  const first = await open(options);
  const nodes = [first];
  for (let i = 1; i < count; i++) {
    nodes.push(await open({ ...options, bootstrap: [at(first)] }));
    await nodes[i].ready();
  }
  return nodes;
}

type Fields = { [key: string]: Bencoded };

/** Somebody else's node: says to each query what `answer` gives, or nothing for null. */
async function responder(
  answer: (query: Fields) => Encodable | null,
): Promise<{ host: string; port: number; queries: Fields[]; socket: Socket }> {
  const socket = createSocket('udp4');
  const queries: Fields[] = [];
  socket.on('message', (bytes, from) => {
    const query = decode(bytes) as Fields;
    queries.push(query);
    const reply = answer(query);
    if (reply !== null) socket.send(encode(reply), from.port, from.address);
  });
  socket.bind(0, HOST);
  await once(socket, 'listening');
  opened.push({ close: () => new Promise((resolve) => socket.close(() => resolve())) });
  return { host: HOST, port: socket.address().port, queries, socket };
}

const silent = () => responder(() => null);

describe('opening a node', () => {
  test('binds the address, and says which', async () => {
    const node = await open();
    expect(node.host).toBe(HOST);
    expect(node.port).toBeGreaterThan(0);
    expect(node.id).toMatch(/^[0-9a-f]{40}$/);
    expect(node.table.kind).toBe('kbuckets');
    expect(node.register).toBeNull();
  });

  test('takes an id as hex or as bytes', async () => {
    expect((await open({ id: HASH.toUpperCase() })).id).toBe(HASH);
    expect((await open({ id: Buffer.from(HASH, 'hex') })).id).toBe(HASH);
  });

  test('at a port that is taken fails with ADDRESS_IN_USE in one line', async () => {
    const { port } = await open();
    await expect(open({ port })).rejects.toMatchObject({
      name: 'DhtError',
      code: 'ADDRESS_IN_USE',
      message: `cannot listen on 127.0.0.1:${port}: the port is taken`,
    });
  });

  test('at an address that this machine does not have fails with ADDRESS_UNAVAILABLE', async () => {
    await expect(open({ host: '192.0.2.1' })).rejects.toMatchObject({
      code: 'ADDRESS_UNAVAILABLE',
    });
  });

  const wrong: [options: object, kind: ErrorConstructor, message: RegExp][] = [
    [{ k: 0 }, RangeError, /^"k" expected a whole number in 1\.\.64, got 0$/],
    [{ k: '8' }, TypeError, /^"k" expected a whole number, got "8"$/],
    [{ alpha: 65 }, RangeError, /^"alpha" .*1\.\.64, got 65$/],
    [{ port: 65536 }, RangeError, /^"port" .*0\.\.65535, got 65536$/],
    [{ port: 1.5 }, RangeError, /^"port" .*got 1\.5$/],
    [{ port: Number.NaN }, RangeError, /^"port" .*got NaN$/],
    [{ id: 'abc' }, TypeError, /^"id" expected 40 hexadecimal digits or 20 bytes, got "abc"$/],
    [{ id: new Uint8Array(19) }, TypeError, /^"id" expected 20 bytes, got 19$/],
    [{ table: 'tree' }, TypeError, /^"table" expected kbuckets, flat, prefix.*got "tree"$/],
    [{ timeoutMs: 0 }, RangeError, /^"timeoutMs" .*got 0$/],
    [{ timeoutMs: 500, shortTimeoutMs: 501 }, RangeError, /^"shortTimeoutMs" .*1\.\.500, got 501$/],
    [{ bootstrap: ['127.0.0.1:1', 'router'] }, TypeError, /^"bootstrap\[1\]" .*got "router"$/],
    [{ bootstrap: ['127.0.0.1:0'] }, RangeError, /^"bootstrap\[0\] port" .*got 0$/],
    [{ bootstrap: [{ host: HOST }] }, TypeError, /^"bootstrap\[0\]\.port" .*got undefined$/],
    [
      { bootstrap: '127.0.0.1:1' },
      TypeError,
      /^"bootstrap" expected a list.*got "127\.0\.0\.1:1"$/,
    ],
    [
      { peers: { infohashes: 1 } },
      TypeError,
      /^"peers\.infohashes" is no option of peers, did you mean "peers\.infoHashes"\?$/,
    ],
    [{ inbound: { perSource: -1 } }, RangeError, /^"inbound\.perSource" .*got -1$/],
    [{ inbound: { total: '9' } }, TypeError, /^"inbound\.total" .*got "9"$/],
    [{ outbound: { newEndpoints: 0 } }, RangeError, /^"outbound\.newEndpoints" .*got 0$/],
    [
      { bootsrap: false },
      TypeError,
      /^"bootsrap" is no option of openMainline, did you mean "bootstrap"\?$/,
    ],
    [{ colour: 'red' }, TypeError, /^"colour" is no option of openMainline$/],
    [{ onQuery: 'echo' }, TypeError, /^"onQuery" expected a function, got "echo"$/],
    [{ onePerIp: 'no' }, TypeError, /^"onePerIp" expected true or false, got "no"$/],
    [{ traces: -1 }, RangeError, /^"traces" .*0\.\.10000, got -1$/],
    [{ register: 1.5 }, RangeError, /^"register" .*got 1\.5$/],
    [{ outbound: { speed: 1 } }, TypeError, /^"outbound\.speed" is no option of outbound$/],
  ];

  test.each(wrong)('with the wrong option %o names it', async (options, kind, message) => {
    const outcome = open(options as MainlineOptions);
    await expect(outcome).rejects.toBeInstanceOf(kind);
    await expect(outcome).rejects.toThrow(message);
  });

  test('is the only way to get one', () => {
    const Constructor = Mainline as unknown as new () => Mainline;
    expect(() => new Constructor()).toThrow('openMainline');
  });

  test('that fails after the socket was bound frees the port', async () => {
    const { port } = await open();
    await opened.pop()!.close();
    const table = () => {
      throw new Error('no table today');
    };
    await expect(open({ port, table })).rejects.toThrow('no table today');
    expect((await open({ port })).port).toBe(port);
  });
});

describe('joining', () => {
  test('is ready at once, with nobody, when there is nobody to ask', async () => {
    expect(await (await open()).ready()).toEqual({ answered: 0 });
  });

  test('tells how many nodes answered', async () => {
    const first = await open();
    const second = await open({ bootstrap: [at(first)] });
    expect(await second.ready()).toEqual({ answered: 1 });
    expect(second.table.size).toBe(1);
    expect(second.table.entries()[0]).toMatchObject({ id: first.id, port: first.port });
  });

  test('accepts an endpoint as an object, and as a name with the hint of an address', async () => {
    for (const entryOf of [
      ({ port }: Mainline) => ({ host: HOST, port }),
      ({ port }: Mainline) => `${HOST}@localhost:${port}`,
    ]) {
      const node = await open({ bootstrap: [entryOf(await open())] });
      expect(await node.ready()).toEqual({ answered: 1 });
    }
  });

  test('through a name waits for the name to be resolved', async () => {
    const first = await open();
    const node = await open({ bootstrap: [`localhost:${first.port}`] });
    expect(await node.ready()).toEqual({ answered: 1 });
  });

  test('through a name that does not resolve is ready with 0', async () => {
    // Refused without asking a name server: no label of a name may be empty (RFC 1035).
    const node = await open({ bootstrap: ['a..b:6881'] });
    expect(await node.ready()).toEqual({ answered: 0 });
  });

  test('with a bootstrap node that is silent is ready with 0, and the node goes on trying', async () => {
    const quiet = await silent();
    const node = await open({ bootstrap: [at(quiet)], ...IMPATIENT });
    expect(await node.ready()).toEqual({ answered: 0 });
    await vi.waitFor(() => expect(quiet.queries.length).toBeGreaterThan(1), 5000);
  });

  test('ignores its own address in the bootstrap list', async () => {
    const { port } = await open();
    await opened.pop()!.close();
    const node = await open({ port, bootstrap: [`${HOST}:${port}`] });
    expect(await node.ready()).toEqual({ answered: 0 });
    expect(node.stats.in.datagrams).toBe(0);
  });
});

describe('ping', () => {
  test('gives id, address, round trip and version', async () => {
    const [here, there] = [await open(), await open()];
    const pong = await here.ping(at(there));
    expect(pong).toMatchObject({ id: there.id, host: HOST, port: there.port });
    expect(pong.rttMs).toBeGreaterThanOrEqual(0);
    expect(pong.rttMs).toBeLessThan(1000);
    expect(typeof pong.version).toBe('string');
    expect(await here.ping({ host: HOST, port: there.port })).toMatchObject({ id: there.id });
  });

  test('names the program that it reached, or nothing', async () => {
    const id = Buffer.alloc(20, 1);
    const named = await responder((q) => ({ t: q['t'], y: 'r', r: { id }, v: 'XY\x01\xff' }));
    const unnamed = await responder((q) => ({ t: q['t'], y: 'r', r: { id } }));
    const node = await open();
    // Encoded as UTF-8 by the responder: what `v` holds are bytes, shown one by one.
    expect((await node.ping(at(named))).version.slice(0, 3)).toBe('XY\x01');
    expect((await node.ping(at(unnamed))).version).toBe('');
  });

  test('that nobody answers fails with TIMEOUT when the request has', async () => {
    const quiet = await silent();
    const node = await open(IMPATIENT);
    const begun = performance.now();
    await expect(node.ping(at(quiet))).rejects.toMatchObject({ code: 'TIMEOUT' });
    expect(performance.now() - begun).toBeGreaterThanOrEqual(295);
    expect(node.stats.out.timeouts).toBe(1);
  });

  test('answered with an error fails with KRPC_ERROR and its number', async () => {
    const grumpy = await responder((q) => ({ t: q['t'], y: 'e', e: [203, 'go away'] }));
    const node = await open();
    await expect(node.ping(at(grumpy))).rejects.toMatchObject({
      code: 'KRPC_ERROR',
      krpcCode: 203,
      message: 'the node answered with error 203: go away',
    });
    expect(node.stats.in.errors).toBe(1);
  });

  test('is not answered by a reply from elsewhere or with another transaction id', async () => {
    const id = Buffer.alloc(20, 1);
    const elsewhere = await silent();
    const odd = await responder((q) => {
      const reply = encode({ t: q['t'], y: 'r', r: { id } });
      elsewhere.socket.send(reply, nodePort, HOST);
      return { t: Buffer.from('XXXX'), y: 'r', r: { id } };
    });
    const node = await open(IMPATIENT);
    const nodePort = node.port;
    await expect(node.ping(at(odd))).rejects.toMatchObject({ code: 'TIMEOUT' });
    expect(node.stats.in.dropped).toMatchObject({ 'wrong-address': 1, 'unknown-transaction': 1 });
    expect(node.table.size).toBe(0);
  });

  test('refuses what is no endpoint, by name', async () => {
    const node = await open();
    await expect(node.ping('nowhere')).rejects.toThrow('"node" expected HOST:PORT, got "nowhere"');
    await expect(node.ping(`${HOST}:0`)).rejects.toThrow(RangeError);
  });
});

describe('time limits', () => {
  /** Takes 5 s to say that there is no such name; no name server is asked. */
  function slow(): Disposable {
    const spy = vi
      .spyOn(dns, 'lookup')
      .mockImplementation(
        () =>
          new Promise((_, fail) => setTimeout(() => fail(new Error('EAI_AGAIN')), 5000).unref()),
      );
    syncBuiltinESMExports();
    return {
      [Symbol.dispose]() {
        spy.mockRestore();
        syncBuiltinESMExports();
      },
    };
  }

  test.each([
    ['ping', (node: Mainline, limits: CallLimits) => node.ping('name.test:1', limits)],
    ['findNode', (node: Mainline, limits: CallLimits) => node.findNode(HASH, limits)],
    ['getPeers', (node: Mainline, limits: CallLimits) => node.getPeers(HASH, limits)],
    ['announce', (node: Mainline, limits: CallLimits) => node.announce(HASH, limits)],
    ['ready', (node: Mainline, limits: CallLimits) => node.ready(limits)],
  ])('of %s are kept while a name is looked up', async (_, call) => {
    using _slow = slow();
    const node = await open({ bootstrap: ['router.test:1'] });
    const begun = performance.now();
    await expect(call(node, { timeoutMs: 100 })).rejects.toMatchObject({ code: 'TIMEOUT' });
    const signal = AbortSignal.timeout(100);
    await expect(call(node, { signal })).rejects.toMatchObject({ code: 'ABORTED' });
    expect(performance.now() - begun).toBeLessThan(2000);
  });

  test('are kept while joining, when nobody answers', async () => {
    const quiet = await silent();
    const node = await open({ bootstrap: [at(quiet)] });
    const begun = performance.now();
    await expect(node.ready({ timeoutMs: 100 })).rejects.toMatchObject({ code: 'TIMEOUT' });
    await expect(node.announce(HASH, { timeoutMs: 100 })).rejects.toMatchObject({
      code: 'TIMEOUT',
    });
    expect(performance.now() - begun).toBeLessThan(2000);
  });

  test('leave nothing behind on a signal that lives on', async () => {
    const [, node] = await network(2);
    const { signal } = new AbortController();
    for (let i = 0; i < 3; i++) {
      await node.getPeers(HASH, { signal });
      await node.announce(HASH, { signal });
      await node.findNode(HASH, { signal });
      await node.ready({ signal });
      for await (const _ of node.getPeers(HASH, { signal })) break;
    }
    expect(getEventListeners(signal, 'abort')).toEqual([]);
    const kDependants = Object.getOwnPropertySymbols(signal).filter((one) =>
      /dependant/.test(String(one)),
    );
    expect(kDependants).toEqual([]);
  });

  test('and a close end a ping whose name is being looked up', async () => {
    using _slow = slow();
    const node = await open();
    const outcome = node.ping('name.test:1');
    await node.close();
    await expect(outcome).rejects.toMatchObject({ code: 'CLOSED' });
  });
});

describe('a program that fails in its callbacks', () => {
  test('keeps its node, and every call its outcome', async () => {
    const errors: string[] = [];
    const mine = () => {
      throw new Error('mine');
    };
    const node = await open({
      onError: (error) => {
        errors.push((error as Error).message);
        throw new Error('onError fails, too');
      },
    });
    const other = await open({ bootstrap: [at(node)] });
    await other.ready();
    await other.ping(at(node));
    await vi.waitFor(() => expect(node.table.size).toBe(1));
    node.watch({ onLookup: mine, onDatagram: mine });
    node.watch({ onLookup: async () => mine(), onDatagram: async () => mine() });
    expect((await node.findNode(HASH)).nodes).toHaveLength(1);
    expect(errors.length).toBeGreaterThanOrEqual(6);
    expect(new Set(errors)).toEqual(new Set(['mine']));
  });

  test('an async onQuery is told that it cannot be, and its own failure as well', async () => {
    const errors: string[] = [];
    const node = await open({
      onQuery: (async () => {
        throw new Error('later');
      }) as never,
      onError: (error) => errors.push((error as Error).message),
    });
    const there = await open(IMPATIENT);
    await expect(there.ping(at(node))).rejects.toMatchObject({ code: 'TIMEOUT' });
    expect(errors[0]).toMatch(/^"onQuery" expected to return .*, got a promise$/);
    expect(errors[1]).toBe('later');
  });

  test('traces of lookups can be switched off, and the result still has its own', async () => {
    const first = await open();
    const node = await open({ bootstrap: [at(first)], traces: false });
    expect((await node.findNode(HASH)).lookup.steps.length).toBeGreaterThan(0);
    expect(node.lookups).toEqual([]);
  });

  test('misspelt options of calls are refused by name', async () => {
    const node = await open();
    const wrong = { timeout: 5 } as object;
    const message = /^"timeout" is no option of \w+, did you mean "timeoutMs"\?$/;
    for (const call of [
      () => node.ping('127.0.0.1:1', wrong),
      () => node.findNode(HASH, wrong),
      async () => node.getPeers(HASH, wrong),
      () => node.announce(HASH, wrong),
      () => node.ready(wrong),
    ]) {
      await expect(call()).rejects.toThrow(message);
    }
  });
});

describe('lookups', () => {
  test('findNode gives the closest nodes, closest first, and how it went', async () => {
    const nodes = await network(12, { k: 4 });
    const target = nodes[7].id;
    const { nodes: closest, lookup } = await nodes[1].findNode(target);
    expect(closest).toHaveLength(4);
    expect(closest[0]).toEqual({ id: target, host: HOST, port: nodes[7].port });
    const distance = (id: string) => BigInt(`0x${id}`) ^ BigInt(`0x${target}`);
    const distances = closest.map(({ id }) => distance(id));
    expect(distances).toEqual([...distances].sort((a, b) => (a < b ? -1 : 1)));
    expect(lookup).toMatchObject({ kind: 'find_node', target, closest });
    expect(lookup.answered).toBe(lookup.steps.filter((step) => step.rttMs !== null).length);
    expect(lookup.failed).toBe(lookup.steps.length - lookup.answered);
    expect(lookup.durationMs).toBeGreaterThan(0);
    for (const [i, step] of lookup.steps.entries()) {
      if (typeof step.toldBy === 'number') {
        expect(step.toldBy).toBeLessThan(i);
        expect(step.hops).toBe(lookup.steps[step.toldBy].hops + 1);
      } else {
        expect(step).toMatchObject({ toldBy: 'table', hops: 1 });
      }
    }
    expect(lookup.steps.find(({ id }) => id === target)!.distanceBits).toBe(0);
  });

  test('announce stores at the closest nodes and getPeers finds it, from anywhere', async () => {
    const nodes = await network(10);
    const announced = await nodes[2].announce(HASH, { port: 4321 });
    expect(announced).toMatchObject({ failed: 0, peers: [] });
    expect(announced.stored).toBe(8);
    expect(announced.lookup.kind).toBe('announce_peer');
    const found = await nodes[9].getPeers(Buffer.from(HASH, 'hex'));
    expect(found.peers).toEqual([{ host: HOST, port: 4321 }]);
    expect(found.nodes.length).toBe(8);
    expect(found.lookup).toMatchObject({ kind: 'get_peers', target: HASH });
    expect(found.lookup.steps.reduce((sum, step) => sum + step.peers, 0)).toBeGreaterThan(0);
  });

  test('announce without a port names the node’s own, which is what others then find', async () => {
    const [first, second, third] = await network(3);
    await second.announce(HASH);
    expect((await third.getPeers(HASH)).peers).toEqual([{ host: HOST, port: second.port }]);
    expect(first.stats.store).toMatchObject({ infoHashes: 1, peers: 1 });
  });

  test('announce returns the peers it met on the way', async () => {
    const [, second, third] = await network(3);
    await second.announce(HASH, { port: 1111 });
    const { peers } = await third.announce(HASH, { port: 2222 });
    expect(peers).toEqual([{ host: HOST, port: 1111 }]);
  });

  test('finding no peers is an answer, not an error', async () => {
    const [, second] = await network(2);
    expect((await second.getPeers(HASH)).peers).toEqual([]);
    const items: Peer[] = [];
    for await (const peer of second.getPeers(HASH)) items.push(peer);
    expect(items).toEqual([]);
  });

  test('getPeers can be iterated, and awaited as well, and asks only once', async () => {
    const nodes = await network(4);
    for (const [i, node] of nodes.entries()) await node.announce(HASH, { port: 100 + i });
    const before = nodes[3].lookups.length;
    const search = nodes[3].getPeers(HASH);
    const ports: number[] = [];
    for await (const peer of search) ports.push(peer.port);
    const { peers } = await search;
    expect(ports).toEqual(peers.map(({ port }) => port));
    expect(new Set(ports).size).toBe(ports.length);
    expect(ports).toEqual(expect.arrayContaining([100, 101, 102]));
    expect(nodes[3].lookups.length).toBe(before + 1);
  });

  test('a peer is handed out while slower nodes are still awaited', async () => {
    const value = Buffer.from([127, 0, 0, 1, 0x12, 0x34]);
    const quick = await responder((q) => ({
      t: q['t'],
      y: 'r',
      r: { id: Buffer.alloc(20, 1), token: 'aoeu', values: [value] },
    }));
    const quiet = await silent();
    const node = await open({ bootstrap: [at(quick), at(quiet)], ...IMPATIENT });
    let over = false;
    const search = node.getPeers(HASH);
    search.then(() => {
      over = true;
    });
    for await (const peer of search) {
      expect(peer).toEqual({ host: HOST, port: 0x1234 });
      expect(over).toBe(false);
    }
    expect(over).toBe(true);
  });

  test('leaving the iteration early gives the lookup up', async () => {
    const value = Buffer.from([127, 0, 0, 1, 0x12, 0x34]);
    const quick = await responder((q) => ({
      t: q['t'],
      y: 'r',
      r: { id: Buffer.alloc(20, 1), values: [value] },
    }));
    const quiet = await silent();
    const node = await open({ bootstrap: [at(quick), at(quiet)], timeoutMs: 60_000 });
    const search = node.getPeers(HASH);
    for await (const _ of search) break;
    await expect(search).rejects.toMatchObject({ code: 'ABORTED' });
    expect(node.lookups).toEqual([]);
  });

  test('an announce that nobody takes fails with NOT_STORED and says who answered', async () => {
    const id = Buffer.alloc(20, 1);
    const tokenless = await responder((q) => ({ t: q['t'], y: 'r', r: { id, nodes: '' } }));
    const node = await open({ bootstrap: [at(tokenless)] });
    await expect(node.announce(HASH)).rejects.toMatchObject({
      code: 'NOT_STORED',
      message: 'no node stored the announce (1 of 1 nodes answered)',
    });
  });

  test('an announce that is refused fails with NOT_STORED as well', async () => {
    const id = Buffer.alloc(20, 1);
    const refusing = await responder((q) =>
      String(q['q']) === 'announce_peer'
        ? { t: q['t'], y: 'e', e: [203, 'Bad token'] }
        : { t: q['t'], y: 'r', r: { id, nodes: '', token: 'aoeu' } },
    );
    const node = await open({ bootstrap: [at(refusing)] });
    await expect(node.announce(HASH)).rejects.toMatchObject({ code: 'NOT_STORED' });
    expect(refusing.queries.some((q) => String(q['q']) === 'announce_peer')).toBe(true);
  });

  test('with nobody to ask fail with NO_NODES', async () => {
    const node = await open();
    await expect(node.findNode(HASH)).rejects.toMatchObject({ code: 'NO_NODES' });
    await expect(node.getPeers(HASH)).rejects.toMatchObject({ code: 'NO_NODES' });
    await expect(node.announce(HASH)).rejects.toMatchObject({ code: 'NO_NODES' });
  });

  test('beyond 256 at a time fail with BUSY, and the others go on', async () => {
    const quiet = await silent();
    const node = await open({ bootstrap: [at(quiet)], ...IMPATIENT });
    // One place is taken by the node's own attempt to join.
    const calls = Array.from({ length: 260 }, () => node.findNode(HASH));
    const outcomes = await Promise.allSettled(calls);
    const codes = outcomes.map((o) => (o.status === 'rejected' ? o.reason.code : 'fine'));
    expect(codes.filter((code) => code === 'fine')).toHaveLength(255);
    expect(codes.filter((code) => code === 'BUSY')).toHaveLength(5);
  });

  test('and pings beyond 16,383 requests under way fail with BUSY, until some have ended', async () => {
    const clock = new ManualClock();
    const transport = new MemoryNetwork().transport(addressOf(0x7f000001, 1000));
    const node = await open({ transport, clock });
    const codes = new Map<string, number>();
    let refused = 0;
    const pings = Array.from({ length: 16_390 }, (_, i) =>
      node.ping({ host: HOST, port: 2000 + i }).catch(({ code }) => {
        codes.set(code, (codes.get(code) ?? 0) + 1);
        if (code === 'BUSY') refused++;
      }),
    );
    await vi.waitFor(() => expect(refused).toBe(7));
    expect(node.stats.requestsInFlight).toBe(16_383);
    clock.advance(6000);
    await Promise.all(pings);
    expect(Object.fromEntries(codes)).toEqual({ BUSY: 7, TIMEOUT: 16_383 });
    expect(node.stats.requestsInFlight).toBe(0);
  });

  test('are remembered, the latest 64 of them, oldest first', async () => {
    const [, node] = await network(2);
    const targets: string[] = [];
    for (let i = 0; i < LOOKUPS_REMEMBERED + 6; i++) {
      targets.push(i.toString(16).padStart(40, '0'));
      await node.findNode(targets[i]);
    }
    expect(LOOKUPS_REMEMBERED).toBe(64);
    expect(node.lookups.map(({ target }) => target)).toEqual(targets.slice(6));
    expect(() => JSON.stringify(node.lookups)).not.toThrow();
  });

  test.each(['zz', new Uint8Array(19), null])('refuse %o as an id, by name', async (id) => {
    const node = await open();
    await expect(node.findNode(id as string)).rejects.toThrow(/^"target" expected/);
    await expect(node.announce(id as string)).rejects.toThrow(/^"infoHash" expected/);
    await expect(async () => node.getPeers(id as string)).rejects.toThrow(/^"infoHash" expected/);
  });

  test('refuse a port or a time that cannot be', async () => {
    const node = await open();
    await expect(node.announce(HASH, { port: 0 })).rejects.toThrow(/^"port" .*1\.\.65535, got 0$/);
    await expect(node.findNode(HASH, { timeoutMs: 0 })).rejects.toThrow(/^"timeoutMs"/);
    await expect(node.getPeers(HASH, { timeoutMs: 1.5 })).rejects.toThrow(/^"timeoutMs"/);
  });
});

describe('giving up', () => {
  test('a signal that has fired sends nothing', async () => {
    const quiet = await silent();
    const node = await open();
    const limits = { signal: AbortSignal.abort() };
    await expect(node.ping(at(quiet), limits)).rejects.toMatchObject({ code: 'ABORTED' });
    await expect(node.getPeers(HASH, limits)).rejects.toMatchObject({ code: 'ABORTED' });
    expect(node.stats.out.datagrams).toBe(0);
  });

  test('a signal ends ping, findNode, getPeers and announce while they wait', async () => {
    const quiet = await silent();
    const node = await open({ bootstrap: [at(quiet)], timeoutMs: 60_000 });
    const controller = new AbortController();
    const { signal } = controller;
    const calls = Promise.allSettled([
      node.ping(at(quiet), { signal }),
      node.findNode(HASH, { signal }),
      node.getPeers(HASH, { signal }),
      node.announce(HASH, { signal }),
    ]);
    await vi.waitFor(() => expect(quiet.queries.length).toBeGreaterThanOrEqual(4));
    controller.abort(new Error('enough'));
    for (const outcome of await calls) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'ABORTED' } });
    }
    await expect(node.ping(at(quiet), { signal })).rejects.toMatchObject({
      cause: controller.signal.reason,
    });
    // Only the node's own attempt to join is left.
    expect(node.stats.lookupsInFlight).toBe(1);
  });

  test('a time limit of the call ends it with TIMEOUT', async () => {
    const quiet = await silent();
    const node = await open({ bootstrap: [at(quiet)], timeoutMs: 60_000 });
    const outcomes = await Promise.allSettled([
      node.ping(at(quiet), { timeoutMs: 20 }),
      node.findNode(HASH, { timeoutMs: 20 }),
      node.getPeers(HASH, { timeoutMs: 20 }),
      node.announce(HASH, { timeoutMs: 20 }),
    ]);
    for (const outcome of outcomes) {
      expect(outcome).toMatchObject({
        reason: { code: 'TIMEOUT', message: 'no answer within 20 ms' },
      });
    }
  });

  test('a search that is only iterated throws its failure there, and nowhere else', async () => {
    const quiet = await silent();
    const node = await open({ bootstrap: [at(quiet)], timeoutMs: 60_000 });
    await expect(
      (async () => {
        for await (const _ of node.getPeers(HASH, { timeoutMs: 20 }));
      })(),
    ).rejects.toMatchObject({ code: 'TIMEOUT' });
    node.getPeers(HASH, { timeoutMs: 20 }); // looked at by nobody: see `unhandled`
    await new Promise((resolve) => setTimeout(resolve, 40));
  });
});

describe('closing', () => {
  test('ends calls in flight, and those that come later, with CLOSED', async () => {
    const quiet = await silent();
    const node = await open({ bootstrap: [at(quiet)] });
    const calls = Promise.allSettled([
      node.findNode(HASH),
      node.getPeers(HASH),
      node.announce(HASH),
      node.ping(at(quiet)),
    ]);
    await vi.waitFor(() => expect(quiet.queries.length).toBeGreaterThanOrEqual(4));
    const ready = node.ready();
    await node.close();
    for (const outcome of await calls)
      expect(outcome).toMatchObject({ reason: { code: 'CLOSED' } });
    await expect(node.ping(at(quiet))).rejects.toMatchObject({ code: 'CLOSED' });
    await expect(node.findNode(HASH)).rejects.toMatchObject({ code: 'CLOSED' });
    await expect(node.getPeers(HASH)).rejects.toMatchObject({ code: 'CLOSED' });
    await expect(node.announce(HASH)).rejects.toMatchObject({ code: 'CLOSED' });
    expect(await ready).toEqual({ answered: 0 });
  });

  test('frees the port, and twice is no worse than once', async () => {
    const node = await open();
    await Promise.all([node.close(), node.close()]);
    await node.close();
    expect((await open({ port: node.port })).port).toBe(node.port);
  });

  test('leaves stats and lookups readable', async () => {
    const [, node] = await network(2);
    await node.findNode(HASH);
    await node.close();
    expect(node.stats.requestsInFlight).toBe(0);
    expect(node.stats.in.replies).toBeGreaterThan(0);
    expect(node.lookups).toHaveLength(1);
  });

  test('happens at the end of an `await using`', async () => {
    let port = 0;
    {
      await using node = await openMainline({ host: HOST, bootstrap: false });
      port = node.port;
    }
    expect((await open({ port })).port).toBe(port);
  });

  test('from inside a query hook is clean', async () => {
    const errors: unknown[] = [];
    const there = await open();
    let closed: Promise<void> | undefined;
    const node: Mainline = await open({
      onQuery: () => {
        closed = node.close();
      },
      onError: (error) => errors.push(error),
    });
    await there.ping(at(node), { timeoutMs: 50 }).catch(() => {});
    await closed;
    expect(closed).toBeDefined();
    expect(errors).toEqual([]);
  });

  test('lets a program end by itself', async () => {
    const script = `
      import { openMainline } from ${JSON.stringify(new URL('../../../dist/mainline.js', import.meta.url).href)};
      const options = { host: '127.0.0.1', bootstrap: false };
      const first = await openMainline(options);
      const second = await openMainline({ ...options, bootstrap: ['127.0.0.1:' + first.port] });
      await second.ready();
      await second.announce('${HASH}');
      second.findNode('${HASH}').catch(() => {});
      await Promise.all([first.close(), second.close()]);
      // Handles of closed sockets go at the end of the event loop's round.
      for (let rounds = 0; rounds < 2; rounds++) await new Promise(setImmediate);
      console.log('closed', JSON.stringify(process.getActiveResourcesInfo().filter((name) => name !== 'PipeWrap')));
    `;
    const { stdout, code } = await runNode(['--input-type=module', '--eval', script]);
    expect(code).toBe(0);
    expect(stdout.trim()).toBe('closed []');
  });
});

/** Runs a program to its own end; one that does not end within 10 s is killed and fails. */
function runNode(args: string[]): Promise<{ stdout: string; code: number | null }> {
  return new Promise((resolve) => {
    const cwd = fileURLToPath(new URL('../../..', import.meta.url));
    const child = execFile(process.execPath, args, { cwd, timeout: 10_000 }, (_error, stdout) =>
      resolve({ stdout, code: child.exitCode }),
    );
  });
}

describe('what a program can see', () => {
  test('every datagram that came in is counted exactly once', async () => {
    const node = await open();
    const there = await open();
    await there.ping(at(node));
    await node.ping(at(there));
    const socket = createSocket('udp4');
    const garbage = ['', 'd', 'i1e', 'd1:ad2:id3:abce1:q4:ping1:t2:aa1:y1:qe', 'd1:t2:aa1:y1:re'];
    for (const text of garbage) socket.send(text, node.port, HOST);
    await vi.waitFor(() => expect(node.stats.in.datagrams).toBeGreaterThanOrEqual(7));
    await new Promise<void>((resolve) => socket.close(resolve));
    const { in: came, out } = node.stats;
    const sum = (numbers: Record<string, number>) =>
      Object.values(numbers).reduce((total, number) => total + number, 0);
    expect(sum(came.queries) + came.replies + came.errors + sum(came.dropped)).toBe(came.datagrams);
    expect(came.queries.ping).toBeGreaterThanOrEqual(2);
    expect(sum(came.dropped)).toBe(4);
    expect(out.refused).toBe(1);
    // Everything sent is a query of ours or an answer to one of theirs.
    expect(out.datagrams).toBe(out.queries + sum(came.queries) - out.silenced);
    expect(out.bytes).toBeGreaterThan(out.datagrams * 20);
    expect(out.failures).toBe(0);
    expect(node.stats.uptimeMs).toBeGreaterThan(0);
  });

  test('the routing table', async () => {
    const nodes = await network(5);
    const { table } = nodes[0];
    expect(table.size).toBe(4);
    const entries = table.entries();
    expect(new Set(entries.map(({ id }) => id))).toEqual(
      new Set(nodes.slice(1).map(({ id }) => id)),
    );
    for (const entry of table) {
      expect(entry).toMatchObject({ host: HOST, state: 'good', failures: 0 });
      expect(Math.abs(entry.lastHeardMs - Date.now())).toBeLessThan(5000);
      expect(entry.part).toBeLessThan(table.parts);
    }
    const target = nodes[3].id;
    expect(table.closest(target, 2)[0]).toEqual({ id: target, host: HOST, port: nodes[3].port });
    expect(table.closest(target, 2)).toHaveLength(2);
    expect(() => table.closest('zz')).toThrow('"target"');
  });

  test.each(['flat', 'prefix', 'kbuckets'] as const)('a %s table by choice', async (kind) => {
    const nodes = await network(6, { table: kind });
    expect(nodes[5].table.kind).toBe(kind);
    await nodes[5].announce(HASH, { port: 99 });
    expect((await nodes[1].getPeers(HASH)).peers).toEqual([{ host: HOST, port: 99 }]);
  });

  test('a table made by the program itself', async () => {
    const factory = flatTable();
    let made = 0;
    const node = await open({
      table: (place) => {
        made++;
        return factory(place);
      },
    });
    expect(made).toBe(1);
    expect(node.table.kind).toBe('flat');
  });

  test('the register of every node ever seen, as objects and as JSON lines', async () => {
    const node = await open({ register: true });
    const asks = await open();
    const answers = await open();
    await asks.ping(at(node));
    await node.ping(at(answers));
    await vi.waitFor(() => expect([...node.register!]).toHaveLength(2));
    const seen = new Map([...node.register!].map((entry) => [entry.id, entry]));
    expect(seen.get(asks.id)).toMatchObject({ host: HOST, port: asks.port, queries: 1 });
    expect(seen.get(answers.id)).toMatchObject({ answers: 1, failures: 0 });
    const { firstSeenMs, lastSeenMs } = seen.get(answers.id)!;
    expect(Math.abs(firstSeenMs - Date.now())).toBeLessThan(5000);
    expect(lastSeenMs).toBeGreaterThanOrEqual(firstSeenMs);
    const lines = [...node.register!.toJsonLines()];
    expect(lines.every((line) => line.endsWith('}\n') && !line.slice(0, -1).includes('\n'))).toBe(
      true,
    );
    expect(lines.map((line) => JSON.parse(line))).toEqual([...node.register!]);
  });

  test('a register that is full counts whom it does not keep', async () => {
    const nodes = await network(3);
    const node = await open({ register: 1 });
    for (const other of nodes) await node.ping(at(other));
    expect(node.register!.size).toBe(1);
    expect(node.register!.refused).toBeGreaterThanOrEqual(2);
  });
});

describe('somebody who looks on', () => {
  test('sees every datagram and every lookup that was called for, until he stops', async () => {
    const one = await openMainline({ host: HOST, bootstrap: false });
    const two = await openMainline({ host: HOST, bootstrap: [`${HOST}:${one.port}`] });
    opened.push(one, two);
    await two.ready();
    const seen: string[] = [];
    const targets: string[] = [];
    const before = one.stats;
    const stop = one.watch({
      onDatagram: (isOurs, peer, bytes, start, end) => {
        expect(peer).toBe(addressOf(0x7f000001, two.port));
        const { y } = decode(bytes.slice(start, end)) as { y: Uint8Array };
        seen.push(`${isOurs ? 'out' : 'in'} ${new TextDecoder().decode(y)}`);
      },
    });
    const stopToo = one.watch({ onLookup: ({ target }) => targets.push(target) });
    await two.ping(`${HOST}:${one.port}`);
    // An answer to a ping of ours may come between them: we asked whether `two` is really there.
    expect(seen.filter((what) => what !== 'in r').slice(0, 2)).toEqual(['in q', 'out r']);
    await one.findNode(HASH).catch(() => {});
    expect(targets).toEqual([HASH]);
    const { stats } = one;
    const passed =
      stats.in.datagrams - before.in.datagrams + stats.out.datagrams - before.out.datagrams;
    expect(seen).toHaveLength(passed);
    stop();
    stop();
    stopToo();
    await two.ping(`${HOST}:${one.port}`);
    expect([seen.length, targets.length]).toEqual([passed, 1]);
  });

  test('sees what others have announced', async () => {
    const one = await openMainline({ host: HOST, bootstrap: false });
    const two = await openMainline({ host: HOST, bootstrap: [`${HOST}:${one.port}`] });
    opened.push(one, two);
    await two.ready();
    expect(one.stored()).toEqual([]);
    await two.announce(HASH, { port: 4711 });
    await two.announce('ab'.repeat(20), { port: 4712 });
    expect(one.stored()).toContainEqual({ infoHash: HASH, peers: [{ host: HOST, port: 4711 }] });
    expect(one.stored()).toHaveLength(2);
    expect(one.stored(1)).toHaveLength(1);
    const reader = await openMainline({ host: HOST, bootstrap: false, readOnly: true });
    opened.push(reader);
    expect(reader.stored()).toEqual([]);
  });
});

describe('a program’s own hand', () => {
  test('onQuery sees every query with its sender and raw bytes, and may let it be', async () => {
    const seen: IncomingQuery[] = [];
    const node = await open({
      onQuery: (query, next) => {
        seen.push(query);
        expect(next().verdict).toBe('answered');
        return undefined;
      },
    });
    const there = await open();
    expect((await there.ping(at(node))).id).toBe(node.id);
    expect(seen[0]).toMatchObject({
      method: 'ping',
      from: { host: HOST, port: there.port },
      target: null,
      token: null,
      readOnly: false,
    });
    expect(Buffer.from(seen[0].id!).toString('hex')).toBe(there.id);
    expect(String((decode(seen[0].raw) as Fields)['q'])).toBe('ping');
  });

  test('onQuery may answer with other values, an error, or silence', async () => {
    const answers = {
      ping: null,
      find_node: { error: [201, 'busy'] as const },
      get_peers: { reply: { nodes: '', values: [Buffer.from([127, 0, 0, 1, 0, 80])] } },
    };
    const node = await open({
      onQuery: ({ method }) => answers[method as keyof typeof answers],
    });
    const there = await open({ bootstrap: [at(node)], ...IMPATIENT });
    await expect(there.ping(at(node), { timeoutMs: 30 })).rejects.toMatchObject({
      code: 'TIMEOUT',
    });
    const { peers, nodes } = await there.getPeers(HASH);
    expect(peers).toEqual([{ host: HOST, port: 80 }]);
    expect(nodes).toEqual([{ id: node.id, host: HOST, port: node.port }]);
    const { lookup } = await there.findNode(HASH);
    expect(lookup.steps[0]).toMatchObject({ verdict: 'error', rttMs: null });
    expect(node.stats.out.silenced).toBeGreaterThanOrEqual(1);
  });

  test('an onQuery that throws is reported, and the node goes on', async () => {
    const errors: unknown[] = [];
    let broken = true;
    const node = await open({
      onQuery: () => {
        if (broken) throw new Error('a mistake');
      },
      onError: (error) => errors.push(error),
    });
    const there = await open(IMPATIENT);
    await expect(there.ping(at(node))).rejects.toMatchObject({ code: 'TIMEOUT' });
    expect(errors.map(String)).toEqual(['Error: a mistake']);
    broken = false;
    expect((await there.ping(at(node))).id).toBe(node.id);
  });

  test('identity chooses the id shown to each, by target', async () => {
    const own = Buffer.alloc(20, 0x11);
    const mask = Buffer.alloc(20, 0x22);
    const seen: unknown[] = [];
    const node = await open({
      id: own,
      identity: (target, to) => {
        seen.push(to.host);
        return target ? mask : own;
      },
    });
    const there = await open({ bootstrap: [at(node)] });
    expect((await there.ping(at(node))).id).toBe(own.toString('hex'));
    const { nodes } = await there.findNode(HASH);
    expect(nodes[0].id).toBe(mask.toString('hex'));
    expect(seen).toContain(HOST);
  });

  test('an identity that throws is reported, and opening the node still works', async () => {
    const quiet = await silent();
    const errors: unknown[] = [];
    const node = await open({
      bootstrap: [at(quiet)],
      identity: () => {
        throw new Error('nobody');
      },
      onError: (error) => errors.push(error),
      ...IMPATIENT,
    });
    expect(errors.map(String)).toContain('Error: nobody');
    await node.close();
  });

  test('a read-only node asks but answers nobody (BEP 43)', async () => {
    const first = await open();
    const reader = await open({ readOnly: true, bootstrap: [at(first)], ...IMPATIENT });
    expect(await reader.ready()).toEqual({ answered: 1 });
    await expect(first.ping(at(reader), { timeoutMs: 30 })).rejects.toMatchObject({
      code: 'TIMEOUT',
    });
    expect(first.table.size).toBe(0);
    expect(reader.stats.in.dropped['read-only']).toBeGreaterThan(0);
  });

  test('nodes that share memory stay strangers to each other otherwise', async () => {
    const first = await open();
    const second = await open({ shareWith: first });
    expect(second.id).not.toBe(first.id);
    expect(first.table.size + second.table.size).toBe(0);
    expect((await second.ping(at(first))).id).toBe(first.id);
    await second.close();
    expect(first.table.size).toBeLessThanOrEqual(1);
    const third = await open({ shareWith: first });
    expect((await third.ping(at(first))).id).toBe(first.id);
  });

  test('with transport, clock and randomness of its own a network runs without sockets or time', async () => {
    const run = async () => {
      const clock = new ManualClock();
      const memory = new MemoryNetwork();
      const nodes: Mainline[] = [];
      for (let i = 0; i < 2; i++) {
        nodes.push(
          await openMainline({
            bootstrap: i === 0 ? false : ['127.0.0.1:1000'],
            transport: memory.transport(addressOf(0x7f000001, 1000 + i)),
            clock,
            random: new SeededRandom(7, i),
          }),
        );
      }
      /** Lets a call run: datagrams are delivered and time moves until it has its outcome. */
      const settle = async <T>(call: PromiseLike<T>): Promise<T> => {
        let over = false;
        const end = () => {
          over = true;
        };
        call.then(end, end);
        for (let i = 0; i < 100 && !over; i++) {
          memory.deliver();
          clock.advance(10);
          await new Promise(setImmediate);
        }
        expect(over).toBe(true);
        return call;
      };
      const [first, second] = nodes as [Mainline, Mainline];
      expect(await settle(second.ready())).toEqual({ answered: 1 });
      expect(await settle(second.announce(HASH, { port: 77 }))).toMatchObject({ stored: 1 });
      const { peers } = await settle(second.getPeers(HASH));
      expect(peers).toEqual([{ host: HOST, port: 77 }]);
      const silence = settle(second.ping('127.0.0.1:9', { timeoutMs: 500 }));
      await expect(silence).rejects.toMatchObject({ code: 'TIMEOUT' });
      const story = JSON.stringify([first.stats, second.stats, second.lookups]);
      await Promise.all(nodes.map((node) => node.close()));
      expect(clock.timerCount).toBe(0);
      return story;
    };
    // The same seed, the same story.
    expect(await run()).toBe(await run());
  });
});

describe.each(['auto', 'dgram'] as const)('a busy program, with udp: %s', (udp) => {
  test('counts no answer as a time-out that lay in the socket meanwhile', async () => {
    const [here, there] = [await open({ ...IMPATIENT, udp }), await open({ udp })];
    // In a process of its own, or it would be kept from answering, too.
    const pings = Array.from({ length: 40 }, () => here.ping(at(there)));
    await new Promise(setImmediate);
    await new Promise(setImmediate);
    const end = performance.now() + 2 * IMPATIENT.timeoutMs;
    while (performance.now() < end);
    const outcomes = await Promise.allSettled(pings);
    expect(outcomes.filter(({ status }) => status === 'rejected')).toEqual([]);
    expect(here.stats.out.timeouts).toBe(0);
  });
});

test('a form of UDP that there is not is refused by name', async () => {
  await expect(open({ udp: 'sendmmsg' as 'dgram' })).rejects.toThrow(
    '"udp" expected auto or dgram, got "sendmmsg"',
  );
});

describe.each(['auto', 'dgram'] as const)('a system that refuses to send, with udp: %s', (udp) => {
  // The broadcast address of the loopback network: refused without leave to broadcast.
  const refused = '127.255.255.255:6881';

  test('fails calls at once, and says why', async () => {
    const node = await open({ udp, bootstrap: [refused] });
    const begun = performance.now();
    expect(await node.ready()).toEqual({ answered: 0 });
    await expect(node.ping(refused)).rejects.toMatchObject({
      code: 'NOT_SENT',
      message: 'the system refuses to send: a firewall forbids it (EACCES)',
    });
    await expect(node.findNode(HASH)).rejects.toMatchObject({ code: 'NOT_SENT' });
    await expect(node.getPeers(HASH)).rejects.toMatchObject({ code: 'NOT_SENT' });
    expect(performance.now() - begun).toBeLessThan(2000);
    expect(node.stats.out).toMatchObject({
      timeouts: 0,
      refusal: 'a firewall forbids it (EACCES)',
    });
    expect(node.stats.requestsInFlight).toBe(0);
  });

  test('for one address costs no lookup its outcome, and is over when somebody is heard', async () => {
    const there = await open();
    const node = await open({ udp, bootstrap: [refused, at(there)] });
    expect(await node.ready()).toEqual({ answered: 1 });
    expect((await node.findNode(HASH)).nodes).toHaveLength(1);
    // A lookup of the node's own may just have tried the refused one again.
    await vi.waitFor(() => expect(node.stats.out.refusal).toBeNull());
  });
});

test('nobody in the table is blamed for what the system would not send', async () => {
  const network = new MemoryNetwork();
  const clock = new ManualClock();
  const addresses = [1, 2].map((host) => addressOf(0x0a000000 + host, 6881));
  const [mine, others] = addresses.map((address) => network.transport(address));
  let receiver: DatagramReceiver | undefined;
  let isCutOff = false;
  const transport: DatagramTransport = {
    address: mine.address,
    sendFailures: 0,
    open(opener) {
      receiver = opener;
      mine.open(opener);
    },
    send(to, bytes, length) {
      if (isCutOff) receiver!.unsent!(to, 'ENETUNREACH');
      else mine.send(to, bytes, length);
    },
    flush: () => {},
    close: (done) => mine.close(done),
  };
  const there = await open({ transport: others, clock });
  const node = await open({ transport, clock, bootstrap: [at(there)] });
  network.deliver();
  expect(node.table.size).toBe(1);
  isCutOff = true;
  for (let i = 0; i < 5; i++) {
    for (const call of [node.findNode(HASH), node.ping(at(there))]) {
      const outcome = expect(call).rejects.toMatchObject({ code: 'NOT_SENT' });
      await new Promise(setImmediate);
      clock.advance(1);
      await outcome;
    }
  }
  // An hour of upkeep without a network.
  clock.advance(3_600_000);
  expect(node.table.entries()).toMatchObject([{ failures: 0 }]);
  isCutOff = false;
  const found = node.findNode(HASH);
  await new Promise(setImmediate);
  network.deliver();
  expect((await found).nodes).toHaveLength(1);
});

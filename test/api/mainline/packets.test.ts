/** What is told of each datagram, at a node on loopback, and that looking changes nothing. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { afterEach, expect, test, vi } from 'vitest';
import type { PacketOptions } from '../../../src/api/mainline/packet-filter.ts';
import type { Packet } from '../../../src/api/mainline/packets.ts';
import { type Mainline, type MainlineOptions, openMainline } from '../../../src/mainline.ts';

const HOST = '127.0.0.1';
const HASH = 'ab'.repeat(20);
const opened: Mainline[] = [];

afterEach(async () => {
  await Promise.all(opened.splice(0).map((node) => node.close()));
});

async function open(options: MainlineOptions = {}): Promise<Mainline> {
  const node = await openMainline({ host: HOST, bootstrap: false, readOnly: false, ...options });
  opened.push(node);
  return node;
}

/** The packets until one is the last. */
async function until(
  node: Mainline,
  isLast: (packet: Packet) => boolean,
  options: PacketOptions,
  act: () => unknown,
): Promise<Packet[]> {
  const stream = node.packets(options);
  const acted = act();
  const packets: Packet[] = [];
  for await (const packet of stream) {
    packets.push(packet);
    if (isLast(packet)) break;
  }
  await acted;
  return packets;
}

/** Sends raw datagrams from a socket of its own. */
async function send(node: Mainline, ...datagrams: string[]): Promise<void> {
  const socket = createSocket('udp4').bind(0, HOST);
  await once(socket, 'listening');
  for (const text of datagrams) {
    await new Promise((sent) => socket.send(Buffer.from(text, 'latin1'), node.port, HOST, sent));
  }
  socket.close();
}

const words = ({ direction, kind, method, verdict, reason }: Packet) =>
  [direction, kind, method, reason ?? verdict].join(' ');

test('a query and its answer, in this order, and the reply to one of ours', async () => {
  const node = await open();
  const other = await open();
  const there = { host: HOST, port: other.port };
  const packets = await until(
    node,
    ({ kind }) => kind === 'reply',
    {},
    () => node.ping(there),
  );
  expect(packets.slice(0, 2).map(words)).toEqual(['out query ping sent', 'in reply ping taken']);
  expect(packets[0]).toMatchObject({ local: { host: HOST, port: node.port }, peer: there });
  expect(Math.abs(packets[0].atMs - Date.now())).toBeLessThan(60_000);
  const { r } = packets[1].message as { r: { id: Uint8Array } };
  expect(Buffer.from(r.id).toString('hex')).toBe(other.id);

  const asked = await until(
    other,
    ({ verdict }) => verdict === 'answered',
    { kind: 'query' },
    () => node.ping(there),
  );
  expect(words(asked.at(-1)!)).toBe('in query ping answered');
});

test('an answer stands behind its query', async () => {
  const node = await open();
  const packets = await until(
    node,
    ({ kind }) => kind === 'reply',
    { method: 'find_node' },
    () =>
      send(
        node,
        'd1:ad2:id20:abcdefghij01234567896:target20:abcdefghij0123456789e1:q9:find_node1:t2:aa1:y1:qe',
      ),
  );
  expect(packets.map(words)).toEqual(['in query find_node answered', 'out reply find_node sent']);
});

test('what became of queries and of what is none', async () => {
  const node = await open({
    onQuery: ({ method }, next) => {
      if (method === 'silence') return null;
      if (method === 'mistake') throw new Error('mine');
      return next();
    },
    onError: () => {},
  });
  const query = (method: string) =>
    `d1:ad2:id20:abcdefghij0123456789e1:q${method.length}:${method}1:t2:aa1:y1:qe`;
  const seen = await until(
    node,
    ({ method }) => method === 'last',
    { direction: 'in' },
    () =>
      send(
        node,
        ...[
          query('ping'),
          query('silence'),
          query('mistake'),
          query('get_peers'),
          'no bencode at all',
        ],
        ...['d1:rd2:id20:abcdefghij0123456789e1:t4:aaaa1:y1:re', query('last')],
      ),
  );
  const ours = seen.filter(({ kind, method }) => kind !== 'reply' || method === '');
  expect(ours.map(words)).toEqual([
    'in query ping answered',
    'in query silence silent',
    'in query mistake failed',
    'in query get_peers refused',
    'in other  not-a-dictionary',
    'in reply  unknown-transaction',
    'in query last refused',
  ]);
  expect(ours[4].message).toBeNull();
});

test('a sample has both sides of an exchange, or neither', async () => {
  const node = await open();
  const other = await open();
  const stream = node.packets({ method: 'ping', sample: 0.5 });
  for (let i = 0; i < 64; i++) await node.ping({ host: HOST, port: other.port });
  stream.close();
  const sides = new Map<string, number>();
  for await (const { message } of stream) {
    const { t } = message as { t: Uint8Array };
    const name = Buffer.from(t).toString('hex');
    sides.set(name, (sides.get(name) ?? 0) + 1);
  }
  // All or none of 64 would be in it by chance once in 2^63 runs.
  expect(sides.size).toBeGreaterThan(0);
  expect(sides.size).toBeLessThan(64);
  expect([...sides.values()].filter((count) => count !== 2)).toEqual([]);
});

test('one who reads too slowly is told what he missed', async () => {
  const node = await open();
  const other = await open();
  const stream = node.packets({ limit: 3, direction: 'out', kind: 'query' });
  for (let i = 0; i < 10; i++) await node.ping({ host: HOST, port: other.port });
  expect(stream.missed).toBe(7);
  stream.close();
  const packets = [];
  for await (const packet of stream) packets.push(packet.missed);
  expect(packets).toEqual([7, 0, 0]);
});

test('it ends with the signal and with the node, and a closed node has none', async () => {
  const node = await open();
  const over = new AbortController();
  const read = async (options: PacketOptions) => {
    for await (const _ of node.packets(options)) break;
    return 'ended';
  };
  const [first, second] = [read({ signal: over.signal }), read({})];
  over.abort();
  expect(await first).toBe('ended');
  expect(await read({ signal: AbortSignal.abort() })).toBe('ended');
  await node.close();
  expect(await second).toBe('ended');
  expect(() => node.packets()).toThrow(expect.objectContaining({ code: 'CLOSED' }));
});

test('many readers each have their own, and one who leaves harms no other', async () => {
  const node = await open();
  const other = await open();
  const ours: PacketOptions = { kind: 'query', direction: 'out' };
  const [left, stays] = [node.packets(ours), node.packets(ours)];
  await node.ping({ host: HOST, port: other.port });
  for await (const _ of left) break;
  await node.ping({ host: HOST, port: other.port });
  stays.close();
  const seen = [];
  for await (const packet of stays) seen.push(words(packet));
  expect(seen).toEqual(Array(2).fill('out query ping sent'));
});

test('who announces is seen with what he announces', async () => {
  const node = await open();
  const other = await open({ bootstrap: [`${HOST}:${node.port}`] });
  const seen: string[] = [];
  const stream = node.packets({ direction: 'in', method: 'announce_peer', verdict: 'answered' });
  await other.announce(HASH, { port: 1234 });
  stream.close();
  for await (const { message } of stream) {
    const { a } = message as { a: { info_hash: Uint8Array; port: number } };
    seen.push(`${Buffer.from(a.info_hash).toString('hex')} ${a.port}`);
  }
  expect(seen).toEqual([`${HASH} 1234`]);
  await vi.waitFor(() => expect(node.stored()).toHaveLength(1));
});

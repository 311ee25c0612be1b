/** Answers about peers: tokens and room for them. */
import { expect, test } from 'vitest';
import { announcePeer, getPeers } from '../../../src/mainline/answering/peers.ts';
import {
  type Bencoded,
  decode,
  type Encodable,
  encode,
  latin1,
} from '../../../src/mainline/krpc/bencode.ts';
import { ErrorCode } from '../../../src/mainline/krpc/fields.ts';
import { Message } from '../../../src/mainline/krpc/message.ts';
import { Writer } from '../../../src/mainline/krpc/writer.ts';
import { PEER_LIMITS } from '../../../src/mainline/stored/peers.ts';
import { insertIp, ipBytes, newFilter } from '../../../src/mainline/stored/scrape.ts';
import { idOf, inPublic, SmallWorld, sha1 } from '../small-world.ts';

const ID = idOf('11');
const HASH = idOf('5c');

function read(q: string, a: Encodable): Message {
  const query = new Message();
  const bytes = encode({ t: 'aa', y: 'q', q, a });
  query.read(bytes, 0, bytes.length);
  return query;
}

test('an announce is refused where a token was given before the store filled up', () => {
  const world = new SmallWorld({
    address: inPublic,
    settings: { peers: { ...PEER_LIMITS, peers: 0 } },
  });
  const us = world.open();
  const from = inPublic(50);
  const token = world.shared.tokens.issue(world.now, us.node.tenant, from, HASH, 0);
  const query = read('announce_peer', { id: ID, info_hash: HASH, port: 1, token });
  const out = new Writer();
  expect(announcePeer(us.node, world.now, from, query, out)).toBe(true);
  expect(query.verdict).toBe('full');
  expect(latin1(out.bytes, 0, out.length)).toContain(`i${ErrorCode.server}e`);
});

test('looking at a query for peers makes no peer store', () => {
  const world = new SmallWorld({ address: inPublic });
  const us = world.open();
  const out = new Writer();
  getPeers(us.node, world.now, inPublic(50), read('get_peers', { id: ID, info_hash: HASH }), out);
  expect(us.node.peers).toBeNull();
});

test('a scrape gets filters of seeds and peers, and values and nodes that fit beside them', () => {
  const world = new SmallWorld({ address: inPublic });
  const us = world.open();
  const doors = Array.from({ length: 8 }, (_, n) => world.stranger(inPublic(200 + n)).polite());
  us.join(...doors.map(({ address }) => address));
  world.run(1000);
  const store = us.node.peerStore();
  for (let n = 0; n < 60; n++) store.announce(world.now, HASH, 0, inPublic(n), 7, n < 20);
  const out = new Writer();
  const ask = (a: { [key: string]: Encodable }) => {
    getPeers(
      us.node,
      world.now,
      inPublic(90),
      read('get_peers', { id: ID, info_hash: HASH, ...a }),
      out,
    );
    const bytes = out.bytes.slice(0, out.length);
    expect(encode(decode(bytes) as Encodable)).toEqual(bytes); // keys in order
    return (decode(bytes) as { r: { [key: string]: Bencoded } }).r;
  };
  const r = ask({ scrape: 1 });
  expect(Object.keys(r)).toEqual(['BFpe', 'BFsd', 'id', 'nodes', 'token', 'values']);
  const filter = (from: number, to: number) => {
    const wanted = newFilter();
    for (let n = from; n < to; n++) insertIp(wanted, ipBytes(inPublic(n)), sha1);
    return wanted;
  };
  expect([r['BFsd'], r['BFpe']]).toEqual([filter(0, 20), filter(20, 60)]);
  expect((r['nodes'] as Uint8Array).length / 26).toBe(8);
  expect((r['values'] as Bencoded[]).length).toBe(22);
  expect(out.length).toBeLessThanOrEqual(1024);
  expect(Object.keys(ask({ scrape: 1, info_hash: ID }))).toEqual(['id', 'nodes', 'token']);
  expect(Object.keys(ask({ scrape: 0 }))).toEqual(['id', 'nodes', 'token', 'values']);
});

test('a network that has its share gets no token for more, another does', () => {
  const world = new SmallWorld({ address: inPublic });
  const us = world.open();
  const out = new Writer();
  const token = (from: number, hash: Uint8Array) => {
    getPeers(us.node, world.now, from, read('get_peers', { id: ID, info_hash: hash }), out);
    const { r } = decode(out.bytes.slice(0, out.length)) as { r: { token?: Uint8Array } };
    return r.token;
  };
  const greedy = inPublic(50);
  for (let n = 0; n < PEER_LIMITS.perNetwork; n++) {
    const hash = idOf(n.toString(16).padStart(4, '0'));
    us.node.peerStore().announce(world.now, hash, 0, greedy, 7, false);
  }
  expect(token(greedy, HASH)).toBeUndefined();
  expect(token(greedy, idOf('0001'))).toBeDefined(); // it may renew what it has
  expect(token(inPublic(51), HASH)).toBeDefined();
  world.run(PEER_LIMITS.ttlMs);
  expect(token(greedy, HASH)).toBeDefined();
});

/** Answers about peers: tokens and room for them. */
import { expect, test } from 'vitest';
import { announcePeer, getPeers } from '../../../src/mainline/answering/peers.ts';
import { type Encodable, encode, latin1 } from '../../../src/mainline/krpc/bencode.ts';
import { ErrorCode } from '../../../src/mainline/krpc/fields.ts';
import { Message } from '../../../src/mainline/krpc/message.ts';
import { Writer } from '../../../src/mainline/krpc/writer.ts';
import { PEER_LIMITS } from '../../../src/mainline/stored/peers.ts';
import { idOf, inPublic, SmallWorld } from '../small-world.ts';

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

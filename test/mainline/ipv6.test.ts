/**
 * BEP 32, on nodes of IPv6: the same machine in a family of its own. Vectors by hand, a network that looks
 * up, announces and votes, limits per /64.
 */
import { describe, expect, test } from 'vitest';
import { addressOf, parseIp6, writeAddress6 } from '../../src/core/address.ts';
import { addressBook } from '../../src/core/address-book.ts';
import { isSecureId } from '../../src/core/secure-id.ts';
import { keyPairOf } from '../../src/io/signatures.ts';
import { ascii, encode } from '../../src/mainline/krpc/bencode.ts';
import { Method } from '../../src/mainline/krpc/fields.ts';
import { signedBytes, targetOf } from '../../src/mainline/krpc/item.ts';
import { LookupKind } from '../../src/mainline/rows/purpose.ts';
import { ANNOUNCEMENT, dropped, INFO_HASH, network, TARGET, truth } from './scenes.ts';
import {
  type Dictionary,
  hex,
  idOf,
  inPublic6,
  MINUTE_MS,
  SmallWorld,
  sha1,
} from './small-world.ts';

const at = (text: string, port = 6881) => addressOf(parseIp6(text), port);

const bytesOf = (value: unknown) => value as Dictionary;

function compact(address: number): Uint8Array {
  const bytes = new Uint8Array(18);
  writeAddress6(bytes, 0, address);
  return bytes;
}

describe('answers', () => {
  const world = new SmallWorld({ address: inPublic6, settings: { secureIds: false } });
  const us = world.open({}, idOf('80'));
  const stranger = world.stranger(at('2001:db8:ff::9', 7), idOf('01')).polite();
  us.ask(stranger.address, Method.ping, TARGET);
  world.run(1000);
  const ask = (q: string, a: object = {}) => stranger.ask(us.address, q, a as never)!;

  test('every reply and error says where we see the asker, in 18 bytes', () => {
    expect(hex(ask('ping')['ip'])).toBe('20010db800ff000000000000000000090007');
    expect(hex(ask('find_node')['ip'])).toBe('20010db800ff000000000000000000090007');
  });

  test('contacts are nodes6, 38 bytes each, and never nodes', () => {
    const r = bytesOf(ask('find_node', { target: TARGET })['r']);
    expect(Object.keys(r)).toEqual(['id', 'nodes6']);
    expect(hex(r['nodes6'])).toBe(hex(stranger.id) + hex(compact(stranger.address)));
  });

  test('who wants the other family only gets nothing of ours', () => {
    const of = (want: string[]) =>
      Object.keys(bytesOf(ask('find_node', { target: TARGET, want })['r']));
    expect(of(['n4'])).toEqual(['id']);
    expect(of(['n6'])).toEqual(['id', 'nodes6']);
    expect(of(['n4', 'n6'])).toEqual(['id', 'nodes6']);
    expect(of(['x'])).toEqual(['id', 'nodes6']);
  });

  test('peers are values of 18 bytes, announced with a token for this address only', () => {
    const { token } = bytesOf(ask('get_peers', { info_hash: INFO_HASH })['r']);
    const other = world.stranger(at('2001:db8:ff::a'));
    const put = { info_hash: INFO_HASH, port: 4242, token };
    expect(other.ask(us.address, 'announce_peer', put)!['y']).toEqual(ascii('e'));
    expect(ask('announce_peer', put)['y']).toEqual(ascii('r'));
    const r = bytesOf(ask('get_peers', { info_hash: INFO_HASH })['r']);
    expect((r['values'] as Uint8Array[]).map(hex)).toEqual([
      hex(compact(at('2001:db8:ff::9', 4242))),
    ]);
  });

  test('a scrape has the address of its asker, too, and stays within 1024 bytes', () => {
    const reply = ask('get_peers', { info_hash: INFO_HASH, scrape: 1 });
    expect(hex(reply['ip'])).toBe('20010db800ff000000000000000000090007');
    expect(Object.keys(bytesOf(reply['r']))).toEqual(
      expect.arrayContaining(['BFpe', 'BFsd', 'id', 'nodes6', 'token', 'values']),
    );
    expect(stranger.inbox.at(-1)!.bytes.length).toBeLessThanOrEqual(1024);
  });

  test('the largest value with the largest number goes into 1232 bytes, without our version', () => {
    const pair = keyPairOf(new Uint8Array(32).fill(7));
    const value = encode('x'.repeat(996));
    const seq = 2n ** 63n - 1n;
    const signature = pair.sign(signedBytes(new Uint8Array(0), seq, value));
    const item = { value, key: pair.publicKey, salt: new Uint8Array(0), seq, signature };
    const target = targetOf(item, sha1);
    us.node.itemStore().put(world.now, target, item, stranger.address, us.node.ownId);
    const reply = ask('get', { target });
    expect(stranger.inbox.at(-1)!.bytes.length).toBeLessThanOrEqual(1232);
    expect(reply['v']).toBeUndefined();
    expect(bytesOf(reply['r'])).toMatchObject({ seq, v: ascii('x'.repeat(996)) });
    expect(ask('ping')['v']).toBeDefined();
  });

  test('28 values fit beside 8 nodes', () => {
    const crowd = world.open({ secureIds: false }, idOf('c0'));
    const token = (from: typeof stranger) =>
      bytesOf(from.ask(crowd.address, 'get_peers', { info_hash: INFO_HASH })!['r'])['token'];
    for (let n = 0; n < 60; n++) {
      const peer = world.stranger(at(`2001:db8:${(0x1000 + n).toString(16)}::1`)).polite();
      if (n < 8) crowd.ask(peer.address, Method.ping, TARGET);
      peer.ask(crowd.address, 'announce_peer', {
        info_hash: INFO_HASH,
        port: 1,
        token: token(peer),
      });
    }
    world.run(1000);
    world.sent.length = 0;
    const r = bytesOf(stranger.ask(crowd.address, 'get_peers', { info_hash: INFO_HASH })!['r']);
    expect((r['nodes6'] as Uint8Array).length).toBe(8 * 38);
    expect((r['values'] as unknown[]).length).toBe(28);
    expect(Math.max(...world.sent.map(({ bytes }) => bytes.length))).toBeLessThanOrEqual(1024);
  });
});

describe('a network', () => {
  const held = addressBook.count;
  const world = network(60, { address: inPublic6 });

  test('finds the truth, announces and is found', () => {
    const [one, two] = [world.residents[5], world.residents[40]];
    const ids = () =>
      world.residents.map(({ node }) =>
        node.shared.contacts.bytes.slice(node.self * 26, node.self * 26 + 20),
      );
    world.run(15 * MINUTE_MS);
    const now = world.residents.map((resident, n) => ({
      ...resident,
      address: resident.address,
      id: ids()[n],
    }));
    const call = one.findNode(TARGET);
    world.run(MINUTE_MS);
    const expected = truth({ residents: now } as never, now[5] as never, TARGET);
    expect(one.lookups.get(call)!.closest.map(({ id }) => id)).toEqual(expected);
    const announced = one.lookup(LookupKind.announce, INFO_HASH, ANNOUNCEMENT);
    world.run(5000);
    expect(one.lookups.get(announced)!.stored).toBe(8);
    const searched = two.lookup(LookupKind.getPeers, INFO_HASH);
    world.run(5000);
    expect(new Set(two.peers.get(searched))).toEqual(new Set([one.address - 6881 + 4242]));
  });

  test('every id follows from the first half of its address', () => {
    for (const { node, address } of world.residents) {
      expect(node.votes.address).toBe(address);
      expect(isSecureId(node.shared.contacts.bytes, node.self * 26, address)).toBe(true);
    }
  });

  test('gives everything back', () => {
    for (const { node } of world.residents) node.close();
    expect(world.shared.contacts.count).toBe(0);
    expect(addressBook.count - held).toBeLessThan(200); // met, and held by nobody
  });
});

test('queries of one /64 draw on one budget', () => {
  const world = new SmallWorld({ address: inPublic6 });
  const us = world.open();
  for (let n = 0; n < 80; n++) {
    const stranger = world.stranger(at(`2001:db8:7::${(n + 1).toString(16)}`));
    stranger.send(us.address, { t: 'aa', y: 'q', q: 'ping', a: { id: stranger.id } });
  }
  world.run(100);
  expect(dropped(us, 'source-limit')).toBe(30);
});

test('nodes6 with loopback, multicast and IPv4-mapped entries, a torn end and ourselves is read for the rest', () => {
  const world = new SmallWorld({ address: inPublic6 });
  const us = world.open();
  const good = world.stranger(at('2001:db8:9::1')).polite();
  const entries = [
    [idOf('a1'), at('::1')],
    [idOf('a2'), at('ff02::1')],
    [idOf('a3'), at('::ffff:5.6.7.8')],
    [idOf('a4'), us.address],
    [us.id, at('2001:db8:9::2')],
    [good.id, good.address],
  ] as const;
  const nodes6 = Buffer.concat([
    ...entries.flatMap(([id, address]) => [id, compact(address)]),
    Buffer.alloc(11),
  ]);
  const teller = world.stranger(at('2001:db8:8::1'));
  teller.onQuery = () => ({ nodes6: new Uint8Array(nodes6), nodes: new Uint8Array(26).fill(9) });
  us.node.bootstrap = [teller.address];
  us.findNode(TARGET);
  world.run(20_000);
  const asked = new Set(world.sent.filter(({ from }) => from === us.address).map(({ to }) => to));
  expect(asked).toEqual(new Set([teller.address, good.address]));
});

/**
 * The conformance list, item by item, judged by the bytes that come back. The numbers are those of
 * the list this project keeps of what the BEPs and the best implementations agree on; after it come
 * the defects that were found live in others and must not be in ours.
 */
import { describe, expect, test } from 'vitest';
import { type Address, addressOf, ipOf, parseIp, portOf } from '../../src/core/address.ts';
import { DROP_REASONS, type DropReason } from '../../src/mainline/counters.ts';
import {
  ascii,
  type Bencoded,
  decode,
  type Encodable,
  encode,
} from '../../src/mainline/krpc/bencode.ts';
import { Method } from '../../src/mainline/krpc/fields.ts';
import { LookupKind } from '../../src/mainline/rows/purpose.ts';
import { PEER_LIMITS } from '../../src/mainline/stored/peers.ts';
import {
  at,
  byDistanceTo,
  type Dictionary,
  hex,
  idOf,
  inPublic,
  MINUTE_MS,
  onLoopback,
  type Resident,
  SmallWorld,
  type Stranger,
  text,
} from './small-world.ts';

const TARGET = idOf('77aa');
const INFO_HASH = idOf('5c0ffee5');

function scene(address?: (n: number) => Address) {
  const world = new SmallWorld(address ? { address } : {});
  const us = world.open({}, idOf('80'));
  const stranger = world.stranger(address ? address(50) : onLoopback(50), idOf('11'));
  return { world, us, stranger };
}

function code(reply: Dictionary | null): number {
  expect(reply && text(reply['y'])).toBe('e');
  return (reply!['e'] as Bencoded[])[0] as number;
}

function values(reply: Dictionary | null): Dictionary {
  expect(reply && text(reply['y'])).toBe('r');
  return reply!['r'] as Dictionary;
}

function dropped(us: Resident, reason: DropReason): number {
  return us.counters.dropped[DROP_REASONS.indexOf(reason)];
}

/** Compact node info, entry by entry. */
function nodesOf(reply: Dictionary | null): { id: string; ip: number; port: number }[] {
  const bytes = values(reply)['nodes'] as Uint8Array;
  expect(bytes.length % 26).toBe(0);
  const nodes = [];
  for (let i = 0; i < bytes.length; i += 26) {
    const view = new DataView(bytes.buffer, bytes.byteOffset + i, 26);
    nodes.push({
      id: hex(bytes.slice(i, i + 20)),
      ip: view.getUint32(20),
      port: view.getUint16(24),
    });
  }
  return nodes;
}

function peersOf(reply: Dictionary | null): { ip: number; port: number }[] {
  return ((values(reply)['values'] ?? []) as Uint8Array[]).map((bytes) => {
    const view = new DataView(bytes.buffer, bytes.byteOffset, 6);
    return { ip: view.getUint32(0), port: view.getUint16(4) };
  });
}

/** Fills a table the honest way: each contact asks us, is pinged and answers. */
function meet(world: SmallWorld, us: Resident, count: number, where: (n: number) => Address) {
  const strangers: Stranger[] = [];
  for (let n = 0; n < count; n++) {
    const stranger = world.stranger(where(n)).polite();
    stranger.ask(us.address, 'ping', {});
    world.run(50);
    strangers.push(stranger);
  }
  return strangers;
}

function compact(id: Uint8Array, ip: string, port: number): Uint8Array {
  const address = parseIp(ip);
  return Uint8Array.of(
    ...id,
    address >>> 24,
    address >>> 16,
    address >>> 8,
    address,
    port >>> 8,
    port,
  );
}

function tokenFor(stranger: Stranger, us: Resident, infoHash: Uint8Array): Uint8Array {
  return values(stranger.ask(us.address, 'get_peers', { info_hash: infoHash }))[
    'token'
  ] as Uint8Array;
}

function announce(
  stranger: Stranger,
  us: Resident,
  infoHash: Uint8Array,
  fields: { readonly [key: string]: Encodable } = {},
): Dictionary | null {
  const token = tokenFor(stranger, us, infoHash);
  const a = { info_hash: infoHash, port: 6881, token, ...fields };
  return stranger.ask(us.address, 'announce_peer', a);
}

describe('the wire', () => {
  test('1: a datagram that is short, no dictionary or from port 0 gets no reply', () => {
    const { world, us, stranger } = scene();
    const query: Encodable = { t: 'aa', y: 'q', q: 'ping', a: { id: stranger.id } };
    const nowhere = world.stranger(at('127.0.0.1', 0));
    for (const bytes of ['', 'd', 'de', 'd1:t1:ae', 'x'.repeat(200), 'le', 'i5e', '3:abc']) {
      expect(stranger.exchange(us.address, ascii(bytes))).toEqual([]);
    }
    expect(stranger.exchange(us.address, ascii(`l${'1:a'.repeat(10)}e`))).toEqual([]);
    expect(nowhere.exchange(us.address, query)).toEqual([]);
    expect(dropped(us, 'too-short')).toBe(7);
    expect(dropped(us, 'not-a-dictionary')).toBe(2);
    expect(dropped(us, 'port-zero')).toBe(1);
    expect(stranger.exchange(us.address, query)).toHaveLength(1);
  });

  test('2: bencode is read strictly and within bounds', () => {
    const { us, stranger } = scene();
    const around = (value: string) =>
      ascii(`d1:ad2:id20:${'x'.repeat(20)}1:z${value}e1:q4:ping1:t2:aa1:y1:qe`);
    expect(stranger.exchange(us.address, around('i0e'))).toHaveLength(1);
    const bad = [
      'i00e',
      'i-0e',
      '99:short',
      'i',
      'l',
      'l'.repeat(9) + 'e'.repeat(9),
      `l${'i1e'.repeat(600)}e`,
    ];
    for (const value of bad) expect(stranger.exchange(us.address, around(value))).toEqual([]);
    expect(dropped(us, 'not-bencode')).toBe(bad.length);
  });

  test('3: bytes behind the message and unsorted keys are tolerated', () => {
    const { us, stranger } = scene();
    const query = ascii(`d1:y1:q1:t2:zz1:q4:ping1:ad2:id20:${'x'.repeat(20)}ee\r\nand more`);
    const [reply] = stranger.exchange(us.address, query);
    expect(text(reply['t'])).toBe('zz');
  });

  test('4: what cannot be parsed gets no reply, not even an error', () => {
    const { world, us, stranger } = scene();
    for (const bytes of [
      'd1:t2:aa1:y1:q1:q4:ping',
      'd1:q4:ping1:y1:qe',
      'd1:q4:ping1:t2:aae',
      'd1:t2:aa1:yi1ee',
    ]) {
      expect(stranger.exchange(us.address, ascii(bytes))).toEqual([]);
    }
    expect(world.sent.filter((datagram) => datagram.from === us.address)).toEqual([]);
  });

  test.each([1, 2, 3, 4, 6, 8, 20])(
    '5: a transaction id of %i bytes comes back byte for byte',
    (length) => {
      const { us, stranger } = scene();
      const t = Uint8Array.from({ length }, (_, i) => 251 - i * 7);
      const a = { id: stranger.id };
      const [reply] = stranger.exchange(us.address, { t, y: 'q', q: 'ping', a });
      expect(reply['t']).toEqual(t);
      const [error] = stranger.exchange(us.address, { t, y: 'q', q: 'nonsense', a });
      expect(error['t']).toEqual(t);
    },
  );

  test('6: our transaction ids are random and at least 2 bytes', () => {
    const ids = new Set<string>();
    for (let seed = 1; seed <= 50; seed++) {
      const world = new SmallWorld({ seed });
      const us = world.open();
      const stranger = world.stranger(onLoopback(9));
      us.ask(stranger.address, Method.ping, TARGET);
      us.ask(stranger.address, Method.ping, TARGET);
      world.run(20);
      for (const query of stranger.queries) {
        expect((query['t'] as Uint8Array).length).toBeGreaterThanOrEqual(2);
        ids.add(hex(query['t']));
      }
    }
    expect(ids.size).toBe(100);
  });

  test('6: a reply counts only with our transaction id, from the very address that was asked', () => {
    const { world, us, stranger } = scene();
    const otherPort = world.stranger(stranger.address + 1);
    const otherIp = world.stranger(at('127.0.0.2', portOf(stranger.address)));
    const call = us.ask(stranger.address, Method.ping, TARGET);
    world.run(20);
    const t = stranger.queries[0]['t'] as Uint8Array;
    const reply = { y: 'r', r: { id: stranger.id } };
    otherPort.send(us.address, { ...reply, t });
    otherIp.send(us.address, { ...reply, t });
    stranger.send(us.address, { ...reply, t: Uint8Array.of(t[0] ^ 1, t[1], t[2], t[3]) });
    stranger.send(us.address, { ...reply, t: t.slice(0, 2) });
    stranger.send(us.address, { ...reply, t: Uint8Array.of(...t, 0) });
    world.run(20);
    expect(dropped(us, 'wrong-address')).toBe(2);
    expect(dropped(us, 'unknown-transaction')).toBe(3);
    expect(us.answers.size).toBe(0);
    stranger.send(us.address, { ...reply, t });
    stranger.send(us.address, { ...reply, t });
    world.run(20);
    expect(us.answers.get(call)!.id).toBe(hex(stranger.id));
    expect(dropped(us, 'unknown-transaction')).toBe(4);
  });

  test('7: an unknown kind of message is ignored', () => {
    const { us, stranger } = scene();
    for (const y of ['x', 'qq', '', 'Q']) {
      expect(
        stranger.exchange(us.address, { t: 'aa', y, q: 'ping', a: { id: stranger.id } }),
      ).toEqual([]);
    }
    expect(dropped(us, 'no-kind')).toBe(4);
  });

  test('8: every message of ours says who wrote it, and any v of others is accepted', () => {
    const { world, us, stranger } = scene();
    stranger.polite();
    for (const v of [undefined, 'LT', 'x'.repeat(30), '', 7, ['v']] as (Encodable | undefined)[]) {
      const query = { t: 'aa', y: 'q', q: 'ping', a: { id: stranger.id }, v };
      expect(stranger.exchange(us.address, query)).toHaveLength(1);
    }
    stranger.ask(us.address, 'nonsense', {});
    us.findNode(TARGET);
    world.run(50);
    const ours = stranger.messages;
    expect(new Set(ours.map((message) => text(message['y'])))).toEqual(new Set(['q', 'r', 'e']));
    for (const message of ours) expect(text(message['v'])).toMatch(/^RL..$/s);
  });

  test('9: a query without an id of 20 bytes is refused with 203', () => {
    const { us, stranger } = scene();
    const without: { readonly [key: string]: Encodable | undefined }[] = [
      {},
      { a: {} },
      { a: { id: 'short' } },
      { a: { id: 'x'.repeat(21) } },
      { a: { id: 7 } },
      { a: 'id' },
      { a: [stranger.id] },
    ];
    for (const fields of without) {
      for (const q of ['ping', 'find_node', 'get_peers', 'announce_peer', 'nonsense']) {
        const [reply] = stranger.exchange(us.address, { t: 'aa', y: 'q', q, ...fields });
        expect(code(reply)).toBe(203);
      }
    }
  });

  test('10: a field of the wrong type is refused with 203', () => {
    const { us, stranger } = scene();
    const token = tokenFor(stranger, us, INFO_HASH);
    for (const wrong of [7, [TARGET], { x: TARGET }, -1] as Encodable[]) {
      expect(code(stranger.ask(us.address, 'find_node', { target: wrong }))).toBe(203);
      expect(code(stranger.ask(us.address, 'get_peers', { info_hash: wrong }))).toBe(203);
      const good = { info_hash: INFO_HASH, port: 1, token };
      expect(code(stranger.ask(us.address, 'announce_peer', { ...good, info_hash: wrong }))).toBe(
        203,
      );
      expect(code(stranger.ask(us.address, 'announce_peer', { ...good, token: wrong }))).toBe(203);
    }
    for (const port of ['6881', [6881], { x: 1 }] as Encodable[]) {
      const a = { info_hash: INFO_HASH, port, token };
      expect(code(stranger.ask(us.address, 'announce_peer', a))).toBe(203);
    }
    const a = { info_hash: INFO_HASH, port: 1, token, implied_port: 'yes' };
    expect(code(stranger.ask(us.address, 'announce_peer', a))).toBe(203);
    expect(us.node.peers).toBeNull();
  });

  test('10: a query whose method is missing or no string is refused with 203', () => {
    const { us, stranger } = scene();
    for (const q of [undefined, 7, ['ping'], { ping: 1 }] as (Encodable | undefined)[]) {
      const [reply] = stranger.exchange(us.address, { t: 'aa', y: 'q', q, a: { id: stranger.id } });
      expect(code(reply)).toBe(203);
    }
  });

  test('11: a missing or short target or info-hash is refused with 203', () => {
    const { us, stranger } = scene();
    for (const value of [undefined, '', 'short', 'x'.repeat(19), 'x'.repeat(21)]) {
      const target = value === undefined ? {} : { target: value };
      const infoHash = value === undefined ? {} : { info_hash: value };
      expect(code(stranger.ask(us.address, 'find_node', target))).toBe(203);
      expect(code(stranger.ask(us.address, 'get_peers', infoHash))).toBe(203);
      expect(code(stranger.ask(us.address, 'announce_peer', { ...infoHash, port: 1 }))).toBe(203);
    }
    // The one's field is not the other's.
    expect(code(stranger.ask(us.address, 'find_node', { info_hash: TARGET }))).toBe(203);
    expect(code(stranger.ask(us.address, 'get_peers', { target: TARGET }))).toBe(203);
  });

  test('12: an unknown method without a target is refused with 204', () => {
    const { us, stranger } = scene();
    const reply = stranger.ask(us.address, 'vote', {});
    expect(reply!['e']).toEqual([204, ascii('Method Unknown')]);
    expect(code(stranger.ask(us.address, '', {}))).toBe(204);
    expect(code(stranger.ask(us.address, 'PING', { target: 'short' }))).toBe(204);
  });

  test('13: an unknown method with a target or info-hash is answered like find_node', () => {
    const { world, us, stranger } = scene();
    meet(world, us, 3, (n) => onLoopback(100 + n));
    const known = nodesOf(stranger.ask(us.address, 'find_node', { target: TARGET }));
    expect(known).toHaveLength(3);
    expect(nodesOf(stranger.ask(us.address, 'get', { target: TARGET }))).toEqual(known);
    expect(nodesOf(stranger.ask(us.address, 'vote', { info_hash: TARGET }))).toEqual(known);
  });

  test('14: an error is [code, text] with the same transaction id', () => {
    const { us, stranger } = scene();
    const [error] = stranger.exchange(us.address, {
      t: 'x1y2',
      y: 'q',
      q: 'vote',
      a: { id: stranger.id },
    });
    expect(text(error['t'])).toBe('x1y2');
    const [number, words] = error['e'] as [number, Uint8Array];
    expect(number).toBe(204);
    expect(words.length).toBeGreaterThan(0);
    expect(Object.keys(error)).toEqual(['e', 'ip', 't', 'v', 'y']);
  });

  test.each([
    ['a string', 'oops'],
    ['one element', [203]],
    ['nothing', []],
    ['a number', 203],
    ['the wrong way round', ['oops', 203]],
    ['absent', undefined],
  ] as [string, Encodable | undefined][])(
    '15: an error that is %s ends the request and harms nobody',
    (_what, e) => {
      const { world, us, stranger } = scene();
      const call = us.ask(stranger.address, Method.ping, TARGET);
      world.run(20);
      stranger.send(us.address, { t: stranger.queries[0]['t'], y: 'e', e } as Encodable);
      world.run(20);
      expect(us.answers.has(call)).toBe(true);
      expect(us.counters.errors).toBe(1);
      expect(us.node.requestCount).toBe(0);
    },
  );

  test('16: no reply is over 1024 bytes, with 499 peers, a full table and any transaction id', () => {
    const { world, us, stranger } = scene();
    meet(world, us, 40, (n) => onLoopback(100 + n));
    const store = us.node.peerStore();
    for (let n = 0; n < 499; n++)
      store.announce(world.now, INFO_HASH, 0, onLoopback(1000 + n), 6881, false);
    for (const length of [0, 1, 2, 20, 100, 300, 511, 512]) {
      const t = new Uint8Array(length).fill(120);
      const query = { t, y: 'q', q: 'get_peers', a: { id: stranger.id, info_hash: INFO_HASH } };
      const before = stranger.inbox.length;
      const [reply] = stranger.exchange(us.address, query);
      expect(stranger.inbox[before].bytes.length).toBeLessThanOrEqual(1024);
      expect(nodesOf(reply)).toHaveLength(8);
      expect(peersOf(reply).length).toBeGreaterThan(length > 500 ? 10 : 20);
      expect(values(reply)['token']).toBeDefined();
    }
  });

  test('16: a node of k = 64 with a full table still stays within 1024 bytes', () => {
    const world = new SmallWorld();
    const us = world.open({ k: 64 }, idOf('80'));
    const stranger = world.stranger(onLoopback(50), idOf('11'));
    meet(world, us, 80, (n) => onLoopback(100 + n));
    for (const length of [1, 100, 512]) {
      const t = new Uint8Array(length).fill(120);
      for (const [q, a] of [
        ['find_node', { target: TARGET }],
        ['get_peers', { info_hash: TARGET }],
      ] as const) {
        const [reply] = stranger.exchange(us.address, {
          t,
          y: 'q',
          q,
          a: { id: stranger.id, ...a },
        });
        expect(stranger.inbox.at(-1)!.bytes.length).toBeLessThanOrEqual(1024);
        expect(nodesOf(reply).length).toBeGreaterThan(10);
        if (q === 'get_peers') expect(values(reply)['token']).toBeDefined();
      }
    }
  });

  test('16: a datagram of 60,000 bytes is read', () => {
    const { us, stranger } = scene();
    const a = { id: stranger.id, padding: 'x'.repeat(60_000) };
    expect(stranger.exchange(us.address, { t: 'aa', y: 'q', q: 'ping', a })).toHaveLength(1);
  });

  test('17: node info of a torn length is used as far as it goes, ports are big-endian', () => {
    const { world, us, stranger } = scene();
    const one = world.stranger(at('127.0.0.1', 0x1234)).polite();
    const two = world.stranger(at('127.0.0.1', 0x5678)).polite();
    const nodes = Uint8Array.of(
      ...compact(one.id, '127.0.0.1', 0x1234),
      ...compact(two.id, '127.0.0.1', 0x5678),
      ...idOf('99'),
    );
    stranger.onQuery = () => ({ nodes });
    us.join(stranger.address);
    world.run(100);
    expect(one.queries.length).toBeGreaterThan(0);
    expect(two.queries.length).toBeGreaterThan(0);
    expect(us.tableIds).toContain(hex(two.id));
  });

  test('18: nodes with port 0, our own id, our own address or a bogon address are not asked', () => {
    const world = new SmallWorld({ address: inPublic });
    const us = world.open({}, idOf('80'));
    const liar = world.stranger(inPublic(50));
    const bogons = [
      '0.1.2.3',
      '127.0.0.1',
      '10.0.0.1',
      '172.16.0.1',
      '192.168.1.1',
      '169.254.1.1',
      '100.64.0.1',
      '224.0.0.1',
      '255.255.255.255',
    ];
    const ourIp = ipOf(us.address);
    liar.onQuery = () => ({
      nodes: Uint8Array.of(
        ...bogons.flatMap((ip, n) => [...compact(idOf(`9${n}`), ip, 6881)]),
        ...compact(idOf('a1'), '5.6.7.8', 0),
        ...compact(us.id, '5.6.7.9', 6881),
        ...idOf('a2'),
        ourIp >>> 24,
        (ourIp >>> 16) & 255,
        (ourIp >>> 8) & 255,
        ourIp & 255,
        6881 >>> 8,
        6881 & 255,
        ...compact(idOf('a3'), '5.6.7.10', 6881),
      ),
    });
    us.join(liar.address);
    world.run(10_000);
    const asked = new Set(world.sent.filter((d) => d.from === us.address).map((d) => d.to));
    expect([...asked].sort()).toEqual([liar.address, at('5.6.7.10')].sort());
  });

  test('18: a contact on loopback is never handed to somebody outside', () => {
    const world = new SmallWorld({ settings: { exemptLoopback: true } });
    const us = world.open({}, idOf('80'), at('5.9.9.9'));
    meet(world, us, 3, (n) => onLoopback(100 + n));
    meet(world, us, 2, (n) => at(`192.168.0.${n + 1}`));
    meet(world, us, 2, inPublic);
    const seenFrom = (address: Address) =>
      nodesOf(world.stranger(address).ask(us.address, 'find_node', { target: TARGET })).length;
    expect(seenFrom(at('7.7.7.7'))).toBe(2);
    expect(seenFrom(at('192.168.0.77'))).toBe(4);
    expect(seenFrom(onLoopback(50))).toBe(7);
  });
});

describe('ping, find_node, get_peers, announce_peer', () => {
  test('19: ping is answered with the id alone, and the address of whoever asked', () => {
    const { us, stranger } = scene();
    const reply = stranger.ask(us.address, 'ping', {});
    expect({ ...values(reply) }).toEqual({ id: us.id });
    expect(Object.keys(reply!)).toEqual(['ip', 'r', 't', 'v', 'y']);
    const port = portOf(stranger.address);
    expect(reply!['ip']).toEqual(Uint8Array.of(127, 0, 0, 1, port >>> 8, port & 255));
  });

  test('20: find_node gives the 8 closest good nodes, closest first, the target itself included', () => {
    const { world, us, stranger } = scene();
    const known = meet(world, us, 60, (n) => onLoopback(100 + n));
    const inTable = known.map(({ id }) => id).filter((id) => us.tableIds.includes(hex(id)));
    for (const target of [TARGET, us.id, idOf('ff', 'f'), inTable[3]]) {
      const nodes = nodesOf(stranger.ask(us.address, 'find_node', { target }));
      const closest = [...inTable].sort(byDistanceTo(target)).slice(0, 8);
      expect(nodes.map(({ id }) => id)).toEqual(closest.map(hex));
    }
  });

  test('21: get_peers always gives a token', () => {
    const { us, stranger } = scene();
    expect(tokenFor(stranger, us, INFO_HASH).length).toBeGreaterThanOrEqual(4);
    announce(stranger, us, INFO_HASH);
    expect(tokenFor(stranger, us, INFO_HASH).length).toBeGreaterThanOrEqual(4);
    expect(tokenFor(stranger, us, TARGET).length).toBeGreaterThanOrEqual(4);
  });

  test('22: get_peers gives nodes beside values', () => {
    const { world, us, stranger } = scene();
    meet(world, us, 3, (n) => onLoopback(100 + n));
    announce(stranger, us, INFO_HASH);
    const reply = stranger.ask(us.address, 'get_peers', { info_hash: INFO_HASH });
    expect(peersOf(reply)).toHaveLength(1);
    expect(nodesOf(reply)).toHaveLength(3);
    expect(peersOf(stranger.ask(us.address, 'get_peers', { info_hash: TARGET }))).toEqual([]);
  });

  test('22: get_peers gives the nodes near the info-hash, whatever target stands beside it', () => {
    const { world, us, stranger } = scene();
    meet(world, us, 40, (n) => onLoopback(100 + n));
    const plain = nodesOf(stranger.ask(us.address, 'get_peers', { info_hash: idOf('01') }));
    const a = { info_hash: idOf('01'), target: idOf('fe') };
    expect(nodesOf(stranger.ask(us.address, 'get_peers', a))).toEqual(plain);
  });

  test('23: values are a list of 6-byte strings; a mixed list is read for its IPv4 peers', () => {
    const { world, us, stranger } = scene();
    announce(stranger, us, INFO_HASH);
    const given = values(stranger.ask(us.address, 'get_peers', { info_hash: INFO_HASH }))['values'];
    expect((given as Uint8Array[]).map((peer) => peer.length)).toEqual([6]);
    const v4 = Uint8Array.of(127, 0, 0, 1, 0x1a, 0xe1);
    stranger.onQuery = () => ({
      values: [new Uint8Array(18), v4, 7, [v4], {}, new Uint8Array(5), v4],
    });
    us.join(stranger.address);
    world.run(100);
    const call = us.lookup(LookupKind.getPeers, TARGET);
    world.run(100);
    expect(us.peers.get(call)).toEqual([at('127.0.0.1', 6881), at('127.0.0.1', 6881)]);
  });

  test('24: values are a random sample, and repeated questions show every peer', () => {
    const { world, us, stranger } = scene();
    const store = us.node.peerStore();
    for (let n = 0; n < 300; n++)
      store.announce(world.now, INFO_HASH, 0, onLoopback(1000 + n), 6881 + n, false);
    const seen = new Set<number>();
    const sizes = new Set<number>();
    for (let i = 0; i < 60; i++) {
      const peers = peersOf(stranger.ask(us.address, 'get_peers', { info_hash: INFO_HASH }));
      expect(new Set(peers.map(({ port }) => port)).size).toBe(peers.length);
      sizes.add(peers.length);
      for (const { port } of peers) seen.add(port);
    }
    expect([...sizes]).toEqual([50]);
    expect(seen.size).toBe(300);
  });

  test('25: one IP has one place per info-hash, whatever ports and ids it shows; the port moves', () => {
    const { world, us } = scene(inPublic);
    const asker = world.stranger(inPublic(60));
    for (let n = 0; n < 5; n++) {
      const stranger = world.stranger(addressOf(ipOf(inPublic(51)), 7000 + n));
      expect(values(announce(stranger, us, INFO_HASH, { port: 8000 + n }))['id']).toEqual(us.id);
    }
    const peers = peersOf(asker.ask(us.address, 'get_peers', { info_hash: INFO_HASH }));
    expect(peers).toEqual([{ ip: ipOf(inPublic(51)), port: 8004 }]);
    expect(us.node.peers!.count).toBe(1);
  });

  test('26: a peer is forgotten after 45 minutes without an announce', () => {
    expect(PEER_LIMITS.ttlMs).toBe(45 * MINUTE_MS);
    const { world, us, stranger } = scene();
    announce(stranger, us, INFO_HASH);
    const ask = () =>
      peersOf(stranger.ask(us.address, 'get_peers', { info_hash: INFO_HASH })).length;
    world.run(44 * MINUTE_MS);
    expect(ask()).toBe(1);
    world.run(MINUTE_MS);
    expect(ask()).toBe(0);
    announce(stranger, us, INFO_HASH);
    world.run(30 * MINUTE_MS);
    announce(stranger, us, INFO_HASH);
    world.run(30 * MINUTE_MS);
    expect(ask()).toBe(1);
  });

  test('26: a node without contacts forgets its peers too', () => {
    const { world, us, stranger } = scene();
    us.join();
    announce(stranger, us, INFO_HASH);
    world.run(50 * MINUTE_MS);
    expect(us.node.peers!.count).toBe(0);
    expect(us.node.peers!.infoHashCount).toBe(0);
  });

  test('27: a full info-hash gives a token only to whoever is stored already', () => {
    const world = new SmallWorld({
      address: inPublic,
      settings: { peers: { ...PEER_LIMITS, peersPerInfoHash: 2 } },
    });
    const us = world.open();
    const [one, two, three] = [51, 52, 53].map((n) => world.stranger(inPublic(n)));
    announce(one, us, INFO_HASH);
    const early = tokenFor(three, us, INFO_HASH);
    announce(two, us, INFO_HASH);
    const reply = three.ask(us.address, 'get_peers', { info_hash: INFO_HASH });
    expect(values(reply)['token']).toBeUndefined();
    expect(peersOf(reply)).toHaveLength(2);
    expect(values(announce(one, us, INFO_HASH, { port: 99 }))['id']).toBeDefined();
    const late = { info_hash: INFO_HASH, port: 1, token: early };
    expect(code(three.ask(us.address, 'announce_peer', late))).toBe(202);
    expect(us.node.peers!.count).toBe(2);
    expect(tokenFor(three, us, TARGET)).toBeDefined();
  });

  test('27: a full store gives a token only to whoever is stored already', () => {
    for (const limits of [{ peers: 1 }, { infoHashes: 1 }]) {
      const world = new SmallWorld({
        address: inPublic,
        settings: { peers: { ...PEER_LIMITS, ...limits } },
      });
      const us = world.open();
      const [one, two] = [51, 52].map((n) => world.stranger(inPublic(n)));
      announce(one, us, INFO_HASH);
      const reply = two.ask(us.address, 'get_peers', { info_hash: TARGET });
      expect(values(reply)['token']).toBeUndefined();
      expect(tokenFor(one, us, INFO_HASH)).toBeDefined();
      world.run(46 * MINUTE_MS);
      expect(tokenFor(two, us, TARGET)).toBeDefined();
    }
  });

  test('28: a token opens one info-hash for one IP', () => {
    const { world, us } = scene(inPublic);
    const mine = world.stranger(inPublic(51));
    const victim = world.stranger(inPublic(52));
    const token = tokenFor(mine, us, INFO_HASH);
    const a = { info_hash: INFO_HASH, port: 1, token };
    expect(code(victim.ask(us.address, 'announce_peer', a))).toBe(203);
    expect(code(mine.ask(us.address, 'announce_peer', { ...a, info_hash: TARGET }))).toBe(203);
    for (const wrong of [
      '',
      token.slice(0, 7),
      Uint8Array.of(...token, 0),
      token.map((byte) => byte ^ 1),
    ]) {
      expect(code(mine.ask(us.address, 'announce_peer', { ...a, token: wrong }))).toBe(203);
    }
    expect(code(mine.ask(us.address, 'announce_peer', { info_hash: INFO_HASH, port: 1 }))).toBe(
      203,
    );
    expect(us.node.peers).toBeNull();
    const otherPort = world.stranger(addressOf(ipOf(mine.address), 9));
    expect(values(otherPort.ask(us.address, 'announce_peer', a))['id']).toBeDefined();
  });

  test('28: a token of one node is none of another, though both share their secrets', () => {
    const { world, us, stranger } = scene();
    const other = world.open();
    const a = { info_hash: INFO_HASH, port: 1, token: tokenFor(stranger, other, INFO_HASH) };
    expect(code(stranger.ask(us.address, 'announce_peer', a))).toBe(203);
  });

  test('29: a token is good for at least 5 minutes and never for more than 10', () => {
    for (let startMs = 0; startMs < 5 * MINUTE_MS; startMs += 40_000) {
      const { world, us, stranger } = scene();
      world.run(startMs);
      const token = tokenFor(stranger, us, INFO_HASH);
      const a = { info_hash: INFO_HASH, port: 1, token };
      world.run(5 * MINUTE_MS - 100);
      expect(values(stranger.ask(us.address, 'announce_peer', a))['id']).toBeDefined();
      world.run(5 * MINUTE_MS + 200);
      expect(code(stranger.ask(us.address, 'announce_peer', a))).toBe(203);
    }
  });

  test('30: with implied_port the UDP source port counts and port may be absent, 0 or wrong', () => {
    for (const port of [undefined, 0, 70_000, -5, 'x', 1234] as (Encodable | undefined)[]) {
      const { us, stranger } = scene();
      const token = tokenFor(stranger, us, INFO_HASH);
      const a = {
        info_hash: INFO_HASH,
        implied_port: 1,
        token,
        ...(port === undefined ? {} : { port }),
      };
      expect(values(stranger.ask(us.address, 'announce_peer', a))['id']).toBeDefined();
      const [peer] = peersOf(stranger.ask(us.address, 'get_peers', { info_hash: INFO_HASH }));
      expect(peer.port).toBe(portOf(stranger.address));
    }
    const { us, stranger } = scene();
    announce(stranger, us, INFO_HASH, { port: 1234, implied_port: 0 });
    const [peer] = peersOf(stranger.ask(us.address, 'get_peers', { info_hash: INFO_HASH }));
    expect(peer.port).toBe(1234);
  });

  test('31: port 0, negative, too large or absent is refused with 203 and nothing is stored', () => {
    const { us, stranger } = scene();
    const token = tokenFor(stranger, us, INFO_HASH);
    for (const port of [0, -1, 65_536, 2 ** 40, 2n ** 64n] as Encodable[]) {
      expect(
        code(stranger.ask(us.address, 'announce_peer', { info_hash: INFO_HASH, token, port })),
      ).toBe(203);
    }
    expect(code(stranger.ask(us.address, 'announce_peer', { info_hash: INFO_HASH, token }))).toBe(
      203,
    );
    expect(us.node.peers).toBeNull();
    for (const port of [1, 65_535]) {
      expect(values(announce(stranger, us, INFO_HASH, { port }))['id']).toBeDefined();
    }
  });

  test('32: the stored address is where the packet came from, never a field', () => {
    const { world, us } = scene(inPublic);
    const stranger = world.stranger(inPublic(51));
    announce(stranger, us, INFO_HASH, {
      ip: '9.9.9.9',
      host: '9.9.9.9',
      ipv4: Uint8Array.of(9, 9, 9, 9),
    });
    const [peer] = peersOf(stranger.ask(us.address, 'get_peers', { info_hash: INFO_HASH }));
    expect(peer.ip).toBe(ipOf(stranger.address));
  });

  test('33: seed is stored, absent is 0, and noseed=1 shows those that download first', () => {
    const { world, us, stranger } = scene();
    for (let n = 0; n < 100; n++) {
      const peer = world.stranger(onLoopback(1000 + n));
      announce(peer, us, INFO_HASH, n < 90 ? { port: 1000 + n, seed: 1 } : { port: 1000 + n });
    }
    const a = { info_hash: INFO_HASH, noseed: 1 };
    const peers = peersOf(stranger.ask(us.address, 'get_peers', a)).map(({ port }) => port);
    expect(peers.slice(0, 10).sort()).toEqual(Array.from({ length: 10 }, (_, n) => 1090 + n));
    expect(peers).toHaveLength(50);
  });

  test('34: an announce goes to the 8 closest that gave a token, also past those that gave none', () => {
    const world = new SmallWorld();
    const us = world.open({}, idOf('80'));
    const strangers = Array.from({ length: 14 }, (_, n) => {
      const id = idOf(`5c0ffee5${n.toString(16)}`);
      return world.stranger(onLoopback(100 + n), id);
    });
    const told = (from: number, to: number) =>
      Buffer.concat(
        strangers
          .slice(from, to)
          .map(({ id, address }) => compact(id, '127.0.0.1', portOf(address))),
      );
    for (const [n, stranger] of strangers.entries()) {
      // The way leads from the farthest to the closest, and the closest three give no token.
      const nodes = n === 13 ? told(9, 13) : told(0, 9);
      stranger.onQuery = (query) =>
        text(query['q']) === 'get_peers' && n >= 3
          ? { nodes, token: ascii(`token${n}`) }
          : { nodes };
    }
    us.join(strangers[13].address);
    const announcement = { port: 77, impliedPort: false, seed: false };
    const call = us.lookup(LookupKind.announce, INFO_HASH, announcement);
    world.run(1000);
    const announces = strangers.map(({ queries }) =>
      queries.filter((query) => text(query['q']) === 'announce_peer'),
    );
    const { steps, stored } = us.lookups.get(call)!;
    const candidates = strangers.flatMap(({ id }, n) =>
      n >= 3 && steps.some((step) => step.id === hex(id) && step.rttMs !== null) ? [n] : [],
    );
    expect(candidates.length).toBeGreaterThan(6);
    const chosen = candidates.slice(0, 8);
    expect(announces.map((queries) => queries.length)).toEqual(
      strangers.map((_, n) => (chosen.includes(n) ? 1 : 0)),
    );
    expect(stored).toBe(chosen.length);
    for (const [n, queries] of announces.entries()) {
      for (const { a } of queries as { a: Dictionary }[]) {
        expect(text(a['token'])).toBe(`token${n}`);
        expect([a['port'], a['implied_port'], a['seed']]).toEqual([77, undefined, undefined]);
      }
    }
  });

  test('34: a lookup ends only when the 8 closest live nodes have answered', () => {
    const world = new SmallWorld();
    const us = world.open({}, idOf('80'));
    const strangers = Array.from({ length: 20 }, (_, n) => world.stranger(onLoopback(100 + n)));
    const nodes = Buffer.concat(
      strangers.map(({ id, address }) => compact(id, '127.0.0.1', portOf(address))),
    );
    for (const [n, stranger] of strangers.entries())
      stranger.onQuery = n % 3 === 1 ? null : () => ({ nodes });
    us.join(strangers[0].address);
    world.run(30_000);
    const call = us.findNode(TARGET);
    world.run(30_000);
    const live = strangers.filter((_, n) => n % 3 !== 1).map(({ id }) => id);
    const closest = us.lookups.get(call)!.closest.map(({ id }) => id);
    expect(closest).toEqual(live.sort(byDistanceTo(TARGET)).slice(0, 8).map(hex));
  });
});

describe('the routing table', () => {
  test('39: only nodes heard within 15 minutes are handed out', () => {
    const { world, us, stranger } = scene();
    const [quiet, asking] = meet(world, us, 2, (n) => onLoopback(100 + n));
    quiet.onQuery = null;
    asking.onQuery = null;
    const handedOut = () =>
      nodesOf(stranger.ask(us.address, 'find_node', { target: TARGET }))
        .map(({ id }) => id)
        .sort();
    expect(handedOut()).toEqual([hex(quiet.id), hex(asking.id)].sort());
    world.run(10 * MINUTE_MS);
    asking.ask(us.address, 'ping', {});
    world.run(6 * MINUTE_MS);
    // Answered once and asked us within 15 minutes: BEP 5's second way to be good.
    expect(handedOut()).toEqual([hex(asking.id)]);
    expect(us.node.table.count).toBe(2);
  });

  test('40: a quiet contact of a full bucket is pinged, once more after a silence, and replaced', () => {
    const { world, us } = scene();
    // All in the far half: one bucket, which is not ours and does not split.
    const strangers = Array.from({ length: 9 }, (_, n) =>
      world.stranger(onLoopback(100 + n), idOf(`0${n}`)).polite(),
    );
    for (const stranger of strangers.slice(0, 8)) {
      stranger.ask(us.address, 'ping', {});
      world.run(50);
    }
    expect(us.node.table.count).toBe(8);
    us.join();
    const late = strangers[8];
    us.ask(late.address, Method.ping, TARGET);
    world.run(100);
    expect(us.tableIds).not.toContain(hex(late.id));
    const silent = strangers[2];
    silent.onQuery = null;
    const asked = silent.queries.length;
    world.run(14 * MINUTE_MS);
    expect(us.tableIds).toContain(hex(silent.id));
    world.run(3 * MINUTE_MS);
    const pings = silent.queries.slice(asked).filter((query) => text(query['q']) === 'ping');
    expect(pings.length).toBeGreaterThanOrEqual(2);
    expect(us.tableIds).not.toContain(hex(silent.id));
    expect(us.tableIds).toContain(hex(late.id));
    expect(us.node.table.count).toBe(8);
  });

  test('40: only the bucket of our own id splits', () => {
    const { world, us } = scene();
    const far = Array.from({ length: 20 }, (_, n) => idOf(`0${n.toString(16).padStart(2, '0')}`));
    const near = Array.from({ length: 20 }, (_, n) => idOf(`8${n.toString(16).padStart(2, '0')}`));
    for (const [n, id] of [...far, ...near].entries()) {
      world.stranger(onLoopback(100 + n), id).polite();
      us.ask(onLoopback(100 + n), Method.ping, TARGET);
    }
    world.run(100);
    const kept = us.tableIds;
    expect(kept.filter((id) => id.startsWith('0'))).toHaveLength(8);
    expect(kept.filter((id) => id.startsWith('8')).length).toBeGreaterThan(12);
  });

  test('41: one lost packet does not evict, two in a row do', () => {
    const { world, us } = scene();
    const [flaky, steady] = meet(world, us, 2, (n) => onLoopback(100 + n));
    us.join();
    let ignored = 0;
    flaky.onQuery = (query) => (text(query['q']) === 'ping' && ignored++ === 0 ? null : {});
    world.run(20 * MINUTE_MS);
    expect(ignored).toBeGreaterThanOrEqual(1);
    expect(us.tableIds).toEqual([hex(flaky.id), hex(steady.id)].sort());
    flaky.onQuery = null;
    world.run(30 * MINUTE_MS);
    us.node.table.visit((handle, _heard, failures) => {
      const id = us.node.shared.contacts.bytes.slice(handle * 26, handle * 26 + 20);
      expect(failures >= 2).toBe(hex(id) === hex(flaky.id));
    });
  });

  test('42: a bucket that did not change for 15 minutes is refreshed with an id of its range', () => {
    const { world, us } = scene();
    const [one] = meet(world, us, 1, (n) => onLoopback(100 + n));
    us.join();
    world.run(5 * MINUTE_MS);
    const before = one.queries.length;
    world.run(20 * MINUTE_MS);
    const lookups = one.queries.slice(before).filter((query) => text(query['q']) === 'find_node');
    expect(lookups.length).toBeGreaterThanOrEqual(1);
    for (const { a } of lookups as { a: Dictionary }[]) {
      expect(hex(a['target'])).not.toBe(hex(us.id));
    }
  });

  test('43: whoever asks us enters the table only after it answered a ping of ours', () => {
    const { world, us, stranger } = scene();
    stranger.ask(us.address, 'find_node', { target: TARGET });
    world.run(10_000);
    expect(stranger.queries.map((query) => text(query['q']))).toEqual(['ping']);
    expect(us.node.table.count).toBe(0);
    const other = world.stranger(onLoopback(51)).polite();
    const found = nodesOf(other.ask(us.address, 'find_node', { target: TARGET }));
    expect(found).toEqual([]);
    world.run(50);
    expect(us.tableIds).toEqual([hex(other.id)]);
  });

  test('43: nodes that others tell of are not handed on before they answered us', () => {
    const { world, us, stranger } = scene();
    const liar = world.stranger(onLoopback(60));
    liar.onQuery = () => ({ nodes: compact(idOf('77'), '127.0.0.1', 4444) });
    us.join(liar.address);
    world.run(20_000);
    const nodes = nodesOf(stranger.ask(us.address, 'find_node', { target: TARGET }));
    expect(nodes.map(({ id }) => id)).toEqual([hex(liar.id)]);
  });

  test('44: an address that answers with another id loses its place, and its bucket is doubted', () => {
    const { world, us, stranger } = scene();
    const known = Array.from({ length: 5 }, (_, n) =>
      world.stranger(onLoopback(100 + n), idOf(`0${n}`)).polite(),
    );
    for (const one of known) {
      us.ask(one.address, Method.ping, TARGET);
      world.run(50);
    }
    const handedOut = () =>
      nodesOf(stranger.ask(us.address, 'find_node', { target: TARGET })).map(({ id }) => id);
    expect(handedOut()).toHaveLength(5);
    const fresh = idOf('0f');
    known[0].onQuery = () => ({ id: fresh });
    us.ask(known[0].address, Method.ping, TARGET);
    world.run(50);
    expect(us.tableIds).not.toContain(hex(known[0].id));
    expect(us.tableIds).toContain(hex(fresh));
    expect(handedOut()).toEqual([hex(fresh)]);
    us.join();
    world.run(30_000);
    expect(handedOut()).toHaveLength(5);
  });

  test('44: what a third party tells of an address is no reason to doubt it', () => {
    const { world, us, stranger } = scene();
    const honest = Array.from({ length: 24 }, (_, n) =>
      world
        .stranger(onLoopback(100 + n), idOf(`${'05a'[n % 3]}${n.toString(16).padStart(2, '0')}`))
        .polite(),
    );
    const liar = world.stranger(onLoopback(60), idOf('77ff'));
    liar.onQuery = () => ({
      nodes: Buffer.concat(
        // One of the contacts of each third of the id space, under an invented id.
        honest
          .slice(0, 3)
          .map(({ address }, n) => compact(idOf(`77aa${n}`), '127.0.0.1', portOf(address))),
      ),
    });
    for (const { address } of [liar, ...honest]) us.ask(address, Method.ping, TARGET);
    world.run(100);
    const handedOut = (target: Uint8Array) =>
      nodesOf(stranger.ask(us.address, 'find_node', { target })).map(({ id }) => id);
    const targets = [TARGET, idOf('00'), idOf('55'), idOf('aa')];
    const before = targets.map(handedOut);
    const call = us.findNode(TARGET);
    world.run(500);
    expect(us.lookups.get(call)!.answered).toBeGreaterThan(8);
    expect(targets.map(handedOut)).toEqual(before);
  });

  test('44: one entry per IP, loopback apart', () => {
    const { world, us } = scene(inPublic);
    for (let n = 0; n < 5; n++) {
      const address = addressOf(ipOf(inPublic(51)), 7000 + n);
      world.stranger(address).polite();
      us.ask(address, Method.ping, TARGET);
      world.run(50);
    }
    expect(us.node.table.count).toBe(1);
    const home = new SmallWorld();
    const local = home.open();
    meet(home, local, 5, (n) => onLoopback(100 + n));
    expect(local.node.table.count).toBe(5);
  });

  test('45: with the link down nobody is blamed, and everybody is asked again when it is up', () => {
    const { world, us, stranger } = scene();
    const known = meet(world, us, 6, (n) => onLoopback(100 + n));
    us.join();
    world.run(MINUTE_MS);
    us.linked = false;
    world.run(60 * MINUTE_MS);
    us.findNode(TARGET);
    world.run(MINUTE_MS);
    us.linked = true;
    us.node.table.visit((_handle, _heard, failures) => expect(failures).toBe(0));
    expect(us.node.table.count).toBe(6);
    world.run(5 * MINUTE_MS);
    const nodes = nodesOf(stranger.ask(us.address, 'find_node', { target: TARGET }));
    expect(nodes).toHaveLength(known.length);
  });
});

describe('ip and read-only nodes', () => {
  test('46: every reply and error carries the 6 bytes of whoever asked', () => {
    const { world, us } = scene(inPublic);
    const stranger = world.stranger(at('5.6.7.8', 0x1234));
    const ip = Uint8Array.of(5, 6, 7, 8, 0x12, 0x34);
    expect(stranger.ask(us.address, 'ping', {})!['ip']).toEqual(ip);
    expect(stranger.ask(us.address, 'find_node', { target: TARGET })!['ip']).toEqual(ip);
    expect(stranger.ask(us.address, 'get_peers', { info_hash: TARGET })!['ip']).toEqual(ip);
    expect(announce(stranger, us, INFO_HASH)!['ip']).toEqual(ip);
    expect(stranger.ask(us.address, 'vote', {})!['ip']).toEqual(ip);
  });

  test('49: a read-only node says so in each query and answers none', () => {
    const world = new SmallWorld();
    const us = world.open({ readOnly: true });
    const stranger = world.stranger(onLoopback(50));
    stranger.onQuery = () => ({ token: ascii('t') });
    us.join(stranger.address);
    us.lookup(LookupKind.announce, INFO_HASH, { port: 1, impliedPort: false, seed: false });
    world.run(1000);
    expect(new Set(stranger.queries.map((query) => text(query['q'])))).toEqual(
      new Set(['find_node', 'get_peers', 'announce_peer']),
    );
    for (const query of stranger.queries) expect(query['ro']).toBe(1);
    for (const q of ['ping', 'find_node', 'vote'])
      expect(stranger.ask(us.address, q, {})).toBeNull();
    expect(dropped(us, 'read-only')).toBe(3);
  });

  test('49: other nodes never send ro, serve a read-only one and do not keep it', () => {
    const { world, us, stranger } = scene();
    stranger.polite();
    const query = { t: 'aa', y: 'q', q: 'ping', ro: 1, a: { id: stranger.id } };
    expect(stranger.exchange(us.address, query)).toHaveLength(1);
    world.run(1000);
    expect(stranger.queries).toEqual([]);
    expect(us.node.table.count).toBe(0);
    stranger.ask(us.address, 'ping', {});
    world.run(50);
    expect(stranger.queries.map((sent) => sent['ro'])).toEqual([undefined]);
  });
});

describe('live defects of others that must not be ours', () => {
  test('one datagram with wrong types ends no process (bittorrent-dht)', () => {
    const { us, stranger } = scene();
    const evil: Encodable[] = [7, -7, 2n ** 70n, '', 'x', [], {}, [[]], { id: {} }];
    for (const q of ['ping', 'find_node', 'get_peers', 'announce_peer', 'put', 'get', 'vote']) {
      for (const value of evil) {
        const a = {
          target: value,
          info_hash: value,
          token: value,
          port: value,
          implied_port: value,
          seed: value,
        };
        expect(() => stranger.ask(us.address, q, a)).not.toThrow();
        expect(() => stranger.ask(us.address, q, { ...a, id: value })).not.toThrow();
      }
    }
  });

  test('announce_peer and put without arguments are refused, not dereferenced (anacrolix)', () => {
    const { us, stranger } = scene();
    for (const q of ['announce_peer', 'put']) {
      const [reply] = stranger.exchange(us.address, { t: 'aa', y: 'q', q });
      expect(code(reply)).toBe(203);
    }
  });

  test('no reply carries the whole table (bittorrent-dht)', () => {
    const { world, us, stranger } = scene();
    meet(world, us, 60, (n) => onLoopback(100 + n));
    expect(us.node.table.count).toBeGreaterThan(20);
    stranger.ask(us.address, 'find_node', { target: TARGET });
    expect(stranger.inbox.at(-1)!.bytes.length).toBeLessThan(400);
  });

  test('tokens are no linear function of the IP (mainline, CRC32C)', () => {
    const { world, us } = scene(inPublic);
    const token = (n: number) =>
      tokenFor(world.stranger(addressOf(parseIp('5.9.0.0') + n, 1)), us, INFO_HASH);
    const xor = (a: Uint8Array, b: Uint8Array) => hex(a.map((byte, i) => byte ^ b[i]));
    // For a linear checksum these two differences are the same.
    expect(xor(token(0), token(1))).not.toBe(xor(token(2), token(3)));
    expect(xor(token(0), token(2))).not.toBe(xor(token(1), token(3)));
  });

  test('find_node looks at target, not at info_hash (anacrolix)', () => {
    const { world, us, stranger } = scene();
    meet(world, us, 40, (n) => onLoopback(100 + n));
    const near = nodesOf(stranger.ask(us.address, 'find_node', { target: idOf('01') }));
    const both = { target: idOf('01'), info_hash: idOf('fe') };
    expect(nodesOf(stranger.ask(us.address, 'find_node', both))).toEqual(near);
  });

  test('errors go out as errors (bitmagnet) and bad tokens are not met with silence (anacrolix)', () => {
    const { us, stranger } = scene();
    const a = { info_hash: INFO_HASH, port: 1, token: 'nonsense' };
    const reply = stranger.ask(us.address, 'announce_peer', a);
    expect(text(reply!['y'])).toBe('e');
    expect(code(reply)).toBe(203);
  });

  test('keys inside of values are no fields (jech, which searches the bytes)', () => {
    const { us, stranger } = scene();
    const a = { decoy: `6:target20:${'x'.repeat(20)}9:info_hash20:${'y'.repeat(20)}` };
    expect(code(stranger.ask(us.address, 'find_node', a))).toBe(203);
    const nested = { target: { target: TARGET }, x: { target: TARGET } };
    expect(code(stranger.ask(us.address, 'find_node', nested))).toBe(203);
  });

  test('a reply that nobody asked for is met with silence (mldht answers 202)', () => {
    const { us, stranger } = scene();
    expect(stranger.exchange(us.address, { t: 'abcd', y: 'r', r: { id: stranger.id } })).toEqual(
      [],
    );
    expect(stranger.exchange(us.address, { t: 'pn\0\0', y: 'r', r: { id: stranger.id } })).toEqual(
      [],
    );
    expect(stranger.exchange(us.address, { t: 'abcd', y: 'e', e: [201, 'x'] })).toEqual([]);
    expect(us.node.table.count).toBe(0);
    expect(dropped(us, 'unknown-transaction')).toBe(3);
  });

  test('our own packets thrown back at us are dropped', () => {
    const { world, us, stranger } = scene();
    us.ask(stranger.address, Method.ping, TARGET);
    world.run(20);
    stranger.send(us.address, stranger.inbox[0].bytes);
    world.run(20);
    expect(stranger.inbox).toHaveLength(1);
    const t = stranger.queries[0]['t'];
    stranger.send(us.address, { t, y: 'r', r: { id: us.id } });
    world.run(20);
    expect(dropped(us, 'own-id')).toBe(2);
    expect(us.answers.size).toBe(0);
    expect(us.node.table.count).toBe(0);
  });

  test('a reply without an id is no answer', () => {
    const { world, us, stranger } = scene();
    const call = us.ask(stranger.address, Method.ping, TARGET);
    world.run(20);
    const t = stranger.queries[0]['t'];
    for (const r of [{}, { id: 'short' }, { id: 7 }] as Encodable[])
      stranger.send(us.address, { t, y: 'r', r });
    world.run(20);
    expect(dropped(us, 'no-id')).toBe(3);
    world.run(10_000);
    expect(us.silences).toEqual([call]);
  });

  test('values that are a trap for a careless reader do not hang us', () => {
    const { world, us, stranger } = scene();
    stranger.onQuery = () => ({ values: [{}, '', ascii('\0:'.repeat(3000))] as Bencoded[] });
    us.join(stranger.address);
    world.run(100);
    const call = us.lookup(LookupKind.getPeers, INFO_HASH);
    world.run(1000);
    expect(us.lookups.has(call)).toBe(true);
    expect(us.peers.get(call)).toBeUndefined();
    expect(encode(decode(stranger.inbox[0].bytes) as Encodable)).toEqual(stranger.inbox[0].bytes);
  });
});

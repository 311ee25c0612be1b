/** Answers about signed peers: what is refused, in which order, and what a reply holds. */
import { expect, test } from 'vitest';
import { keyPairOf } from '../../../src/io/signatures.ts';
import { answerQuery } from '../../../src/mainline/answering/answers.ts';
import { SIGNED_WITHIN_MS } from '../../../src/mainline/answering/signed-peers.ts';
import { settingsFrom } from '../../../src/mainline/choices.ts';
import {
  type Bencoded,
  decode,
  type Encodable,
  encode,
} from '../../../src/mainline/krpc/bencode.ts';
import { Message } from '../../../src/mainline/krpc/message.ts';
import { readSignedPeer, signedPeerBytes } from '../../../src/mainline/krpc/signed-peer.ts';
import { Writer } from '../../../src/mainline/krpc/writer.ts';
import { idOf, inPublic, SmallWorld } from '../small-world.ts';

const HASH = idOf('5c');
const ORIGIN_MS = 1_700_000_000_000;
type Fields = { [key: string]: Encodable };
type Reply = { r: { [key: string]: Bencoded }; e: [number, Uint8Array] };

function scene(signedPeers = true) {
  const world = new SmallWorld({ address: inPublic });
  const settings = { ...settingsFrom({ signedPeers }), wallOriginMs: ORIGIN_MS };
  const us = world.open(settings);
  const doors = Array.from({ length: 8 }, (_, n) => world.stranger(inPublic(200 + n)).polite());
  us.join(...doors.map(({ address }) => address));
  world.run(1000);
  const out = new Writer();
  const ask = (from: number, q: string, a: Fields): Reply => {
    const query = new Message();
    const source = encode({ t: 'aa', y: 'q', q, a: { id: idOf('11'), ...a } });
    query.read(source, 0, source.length);
    answerQuery.answer(us.node, world.now, inPublic(from), query, out);
    const bytes = out.bytes.slice(0, out.length);
    expect(encode(decode(bytes) as Encodable)).toEqual(bytes); // keys in order
    expect(bytes.length).toBeLessThanOrEqual(1024);
    return decode(bytes) as Reply;
  };
  const tokenFor = (from: number) => ask(from, 'get_signed_peers', { info_hash: HASH }).r['token'];
  const signed = (n: number, lateMs = 0): Fields => {
    const pair = keyPairOf(new Uint8Array(32).fill(n));
    const timeUs = (ORIGIN_MS + world.now - lateMs) * 1000;
    return { k: pair.publicKey, t: timeUs, sig: pair.sign(signedPeerBytes(HASH, 0, timeUs)) };
  };
  const announce = (from: number, fields: Fields) =>
    ask(from, 'announce_signed_peer', { info_hash: HASH, token: tokenFor(from) ?? '', ...fields });
  return { world, us, ask, tokenFor, signed, announce };
}

test('what was announced is told, beside nodes and a token', () => {
  const { ask, announce, signed } = scene();
  expect(Object.keys(ask(1, 'get_signed_peers', { info_hash: HASH }).r)).toEqual([
    'id',
    'nodes',
    'token',
  ]);
  expect(announce(1, signed(1)).r).toHaveProperty('id');
  const { r } = ask(2, 'get_signed_peers', { info_hash: HASH });
  expect(Object.keys(r)).toEqual(['id', 'nodes', 'peers', 'token']);
  const [one] = r['peers'] as [Uint8Array];
  expect(one).toHaveLength(104);
  const peer = readSignedPeer(one, 0)!;
  expect(peer.key).toEqual(keyPairOf(new Uint8Array(32).fill(1)).publicKey);
});

test('as many as fit into 1024 bytes beside eight nodes, ten at most', () => {
  const { ask, announce, signed } = scene();
  for (let n = 1; n <= 12; n++) announce(n, signed(n));
  const { r } = ask(30, 'get_signed_peers', { info_hash: HASH });
  expect((r['nodes'] as Uint8Array).length / 26).toBe(8);
  expect(r['peers']).toHaveLength(6);
});

test('what is wrong has its error, and nothing is kept', () => {
  const { us, ask, announce, signed, world } = scene();
  const codeOf = ({ e }: Reply) => e[0];
  const late = SIGNED_WITHIN_MS + 1000;
  expect(codeOf(ask(1, 'get_signed_peers', {}))).toBe(203);
  expect(codeOf(ask(1, 'announce_signed_peer', { ...signed(1), token: 'x' }))).toBe(203);
  expect(codeOf(announce(1, { ...signed(1), k: 'short' }))).toBe(203);
  expect(codeOf(announce(1, { ...signed(1), sig: 5 }))).toBe(203);
  expect(codeOf(announce(1, { ...signed(1), t: 'now' }))).toBe(203);
  expect(codeOf(announce(1, signed(1, late)))).toBe(203);
  expect(codeOf(announce(1, signed(1, -late)))).toBe(203);
  expect(codeOf(announce(1, { ...signed(1), token: 'aoeusnth' }))).toBe(203);
  expect(codeOf(announce(1, { ...signed(1), sig: new Uint8Array(64) }))).toBe(206);
  expect(us.node.signedPeers?.count ?? 0).toBe(0);
  expect(announce(1, signed(1, SIGNED_WITHIN_MS - 1000)).r).toHaveProperty('id');
  world.run(1000);
  expect(us.node.signedPeers?.count).toBe(1);
});

test('without the option the methods are unknown: nodes, as to a find_node', () => {
  const { ask, signed } = scene(false);
  const { r } = ask(1, 'get_signed_peers', { info_hash: HASH });
  expect(Object.keys(r)).toEqual(['id', 'nodes']);
  expect(Object.keys(ask(1, 'announce_signed_peer', { info_hash: HASH, ...signed(1) }).r)).toEqual([
    'id',
    'nodes',
  ]);
});

/** Looking for signed peers: lies are passed over, and who answers with an error is asked for nodes next time. */
import { expect, test } from 'vitest';
import { keyPairOf } from '../../../src/io/signatures.ts';
import { settingsFrom } from '../../../src/mainline/choices.ts';
import type { SignedPeerErrand } from '../../../src/mainline/errand.ts';
import type { Encodable } from '../../../src/mainline/krpc/bencode.ts';
import {
  SIGNED_PEER_BYTES,
  SIGNED_PEERS_PER_REPLY,
  type SignedPeer,
  signedPeerBytes,
  writeSignedPeer,
} from '../../../src/mainline/krpc/signed-peer.ts';
import { LookupKind } from '../../../src/mainline/rows/purpose.ts';
import { type Dictionary, idOf, inPublic, SmallWorld, text } from '../small-world.ts';

const HASH = idOf('5c');

function errandOf(): { errand: SignedPeerErrand; found: SignedPeer[] } {
  const found: SignedPeer[] = [];
  const errand = { own: null, known: new Map(), found: (peer: SignedPeer) => found.push(peer) };
  return { errand, found };
}

function entry(n: number, timeUs: number, hash = HASH): Uint8Array {
  const pair = keyPairOf(new Uint8Array(32).fill(n));
  const bytes = new Uint8Array(SIGNED_PEER_BYTES);
  const signature = pair.sign(signedPeerBytes(hash, 0, timeUs));
  writeSignedPeer(bytes, 0, { key: pair.publicKey, timeUs, signature });
  return bytes;
}

/** One stranger that answers everything with `reply`, and us; what a lookup finds. */
function lookAt(peers: Encodable): SignedPeer[] {
  const world = new SmallWorld({ address: inPublic });
  const us = world.open(settingsFrom({ signedPeers: true }));
  const stranger = world.stranger(inPublic(200));
  stranger.onQuery = ({ q }) =>
    text(q) === 'get_signed_peers' ? ({ peers, token: 'x' } as unknown as Dictionary) : {};
  us.join(stranger.address);
  world.run(1000);
  const { errand, found } = errandOf();
  us.lookup(LookupKind.getSignedPeers, HASH, errand);
  world.run(15_000);
  return found;
}

test('what is signed for it is found, the newest of each key; lies and torn entries are not', () => {
  const right = entry(1, 1000);
  const found = lookAt([
    right,
    right,
    entry(1, 2000),
    entry(2, 1000, idOf('99')),
    right.slice(1),
    'x',
    entry(3, 5),
  ]);
  expect(found.map(({ timeUs }) => timeUs)).toEqual([1000, 2000, 5]);
  expect(lookAt('no list')).toEqual([]);
  expect(lookAt([])).toEqual([]);
});

test('of one answer no more are read than a reply has', () => {
  const many = Array.from({ length: SIGNED_PEERS_PER_REPLY + 2 }, (_, n) => entry(n + 1, 7));
  expect(lookAt(many)).toHaveLength(SIGNED_PEERS_PER_REPLY);
});

test('who answers with an error is asked for nodes only from then on', () => {
  const world = new SmallWorld({ address: inPublic });
  const us = world.open(settingsFrom({ signedPeers: true }));
  const stranger = world.stranger(inPublic(200)).polite();
  us.join(stranger.address);
  world.run(1000);
  const asked: string[] = [];
  stranger.onQuery = ({ q, t }, from) => {
    const method = text(q);
    asked.push(method);
    if (method !== 'get_signed_peers') return {};
    stranger.send(from, { e: [204, 'Method Unknown'], t: t as Uint8Array, y: 'e' });
    return null;
  };
  for (let round = 0; round < 2; round++) {
    us.lookup(LookupKind.getSignedPeers, HASH, errandOf().errand);
    world.run(15_000);
  }
  expect(asked.filter((method) => method !== 'ping')).toEqual(['get_signed_peers', 'find_node']);
});

/** Gets: what is found anywhere in the network, and what liars can do about it. */
import { describe, expect, test } from 'vitest';
import { itemErrand } from '../../../src/mainline/errand.ts';
import { ascii, type Encodable, encode } from '../../../src/mainline/krpc/bencode.ts';
import { type Item, mutableTarget, targetOf } from '../../../src/mainline/krpc/item.ts';
import { LookupKind } from '../../../src/mainline/rows/purpose.ts';
import { network } from '../scenes.ts';
import { onLoopback, SmallWorld, sha1, text } from '../small-world.ts';
import { fixed, getItem, PAIR, putItem, signed } from '../storage-scenes.ts';

const TARGET = mutableTarget(PAIR.publicKey, new Uint8Array(0), sha1);

/** One of ours among strangers who answer every get with these. */
function among(...replies: { [key: string]: Encodable }[]) {
  const world = new SmallWorld();
  const us = world.open();
  const strangers = replies.map((reply, n) => {
    const stranger = world.stranger(onLoopback(50 + n));
    stranger.onQuery = (query) =>
      text(query['q']) === 'get' ? { token: ascii('t'), ...(reply as object) } : {};
    return stranger;
  });
  us.join(...strangers.map(({ address }) => address));
  world.run(1000);
  return { world, us, strangers };
}

function reply({ value, key, seq, signature }: Item): { [key: string]: Encodable } {
  const v = text(value.subarray(value.indexOf(0x3a) + 1));
  return key && signature ? { k: key, seq, sig: signature, v } : { v };
}

describe('an item that was put', () => {
  test('is got from anywhere: immutable, mutable, with salt', () => {
    const world = network(80);
    const [one, two] = [world.residents[5], world.residents[60]];
    for (const item of [
      fixed('Hello'),
      signed(4n, 'Hello'),
      signed(1n, 'Hello', ascii('foobar')),
    ]) {
      expect(putItem(world, one, item).stored).toBe(8);
      const found = getItem(world, two, targetOf(item, sha1), itemErrand(item.salt)).newest;
      expect(found).toEqual(item);
    }
    expect(world.shared.requests.count).toBe(0);
  });

  test('is found in our own store, and an immutable one ends the lookup at once', () => {
    const { world, us } = among({}, {});
    const item = fixed('ours');
    const target = targetOf(item, sha1);
    us.node.itemStore().put(world.now, target, item, onLoopback(9), us.node.ownId);
    const errand = itemErrand(new Uint8Array(0));
    const call = us.lookup(LookupKind.get, target, errand);
    expect(us.lookups.has(call)).toBe(true);
    expect(errand.newest).toEqual(item);
  });
});

describe('of what answers hold', () => {
  test('the highest number is the newest, whoever comes first, and each newer one is told', () => {
    const told: bigint[] = [];
    const versions = [signed(2n, 'b'), signed(3n, 'c'), signed(1n, 'a')];
    const { world, us } = among(...versions.map(reply));
    const errand = itemErrand(new Uint8Array(0), null, { found: ({ seq }) => told.push(seq) });
    expect(getItem(world, us, TARGET, errand).newest).toEqual(versions[1]);
    expect(told).toEqual([...told].sort());
    expect(told.at(-1)).toBe(3n);
    expect([...errand.holders.values()].sort()).toEqual([1n, 2n, 3n]);
  });

  const genuine = signed(5n, 'x');
  const other = signed(9n, 'x', ascii('salt'));
  test.each<[string, { [key: string]: Encodable }]>([
    ['another value under the signature', { ...reply(genuine), v: 'y' }],
    ['another number under the signature', { ...reply(genuine), seq: 6 }],
    ['another key', { ...reply(genuine), k: new Uint8Array(32) }],
    ['an item of another salt', reply(other)],
    ['an immutable item of another target', { v: 'z' }],
    ['a negative number', { ...reply(genuine), seq: -1 }],
    ['no signature', { k: PAIR.publicKey, seq: 5, v: 'x' }],
  ])('%s is nothing', (_, lie) => {
    const { world, us } = among(lie, reply(signed(4n, 'w')));
    const { newest, holders } = getItem(world, us, TARGET);
    expect(newest?.seq).toBe(4n);
    expect(holders.size).toBe(1);
  });

  test('a number without a value says that it is there', () => {
    const { world, us, strangers } = among({ seq: 7 }, { seq: 'x' }, {});
    const { newest, holders } = getItem(
      world,
      us,
      TARGET,
      itemErrand(new Uint8Array(0), null, { seq: 7n }),
    );
    expect(newest).toBeNull();
    expect([...holders.values()]).toEqual([7n]);
    const asked = strangers[0].queries.find((query) => text(query['q']) === 'get')!;
    expect((asked['a'] as { seq: number }).seq).toBe(7);
  });

  test('an immutable value that nobody can prove is not found, and the lookup ends', () => {
    const { world, us } = among({ v: 'lie' }, {});
    const errand = itemErrand(new Uint8Array(0));
    const call = us.lookup(LookupKind.get, sha1(encode('truth')), errand);
    world.run(10_000);
    expect(us.lookups.has(call)).toBe(true);
    expect(errand.newest).toBeNull();
  });

  test('whoever hears of an item may give the lookup up', () => {
    const { world, us } = among(reply(signed(1n, 'a')), reply(signed(2n, 'b')));
    let call = 0;
    const errand = itemErrand(new Uint8Array(0), null, { found: () => us.node.cancel(call) });
    call = us.lookup(LookupKind.get, TARGET, errand);
    world.run(10_000);
    expect(us.lookups.has(call)).toBe(false);
    expect(us.node.errands!.size).toBe(0);
    expect(world.shared.requests.count).toBe(0);
  });
});

test('our own store is searched for peers, too', () => {
  const { world, us } = among({});
  const hash = sha1(ascii('x'));
  us.node.peerStore().announce(world.now, hash, 0, onLoopback(9), 4444, false);
  const call = us.lookup(LookupKind.getPeers, hash);
  world.run(5000);
  expect(us.peers.get(call)!.map((peer) => peer % 65536)).toEqual([4444]);
});

/** The calls about items, between real nodes on loopback. */
import { afterEach, describe, expect, test } from 'vitest';
import { keyPairOf } from '../../../src/io/signatures.ts';
import { type DhtError, publicKeyOf } from '../../../src/mainline.ts';
import { createTestnet, type Testnet } from '../../../src/testnet.ts';
import { hexBytes, IMMUTABLE, KEY, MUTABLE, SEED } from '../../vectors/bep44.ts';

const KEY_TEXT = Buffer.from(KEY).toString('hex');
const opened: Testnet[] = [];

afterEach(async () => {
  await Promise.all(opened.splice(0).map((one) => one.close()));
});

async function network(nodes = 12) {
  const testnet = await createTestnet({ nodes });
  opened.push(testnet);
  return testnet.nodes;
}

const text = (value: unknown) => Buffer.from(value as Uint8Array).toString();

test('a signer that never answers holds nobody up', async () => {
  const nodes = await network(3);
  const signer = { publicKey: KEY, sign: () => new Promise<never>(() => {}) };
  const late = nodes[1].put('x', { signer, timeoutMs: 300 });
  await expect(late).rejects.toMatchObject({ code: 'TIMEOUT' });
  const over = new AbortController();
  const left = nodes[1].put('x', { signer, signal: over.signal });
  setTimeout(() => over.abort(), 100);
  await expect(left).rejects.toMatchObject({ code: 'ABORTED' });
  const closed = nodes[2].put('x', { signer });
  setTimeout(() => void nodes[2].close(), 100);
  await expect(closed).rejects.toMatchObject({ code: 'CLOSED' });
});

describe('an immutable item', () => {
  test('is got by its target, and iterated', async () => {
    const nodes = await network();
    const [value, target] = ['Hello World!', IMMUTABLE[0][1]];
    const put = await nodes[1].put(value);
    expect(put).toMatchObject({ target, seq: null, stored: 8, failed: 0 });
    expect(put.writes.map(({ outcome }) => outcome)).toEqual(Array(8).fill('stored'));
    const elsewhere = nodes.find(({ id }) => !put.writes.some((one) => one.id === id))!;
    const { item, copies, lookup } = await elsewhere.get(target);
    expect(text(item!.value)).toBe(value);
    expect(item).toMatchObject({ target, key: null, seq: null, signature: null });
    expect(copies).toBeGreaterThanOrEqual(1);
    expect(lookup.kind).toBe('get');
    const found: string[] = [];
    for await (const one of nodes[5].get(target)) found.push(text(one.value));
    expect(found).toEqual([value]);
  });

  test('that nobody has is null', async () => {
    const nodes = await network(3);
    expect(await nodes[1].get('00'.repeat(20))).toMatchObject({ item: null, copies: 0 });
  });
});

describe('a mutable item', () => {
  test('is numbered by what is there, and a version that is old is refused', async () => {
    const nodes = await network();
    const first = await nodes[1].put('one', { secretKey: SEED });
    expect(first).toMatchObject({ seq: 1n, stored: 8 });
    expect(first.target).toBe(Buffer.from(MUTABLE[0].target).toString('hex'));
    const second = await nodes[2].put('two', { secretKey: Buffer.from(SEED).toString('hex') });
    expect(second.seq).toBe(2n);
    const again = await nodes[3].put('two', { secretKey: SEED });
    expect(again.seq).toBe(2n);
    const { item } = await nodes[7].get({ key: KEY_TEXT });
    expect(item).toMatchObject({ key: KEY_TEXT, seq: 2n });
    expect(text(item!.value)).toBe('two');
    const old = nodes[4].put('three', { secretKey: SEED, seq: 1 });
    await expect(old).rejects.toMatchObject({ code: 'OUTDATED', krpcCode: 302 });
    const unexpected = nodes[4].put('three', { secretKey: SEED, seq: 3n, cas: 1n });
    await expect(unexpected).rejects.toMatchObject({ code: 'OUTDATED', krpcCode: 301 });
    expect((await nodes[4].put('three', { secretKey: SEED, seq: 3n, cas: 2n })).stored).toBe(8);
  });

  test('with salt is another one', async () => {
    const nodes = await network(4);
    const put = await nodes[1].put('x', { secretKey: SEED, salt: 'foobar', seq: 4 });
    expect(put.target).toBe(Buffer.from(MUTABLE[2].target).toString('hex'));
    expect((await nodes[2].get({ key: KEY })).item).toBeNull();
    const bySalt = await nodes[2].get({ key: KEY, salt: 'foobar' });
    const byTarget = await nodes[3].get(put.target, { salt: Buffer.from('foobar') });
    expect(bySalt.item).toEqual(byTarget.item);
    expect(bySalt.item!.seq).toBe(4n);
  });

  test('is only news when it is newer, and copies are counted all the same', async () => {
    const nodes = await network();
    await nodes[1].put('x', { secretKey: SEED, seq: 5 });
    const same = await nodes[2].get({ key: KEY }, { newerThan: 5n });
    expect(same.item).toBeNull();
    expect(same.copies).toBeGreaterThanOrEqual(7);
    expect((await nodes[2].get({ key: KEY }, { newerThan: 4 })).item!.seq).toBe(5n);
  });

  test('is signed by whoever has the key', async () => {
    const nodes = await network(4);
    const pair = keyPairOf(SEED);
    const sign = async (message: Uint8Array) => pair.sign(message);
    const put = await nodes[1].put('x', { signer: { publicKey: KEY_TEXT, sign } });
    expect(put.seq).toBe(1n);
    expect((await nodes[2].put('y', { signer: { publicKey: KEY, sign } })).seq).toBe(2n);
    const liar = { publicKey: KEY, sign: () => new Uint8Array(64) };
    await expect(nodes[1].put('z', { signer: liar })).rejects.toThrow(/"signer" expected to sign/);
    const broken = { publicKey: KEY, sign: () => Promise.reject(new Error('no card')) };
    await expect(nodes[1].put('z', { signer: broken })).rejects.toThrow('no card');
  });

  test('is put again by anybody, where it is needed', async () => {
    const nodes = await network(30);
    await nodes[1].put('x', { secretKey: SEED, salt: 's' });
    const { item } = await nodes[2].get({ key: KEY, salt: 's' });
    const again = await nodes[3].republish(item!);
    expect(again).toMatchObject({ target: item!.target, seq: 1n, stored: 8 });
    const forged = { ...item!, seq: 2n };
    await expect(nodes[3].republish(forged)).rejects.toThrow(/signature holds/);
  });
});

describe('a call is refused that', () => {
  const fine = { secretKey: SEED };
  test.each<[string, unknown, object, RegExp]>([
    ['is too large', 'x'.repeat(997), {}, /"value" expected at most 1000 bytes.* got 1001/],
    ['is nested too deep', [[[[[[[[[]]]]]]]]], {}, /"value" expected nesting/],
    ['no bencode can say', 1.5, {}, /"value" expected something bencode can say/],
    ['has a long salt', 'x', { ...fine, salt: 'x'.repeat(65) }, /"salt" expected at most 64 bytes/],
    ['has a salt of another kind', 'x', { ...fine, salt: 7 }, /"salt" expected text or bytes/],
    ['has a negative number', 'x', { ...fine, seq: -1 }, /"seq" expected a number in 0/],
    ['has a number beyond 63 bits', 'x', { ...fine, seq: 2n ** 63n }, /"seq" expected a number/],
    ['has half a number', 'x', { ...fine, cas: 0.5 }, /"cas" expected a whole number/],
    [
      'has a short key',
      'x',
      { secretKey: 'ab' },
      /"secretKey" expected 32 bytes .* got 2 characters/,
    ],
    ['has a number and no key', 'x', { seq: 1 }, /"seq" belongs to a mutable item/],
    ['has two keys', 'x', { ...fine, signer: {} }, /"signer" stands for a "secretKey"/],
  ])('%s', async (_, value, options, message) => {
    const nodes = await network(1);
    await expect(nodes[0].put(value as string, options)).rejects.toThrow(message);
  });

  test('asks for what is no name', async () => {
    const nodes = await network(1);
    await expect(nodes[0].get('xyz')).rejects.toThrow(/"target" expected 20 bytes/);
    await expect(nodes[0].get({ key: 'xyz' })).rejects.toThrow(/"key" expected 32 bytes/);
    await expect(nodes[0].get(null as never)).rejects.toThrow(/"target" expected an id/);
  });
});

test('a secret key is never in a complaint', async () => {
  const nodes = await network(1);
  const secret = 'f'.repeat(63);
  const error = (await nodes[0].put('x', { secretKey: secret }).catch((e) => e)) as DhtError;
  expect(error.message).not.toContain('fff');
});

test('a public key follows from its secret one', () => {
  expect(publicKeyOf(SEED)).toBe(KEY_TEXT);
  expect(hexBytes(publicKeyOf(SEED))).toEqual(KEY);
});

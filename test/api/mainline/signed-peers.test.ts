/** Signed peers among real nodes: those that keep them, and those that know nothing of them. */
import { expect, test } from 'vitest';
import { keyPairOf } from '../../../src/io/signatures.ts';
import { openMainline, publicKeyOf } from '../../../src/mainline.ts';
import { createTestnet } from '../../../src/testnet.ts';

const HASH = 'c0ffee'.padEnd(40, '1');
const SECRET = '11'.repeat(32);

test('keys that were announced are found, each once, and iterated as they come', async () => {
  await using testnet = await createTestnet({ nodes: 12, signedPeers: true });
  const [one, two] = testnet.nodes as [(typeof testnet.nodes)[0], (typeof testnet.nodes)[0]];
  expect(await two.signedPeers!.get(HASH)).toMatchObject({ peers: [] });
  const before = Date.now();
  const { stored, failed, writes, lookup } = await one.signedPeers!.announce(HASH, {
    secretKey: SECRET,
  });
  expect({ stored, failed }).toEqual({ stored: 8, failed: 0 });
  expect(writes).toHaveLength(8);
  expect(lookup.kind).toBe('announce_signed_peer');
  const pair = keyPairOf(new Uint8Array(32).fill(7));
  const signer = { publicKey: pair.publicKey, sign: async (m: Uint8Array) => pair.sign(m) };
  await two.signedPeers!.announce(HASH, { signer });
  const search = one.signedPeers!.get(HASH);
  const found: string[] = [];
  for await (const { key } of search) found.push(key);
  const { peers } = await search;
  expect(peers.map(({ key }) => key)).toEqual(found);
  const keys = [publicKeyOf(SECRET), publicKeyOf(new Uint8Array(32).fill(7))];
  expect(found.sort()).toEqual(keys.sort());
  for (const { signedAtMs } of peers) {
    expect(signedAtMs).toBeGreaterThan(before - 60_000);
    expect(signedAtMs).toBeLessThan(Date.now() + 60_000);
  }
});

test('among nodes that know nothing of it nobody takes one, and finding none is no error', async () => {
  await using testnet = await createTestnet({ nodes: 8 });
  await using node = await openMainline({
    host: '127.0.0.1',
    bootstrap: testnet.bootstrap,
    signedPeers: true,
  });
  await node.ready();
  expect(await node.signedPeers!.get(HASH)).toMatchObject({ peers: [] });
  await expect(node.signedPeers!.announce(HASH, { secretKey: SECRET })).rejects.toMatchObject({
    code: 'NOT_STORED',
  });
  expect(testnet.nodes[0]!.signedPeers).toBeNull();
});

test('wrong arguments are named', async () => {
  await using node = await openMainline({ host: '127.0.0.1', bootstrap: false, signedPeers: true });
  const calls = node.signedPeers!;
  await expect(calls.get('xyz')).rejects.toThrow(/"infoHash"/);
  await expect(calls.announce(HASH, {})).rejects.toThrow(/"secretKey" or "signer"/);
  await expect(calls.announce(HASH, { secretKey: 'short' })).rejects.toThrow(/"secretKey"/);
  await expect(calls.announce(HASH, { secret: 'x' } as never)).rejects.toThrow(/"secret"/);
  const publicKey = publicKeyOf(SECRET);
  const signer = { publicKey, sign: () => new Uint8Array(64) };
  await expect(calls.announce(HASH, { signer })).rejects.toThrow(/"signer"/);
  await expect(openMainline({ signedPeers: 'yes' as never })).rejects.toThrow(/"signedPeers"/);
});

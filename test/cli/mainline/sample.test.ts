import { expect, test } from 'vitest';
import { createTestnet } from '../../../src/testnet.ts';
import { objects, ringlight } from '../command.ts';

test('info-hashes, a line each, from walks that end by themselves', async () => {
  await using testnet = await createTestnet({ nodes: 12 });
  const common = ['--host', '127.0.0.1', '--bootstrap', testnet.bootstrap[0]];
  const hashes = ['0a', '5b', 'ac'].map((digits) => digits.repeat(20));
  for (const hash of hashes) await testnet.nodes[1].announce(hash, { port: 1000 });
  const said = await ringlight(['mainline', 'sample', ...common]);
  expect(said.stdout.trimEnd().split('\n').toSorted()).toEqual(hashes);
  expect(said).toMatchObject({ status: 0 });
  expect(said.stderr).toMatch(/^3 info-hashes from 12 nodes that know samples/);
  const one = ['mainline', 'sample', '--json', '--limit', '1', '--target', hashes[0], ...common];
  const [first, last] = objects(await ringlight(one));
  expect(first).toMatchObject({ event: 'info-hash', node: { host: '127.0.0.1' } });
  expect(last).toMatchObject({ event: 'result', infoHashes: [first['infoHash']] });
  expect((last as { lookups: unknown[] }).lookups).toHaveLength(1);
});

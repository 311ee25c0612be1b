/** `ringlight mainline follow`: versions as lines, and how it ends. */
import { expect, test } from 'vitest';
import { publicKeyOf } from '../../../src/mainline.ts';
import { createTestnet } from '../../../src/testnet.ts';
import { objects, ringlight } from '../command.ts';

test('what is published is told, and the end comes when it should', async () => {
  await using testnet = await createTestnet({ nodes: 12 });
  const secretKey = '5c'.repeat(32);
  const ih = new Uint8Array(20).fill(0xab);
  await testnet.nodes[3].put({ ih }, { secretKey, salt: 'n' });
  const common = ['--host', '127.0.0.1', '--bootstrap', testnet.bootstrap[0]];
  const link = `magnet:?xs=urn:btpk:${publicKeyOf(secretKey)}&s=6e`;
  const follow = (...words: string[]) => ringlight(['mainline', 'follow', ...words, ...common]);
  const told = await follow(link, '--count', '1');
  expect(told).toMatchObject({ status: 0, stdout: `${'ab'.repeat(20)}  version 1\n` });
  const lines = objects(await follow(link, '--count', '1', '--json'));
  expect(lines).toMatchObject([{ event: 'version', infoHash: 'ab'.repeat(20), seq: '1' }]);
  const nothing = await follow(`urn:btpk:${'11'.repeat(32)}`, '--for', '1s');
  expect(nothing).toMatchObject({ status: 0, stdout: '' });
  const wrong = await follow('magnet:?xt=urn:btih:00');
  expect(wrong.status).toBe(2);
  expect(wrong.stderr).toContain('"link" expected urn:btpk:KEY');
});

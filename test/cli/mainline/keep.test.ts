import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { createTestnet } from '../../../src/testnet.ts';
import { Running } from '../command.ts';

const folder = mkdtempSync(join(tmpdir(), 'ringlight-keep-'));
afterAll(() => rmSync(folder, { recursive: true }));

test('put --keep and announce --keep stay alive, also through another run', async () => {
  await using testnet = await createTestnet({ nodes: 12 });
  const state = join(folder, 'state');
  const common = ['--host', '127.0.0.1', '--bootstrap', testnet.bootstrap[0], '--state', state];
  const key = join(folder, 'key');
  const put = new Running([
    'mainline',
    'put',
    'Hello World!',
    '--key',
    key,
    '--keep',
    '--json',
    ...common,
  ]);
  const { target } = await put.event('kept');
  expect(await put.event('turn')).toMatchObject({ stored: 8, error: null });
  expect(await put.end('SIGINT')).toMatchObject({ status: 0 });
  const item = `["item",{"target":"${target}"`;
  expect(readFileSync(state, 'utf8')).toContain(item);
  const announced = new Running([
    'mainline',
    'announce',
    'ab'.repeat(20),
    '--keep',
    '--json',
    ...common,
  ]);
  expect(await announced.event('turn')).toMatchObject({ stored: 8, error: null });
  await announced.end();
  const kept = readFileSync(state, 'utf8');
  expect(kept).toContain('["announcement",');
  expect(kept).toContain(item);
});

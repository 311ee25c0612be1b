/** `ringlight mainline get` and `put`, between processes. */
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { publicKeyOf } from '../../../src/mainline.ts';
import { createTestnet, type Testnet } from '../../../src/testnet.ts';
import { objects, ringlight } from '../command.ts';

const TARGET = 'e5f96f6f38320f0f33959cb4d3d656452117aadb';
let testnet: Testnet;
let common: string[];
let folder: string;

beforeAll(async () => {
  testnet = await createTestnet({ nodes: 20 });
  common = ['--host', '127.0.0.1', '--bootstrap', testnet.bootstrap[0]];
  folder = mkdtempSync(join(tmpdir(), 'ringlight-items-'));
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await testnet.close();
});

const mainline = (...words: string[]) => ringlight(['mainline', ...words, ...common]);

describe('ringlight mainline put, get', () => {
  test('what one process puts another gets', async () => {
    const put = await mainline('put', 'Hello World!');
    expect(put).toMatchObject({ status: 0, stdout: `${TARGET}\n` });
    expect(put.stderr).toContain('stored by 8 nodes');
    const got = await mainline('get', TARGET);
    expect(got).toMatchObject({ status: 0, stdout: 'Hello World!' });
  });

  test('a mutable torrent is what follow tells of', async () => {
    const file = join(folder, 'torrents');
    const first = await mainline('put', '--torrent', '5e'.repeat(20), '--key', file);
    expect(first.status).toBe(0);
    const link = `urn:btpk:${publicKeyOf(readFileSync(file, 'utf8').trim())}`;
    const [node] = testnet.nodes;
    for await (const version of node.follow(link, { republish: false })) {
      expect(version).toMatchObject({ infoHash: '5e'.repeat(20), seq: 1n });
      break;
    }
  });

  test('a key file is made for its owner alone, and used again', async () => {
    const file = join(folder, 'key');
    const first = await mainline('put', 'one', '--key', file, '--salt', 'notes');
    expect(first.status).toBe(0);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const secret = readFileSync(file, 'utf8').trim();
    const key = publicKeyOf(secret);
    expect(first.stderr).toContain(`its public half is ${key}`);
    expect(first.stdout + first.stderr).not.toContain(secret);
    const second = await mainline('put', 'two', '--key', file, '--salt', 'notes', '--json');
    expect(objects(second).at(-1)).toMatchObject({ event: 'put', seq: '2', stored: 8, failed: 0 });
    const got = await mainline('get', key, '--salt', 'notes', '--json');
    expect(objects(got).at(-1)).toMatchObject({ event: 'item', text: 'two', seq: '2', key });
    const old = await mainline('put', 'three', '--key', file, '--salt', 'notes', '--seq', '1');
    expect(old).toMatchObject({ status: 1, stdout: '' });
    expect(old.stderr).toContain('another version is there: error 302');
  });

  test('a file is put as it is', async () => {
    const file = join(folder, 'value');
    writeFileSync(file, Uint8Array.of(0, 255, 10));
    const { stdout } = await mainline('put', '--file', file);
    const got = await mainline('get', stdout.trim(), '--json');
    expect(objects(got).at(-1)).toMatchObject({
      raw: Buffer.from('3:\0\xff\n', 'latin1').toString('base64'),
    });
  });

  test.each<[string, string[], string]>([
    [
      'a key that others can read',
      ['put', 'x', '--key', 'open'],
      'can be read by others: chmod 600',
    ],
    ['a file that holds no key', ['put', 'x', '--key', 'none'], 'holds no key'],
    ['a key where no file can be', ['put', 'x', '--key', 'no/where/key'], 'cannot write'],
    ['two values', ['put', 'x', '--file', 'none'], 'give a value, a file'],
    ['no value', ['put'], 'give a value, a file'],
    ['a torrent of nobody', ['put', '--torrent', '5e'.repeat(20)], '--torrent needs --key'],
    ['a torrent and a value', ['put', 'x', '--torrent', '5e'.repeat(20)], 'give a value, a file'],
    ['a file that is not there', ['put', '--file', 'nowhere'], 'cannot read'],
    ['a target of 41 digits', ['get', 'a'.repeat(41)], 'Expected 40 hexadecimal digits'],
    ['a negative number', ['put', 'x', '--seq=-1'], 'Expected a whole number in 0..2^63-1'],
    ['a value of 1001 bytes', ['put', 'x'.repeat(997)], '"value" expected at most 1000 bytes'],
    ['a salt without a key', ['put', 'x', '--salt', 's'], '"salt" belongs to a mutable item'],
  ])('%s is one clear line and status 2', async (_, words, message) => {
    writeFileSync(join(folder, 'open'), `${'11'.repeat(32)}\n`);
    chmodSync(join(folder, 'open'), 0o644);
    writeFileSync(join(folder, 'none'), 'nothing', { mode: 0o600 });
    const isFile = (i: number) => /^--(?:key|file)$/.test(words[i - 1] ?? '');
    const given = words.map((word, i) => (isFile(i) ? join(folder, word) : word));
    const outcome = await mainline(...given);
    expect(outcome.status).toBe(2);
    expect(outcome.stderr).toContain(message);
    expect(outcome.stderr.trim().split('\n')).toHaveLength(1);
  });

  test('an item that nobody has is status 1', async () => {
    const outcome = await mainline('get', '00'.repeat(20));
    expect(outcome).toMatchObject({ status: 1, stdout: '' });
    expect(outcome.stderr).toContain('nobody has an item');
  });
});

import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parquetReadObjects } from 'hyparquet';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestnet, type Testnet } from '../../../src/testnet.ts';
import { hasV6 } from '../../api/mainline/dual-stack.ts';
import { objects, ringlight } from '../command.ts';

const NODES = 24;
let testnet: Testnet;
const folder = mkdtempSync(join(tmpdir(), 'ringlight-crawl-'));

beforeAll(async () => {
  testnet = await createTestnet({ nodes: NODES });
  for (const node of testnet.nodes.slice(0, 5)) {
    await node.announce('5e'.repeat(20), { port: 1000, seed: true });
  }
});
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await testnet.close();
});

const crawl = (out: string, ...more: string[]) =>
  ringlight([
    ...['mainline', 'crawl', '--host', '127.0.0.1', '--bootstrap', testnet.bootstrap[0]],
    ...['--rate', '1000', '--out', out, '--json', ...more],
  ]);

async function rowsOf(out: string, table: string): Promise<Record<string, unknown>[]> {
  const bytes = readFileSync(join(out, `${table}.parquet`));
  const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer;
  return parquetReadObjects({ file });
}

test('leaves tables and swarms, and the next one begins from there', async () => {
  const out = join(folder, 'one');
  const first = await crawl(out, '--scrape', '5');
  expect(first.status).toBe(0);
  expect(objects(first).at(-1)).toMatchObject({
    event: 'crawled',
    isComplete: true,
    infoHashes: 1,
  });
  expect(readdirSync(out).sort()).toEqual(
    ['crawls', 'info_hashes', 'neighbors', 'visits']
      .map((name) => `${name}.parquet`)
      .concat('state.json')
      .sort(),
  );
  const visits = await rowsOf(out, 'visits');
  const ids = visits.map(({ peer_id }) => peer_id);
  for (const { id } of testnet.nodes) expect(ids).toContain(id);
  expect(await rowsOf(out, 'info_hashes')).toMatchObject([
    { info_hash: '5e'.repeat(20), seeds: 1 },
  ]);
  // The first crawler is gone, and would be waited for.
  const second = await crawl(out, '--for', '1s');
  expect(second.status).toBe(0);
  expect(objects(second).at(-1)).toMatchObject({ isComplete: false, infoHashes: 1 });
});

test.skipIf(!hasV6)('crawls the networks of both families at once', async () => {
  const out = join(folder, 'both');
  const four = await createTestnet({ nodes: 6 });
  const six = await createTestnet({ nodes: 6, host: '::1' });
  try {
    const both = await ringlight([
      ...['mainline', 'crawl', '--host', '127.0.0.1', '--also', '::1', '--out', out, '--json'],
      ...['--bootstrap', four.bootstrap[0]!, '--bootstrap', six.bootstrap[0]!, '--rate', '1000'],
    ]);
    expect(both.status).toBe(0);
    const told = objects(both).filter(({ event }) => event === 'crawled');
    expect(told).toMatchObject([
      { host: '127.0.0.1', isComplete: true },
      { host: '::1', isComplete: true },
    ]);
    const visits = await rowsOf(out, 'visits');
    const ids = visits.map(({ peer_id }) => peer_id);
    for (const { id } of [...four.nodes, ...six.nodes]) expect(ids).toContain(id);
    expect(new Set(visits.map(({ crawl_id }) => crawl_id)).size).toBe(2);
    expect(await rowsOf(out, 'crawls')).toHaveLength(2);
    expect(
      readdirSync(out)
        .filter((name) => name.endsWith('.json'))
        .sort(),
    ).toEqual(['state.ipv4.json', 'state.ipv6.json']);
  } finally {
    await Promise.all([four.close(), six.close()]);
  }
  const twice = await crawl(out, '--also', '127.0.0.2');
  expect([twice.status, twice.stderr]).toEqual([
    2,
    expect.stringContaining('--also: expected an IPv6 address, got 127.0.0.2'),
  ]);
});

test('what is no state of a crawl is left alone', async () => {
  writeFileSync(join(folder, 'state.json'), '{}');
  const { status, stderr } = await crawl(folder);
  expect(status).toBe(2);
  expect(stderr).toMatch(/state\.json is no state of a crawl; move it away to begin anew\n$/);
});

test('stopped before anybody answered it leaves nothing', async () => {
  const out = join(folder, 'nobody');
  const { status, stdout } = await ringlight([
    ...['mainline', 'crawl', '--host', '127.0.0.1', '--bootstrap', '127.0.0.1:9'],
    ...['--out', out, '--for', '300ms'],
  ]);
  expect([status, stdout]).toEqual([0, 'Stopped before anybody was visited.\n']);
  expect(readdirSync(folder)).not.toContain('nobody');
});

test('without anybody to ask it says so', async () => {
  const { status, stderr } = await ringlight([
    'mainline',
    'crawl',
    '--no-bootstrap',
    '--out',
    folder,
  ]);
  expect([status, stderr]).toEqual([2, expect.stringContaining('--bootstrap')]);
});

/** What version 0.1 has left, and who still speaks as it did: read, or refused with one line. */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { connectRing, openRing, type RingNotice } from '../../../src/ring.ts';
import { writeOlder } from '../../io/older-folder.ts';
import { alone, text } from './rings.ts';

const base = mkdtempSync(join(tmpdir(), 'ringlight-older-ring-'));
afterAll(() => rmSync(base, { recursive: true, force: true }));

const keyOf = (name: string) => createHash('sha1').update(name).digest();
const TOMBSTONE = 1;

/** A record as 0.1 wrote it: version (milliseconds, counter, writer), flags, no expiry, value. */
function olderRecord(ms: number, value: string | null): Buffer {
  const head = Buffer.alloc(23);
  head.writeUIntBE(ms, 0, 6);
  head.fill(0xab, 8, 16);
  if (value === null) head[16] = TOMBSTONE;
  return Buffer.concat([head, Buffer.from(value ?? '')]);
}

test('records in a folder of 0.1 are there, and what is written comes after them', async () => {
  const folder = join(base, 'folder');
  const then = Date.now() - 3_600_000;
  await writeOlder(folder, {
    version: 'ringlight ring store 3',
    records: [
      [keyOf('kept'), olderRecord(then, 'of old')],
      [keyOf('removed'), olderRecord(then, null)],
      [keyOf('changed'), olderRecord(Date.now(), 'of old')],
    ],
    journal: {},
  });
  await using first = await alone({ k: 2, data: folder });
  const others = [1, 2].map(() => openRing({ k: 2, join: first.addresses[0]! }));
  await using second = await others[0]!;
  await using third = await others[1]!;
  await Promise.all([second.ready(), third.ready()]);
  expect(text(await third.get('kept', { level: 'all' }))).toBe('of old');
  expect(await third.get('removed', { level: 'all' })).toBeNull();
  await second.insert('changed', 'new');
  await first.remove('kept');
  await third.insert('removed', 'again');
  const now = await Promise.all(
    ['changed', 'kept', 'removed'].map((name) => third.get(name, { level: 'all' })),
  );
  expect(now.map(text)).toEqual(['new', null, 'again']);
}, 30_000);

/** A frame: its length, type 1 (hello), request 0. */
function helloFrame(body: Uint8Array): Buffer {
  const head = Buffer.alloc(9);
  head.writeUInt32BE(5 + body.length, 0);
  head[4] = 1;
  return Buffer.concat([head, body]);
}

/** What was sent for a greeting: before there were versions a list, then one under another number. */
const GREETINGS: readonly (readonly [string, Uint8Array])[] = [
  ['0.1', Uint8Array.of(0)],
  ['a version before ours', Uint8Array.of(0x85, ...new Uint8Array(60))],
];

function said(socket: Socket): Promise<Buffer> {
  const parts: Buffer[] = [];
  socket.on('data', (bytes: Buffer) => parts.push(bytes)).on('error', () => {});
  return once(socket, 'close').then(() => Buffer.concat(parts));
}

test.each(GREETINGS)('who greets as %s did is told off once, in one line', async (_name, body) => {
  const notices: RingNotice[] = [];
  await using ring = await openRing({ k: 2, onEvent: (notice) => notices.push(notice) });
  await ring.ready();
  await ring.insert('a', '1');
  for (let i = 0; i < 3; i++) {
    const socket = connect({ host: '127.0.0.1', port: ring.port });
    socket.write(Buffer.concat([Buffer.from('VER'), helloFrame(body)]));
    await said(socket);
  }
  const rejected = notices.filter(({ kind }) => kind === 'rejected');
  expect(rejected).toHaveLength(1);
  expect(rejected[0]!.reason).toBe('it speaks an older version of the ring’s protocol');
  const client = await connectRing(ring.addresses[0]!);
  expect(text(await client.get('a'))).toBe('1');
  await client.close();
});

test.each(GREETINGS)(
  'to join one that answers as %s did fails in one line',
  async (_name, body) => {
    const capabilities = Buffer.from('{"ringlight":1}');
    const length = Buffer.alloc(8);
    length.writeUInt32BE(capabilities.length, 4);
    const server = createServer((socket) => {
      socket.on('error', () => {});
      socket.once('data', () => {
        socket.write(Buffer.concat([length, capabilities, helloFrame(body)]));
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    const notices: RingNotice[] = [];
    await using ring = await openRing({
      ...{ k: 2, join: `127.0.0.1:${port}`, wire: 'seed' },
      onEvent: (notice) => notices.push(notice),
    });
    const failed = await ring.ready({ timeoutMs: 3000 }).catch((error: Error) => error.message);
    const rejected = notices.filter(({ kind }) => kind === 'rejected');
    expect(rejected).toHaveLength(1);
    expect(rejected[0]!.reason).toBe('it speaks an older version of the ring’s protocol');
    expect(failed).toContain('older version');
    server.close();
  },
);

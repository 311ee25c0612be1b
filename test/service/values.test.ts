import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { PIECE_BYTES } from '../../src/service/values.ts';
import { Running } from '../cli/command.ts';
import { withHttp } from './http-ring.ts';

describe('values over HTTP', () => {
  test('are put, got, replaced on a condition, and removed', async () => {
    await withHttp(async (url, ring) => {
      const at = `${url}/values/a/b%20c`;
      expect((await fetch(at)).status).toBe(404);
      const put = await fetch(at, {
        method: 'PUT',
        body: 'hello',
        headers: { 'if-none-match': '*' },
      });
      expect(put.status).toBe(201);
      const tag = put.headers.get('etag')!;
      const again = await fetch(at, {
        method: 'PUT',
        body: 'x',
        headers: { 'if-none-match': '*' },
      });
      expect(again.status).toBe(412);
      expect(await again.json()).toMatchObject({ error: { code: 'CONDITION_FAILED' } });
      const got = await fetch(at);
      expect(got.headers.get('etag')).toBe(tag);
      expect(got.headers.get('cache-control')).toBe('no-cache');
      expect(await got.text()).toBe('hello');
      expect(new TextDecoder().decode((await ring.get('a/b c'))!)).toBe('hello');
      const head = await fetch(at, { method: 'HEAD' });
      expect([head.status, head.headers.get('content-length'), await head.text()]).toEqual([
        200,
        '5',
        '',
      ]);
      expect((await fetch(at, { headers: { 'if-none-match': tag } })).status).toBe(304);
      const next = await fetch(at, { method: 'PUT', body: 'there', headers: { 'if-match': tag } });
      expect(next.status).toBe(204);
      expect(next.headers.get('etag')! > tag).toBe(true);
      expect(
        (await fetch(at, { method: 'PUT', body: 'x', headers: { 'if-match': tag } })).status,
      ).toBe(412);
      const appended = await fetch(at, { method: 'POST', body: '!' });
      expect(await appended.json()).toEqual({ bytes: 6 });
      expect((await fetch(at, { method: 'DELETE', headers: { 'if-match': tag } })).status).toBe(
        412,
      );
      expect((await fetch(at, { method: 'DELETE' })).status).toBe(204);
      expect((await fetch(at, { method: 'DELETE' })).status).toBe(404);
    });
  });

  test('are read in part', async () => {
    await withHttp(async (url, ring) => {
      await ring.store('a', '0123456789');
      const at = `${url}/values/a`;
      const part = await fetch(at, { headers: { range: 'bytes=2-5' } });
      expect(part.status).toBe(206);
      expect(part.headers.get('content-range')).toBe('bytes 2-5/10');
      expect(await part.text()).toBe('2345');
      const last = await fetch(at, { headers: { range: 'bytes=-3' } });
      expect(await last.text()).toBe('789');
      expect((await fetch(at, { headers: { range: 'bytes=10-' } })).status).toBe(416);
      const tag = last.headers.get('etag')!;
      const same = await fetch(at, { headers: { range: 'bytes=0-1', 'if-range': tag } });
      expect(same.status).toBe(206);
      const other = await fetch(at, { headers: { range: 'bytes=0-1', 'if-range': '"x"' } });
      expect([other.status, await other.text()]).toEqual([200, '0123456789']);
    });
  });

  test('say how long they are stored', async () => {
    await withHttp(async (url) => {
      const at = `${url}/values/a`;
      await fetch(`${at}?ttl=100`, { method: 'PUT', body: 'x' });
      const got = await fetch(at);
      const seconds = Number(/^max-age=(\d+)$/.exec(got.headers.get('cache-control')!)![1]);
      expect(seconds).toBeGreaterThan(60);
      expect(seconds).toBeLessThanOrEqual(100);
      expect(Date.parse(got.headers.get('expires')!)).toBeGreaterThan(Date.now());
      expect((await fetch(`${at}?ttl=x`, { method: 'PUT', body: 'x' })).status).toBe(400);
    });
  });

  test('of many pieces come whole, and one that is too large is refused', async () => {
    await withHttp(
      async (url) => {
        const at = `${url}/values/large`;
        const value = new Uint8Array(3 * PIECE_BYTES + 5).map((_, i) => (i * 7) & 255);
        expect((await fetch(at, { method: 'PUT', body: value })).status).toBe(201);
        const got = new Uint8Array(await (await fetch(at)).arrayBuffer());
        expect(Buffer.compare(got, value)).toBe(0);
        const part = await fetch(at, {
          headers: { range: `bytes=${PIECE_BYTES - 1}-${2 * PIECE_BYTES}` },
        });
        const bytes = new Uint8Array(await part.arrayBuffer());
        expect(Buffer.compare(bytes, value.slice(PIECE_BYTES - 1, 2 * PIECE_BYTES + 1))).toBe(0);
        const most = new Uint8Array(4 * PIECE_BYTES);
        expect((await fetch(at, { method: 'PUT', body: most })).status).toBe(204);
        const more = await fetch(at, { method: 'POST', body: 'x' });
        expect(more.status).toBe(413);
        // Of a length that nobody has promised.
        const some = new ReadableStream({
          start(controller) {
            for (let at = 0; at < value.length; at += 100_000) {
              controller.enqueue(value.slice(at, at + 100_000));
            }
            controller.close();
          },
        });
        await fetch(at, { method: 'PUT', body: some, duplex: 'half' } as RequestInit);
        const streamed = new Uint8Array(await (await fetch(at)).arrayBuffer());
        expect(Buffer.compare(streamed, value)).toBe(0);
        const stream = new ReadableStream({
          pull(controller) {
            controller.enqueue(new Uint8Array(PIECE_BYTES));
          },
        });
        const endless = fetch(at, { method: 'PUT', body: stream, duplex: 'half' } as RequestInit);
        const status = await endless.then(
          (response) => response.status,
          () => 'cut off',
        );
        expect([413, 'cut off']).toContain(status);
      },
      { ring: { valueBytesMax: 4 * PIECE_BYTES } },
    );
  });

  test('that a member changes afterwards are not those that were read', async () => {
    await withHttp(async (url, ring) => {
      const at = `${url}/values/a`;
      for (const body of ['first', 'second', 'third']) {
        await fetch(at, { method: 'PUT', body });
        const before = (await ring.read('a'))!;
        await fetch(at, { method: 'POST', body: '!' });
        await fetch(at, { method: 'PUT', body: 'x'.repeat(body.length) });
        expect(new TextDecoder().decode(before.value)).toBe(body);
      }
      const stays = { method: 'PUT', body: 'y', headers: { 'if-none-match': '*' } };
      expect((await fetch(at, stays)).status).toBe(412);
      expect(await (await fetch(at)).text()).toBe('xxxxx');
    });
  });

  test.skipIf(!existsSync('/proc/self/status'))(
    'are never in memory twice, as large as they may be',
    async () => {
      const member = new Running(['ring', 'serve', '--port', '0', '--http', '0', '--json']);
      try {
        const { url } = await member.event('serving');
        await member.event('joined');
        const heldMiB = (field: string): number => {
          const status = readFileSync(`/proc/${member.process.pid}/status`, 'utf8');
          return Number(new RegExp(`${field}:\\s+(\\d+)`).exec(status)![1]) / 1024;
        };
        const beforeMiB = heldMiB('VmRSS');
        const body = new Uint8Array(LARGE_MIB << 20).fill(7);
        expect((await fetch(`${url}/values/large`, { method: 'PUT', body })).status).toBe(201);
        expect(heldMiB('VmHWM') - beforeMiB).toBeLessThan(LARGE_MIB + BESIDE_MIB);
      } finally {
        await member.end();
      }
    },
    120_000,
  );
});

/** The largest value there may be. */
const LARGE_MIB = 64;
/**
 * What there is beside it while it comes in: up to 64 MiB of pieces off the socket before V8 looks for what is
 * not needed any more, 17 of room that was outgrown, and what has been compiled meanwhile. A second copy would be
 * beyond that; there were 232 in all when there were three.
 */
const BESIDE_MIB = 96;

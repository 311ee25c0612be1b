import { request } from 'node:http';
import { describe, expect, test } from 'vitest';
import { clientKey, openRing } from '../../src/ring.ts';
import { openHttp } from '../../src/service.ts';
import { withHttp } from './http-ring.ts';

const SECRET = 'correct horse battery staple';

/** With headers that fetch would not send. */
function statusOf(url: string, headers: Record<string, string>): Promise<number> {
  return new Promise((resolve, reject) => {
    request(url, { headers }, (response) => {
      response.resume();
      resolve(response.statusCode!);
    })
      .once('error', reject)
      .end();
  });
}

describe('the HTTP service', () => {
  test('says how the member is, and lists names page by page', async () => {
    await withHttp(async (url, ring) => {
      expect(await (await fetch(`${url}/healthz`)).text()).toBe('ok\n');
      expect(await (await fetch(`${url}/readyz`)).text()).toBe('ready\n');
      expect(await (await fetch(`${url}/ring`)).json()).toMatchObject({ k: 0, wire: 'seed' });
      const metrics = await (await fetch(`${url}/metrics`)).text();
      expect(metrics).toContain('ringlight_ring_records 0\n');
      expect(metrics).toContain('ringlight_http_requests_total 4\n');
      const all = Array.from({ length: 25 }, (_, i) => `n:${i}`);
      await ring.storeMany([...all, 'other'].map((name) => [name, 'x'] as const));
      const found: string[] = [];
      for (let next: string | null = ''; next !== null; ) {
        const page = await fetch(
          `${url}/names?prefix=n:&limit=10${next === '' ? '' : `&after=${next}`}`,
        );
        const answer = (await page.json()) as { names: { name: string }[]; next: string | null };
        expect(answer.names.length).toBeLessThanOrEqual(10);
        found.push(...answer.names.map(({ name }) => name));
        next = answer.next;
      }
      expect(found.sort()).toEqual(all.sort());
      for (const wrong of ['limit=0', 'limit=x', 'after=x']) {
        expect((await fetch(`${url}/names?${wrong}`)).status, wrong).toBe(400);
      }
      expect((await fetch(`${url}/nothing`)).status).toBe(404);
      expect((await fetch(`${url}/values/`)).status).toBe(400);
      expect((await fetch(`${url}/values/%ff`)).status).toBe(400);
    });
  });

  test('does not answer pages of others', async () => {
    await withHttp(async (url) => {
      expect(await statusOf(`${url}/ring`, {})).toBe(200);
      expect(await statusOf(`${url}/ring`, { host: 'evil.example' })).toBe(403);
      expect(await statusOf(`${url}/ring`, { origin: 'http://evil.example' })).toBe(403);
    });
  });

  test('wants the secret of the ring, or a key made from it', async () => {
    await withHttp(
      async (url) => {
        const at = `${url}/values/a`;
        const as = (password: string) => ({ authorization: `Bearer ${password}` });
        expect((await fetch(at)).status).toBe(401);
        expect((await fetch(at, { headers: as('wrong wrong wrong wrong') })).status).toBe(401);
        expect((await fetch(`${url}/readyz`)).status).toBe(200);
        const [reader, writer] = [clientKey(SECRET, 'read'), clientKey(SECRET, 'write')];
        const put = (password: string) =>
          fetch(at, { method: 'PUT', body: 'x', headers: as(password) });
        expect((await put(reader)).status).toBe(403);
        expect((await put(writer)).status).toBe(201);
        expect((await fetch(at, { headers: as(reader) })).status).toBe(200);
      },
      { ring: { secret: SECRET }, http: { secret: SECRET } },
    );
  });

  test('tells in one line that it cannot be opened, and closes whoever follows', async () => {
    const ring = await openRing();
    await ring.ready();
    await expect(openHttp(ring, { port: ring.port })).rejects.toMatchObject({
      code: 'ADDRESS_IN_USE',
    });
    const http = await openHttp(ring);
    const response = await fetch(`${http.url}/changes?prefix=`);
    await http.close();
    await response.text().catch(() => {});
    await ring.close();
  });

  test('what it answers is counted', async () => {
    await using ring = await openRing();
    await ring.ready();
    await using http = await openHttp(ring);
    expect(http.stats).toEqual({ connections: 0, requests: 0, requestsFailed: 0 });
    await (await fetch(`${http.url}/healthz`)).text();
    expect((await fetch(`${http.url}/nothing`)).status).toBe(404);
    expect(http.stats).toMatchObject({ requests: 2, requestsFailed: 1 });
    expect(http.metricsText()).toContain('\nringlight_http_requests_failed_total 1\n');
    expect(http.unref().ref()).toBe(http);
    expect(http).toMatchObject({ host: '127.0.0.1', port: Number(new URL(http.url).port) });
  });
});

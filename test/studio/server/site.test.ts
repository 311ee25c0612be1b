/** The pages: types, tags, caching, compression and the policy that keeps other places out. */
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, expect, test } from 'vitest';
import { siteOf } from '../../../src/studio/server/site.ts';

const base = mkdtempSync(join(tmpdir(), 'ringlight-site-'));
afterAll(() => rmSync(base, { recursive: true, force: true }));

function folder(files: Record<string, string | Uint8Array>): string {
  const path = mkdtempSync(join(base, 's-'));
  mkdirSync(join(path, 'assets'));
  for (const [name, contents] of Object.entries(files)) writeFileSync(join(path, name), contents);
  return path;
}

const PAGE =
  '<!doctype html><script>let a = 1;</script><script src="x.js"></script><style>b{}</style>';

test('files have their types, and only what has a hash in its name stays for ever', async () => {
  writeFileSync(join(base, 'secret.txt'), 'outside');
  const site = siteOf(
    folder({
      'index.html': PAGE,
      'assets/index-Bx3_9aQ1.js': 'x',
      'assets/plain.js': 'y',
      'a.bin': 'z',
    }),
  );
  const headOf = async (path: string) => {
    const { status, headers } = await site.request(path);
    return [status, headers.get('content-type'), headers.get('cache-control')];
  };
  const html = 'text/html; charset=UTF-8';
  const script = 'text/javascript; charset=utf-8';
  expect(await headOf('/')).toEqual([200, html, 'no-cache']);
  expect(await headOf('/index.html')).toEqual([200, html, 'no-cache']);
  const forever = 'public, max-age=31536000, immutable';
  expect(await headOf('/assets/index-Bx3_9aQ1.js')).toEqual([200, script, forever]);
  expect(await headOf('/assets/plain.js')).toEqual([200, script, 'no-cache']);
  expect(await headOf('/a.bin')).toEqual([200, 'application/octet-stream', 'no-cache']);
  for (const path of [
    ...['/nothing', '/assets', '//index.html', '/%2e%2e/secret.txt', '/..%2fsecret.txt'],
    ...['/assets/..%5c..%5csecret.txt', '/%00', '/%ff', `/${'a'.repeat(5000)}`],
  ]) {
    expect((await site.request(path)).status, path).toBe(404);
  }
});

test('the page is marked as one that can ask for live nodes, whatever Vite made of it', async () => {
  const served = async (page: string) =>
    (await siteOf(folder({ 'index.html': page })).request('/')).text();
  const source = readFileSync(new URL('../../../web/index.html', import.meta.url), 'utf8');
  expect(source).toContain('<meta name="ringlight-host" content="files"');
  expect(await served(source)).toBe(
    source.replace(
      'name="ringlight-host" content="files"',
      'name="ringlight-host" content="studio"',
    ),
  );
  expect(await served(PAGE)).toBe(PAGE);
});

test('a tag changes with the contents, and what is known is not sent again', async () => {
  const path = folder({ 'index.html': PAGE, 'a.js': 'x' });
  const site = siteOf(path);
  const tagOf = async () => (await site.request('/a.js')).headers.get('etag')!;
  const first = await tagOf();
  expect(await tagOf()).toBe(first);
  const again = await site.request('/a.js', { headers: { 'if-none-match': first } });
  expect([again.status, await again.text()]).toEqual([304, '']);
  writeFileSync(join(path, 'a.js'), 'y');
  const changed = await site.request('/a.js', { headers: { 'if-none-match': first } });
  expect([changed.status, await changed.text()]).toEqual([200, 'y']);
  expect(changed.headers.get('etag')).not.toBe(first);
});

test('text is compressed when that is worth it', async () => {
  const long = 'ringlight '.repeat(1000);
  const site = siteOf(folder({ 'index.html': long, 'short.js': 'x', 'a.png': long }));
  const ask = (path: string, encodings: string) =>
    site.request(path, { headers: { 'accept-encoding': encodings } });
  const page = await ask('/', 'br, gzip');
  expect(page.headers.get('content-encoding')).toBe('gzip');
  expect(page.headers.get('vary')).toBe('Accept-Encoding');
  expect(gunzipSync(new Uint8Array(await page.arrayBuffer())).toString()).toBe(long);
  for (const [path, encodings] of [
    ['/', ''],
    ['/short.js', 'gzip'],
    ['/a.png', 'gzip'],
  ] as const) {
    const { headers } = await ask(path, encodings);
    expect(headers.get('content-encoding'), path).toBeNull();
  }
});

test('the policy lets nothing in from elsewhere, and what stands in the page by its hash', async () => {
  const { headers } = await siteOf(folder({ 'index.html': PAGE })).request('/');
  const policy = headers.get('content-security-policy');
  const digest = (text: string) => createHash('sha256').update(text).digest('base64');
  expect(policy).toContain(`script-src 'self' 'sha256-${digest('let a = 1;')}'`);
  expect(policy).toContain(`style-src 'self' 'sha256-${digest('b{}')}'`);
  expect(policy).toContain("default-src 'self'");
  expect(policy).toContain("frame-ancestors 'none'");
  expect(policy).not.toMatch(/unsafe|\*|http/);
});

test('a folder without pages is told', () => {
  expect(() => siteOf(join(base, 'nothing'))).toThrow(/pages are not built .*npm run build/);
  expect(() => siteOf(folder({ 'a.txt': 'x' }))).toThrow(/pages are not built/);
});

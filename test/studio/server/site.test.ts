/** The pages: types, tags, caching, compression and the policy that keeps other places out. */
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, expect, test } from 'vitest';
import { SITE_BYTES_MAX, Site } from '../../../src/studio/server/site.ts';

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

test('files have their types, and only what has a hash in its name stays for ever', () => {
  const site = new Site(
    folder({
      'index.html': PAGE,
      'assets/index-Bx3_9aQ1.js': 'x',
      'assets/plain.js': 'y',
      'a.bin': 'z',
    }),
  );
  expect(site.file('/')).toBe(site.file('/index.html'));
  expect(site.file('/')).toMatchObject({ type: 'text/html; charset=utf-8', isForever: false });
  expect(site.file('/assets/index-Bx3_9aQ1.js')).toMatchObject({
    type: 'text/javascript; charset=utf-8',
    isForever: true,
  });
  expect(site.file('/assets/plain.js')!.isForever).toBe(false);
  expect(site.file('/a.bin')!.type).toBe('application/octet-stream');
  for (const path of ['/../package.json', '/assets', '/nothing', '', '//index.html']) {
    expect(site.file(path)).toBeUndefined();
  }
});

test('the page is marked as one that can ask for live nodes, whatever Vite made of it', () => {
  const served = (page: string) =>
    Buffer.from(new Site(folder({ 'index.html': page })).file('/')!.bytes).toString();
  const source = readFileSync(new URL('../../../web/index.html', import.meta.url), 'utf8');
  expect(source).toContain('<meta name="ringlight-host" content="files"');
  expect(served(source)).toBe(
    source.replace(
      'name="ringlight-host" content="files"',
      'name="ringlight-host" content="studio"',
    ),
  );
  expect(served(PAGE)).toBe(PAGE);
});

test('a tag changes with the contents', () => {
  const tag = (page: string) => new Site(folder({ 'index.html': page })).file('/')!.etag;
  expect(tag('a')).toBe(tag('a'));
  expect(tag('a')).not.toBe(tag('b'));
  expect(tag('a')).toMatch(/^"[\w-]{22}"$/);
});

test('text is compressed when that is worth it', () => {
  const long = 'ringlight '.repeat(1000);
  const site = new Site(folder({ 'index.html': long, 'short.js': 'x', 'a.png': long }));
  expect(gunzipSync(site.compressed(site.file('/')!)!).toString()).toBe(long);
  expect(site.compressed(site.file('/short.js')!)).toBeNull();
  expect(site.compressed(site.file('/a.png')!)).toBeNull();
});

test('the policy lets nothing in from elsewhere, and what stands in the page by its hash', () => {
  const { policy } = new Site(folder({ 'index.html': PAGE }));
  const digest = (text: string) => createHash('sha256').update(text).digest('base64');
  expect(policy).toContain(`script-src 'self' 'sha256-${digest('let a = 1;')}'`);
  expect(policy).toContain(`style-src 'self' 'sha256-${digest('b{}')}'`);
  expect(policy).toContain("default-src 'self'");
  expect(policy).toContain("frame-ancestors 'none'");
  expect(policy).not.toMatch(/unsafe|\*|http/);
});

test('a folder without pages, or with far too much, is told', () => {
  expect(() => new Site(join(base, 'nothing'))).toThrow(/pages are not built .*npm run build/);
  expect(() => new Site(folder({ 'a.txt': 'x' }))).toThrow(/pages are not built/);
  const large = new Uint8Array(SITE_BYTES_MAX);
  expect(() => new Site(folder({ 'index.html': 'x', 'a.bin': large }))).toThrow(/too large/);
});

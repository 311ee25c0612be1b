import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

/** The first view, gzipped, the worker apart. */
const FIRST_VIEW_BYTES_MAX = 120_000;

let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'ringlight-site-'));
  await build({
    configFile: 'web/vite.config.ts',
    logLevel: 'error',
    build: { outDir: folder, emptyOutDir: true },
  });
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const textOf = (path: string) => readFileSync(join(folder, path), 'utf8');

/** What a page asks for before anybody touches it: its scripts with what they import, its styles. */
function firstView(page: string): string[] {
  const html = textOf(page);
  const found = new Set<string>();
  const add = (path: string) => {
    if (found.has(path)) return;
    found.add(path);
    if (!path.endsWith('.js')) return;
    for (const [, name] of textOf(path).matchAll(/(?:from|import)\s*["']\.\/([^"']+)["']/g)) {
      add(`assets/${name}`);
    }
  };
  for (const [, path] of html.matchAll(/(?:src|href)="\.\/([^"]+)"/g)) add(path!);
  return [page, ...found];
}

describe('the built site', () => {
  test('is small at first draw', () => {
    const files = firstView('index.html');
    expect(files.some((path) => path.endsWith('.js'))).toBe(true);
    expect(files.some((path) => path.endsWith('.css'))).toBe(true);
    expect(files.some((path) => path.includes('worker'))).toBe(false);
    const bytes = files.map((path) => gzipSync(readFileSync(join(folder, path))).length);
    const sum = bytes.reduce((a, b) => a + b, 0);
    expect(sum, files.map((path, i) => `${path} ${bytes[i]}`).join('\n')).toBeLessThanOrEqual(
      FIRST_VIEW_BYTES_MAX,
    );
  });

  test('brings its worker with it', () => {
    expect(readdirSync(join(folder, 'assets')).join(' ')).toMatch(/simulation-worker-\S+\.js/);
  });

  test('has the mark that the studio’s server looks for', () => {
    expect(textOf('index.html')).toContain('<meta name="ringlight-host" content="files"');
  });

  test('loads nothing from elsewhere, and the browser is told so', () => {
    const pages = readdirSync(folder).filter((path) => path.endsWith('.html'));
    for (const page of pages) {
      const html = textOf(page);
      const meta = /http-equiv="Content-Security-Policy"\s+content="([^"]+)"/.exec(html)?.[1];
      const policy = meta?.replaceAll('&#39;', "'");
      expect(policy, page).toContain("default-src 'none'");
      expect(policy, page).not.toMatch(/https?:|\*|unsafe/);
      // The policy comes before anything that it is to hold for.
      expect(html.indexOf('Content-Security-Policy')).toBeLessThan(html.indexOf('<script'));
      const loaded = [...html.matchAll(/(?:src|href|action)="([^"]*)"/g)].map(([, url]) => url!);
      for (const url of loaded) expect(url, page).toMatch(/^(\.\/|data:)/);
    }
  });

  test('no script and no style names an address that it could fetch', () => {
    for (const name of readdirSync(join(folder, 'assets'))) {
      const text = textOf(`assets/${name}`);
      // Names of XML, and of help that people may read in a message, are not fetched.
      const addresses = [...text.matchAll(/(?:https?|wss?):\/\/[^\s"'`)\\]*/g)].map(([url]) => url);
      const strange = addresses.filter((url) => !url.startsWith('http://www.w3.org/'));
      expect(strange, name).toEqual([]);
      expect(text, name).not.toMatch(/@import|url\((?!["']?(?:data:|#|\.))/);
    }
  });

  test('works from any path: nothing begins at the root of the host', () => {
    for (const page of readdirSync(folder).filter((path) => path.endsWith('.html'))) {
      expect(textOf(page)).not.toMatch(/(?:src|href)="\//);
    }
    for (const name of readdirSync(join(folder, 'assets'))) {
      expect(textOf(`assets/${name}`), name).not.toMatch(/["'`]\/(?:api|assets)\//);
    }
  });
});

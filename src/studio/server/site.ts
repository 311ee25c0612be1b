/**
 * The pages of the studio, from the folder that Vite built. It is small, so all of it is read once.
 * What has a hash in its name never changes and is kept by browsers for a year; the rest is asked for
 * again each time and usually not sent, since it still has the same ETag.
 *
 * A page that comes from here can ask for live nodes, one on a static host can not: the page is told
 * by a mark in its head.
 *
 * The content security policy lets a page load from this server only. Scripts and styles that stand in
 * the page itself are allowed by their hashes.
 */
import { hash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { extname, join, relative, sep } from 'node:path';
import { gzipSync } from 'node:zlib';

/** A folder larger than this is no studio. */
export const SITE_BYTES_MAX: number = 32 << 20;
/** Below this a compressed file is hardly smaller. */
const COMPRESSED_BYTES_LEAST = 512;

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.json': 'application/json',
  '.webmanifest': 'application/manifest+json',
  '.txt': 'text/plain; charset=utf-8',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm',
};
const COMPRESSIBLE = /^text\/|json|svg|wasm/;

/** As it stands in web/index.html, and as it is served: sources/live-scenes.ts looks for it. */
const UNMARKED = '<meta name="ringlight-host" content="files"';
const MARKED = '<meta name="ringlight-host" content="studio"';

export interface SiteFile {
  bytes: Uint8Array;
  type: string;
  etag: string;
  isForever: boolean;
}

/** Why there are no pages to serve. */
export class SiteError extends Error {
  override name = 'SiteError';
  readonly code = 'SITE_MISSING';
}

export class Site {
  readonly policy: string;
  readonly #files = new Map<string, SiteFile>();
  readonly #compressed = new Map<string, Uint8Array>();

  /** @throws SiteError when the folder holds no built pages. */
  constructor(folder: string) {
    let total = 0;
    for (const path of pathsUnder(folder)) {
      const name = `/${relative(folder, path).split(sep).join('/')}`;
      const file = readFileSync(path);
      const bytes = new Uint8Array(name === '/index.html' ? marked(file) : file);
      total += bytes.length;
      if (total > SITE_BYTES_MAX) throw new SiteError(`${folder} is too large to be the studio`);
      this.#files.set(name, {
        bytes,
        type: TYPES[extname(path)] ?? 'application/octet-stream',
        etag: `"${hash('sha256', bytes, 'base64url').slice(0, 22)}"`,
        isForever: /^\/assets\/.*-[\w-]{8,}\.\w+$/.test(name),
      });
    }
    const index = this.#files.get('/index.html');
    if (index === undefined) throw missing(folder);
    this.policy = policyOf(Buffer.from(index.bytes).toString());
  }

  /** `/` is the index. */
  file(path: string): SiteFile | undefined {
    return this.#files.get(path === '/' ? '/index.html' : path);
  }

  /** gzip, made when it is first asked for; null where it is not worth it. */
  compressed(file: SiteFile): Uint8Array | null {
    if (!COMPRESSIBLE.test(file.type) || file.bytes.length < COMPRESSED_BYTES_LEAST) return null;
    const known = this.#compressed.get(file.etag);
    if (known) return known;
    const bytes = new Uint8Array(gzipSync(file.bytes));
    this.#compressed.set(file.etag, bytes);
    return bytes;
  }
}

function marked(page: Buffer): Buffer {
  return Buffer.from(page.toString().replace(UNMARKED, MARKED));
}

function pathsUnder(folder: string): string[] {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
  } catch {
    throw missing(folder);
  }
}

function missing(folder: string): SiteError {
  return new SiteError(`the studio's pages are not built (${folder}): npm run build`);
}

function policyOf(page: string): string {
  const scripts = inlineHashes(page, /<script(?![^>]*\bsrc=)[^>]*>([\s\S]*?)<\/script>/gi);
  const styles = inlineHashes(page, /<style[^>]*>([\s\S]*?)<\/style>/gi);
  return [
    "default-src 'self'",
    `script-src 'self'${scripts}`,
    `style-src 'self'${styles}`,
    "img-src 'self' data: blob:",
    "worker-src 'self' blob:",
    "connect-src 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

function inlineHashes(page: string, pattern: RegExp): string {
  return [...page.matchAll(pattern)]
    .map(([, text]) => ` 'sha256-${hash('sha256', text!, 'base64')}'`)
    .join('');
}

/**
 * The pages of the studio, from the folder that Vite built, as a Hono application: files, their types, tags
 * and compression are Hono's own.
 *
 *     GET /                      the page, marked
 *     GET /assets/NAME-HASH.js   never changes: kept by browsers for a year
 *     GET /…                     asked for again each time, and usually not sent: it still has the same ETag
 *
 * A page that comes from here can ask for live nodes, one on a static host can not: the page is told
 * by a mark in its head.
 *
 * The content security policy lets a page load from this server only. Scripts and styles that stand in
 * the page itself are allowed by their hashes.
 */
import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { serveStatic } from '@hono/node-server/serve-static';
import { Hono } from 'hono';
import { compress } from 'hono/compress';
import { etag } from 'hono/etag';
import { SiteError } from './failures.ts';

/** As it stands in web/index.html, and as it is served: sources/live-scenes.ts looks for it. */
const UNMARKED = '<meta name="ringlight-host" content="files"';
const MARKED = '<meta name="ringlight-host" content="studio"';

/** What Vite gave a hash in its name. */
const FOREVER = /^\/assets\/.*-[\w-]{8,}\.\w+$/;

/** Answers for the pages in this folder; what is not there is left to others. @throws SiteError */
export function siteOf(folder: string): Hono {
  const page = pageIn(folder).replace(UNMARKED, MARKED);
  const policy = policyOf(page);
  const app = new Hono();
  app.use('*', compress(), etag(), async (context, next) => {
    await next();
    const isForever = FOREVER.test(context.req.path);
    context.header('Cache-Control', isForever ? 'public, max-age=31536000, immutable' : 'no-cache');
    context.header('Content-Security-Policy', policy);
  });
  for (const path of ['/', '/index.html']) app.get(path, (context) => context.html(page));
  app.get('*', serveStatic({ root: folder }));
  return app;
}

function pageIn(folder: string): string {
  try {
    return readFileSync(join(folder, 'index.html'), 'utf8');
  } catch {
    throw new SiteError(`the studio's pages are not built (${folder}): npm run build`);
  }
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

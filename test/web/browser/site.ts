/**
 * The pages as they are shipped, and a host for them that knows nothing but files: what works below its
 * path works on any static hosting.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

const PROJECT = fileURLToPath(new URL('../../../', import.meta.url));
const SHIPPED = join(PROJECT, 'dist/site');
const SOURCES = ['src', 'web/src', 'web/index.html', 'web/vite.config.ts'];

/**
 * The folder of the built pages: that of `npm run build`, which comes before `npm test`, if nothing has
 * changed since; else one of its own, so that nobody reads half a site.
 */
export async function builtSite(): Promise<string> {
  const builtMs = newest(join(SHIPPED, 'index.html'));
  if (builtMs > Math.max(...SOURCES.map((path) => newest(join(PROJECT, path))))) return SHIPPED;
  const folder = mkdtempSync(join(tmpdir(), 'ringlight-site-'));
  await build({
    root: join(PROJECT, 'web'),
    configFile: join(PROJECT, 'web/vite.config.ts'),
    logLevel: 'error',
    build: { outDir: folder, emptyOutDir: true },
  });
  return folder;
}

export function leaveSite(folder: string | undefined): void {
  if (folder !== undefined && folder !== SHIPPED) rmSync(folder, { recursive: true, force: true });
}

/** When a file, or anything in a folder, was last written; 0 where there is nothing. */
function newest(path: string): number {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat?.isDirectory()) return stat?.mtimeMs ?? 0;
  return Math.max(0, ...readdirSync(path).map((name) => newest(join(path, name))));
}

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
};

/** Files below a path, and 404 for all else. */
export class StaticHost {
  readonly #server: Server;
  /** More files, by name: recordings. */
  readonly files = new Map<string, string>();

  private constructor(folder: string, path: string) {
    this.#server = createServer((request, response) => {
      const { pathname } = new URL(request.url!, 'http://host');
      const asked = pathname.startsWith(path) ? pathname.slice(path.length) : '..';
      const name = asked === '' ? 'index.html' : normalize(asked);
      const more = this.files.get(name);
      try {
        const body = more ?? (name.startsWith('..') ? null : readFileSync(join(folder, name)));
        if (body === null) throw new Error('outside');
        response.writeHead(200, { 'content-type': TYPES[extname(name)] ?? 'text/plain' });
        response.end(body);
      } catch {
        response.writeHead(404).end();
      }
    });
  }

  static async open(
    folder: string,
    path = '/somewhere/ringlight/',
  ): Promise<StaticHost & { url: string }> {
    const host = new StaticHost(folder, path);
    await new Promise<void>((resolve) => host.#server.listen(0, '127.0.0.1', resolve));
    const { port } = host.#server.address() as AddressInfo;
    return Object.assign(host, { url: `http://127.0.0.1:${port}${path}` });
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

/**
 * The studio's pages: static files that can be hosted anywhere, under any path. Nothing is loaded from
 * elsewhere. The lab comes from its sources, so that what runs in the tab is what runs here.
 */
import { fileURLToPath } from 'node:url';
import { defineConfig, type Plugin } from 'vite';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/**
 * What a built page may load: itself. `connect-src 'self'` covers the stream of a live server too;
 * `data:` and `blob:` are pictures and tables that the page makes and hands over.
 */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "worker-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

/** Only in what is built: while one works on the pages, Vite puts styles into them by script. */
const policy: Plugin = {
  name: 'content-security-policy',
  apply: 'build',
  transformIndexHtml: () => [
    {
      tag: 'meta',
      attrs: { 'http-equiv': 'Content-Security-Policy', content: POLICY },
      injectTo: 'head-prepend',
    },
  ],
};

export default defineConfig({
  root: here('.'),
  base: './',
  plugins: [policy],
  resolve: { alias: [{ find: /^ringlight\/(\w+)$/, replacement: here('../src') + '/$1.ts' }] },
  build: {
    outDir: here('../dist/site'),
    emptyOutDir: true,
    target: 'es2023',
    sourcemap: false,
  },
  worker: { format: 'es' },
});

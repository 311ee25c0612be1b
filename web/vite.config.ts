/**
 * The studio's pages: static files that can be hosted anywhere, under any path. Nothing is loaded from
 * elsewhere. The lab comes from its sources, so that what runs in the tab is what runs here.
 */
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  root: here('.'),
  base: './',
  resolve: { alias: [{ find: /^ringlight\/(\w+)$/, replacement: here('../src') + '/$1.ts' }] },
  build: {
    outDir: here('../dist/site'),
    emptyOutDir: true,
    target: 'es2023',
    sourcemap: false,
  },
  worker: { format: 'es' },
});

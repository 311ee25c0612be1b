/**
 * `npm run proof:strangers`: runs strangers.ts, which speaks the ring's frames with its own code, without a test
 * runner.
 *
 *     npm run proof:strangers -- --seconds 600 --seed 7
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'rolldown';

const here = (/** @type {string} */ path) => fileURLToPath(new URL(path, import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'ringlight-strangers-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
const secret = join(folder, 'secret');
writeFileSync(secret, 'a secret that a stranger does not know\n');
process.env['RINGLIGHT_SECRET'] = secret;
process.env['RINGLIGHT_COMMAND'] = here('../../dist/cli.js');
const file = join(folder, 'strangers.mjs');
await build({
  input: here('strangers.ts'),
  platform: 'node',
  logLevel: 'warn',
  external: ['lmdb', 'koffi'],
  output: { file, format: 'esm', codeSplitting: false },
});
await import(pathToFileURL(file).href);

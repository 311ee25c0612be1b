/**
 * `npm run proof:mutants`: runs mutants.ts, which stands on the worlds of the tests, without a test runner.
 *
 *     npm run proof:mutants -- --count 10000000 --seed 7
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'rolldown';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
process.env.RINGLIGHT_SAMPLES = new URL('../vectors/krpc-samples.json', import.meta.url).href;
const folder = mkdtempSync(join(tmpdir(), 'ringlight-mutants-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
const file = join(folder, 'mutants.mjs');
await build({
  input: here('mutants.ts'),
  platform: 'node',
  logLevel: 'warn',
  output: { file, format: 'esm' },
});
await import(pathToFileURL(file));

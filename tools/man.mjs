/** Writes the manual pages beside the built command, dist/man, from the same text as `--help`. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { manualOf } from '../dist/cli/manual.js';
import { wholeReference } from '../dist/cli/program.js';

const root = new URL('../', import.meta.url);
const { version } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8'));
const folder = new URL('dist/man/', root);
mkdirSync(folder, { recursive: true });
for (const { file, text } of manualOf(await wholeReference(), version)) {
  writeFileSync(new URL(file, folder), text);
}

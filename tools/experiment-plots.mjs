/**
 * `npm run docs:plots [names]`: the plots on the pages of the experiments, from fixed seeds. A page says
 * which it wants by showing them; what is run is the small size of `lab verify`, with seed 1, but for
 * sweeps, which have a point or two there and are run at their usual size:
 *
 *     ![…](../pictures/experiments/kad-hops-hops.svg)      hops.svg of kad-hops
 *
 * The same version makes the same files, byte for byte: `--check` writes nothing, and ends with 1 when a
 * page shows what this version would not draw. Needs a build; takes four minutes.
 */
import { execFile } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { EXPERIMENTS } from '../dist/cli/lab/experiments.js';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const PAGES = join(ROOT, 'docs/experiments');
const PICTURES = join(ROOT, 'docs/pictures/experiments');
/** Of the one experiment that is whatever a file says. */
const SCENARIO = join(ROOT, 'examples/scenarios/flash-crowd.json');
const SWEEPS = new Set(['chord-stretch', 'churn-pvc', 'sybil-eclipse', 'timeout-policy']);
const SEED = 1;

const isCheck = process.argv.includes('--check');
const wanted = process.argv.slice(2).filter((one) => one !== '--check');
const names = readdirSync(PAGES)
  .map((file) => file.replace(/\.md$/, ''))
  .filter((name) => wanted.length === 0 || wanted.includes(name));
const place = mkdtempSync(join(tmpdir(), 'ringlight-plots-'));
mkdirSync(PICTURES, { recursive: true });
/** @type {string[]} */
const stale = [];
try {
  for (const name of names) await plot(name);
} finally {
  rmSync(place, { recursive: true, force: true });
}
if (stale.length > 0) {
  console.error(`not as this version draws it: ${stale.join(', ')}; npm run docs:plots`);
  process.exitCode = 1;
}

/** @param {string} name */
async function plot(name) {
  const page = readFileSync(join(PAGES, `${name}.md`), 'utf8');
  const shown = page.matchAll(/\.\.\/pictures\/experiments\/([\w-]+\.svg)/g);
  const files = [...new Set([...shown].map(([, file]) => file))];
  if (files.length === 0) return;
  console.log(`${name} …`);
  const out = join(place, name);
  const args = [
    join(ROOT, 'dist/cli.js'),
    'lab',
    'run',
    configOf(name),
    '--out',
    out,
    '--seed',
    SEED,
  ];
  // Small runs may fail a check that is about the usual size; the plot is the same.
  await promisify(execFile)(process.execPath, args.map(String)).catch((error) => {
    if (error.code !== 1) throw error;
  });
  for (const file of files) {
    const made = join(out, file.slice(name.length + 1));
    const kept = join(PICTURES, file);
    if (!isCheck) copyFileSync(made, kept);
    else if (!existsSync(kept) || !readFileSync(made).equals(readFileSync(kept))) stale.push(file);
  }
}

/** @param {string} name */
function configOf(name) {
  if (name === 'scenario') return SCENARIO;
  const experiment = EXPERIMENTS.find((one) => one.name === name);
  if (experiment === undefined) throw new Error(`there is no experiment "${name}"`);
  if (SWEEPS.has(name)) return name;
  const file = join(place, `${name}.json`);
  writeFileSync(file, JSON.stringify({ experiment: name, ...experiment.quick }));
  return file;
}

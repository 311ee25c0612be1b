/**
 * `npm run docs:plots [names]`: the plots on the pages of the experiments, from fixed seeds. A page says
 * which it wants by showing them; what is run is the small size of `lab verify`, with seed 1, but for
 * sweeps, which have a point or two there and are run at their usual size:
 *
 *     ![…](../pictures/experiments/kad-hops-hops.svg)      hops.svg of kad-hops
 *
 * The same version makes the same files, byte for byte. `--check` writes nothing, and ends with 1 when a
 * page shows what this version would not draw: small ones are drawn again and compared, of sweeps, which
 * take minutes, it is compared what they were made from (`tools/plots-made-from.json`); `--all` draws those
 * again, too.
 *
 *     what nodes and the lab do    the trace hash of a small run, which a test holds to be true
 *     the experiment, its options  code without comments          the drawing    code without comments
 *
 * Needs a build.
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
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
import { minifySync } from 'rolldown/utils';
import { EXPERIMENTS } from '../dist/cli/lab/experiments.js';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const PAGES = join(ROOT, 'docs/experiments');
const PICTURES = join(ROOT, 'docs/pictures/experiments');
/** Of the one experiment that is whatever a file says. */
const SCENARIO = join(ROOT, 'examples/scenarios/flash-crowd.json');
const SWEEPS = new Set([
  'chord-stretch',
  'churn-pvc',
  'crawl-error',
  'detectors',
  'sybil-eclipse',
  'timeout-policy',
]);
const SEED = 1;
const FIGURES = join(ROOT, 'dist/results/figures');
const HOMES = ['dist/lab/experiments', 'dist/lab/mainline'].map((home) => join(ROOT, home));
/** By experiment: a hash of all that its plots are made from. */
const MADE_FROM = new URL('plots-made-from.json', import.meta.url);

const flags = process.argv.slice(2).filter((one) => one.startsWith('--'));
const isCheck = flags.includes('--check');
const isAll = !isCheck || flags.includes('--all');
const wanted = process.argv.slice(2).filter((one) => !flags.includes(one));
const pages = readdirSync(PAGES).map((file) => file.replace(/\.md$/, ''));
const unknown = wanted.find((name) => !pages.includes(name));
if (unknown !== undefined) throw new Error(`there is no page docs/experiments/${unknown}.md`);
const names = wanted.length === 0 ? pages : wanted;
const traces = read('test/lab/trace-hashes.json');
const drawing = codeOf(...readdirSync(FIGURES).map((file) => join(FIGURES, file)));
const madeFrom = existsSync(MADE_FROM) ? JSON.parse(readFileSync(MADE_FROM, 'utf8')) : {};
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

/** @param {string} path @returns {Record<string, string>} */
function read(path) {
  return JSON.parse(readFileSync(join(ROOT, path), 'utf8'));
}

/** What files do, whatever their comments say. @param {...string} files */
function codeOf(...files) {
  return files
    .filter((file) => file.endsWith('.js'))
    .sort()
    .map((file) => minifySync(file, readFileSync(file, 'utf8')).code)
    .join('\n');
}

/** The file of an experiment, and what it imports from beside it. @param {string} file @returns {string[]} */
function ownFiles(file) {
  const beside = readFileSync(file, 'utf8').matchAll(/ from '\.\/([\w-]+\.js)'/g);
  return [file, ...[...beside].map(([, name]) => join(file, '..', name))];
}

/** @param {string} name */
function inputsOf(name) {
  const home = HOMES.find((one) => existsSync(join(one, `${name}.js`)));
  if (home === undefined) throw new Error(`there is no experiment "${name}"`);
  const run = name === 'scenario' ? 'flash-crowd.json' : name;
  const trace = traces[run];
  if (trace === undefined) throw new Error(`test/lab/trace-hashes.json has no trace of ${run}`);
  const parts = [trace, optionsOf(name), codeOf(...ownFiles(join(home, `${name}.js`))), drawing];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 16);
}

/** @param {string} name */
async function plot(name) {
  const page = readFileSync(join(PAGES, `${name}.md`), 'utf8');
  const shown = page.matchAll(/\.\.\/pictures\/experiments\/([\w-]+\.svg)/g);
  const files = [...new Set([...shown].map(([, file]) => file))];
  if (files.length === 0) return;
  const inputs = inputsOf(name);
  if (isCheck && madeFrom[name] !== inputs) {
    stale.push(`${name} (made from something else)`);
    return;
  }
  if (SWEEPS.has(name) && !isAll) return;
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
  // Small runs may fail a check that is about the usual size; the plot is the same. An example has one size.
  await promisify(execFile)(process.execPath, args.map(String)).catch((error) => {
    if (error.code !== 1 || name === 'scenario') throw error;
  });
  for (const file of files) {
    const made = join(out, file.slice(name.length + 1));
    if (!existsSync(made)) {
      throw new Error(`docs/experiments/${name}.md shows ${file}, which ${name} does not draw`);
    }
    const kept = join(PICTURES, file);
    if (!isCheck) copyFileSync(made, kept);
    else if (!existsSync(kept) || !readFileSync(made).equals(readFileSync(kept))) stale.push(file);
  }
  if (!isCheck) remember(name, inputs);
}

/** @param {string} name @param {string} inputs */
function remember(name, inputs) {
  madeFrom[name] = inputs;
  const ordered = Object.fromEntries(Object.entries(madeFrom).sort());
  writeFileSync(MADE_FROM, `${JSON.stringify(ordered, null, 2)}\n`);
}

/** What it is run with, at all that is not usual. @param {string} name @returns {object} */
function optionsOf(name) {
  if (name === 'scenario') return JSON.parse(readFileSync(SCENARIO, 'utf8'));
  const experiment = EXPERIMENTS.find((one) => one.name === name);
  if (experiment === undefined) throw new Error(`there is no experiment "${name}"`);
  return SWEEPS.has(name) ? experiment.options.parse({}) : experiment.quick;
}

/** @param {string} name */
function configOf(name) {
  if (name === 'scenario') return SCENARIO;
  if (SWEEPS.has(name)) return name;
  const file = join(place, `${name}.json`);
  writeFileSync(file, JSON.stringify({ experiment: name, ...optionsOf(name) }));
  return file;
}

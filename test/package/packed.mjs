/** What the proofs of the package share: it is packed once as npm would publish it, and installed in folders. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** A registry that does not answer keeps nobody longer. */
const INSTALL_MS = 180_000;
const QUIET = ['--no-audit', '--no-fund', '--prefer-offline'];

/** Folders of this run, gone with it. */
const place = mkdtempSync(join(tmpdir(), 'ringlight-package-'));
process.on('exit', () => rmSync(place, { recursive: true, force: true }));

let packed = '';

/** The packed package, a file. What is in `dist` is packed; `npm run build` comes before. */
export function tarball() {
  if (packed === '') {
    const name = run(
      'npm',
      ['pack', '--silent', '--ignore-scripts', '--pack-destination', place],
      ROOT,
    );
    packed = join(place, name.trim().split('\n').at(-1));
  }
  return packed;
}

/** An empty folder with these packages in it. Returns its path, and what npm said. */
export function folderWith(name, ...packages) {
  const folder = mkdtempSync(join(place, `${name}-`));
  writeFileSync(join(folder, 'package.json'), '{ "name": "somebody", "private": true }\n');
  const said = packages.length === 0 ? '' : install(folder, ...packages);
  return { folder, said };
}

/** The same again, without an install: files are linked, for npm replaces them and writes into none. */
export function copyOf(folder, name) {
  const copy = mkdtempSync(join(place, `${name}-`));
  run('cp', ['-al', `${folder}/.`, copy], place);
  return copy;
}

export function install(folder, ...packages) {
  const { status, stdout, stderr } = spawnSync('npm', ['install', ...QUIET, ...packages], {
    cwd: folder,
    encoding: 'utf8',
    timeout: INSTALL_MS,
  });
  if (status !== 0) throw new Error(`npm install ${packages.join(' ')}: ${stderr}`);
  return stdout + stderr;
}

/** Runs to the end, and fails with what was said when the status is another. */
export function run(command, args, cwd, { status = 0, env = {}, timeoutMs = 120_000 } = {}) {
  const options = { cwd, encoding: 'utf8', env: { ...process.env, ...env }, timeout: timeoutMs };
  const ended = spawnSync(command, args, options);
  if (ended.status !== status) {
    throw new Error(
      `${command} ${args.join(' ')}: exit status ${ended.status ?? ended.signal}, expected ${status}\n` +
        `${ended.stdout}${ended.stderr}`,
    );
  }
  return ended.stdout + ended.stderr;
}

export function write(folder, files) {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
}

export function bytesIn(folder) {
  return Number(execFileSync('du', ['-sb', folder], { encoding: 'utf8' }).split('\t')[0]);
}

/** Runs proofs one after the other, tells of each, and ends with 1 when one failed. */
export async function prove(proofs) {
  const wanted = process.argv.slice(2);
  let failed = 0;
  for (const [name, proof] of Object.entries(proofs)) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    const startedAtMs = performance.now();
    try {
      const note = (await proof()) ?? '';
      console.log(
        `ok    ${name} (${((performance.now() - startedAtMs) / 1000).toFixed(1)} s) ${note}`,
      );
    } catch (error) {
      failed++;
      console.log(`FAIL  ${name}\n${error.message}`);
    }
  }
  if (failed > 0) process.exitCode = 1;
}

export function check(isTrue, message) {
  if (!isTrue) throw new Error(message);
}

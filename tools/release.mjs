/**
 * `npm run release -- --repository URL [--publish]`: releases the version in package.json. It checks that
 * everything agrees, runs the whole check, packs, and writes into the packed package.json where the project
 * lives; without `--publish` it stops there and shows what would be published.
 *
 *     checkout ── npm pack ──▶ package/ ── repository, bugs, homepage ──▶ npm publish --provenance
 *
 * The sources do not say where they live, for whoever releases decides that; npm's provenance names the
 * repository that a package was built from, so that without one nothing is released. In GitHub Actions it is
 * the one that runs. `--homepage` and `--bugs` say so when they are elsewhere.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** What keeps a release from going on, in one line. */
class Refusal extends Error {}

/** @typedef {{ repository: { type: 'git', url: string }, bugs: { url: string }, homepage: string }} Home */

/**
 * Where a package says that it lives.
 * @param {{ repository?: string | undefined, bugs?: string | undefined, homepage?: string | undefined }} said
 * @param {NodeJS.ProcessEnv} env of a CI
 * @returns {Home}
 */
export function homeOf({ repository, bugs, homepage }, env = {}) {
  const runs =
    env.GITHUB_REPOSITORY === undefined
      ? undefined
      : `${env.GITHUB_SERVER_URL ?? 'https://github.com'}/${env.GITHUB_REPOSITORY}`;
  const chosen = repository ?? runs;
  if (chosen === undefined) {
    throw new Refusal('--repository expected the address that this is published from, got none');
  }
  const url = addressOf(chosen, '--repository').replace(/(?:\.git)?\/*$/, '');
  if (!/^https:\/\/[^/]+\/[^/]+\/./.test(url)) {
    throw new Refusal(`--repository expected https://HOST/OWNER/NAME, got ${chosen}`);
  }
  if (runs !== undefined && url.toLowerCase() !== runs.toLowerCase()) {
    throw new Refusal(`--repository expected ${runs}, which this CI builds from, got ${chosen}`);
  }
  return {
    repository: { type: 'git', url: `git+${url}.git` },
    bugs: { url: bugs === undefined ? `${url}/issues` : addressOf(bugs, '--bugs') },
    homepage: homepage === undefined ? `${url}#readme` : addressOf(homepage, '--homepage'),
  };
}

/** @param {string} text @param {string} name */
function addressOf(text, name) {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url?.protocol !== 'https:' || !url.hostname.includes('.') || url.username !== '') {
    throw new Refusal(`${name} expected an address of the public web, https://…, got ${text}`);
  }
  return text;
}

/**
 * Unpacks a packed package and writes into its package.json where it lives.
 * @param {string} tarball @param {Home} home @param {string} place an empty folder
 * @returns {string} the folder to be published
 */
export function stage(tarball, home, place) {
  execFileSync('tar', ['-xzf', tarball, '-C', place]);
  const folder = join(place, 'package');
  const file = join(folder, 'package.json');
  const { license, ...manifest } = JSON.parse(readFileSync(file, 'utf8'));
  // Where npm's own order has them.
  const { name, version, description, keywords, ...others } = manifest;
  const all = { name, version, description, keywords, ...home, license, ...others };
  writeFileSync(file, `${JSON.stringify(all, null, 2)}\n`);
  return folder;
}

/** @param {string} command @param {string[]} args */
const said = (command, args) =>
  execFileSync(command, args, { cwd: ROOT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });

/** @param {string} command @param {string[]} args @param {string} [cwd] */
function must(command, args, cwd = ROOT) {
  const { status } = spawnSync(command, args, { cwd, stdio: 'inherit' });
  if (status !== 0) throw new Refusal(`${command} ${args.join(' ')}: exit status ${status}`);
}

/**
 * The changelog has a section of its own for the version, and says when that was; what other lines say of it
 * is no section.
 * @param {string} changes @param {string} version
 */
export function checkHeading(changes, version) {
  const heading = changes.split('\n').find((line) => `${line} `.startsWith(`## ${version} `));
  if (heading === undefined) throw new Refusal(`CHANGELOG.md has no section "## ${version}"`);
  if (heading.includes('unreleased')) {
    throw new Refusal(`CHANGELOG.md calls ${version} unreleased: give it its day`);
  }
}

/** The version, when sources, changelog and tag agree about it. */
function agreedVersion() {
  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  if (said('git', ['status', '--porcelain']) !== '') {
    throw new Refusal('there are changes that are not committed');
  }
  const changes = readFileSync(join(ROOT, 'CHANGELOG.md'), 'utf8');
  checkHeading(changes, version);
  if (!said('git', ['tag', '--points-at', 'HEAD']).split('\n').includes(`v${version}`)) {
    throw new Refusal(`this commit has no tag v${version}`);
  }
  return version;
}

/** @param {string} place */
function release(place) {
  const { values } = parseArgs({
    options: {
      repository: { type: 'string' },
      bugs: { type: 'string' },
      homepage: { type: 'string' },
      publish: { type: 'boolean', default: false },
    },
  });
  const home = homeOf(values, process.env);
  const version = agreedVersion();
  must('.ci/run', []);
  must('node', ['tools/experiment-plots.mjs', '--check', '--all']);
  const packed = said('npm', ['pack', '--silent', '--pack-destination', place]);
  const folder = stage(join(place, packed.trim().split('\n').at(-1) ?? ''), home, place);
  if (values.publish) {
    must('npm', ['publish', '--provenance', '--access', 'public', '--ignore-scripts'], folder);
    return;
  }
  must('npm', ['pack', '--dry-run', '--ignore-scripts'], folder);
  console.log(`release: ${version} of ${home.repository.url} is ready; --publish publishes it`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const place = mkdtempSync(join(tmpdir(), 'ringlight-release-'));
  try {
    release(place);
  } catch (error) {
    if (!(error instanceof Refusal) && !error.code?.startsWith('ERR_PARSE_ARGS')) throw error;
    console.error(`release: ${error.message}`);
    process.exitCode = 1;
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
}

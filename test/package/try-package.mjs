/**
 * The package as strangers meet it: packed, installed in empty folders, used from there. Each proof is a
 * name on the command line too: `node test/package/try-package.mjs types bundles`.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { checkHeading, homeOf, stage } from '../../tools/release.mjs';
import { bytesIn, check, folderWith, prove, ROOT, run, tarball, write } from './packed.mjs';

/** Of an install for Mainline, testnets, the lab and rings in memory; measured 10.0 MB and 2 packages; the README says 10 MB. */
const INSTALLED_BYTES_MAX = 10_400_000;
const PACKAGES_MAX = 3;

const { folder, said } = folderWith('user', tarball());
const node = (...args) => run(process.execPath, args, folder);
const ringlight = (args, options) =>
  run(process.execPath, ['node_modules/ringlight/dist/cli.js', ...args], folder, options);

const USE = `
  const testnet = await createTestnet({ nodes: 10 });
  const node = await openMainline({ host: '127.0.0.1', bootstrap: testnet.bootstrap });
  await node.announce('ab'.repeat(20), { port: 1234 });
  const { peers } = await testnet.nodes[7].getPeers('ab'.repeat(20));
  if (peers.length !== 1 || peers[0].port !== 1234) throw new Error('the peer was not found');
  await node.close();
  await testnet.close();
  const ring = await openRing({});
  await ring.ready();
  await ring.insert('hello', 'world');
  const value = await ring.get('hello');
  if (Object.getPrototypeOf(value) !== Uint8Array.prototype) throw new Error('bytes are not plain');
  await ring.close();
  const bytes = encode({ a: 1 });
  if (Object.getPrototypeOf(bytes) !== Uint8Array.prototype) throw new Error('bytes are not plain');
`;
const NAMES = {
  mainline: '{ encode, openMainline }',
  ring: '{ openRing }',
  testnet: '{ createTestnet }',
};
const imports = Object.entries(NAMES).map(
  ([door, names]) => `import ${names} from 'ringlight/${door}';`,
);
const requires = Object.entries(NAMES).map(
  ([door, names]) => `const ${names} = require('ringlight/${door}');`,
);

function installed() {
  check(!/warn/i.test(said), `npm install warns:\n${said}`);
  const packages = readdirSync(join(folder, 'node_modules'), { recursive: true })
    .filter((name) => /(?:^|node_modules\/)(?:@[^/]+\/)?[^/@.]+\/package\.json$/.test(name))
    .filter((name) => !name.includes('/dist/'));
  const bytes = bytesIn(join(folder, 'node_modules'));
  check(packages.length <= PACKAGES_MAX, `${packages.length} packages: ${packages}`);
  check(bytes <= INSTALLED_BYTES_MAX, `${bytes} bytes are installed`);
  return `${packages.length} packages, ${(bytes / 1e6).toFixed(1)} MB`;
}

function library() {
  write(folder, {
    'use.mjs': `${imports.join('\n')}\n${USE}`,
    'use.cjs': `${requires.join('\n')}\n(async () => {${USE}})().catch((error) => { console.error(error); process.exit(1); });`,
  });
  node('use.mjs');
  node('use.cjs');
}

/** What is not installed is named in one line; what needs nothing more works. */
function optional() {
  const keep = ['ring', 'serve', '--port', '0', '--data', './data', '--for', '1s'];
  ringlight(keep);
  mkdirSync(join(folder, 'older'));
  write(folder, { 'older/data.mdb': 'of an older version' });
  const told = ringlight(keep.with(5, './older'), { status: 2 });
  const advice = 'which need LMDB once: npm install lmdb';
  check(told === `ringlight: "data" has records of an older version, ${advice}\n`, told);
  const query = ringlight(['lab', 'query', '.', 'SELECT 1'], { status: 2 });
  check(/^ringlight: .*npm install @duckdb\/node-api\n$/.test(query), query);
  ringlight(['lab', 'run', 'kad-hops', '--nodes', '200', '--lookups', '20', '--out', 'run']);
  check(
    readFileSync(join(folder, 'run/report.html'), 'utf8').includes('<svg'),
    'no plot in the report',
  );
}

/** The oldest and those between that are still in use; the newest is the project's own. */
const TYPESCRIPTS = ['5.6', '5.9', '6.0'];

function types() {
  const use = `
import { decode, encode, type LookupTrace, type Mainline, openMainline } from 'ringlight/mainline';
import { connectRing, openRing, type Ring } from 'ringlight/ring';
import { createRingTestnet, createTestnet } from 'ringlight/testnet';
import { createLab } from 'ringlight/lab';
import * as scene from 'ringlight/scene';
import { LiveRing, openStudio, type Studio } from 'ringlight/studio';
import { decode as same } from 'ringlight/codec';
import { openHttp } from 'ringlight/service';
import { Colony } from 'ringlight/world';
import Client from 'ringlight/compat/bittorrent-dht';

export async function distances(node: Mainline, target: string): Promise<(number | null)[]> {
  const trace: LookupTrace = (await node.findNode(target)).lookup;
  return trace.steps.map((step) => step.distanceBits);
}
export const open: Promise<Mainline> = openMainline({ bootstrap: false });
export const ring: Promise<Ring> = openRing({ k: 2 });
export const value: Promise<Uint8Array | null> = ring.then((one) => one.get('hello'));
export const bytes: Uint8Array = encode({ a: 1 });
export const all = [connectRing, createTestnet, createRingTestnet, createLab, scene, openStudio, LiveRing, decode, same, openHttp, Colony, Client];
export const scenes: Promise<number> = openStudio().then((one: Studio) => one.stats.scenes);
`;
  const { folder } = folderWith('typed', tarball(), '@types/node@24');
  const compilers = folderWith(
    'compilers',
    ...TYPESCRIPTS.map((version) => `typescript-${version}@npm:typescript@~${version}.0`),
  ).folder;
  const all = [
    ...TYPESCRIPTS.map((version) => join(compilers, `node_modules/typescript-${version}/bin/tsc`)),
    join(ROOT, 'node_modules/typescript/bin/tsc'),
  ];
  for (const compiler of all) {
    for (const [lib, types] of [
      [['es2022', 'esnext.disposable', 'dom'], []],
      [['es2022'], ['node']],
    ]) {
      const compilerOptions = {
        ...{ noEmit: true, strict: true, exactOptionalPropertyTypes: true, skipLibCheck: false },
        ...{ module: 'nodenext', target: 'es2022', lib, types },
      };
      write(folder, {
        'use.mts': use,
        'tsconfig.json': JSON.stringify({ compilerOptions, files: ['use.mts'] }),
      });
      run(process.execPath, [compiler, '-p', '.'], folder);
    }
  }
  return `${TYPESCRIPTS.join(', ')} and the newest`;
}

/** Four bundlers, for a browser: nothing of Node.js may be asked for, and what is not used stays out. */
function bundles() {
  const { folder } = folderWith(
    'page',
    ...[
      tarball(),
      'esbuild@0',
      'rollup@4',
      '@rollup/plugin-node-resolve@16',
      'webpack@5',
      'webpack-cli@6',
    ],
  );
  write(folder, {
    'codec.mjs': `import { decode, encode } from 'ringlight/mainline';
import { encode as same } from 'ringlight/codec';
if (same !== encode) throw new Error('two codecs');
globalThis.result = new TextDecoder().decode(encode({ a: decode(encode(1)) }));`,
    'lab.mjs': `import { Lab } from 'ringlight/lab';
const lab = new Lab({ seed: 1, nodes: 300 });
globalThis.result = lab.nodes[3].findNode('ab'.repeat(20)).then(({ grade }) => lab.traceHash);`,
    'rollup.config.mjs': `import resolve from '@rollup/plugin-node-resolve';
export default { plugins: [resolve({ browser: true })], onwarn(warning) { if (['UNRESOLVED_IMPORT', 'CIRCULAR_DEPENDENCY'].includes(warning.code)) throw new Error(warning.message); } };`,
    'webpack.config.cjs': `module.exports = (env) => ({ mode: 'production', target: 'web', entry: './' + env.what + '.mjs', output: { filename: 'webpack-' + env.what + '.js', path: __dirname }, performance: false });`,
    'vite.config.mjs': `export default { logLevel: 'warn', build: { emptyOutDir: false, outDir: '.', lib: { entry: process.env.WHAT + '.mjs', formats: ['es'], fileName: () => 'vite-' + process.env.WHAT + '.js' } } };`,
    'run.mjs': `const { readFileSync } = await import('node:fs'); const { runInNewContext } = await import('node:vm');
const page = { TextDecoder, TextEncoder, performance, setTimeout, clearTimeout, queueMicrotask, crypto, URL, AbortController, AbortSignal, console };
page.globalThis = page; page.self = page; page.window = page;
runInNewContext('(async () => {' + readFileSync(process.argv[2], 'utf8').replace(/\\bexport\\s*\\{[^}]*\\};?\\s*$/, '') + '})()', page);
const result = await page.result; console.log(result);`,
  });
  const bin = (name) => join(folder, 'node_modules/.bin', name);
  const vite = join(ROOT, 'node_modules/vite/bin/vite.js');
  const made = {
    esbuild: (what) =>
      run(
        bin('esbuild'),
        [
          `${what}.mjs`,
          '--bundle',
          '--platform=browser',
          '--format=esm',
          '--minify',
          `--outfile=esbuild-${what}.js`,
        ],
        folder,
      ),
    rollup: (what) =>
      run(
        bin('rollup'),
        ['-c', '-i', `${what}.mjs`, '-o', `rollup-${what}.js`, '--silent'],
        folder,
      ),
    webpack: (what) => run(bin('webpack'), ['--env', `what=${what}`], folder),
    vite: (what) => run(process.execPath, [vite, 'build'], folder, { env: { WHAT: what } }),
  };
  const sizes = [];
  const traces = new Set();
  for (const [name, make] of Object.entries(made)) {
    for (const what of ['codec', 'lab']) {
      make(what);
      const file = join(folder, `${name}-${what}.js`);
      const text = readFileSync(file, 'utf8');
      const asked = /["'](node:[a-z]+|lmdb|koffi)["']/.exec(text);
      check(asked === null, `${name}-${what} asks for ${asked?.[1]}`);
      // A word of the ring's settings: the lab of Mainline nodes has no ring in it.
      check(!text.includes('class-2019'), `${name}-${what} has the ring in it`);
      sizes.push(`${name} ${what} ${Math.round(text.length / 1024)} KiB`);
      const result = run(process.execPath, ['run.mjs', file], folder).trim();
      if (what === 'codec') check(result === 'd1:ai1ee', `${name}: ${result}`);
      else traces.add(result);
    }
  }
  check(traces.size === 1 && /^[0-9a-f]{16}$/.test([...traces][0]), `traces: ${[...traces]}`);
  return sizes.join(', ');
}

async function command() {
  const found = ringlight(['up', '--nodes', '4', '--for', '1s', '--no-studio', '--json']);
  check(found.includes('"event":"found"'), found);
  const page = spawn(
    process.execPath,
    [
      'node_modules/ringlight/dist/cli.js',
      'up',
      '--nodes',
      '4',
      '--ring',
      '3',
      '--studio',
      '0',
      '--json',
    ],
    { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] },
  );
  try {
    const events = {};
    for await (const line of createInterface({ input: page.stdout })) {
      const { event, ...fields } = JSON.parse(line);
      events[event] = fields;
      if (event === 'status') break;
    }
    const read = async (path) => {
      const response = await fetch(new URL(path, events.studio.address));
      check(response.ok, `${path}: ${response.status}`);
      return response;
    };
    const text = await (await read('/')).text();
    const parts = [...text.matchAll(/(?:src|href)="(\.\/[^"]+)"/g)].map(([, path]) => path);
    check(parts.length >= 2, `the page loads nothing: ${text}`);
    for (const part of parts) await read(part);
    const { keys } = await (await read('/api/scenes/ring/keys')).json();
    check(keys.length === 100, `${keys.length} keys are shown`);
    await read('/api/openapi.json');
  } finally {
    page.kill('SIGINT');
  }
}

/** Looks for a file of the package behind each link of its pages: what is packed leads nowhere else. */
function links() {
  const home = join(folder, 'node_modules/ringlight');
  let checked = 0;
  for (const page of readdirSync(home, { recursive: true })) {
    if (!/^(?:[A-Z]+|docs\/.*|examples\/.*)\.md$/.test(page)) continue;
    const text = readFileSync(join(home, page), 'utf8').replace(/^```[\s\S]*?^```/gm, '');
    for (const [, to] of text.matchAll(/\]\((?!https?:|mailto:|#)([^)#\s]+)/g)) {
      check(
        existsSync(join(home, dirname(page), to)),
        `${page} leads to ${to}, which is not packed`,
      );
      checked++;
    }
  }
  check(checked > 100, `only ${checked} links were found`);
  return `${checked} links`;
}

/** What is published says where from, and nothing is published that does not. */
function release() {
  const home = homeOf({ repository: 'https://example.com/somebody/ringlight.git' });
  const { folder } = folderWith('release');
  const read = (path) => JSON.parse(readFileSync(join(path, 'package.json'), 'utf8'));
  const { repository, bugs, homepage, ...others } = read(stage(tarball(), home, folder));
  check(repository.url === 'git+https://example.com/somebody/ringlight.git', repository.url);
  check(bugs.url === 'https://example.com/somebody/ringlight/issues', bugs.url);
  check(homepage === 'https://example.com/somebody/ringlight#readme', homepage);
  const sorted = (manifest) => JSON.stringify(Object.entries(manifest).sort());
  check(sorted(others) === sorted(read(ROOT)), 'the rest of package.json is another');
  checkHeading('# Changelog\n\n## 0.2.0 (2026-12-01)\n', '0.2.0');
  for (const [changes, complaint] of [
    [
      '- 0.2.0 of another thing\n### 0.2.0\n## 0.2.0-beta\n## 0.2.01\n',
      'has no section "## 0.2.0"',
    ],
    ['## 0.2.0 (unreleased)\n', 'give it its day'],
  ]) {
    let told = '';
    try {
      checkHeading(changes, '0.2.0');
    } catch (error) {
      told = error.message;
    }
    check(told.includes(complaint), `"${told}" of ${changes}`);
  }
  const script = join(ROOT, 'tools/release.mjs');
  for (const args of [
    [],
    ['--repository', 'ringlight'],
    ['--repository', 'https://example.com/x'],
  ]) {
    const env = { GITHUB_REPOSITORY: undefined };
    const refused = run(process.execPath, [script, ...args], ROOT, { status: 1, env });
    check(/^release: --repository expected .*\n$/.test(refused), refused);
  }
}

/** A test of each runner, as docs/testing.md has it; then one that forgets to close what it opened. */
function runners() {
  const { folder } = folderWith('tests', tarball(), 'jest@30', 'vitest@3');
  write(folder, {
    'jest.config.cjs': `module.exports = { testMatch: ['**/jest.test.cjs'], testEnvironment: 'node' };`,
  });
  const closes = 'await ring.close();\n  await testnet.close();';
  for (const end of [closes, '/* The end comes all the same. */']) runAll(folder, end);
}

function runAll(folder, end) {
  const body = `const testnet = await createTestnet({ nodes: 8 });
  const [a, b] = testnet.nodes;
  await a.announce('ab'.repeat(20), { port: 1234 });
  const { peers } = await b.getPeers('ab'.repeat(20));
  if (peers.length !== 1) throw new Error('not found');
  const ring = await createRingTestnet({ nodes: 3 });
  await ring.nodes[0].insert('a', 'b');
  const client = await connectRing(ring.nodes[0].addresses[0]);
  if ((await client.get('a'))?.length !== 1) throw new Error('not there');
  ${end}`;
  write(folder, {
    'jest.test.cjs': `const { connectRing } = require('ringlight/ring');
const { createTestnet, createRingTestnet } = require('ringlight/testnet');
test('finds', async () => { ${body} }, 30_000);`,
    'vitest.test.mjs': `import { connectRing } from 'ringlight/ring';
import { createRingTestnet, createTestnet } from 'ringlight/testnet';
import { test } from 'vitest';
test('finds', async () => { ${body} }, 30_000);`,
    'node.mjs': `import { connectRing } from 'ringlight/ring';
import { createRingTestnet, createTestnet } from 'ringlight/testnet';
import { test } from 'node:test';
test('finds', async () => { ${body} });`,
  });
  const said = run(join(folder, 'node_modules/.bin/jest'), [], folder);
  check(!/did not exit|force exited/.test(said), said);
  run(join(folder, 'node_modules/.bin/vitest'), ['run', 'vitest.test.mjs'], folder);
  run(process.execPath, ['--test', 'node.mjs'], folder);
}

await prove({ installed, links, library, optional, command, types, bundles, runners, release });

/**
 * Where the packed package runs: the same program on every runtime that npm has, and what it took, as the
 * table of docs/runtimes.md (`--write`). A runtime that cannot be installed on this machine is left out, and said so.
 * Versions are fixed, so that what others release changes no run of ours; they are renewed by hand.
 */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { folderWith, install, ROOT, tarball, write } from './packed.mjs';

const RUNTIMES = [
  ['Node.js 20', 'node@20.20.2', 'node_modules/node/bin/node', []],
  ['Node.js 22', 'node@22.23.3', 'node_modules/node/bin/node', []],
  ['Node.js 24', 'node@24.21.0', 'node_modules/node/bin/node', []],
  ['Node.js 26', 'node@26.10.0', 'node_modules/node/bin/node', []],
  ['Bun', 'bun@1.4.5', 'node_modules/.bin/bun', []],
  ['Deno', 'deno@2.9.6', 'node_modules/.bin/deno', ['run', '-A', '--node-modules-dir=manual']],
];

/** Parts are tried one by one, so that one that fails says nothing about the others. */
const PROGRAM = `
import { createLab } from 'ringlight/lab';
import { openMainline } from 'ringlight/mainline';
import { openRing } from 'ringlight/ring';
import { createRingTestnet, createTestnet } from 'ringlight/testnet';

const results = { version: globalThis.Deno?.version.deno ?? globalThis.Bun?.version ?? process.version.slice(1) };
async function part(name, run) {
  const startedAtMs = performance.now();
  try {
    const note = await run();
    results[name] = { ms: Math.round(performance.now() - startedAtMs), note };
  } catch (error) {
    results[name] = { error: String(error?.message ?? error).split('\\n')[0] };
  }
}
await part('testnet', async () => {
  const testnet = await createTestnet({ nodes: 50 });
  const node = await openMainline({ host: '127.0.0.1', bootstrap: testnet.bootstrap });
  await node.announce('ab'.repeat(20), { port: 1234 });
  const { peers } = await testnet.nodes[7].getPeers('ab'.repeat(20));
  if (peers.length !== 1) throw new Error('the peer was not found');
  await node.close();
  await testnet.close();
});
await part('ring', async () => {
  const ring = await createRingTestnet({ nodes: 5 });
  await ring.nodes[0].insert('hello', 'world');
  const value = await ring.nodes[3].get('hello');
  if (new TextDecoder().decode(value) !== 'world') throw new Error('the value was not found');
  await ring.close();
});
await part('data', async () => {
  const ring = await openRing({ data: process.argv[2] });
  await ring.ready();
  await ring.insert('hello', 'world');
  await ring.close();
});
await part('lab', async () => {
  const lab = createLab({ seed: 1, nodes: 2000 });
  await lab.nodes[3].findNode('ab'.repeat(20));
  return lab.traceHash;
});
console.log(JSON.stringify(results));
process.exit(0);
`;

const PARTS = ['testnet', 'ring', 'data', 'lab'];

/** Runs the program once. Returns what each part took, or what went wrong. */
function runOn(command, flags, data) {
  const { stdout, stderr, status } = spawnSync(command, [...flags, 'program.mjs', data], {
    cwd: folder,
    encoding: 'utf8',
    timeout: 120_000,
  });
  const line = stdout?.split('\n').find((one) => one.startsWith('{'));
  if (line === undefined) return { trouble: `exit status ${status} ${stderr?.slice(-500)}` };
  const { version, ...parts } = JSON.parse(line);
  const wrong = PARTS.filter((part) => parts[part].error);
  return {
    version,
    parts,
    trouble: wrong.map((part) => `${part}: ${parts[part].error}`).join('; '),
  };
}

const { folder } = folderWith('program', tarball());
write(folder, { 'program.mjs': PROGRAM });
const rows = [];
const traces = new Set();
let failed = 0;
for (const [name, spec, path, flags] of RUNTIMES) {
  const { folder: home } = folderWith('runtime');
  try {
    install(home, spec);
  } catch (error) {
    console.log(`none  ${name}: ${error.message.split('\n')[0]}`);
    continue;
  }
  let { version, parts, trouble } = runOn(join(home, path), flags, join(home, 'data'));
  if (trouble !== '') {
    // Real sockets beside other work: once more, and said so.
    console.log(`again ${name}: ${trouble}`);
    ({ version, parts, trouble } = runOn(join(home, path), flags, join(home, 'data-again')));
  }
  if (trouble !== '') {
    failed++;
    console.log(`FAIL  ${name}: ${trouble}`);
    continue;
  }
  traces.add(parts.lab.note);
  const seconds = PARTS.map((part) => `${(parts[part].ms / 1000).toFixed(1)} s`);
  rows.push(`| ${name} (${version}) | ${seconds.join(' | ')} |`);
  console.log(rows.at(-1));
}
if (traces.size !== 1) {
  failed++;
  console.log(`FAIL  the lab's trace differs: ${[...traces]}`);
}
if (process.argv.includes('--write')) {
  writeFileSync(
    join(ROOT, 'docs/runtimes.md'),
    `# What runs where

Tried from the packed package by \`npm run test:runtimes -- --write\`, on x64 Linux; seconds are of this
machine, beside other work. The lab's trace hash is the same on all of them.

| | a testnet of 50, an announce, a search | a ring of 5 | a ring with \`data\` | the lab, 2000 nodes |
|---|---|---|---|---|
${rows.join('\n')}

In browsers: \`ringlight/lab\`, \`ringlight/scene\` and \`ringlight/codec\`, with any bundler; there are no sockets for
the rest.
`,
  );
}
process.exitCode = failed === 0 ? 0 : 1;

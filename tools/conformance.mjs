/**
 * Writes docs/conformance.md: the scorecards of our node, of npm's bittorrent-dht and of libtorrent
 * (Debian's python3-libtorrent, where it is installed), all on loopback.
 *
 *     npm run build:code && node tools/conformance.mjs
 */
import { spawn } from 'node:child_process';
import { createPublicKey, verify as verifyWith } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import DHT from 'bittorrent-dht';
import { checkConformance, openMainline } from '../dist/mainline.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const versionOf = (path) => JSON.parse(readFileSync(`${root}${path}`, 'utf8')).version;
const HOST = '127.0.0.1';

async function ours() {
  const node = await openMainline({ host: HOST, bootstrap: false });
  return {
    name: `Ringlight ${versionOf('package.json')}`,
    port: node.port,
    close: () => node.close(),
  };
}

async function bittorrentDht() {
  const head = Buffer.from('302a300506032b6570032100', 'hex');
  const verify = (signature, message, key) => {
    const spki = { key: Buffer.concat([head, key]), format: 'der', type: 'spki' };
    return verifyWith(null, message, createPublicKey(spki), signature);
  };
  const dht = new DHT({ bootstrap: false, verify });
  dht.on('error', () => {});
  dht.listen(0, HOST);
  await once(dht, 'listening');
  const name = `bittorrent-dht ${versionOf('node_modules/bittorrent-dht/package.json')}`;
  return { name, port: dht.address().port, close: () => dht.destroy() };
}

async function libtorrent() {
  const script = `${root}test/interop/libtorrent-peer.py`;
  const child = spawn('/usr/bin/python3', [script], { stdio: ['pipe', 'pipe', 'ignore'] });
  const lines = createInterface({ input: child.stdout });
  child.stdin.on('error', () => {});
  child.stdin.write(`${JSON.stringify({ call: 1, command: 'listen', bootstrap: [] })}\n`);
  for await (const line of lines) {
    const { call, port } = JSON.parse(line);
    if (call === 1)
      return { name: 'libtorrent (Debian)', port, close: () => child.kill('SIGKILL') };
  }
  return null;
}

/** A node that throws out of a datagram would end its process; here it goes on, and that is counted. */
let thrown = [];
process.on('uncaughtException', (error) => thrown.push(error.message));

const MARKS = { holds: 'yes', violates: '**no**', 'not tested': '–' };
const cards = [];
for (const open of [ours, bittorrentDht, libtorrent]) {
  const node = await open();
  if (!node) {
    console.error(`${open.name} is not installed: left out`);
    continue;
  }
  thrown = [];
  const card = await checkConformance({ host: HOST, port: node.port });
  cards.push({ name: node.name, thrown: [...thrown], ...card });
  await node.close();
}

const cell = (text) => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
const row = (...cells) => `| ${cells.map(cell).join(' | ')} |`;
const reasons = cards[0].rules.map(({ number }, i) =>
  cards
    .filter(({ rules }) => rules[i].verdict === 'violates')
    .map(({ name, rules }) => `- ${number}, ${name}: ${rules[i].why}`),
);
const deaths = cards
  .filter((card) => card.thrown.length > 0)
  .map(
    (card) =>
      `\n${card.name} threw ${card.thrown.length} errors out of what datagrams made it do; a program that does not guard itself dies of the first (${card.thrown[0]}).`,
  );
const text = `# Conformance

\`ringlight mainline conformance HOST:PORT\` (\`checkConformance\` of \`ringlight/mainline\`) tests any node from outside
against 105 rules of the BEPs: what was sent, what came back, and which rule says otherwise. Below is what it says of
three nodes on loopback; \`node tools/conformance.mjs\` writes this page. "–" is not tested, for a reason that
\`--all\` tells: it cannot be seen from outside, takes too long, or the node does not offer it.

${row('', ...cards.map(({ name }) => name))}
${row('---', ...cards.map(() => '---'))}
${row('holds', ...cards.map(({ holds }) => String(holds)))}
${row('violates', ...cards.map(({ violates }) => String(violates)))}
${row('not tested', ...cards.map(({ untested }) => String(untested)))}

${row('rule', '', ...cards.map(({ name }) => name))}
${row('---', '---', ...cards.map(() => '---'))}
${cards[0].rules.map(({ number, rule }, i) => row(String(number), rule, ...cards.map(({ rules }) => MARKS[rules[i].verdict]))).join('\n')}

## How rules are violated

${reasons.flat().join('\n')}
${deaths.join('\n')}
`;
writeFileSync(`${root}docs/conformance.md`, text);
for (const { name, holds, violates, untested } of cards) {
  console.log(`${name}: ${holds} hold, ${violates} violated, ${untested} not tested`);
}
process.exit(0);

/**
 * Writes docs/conformance.md: the scorecards of our node, of npm's bittorrent-dht, and of what Debian has:
 * python3-libtorrent, aria2, rtorrent and transmission-daemon, where they are installed. All in a network
 * namespace without a way out (root may make one).
 *
 *     npm run build:code && node tools/conformance.mjs
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkConformance } from '../dist/mainline.js';
import { CLIENTS, inNamespace, untilAnswers } from '../test/interop/clients.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const LOOPBACK = '127.0.0.1';
/** Transmission answers nobody on loopback, and nobody whom it takes for itself. */
const ELSEWHERE = '10.77.9.1';
const ASKER = '10.77.8.1';
if (!inNamespace(fileURLToPath(import.meta.url), [ELSEWHERE, ASKER])) {
  console.error('a network namespace could not be made: run this as root, on Linux');
  process.exit(2);
}
const folder = mkdtempSync(join(tmpdir(), 'ringlight-conformance-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

/** A node that throws out of a datagram would end its process; here it goes on, and that is counted. */
let thrown = [];
process.on('uncaughtException', (error) => thrown.push(error.message));

const MARKS = { holds: 'yes', violates: '**no**', 'not tested': '–' };
const cards = [];
let port = 7000;
for (const [tag, open] of Object.entries(CLIENTS)) {
  const place = { host: tag === 'tr' ? ELSEWHERE : LOOPBACK, port: ++port };
  const node = await open({ ...place, join: [], folder: join(folder, tag) });
  if (!node) {
    console.error(`${tag} is not installed: left out`);
    continue;
  }
  await untilAnswers(place);
  thrown = [];
  const card = await checkConformance(place, tag === 'tr' ? { host: ASKER } : {});
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
these nodes on one machine, over IPv4 (a node of IPv6 is tested as \`[::1]:6881\`); \`node tools/conformance.mjs\`
writes this page. "–" is not tested, for a reason that
\`--all\` tells: it cannot be seen from outside, takes too long, or the node does not offer it. A test holds that libtorrent
keeps and breaks the same rules over IPv6. What waits for a node to act by itself may come out otherwise in another run: of
Transmission, rules 6 and 49 did.

${row('', ...cards.map(({ name }) => name))}
${row('---', ...cards.map(() => '---'))}
${row('holds', ...cards.map(({ holds }) => String(holds)))}
${row('violates', ...cards.map(({ violates }) => String(violates)))}
${row('not tested', ...cards.map(({ untested }) => String(untested)))}

${row('rule', '', ...cards.map(({ name }) => name))}
${row('---', '---', ...cards.map(() => '---'))}
${cards[0].rules.map(({ number, rule }, i) => row(String(number), rule, ...cards.map(({ rules }) => MARKS[rules[i].verdict]))).join('\n')}

Whatever a node violates, all of these find each other: \`npm run proof:matrix\` has each of them announce something and
every other look for it, and looks at the wire (30 of 30 pairs).

## How rules are violated

${reasons.flat().join('\n')}
${deaths.join('\n')}
`;
writeFileSync(`${root}docs/conformance.md`, text);
for (const { name, holds, violates, untested } of cards) {
  console.log(`${name}: ${holds} hold, ${violates} violated, ${untested} not tested`);
}
process.exit(0);

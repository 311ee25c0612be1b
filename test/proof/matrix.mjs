/**
 * `npm run proof:matrix`: every client announces, every other finds it. Ours, npm's bittorrent-dht, and of Debian's
 * packages those that are installed: libtorrent, aria2, rtorrent, Transmission. Each has an address of its own in a
 * network namespace without a way out; sixteen nodes of ours stand around them.
 *
 *     announcer ── announce_peer, a fresh info-hash for each finder ──▶ the DHT ◀── get_peers ── finder
 *
 * A finder has found an announcer when a reply that came to him names that address among its values: what is
 * looked at is the wire, not what a client says of itself. Who rtorrent tells of has its port's bytes exchanged.
 */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { decode, openMainline } from '../../dist/mainline.js';
import { CLIENTS, inNamespace, untilAnswers } from '../interop/clients.mjs';

const PORT = 6881;
const RESIDENTS = 16;
const RESIDENTS_HOST = '10.77.1.1';
/** Transmission takes longest, and begins; aria2, which asks whoever changes his id without end, comes last. */
const TAGS = ['tr', 'rl', 'bd', 'lt', 'rt', 'a2'];
const hostOf = (tag) => `10.77.${10 + TAGS.indexOf(tag)}.1`;
/** Transmission takes half a minute until it announces at all. */
const WITHIN_MS = 120_000;
const SPREAD_MS = 1500;

if (!inNamespace(fileURLToPath(import.meta.url), [RESIDENTS_HOST, ...TAGS.map(hostOf)])) {
  console.log('skipped: a network namespace could not be made (root on Linux can)');
  process.exit(0);
}

const folder = mkdtempSync(join(tmpdir(), 'ringlight-matrix-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

/** Hears all datagrams: who announced what, and who was told of whom. */
class Wire {
  /** "hash announcer" and "hash finder announcer". */
  seen = new Set();
  #asked = new Map();

  async open() {
    const child = spawn(
      'python3',
      [fileURLToPath(new URL('../interop/capture.py', import.meta.url))],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    process.on('exit', () => child.kill('SIGKILL'));
    const lines = createInterface({ input: child.stdout });
    await once(lines, 'line');
    lines.on('line', (line) => this.#take(...line.split(' ')));
  }

  #take(from, to, hex) {
    let message;
    try {
      message = decode(Buffer.from(hex, 'hex'));
    } catch {
      return;
    }
    const text = (value) =>
      value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : '';
    const t = text(message.t);
    const hash = message.a?.info_hash;
    if (text(message.y) === 'q' && hash instanceof Uint8Array) {
      const name = Buffer.from(hash).toString('hex');
      this.#asked.set(`${from} ${to} ${t}`, name);
      if (text(message.q) === 'announce_peer') this.seen.add(`${name} ${from.split(':')[0]}`);
    }
    const about = this.#asked.get(`${to} ${from} ${t}`);
    if (about === undefined || !Array.isArray(message.r?.values)) return;
    for (const value of message.r.values) {
      if (!(value instanceof Uint8Array) || value.length !== 6) continue;
      this.seen.add(`${about} ${to.split(':')[0]} ${value.subarray(0, 4).join('.')}`);
    }
  }

  async until(name) {
    while (!this.seen.has(name)) await pause(100);
  }
}

const startedAtMs = performance.now();
const wire = new Wire();
await wire.open();
const settings = { host: RESIDENTS_HOST, onePerIp: false, secureIds: false, readOnly: false };
const resident = async (i, bootstrap) => {
  const limits = { inbound: false, outbound: false };
  const node = await openMainline({ ...settings, ...limits, port: PORT + i, bootstrap });
  await node.ready();
  return node;
};
const residents = [await resident(0, false)];
const others = Array.from({ length: RESIDENTS - 1 }, (_, i) =>
  resident(i + 1, [`${RESIDENTS_HOST}:${PORT}`]),
);
residents.push(...(await Promise.all(others)));
const doors = residents.map(({ port }) => `${RESIDENTS_HOST}:${port}`);
const clients = {};
for (const tag of TAGS) {
  const place = { host: hostOf(tag), port: PORT };
  const client = await CLIENTS[tag]({ ...place, join: doors, folder: join(folder, tag) });
  if (client === null) console.log(`${tag} is not installed: left out`);
  else clients[tag] = client;
}
const tags = Object.keys(clients);
await Promise.all(tags.map((tag) => untilAnswers({ host: hostOf(tag), port: PORT }, 30_000)));

const readyAtMs = performance.now();
const pairs = tags.flatMap((from) =>
  tags
    .filter((to) => to !== from)
    .map((to) => ({ from, to, hash: randomBytes(20).toString('hex') })),
);
await Promise.all(pairs.map(({ from, hash }) => clients[from].announce(hash)));
const nameOf = ({ from, to, hash }) => `${hash} ${hostOf(to)} ${hostOf(from)}`;
const announcedAtMs = new Map();
/** Once an announce is out its finder begins; others need not wait for the slowest. */
async function find(pair) {
  const { from, to, hash } = pair;
  await wire.until(`${hash} ${hostOf(from)}`);
  announcedAtMs.set(hash, performance.now());
  // It goes to eight nodes, one after the other.
  await pause(SPREAD_MS);
  await clients[to].announce(hash);
  await wire.until(nameOf(pair));
}
await Promise.race([Promise.all(pairs.map(find)), pause(WITHIN_MS)]);

const found = new Set(
  pairs.filter((pair) => wire.seen.has(nameOf(pair))).map(({ from, to }) => `${from} ${to}`),
);
console.log(['', ...tags].map((text) => text.padEnd(4)).join(''));
for (const from of tags) {
  const cells = tags.map((to) => (to === from ? '-' : found.has(`${from} ${to}`) ? 'Y' : 'no'));
  console.log([from, ...cells].map((text) => text.padEnd(4)).join('') + clients[from].name);
}
const secondsTo = (atMs) => `${((atMs - startedAtMs) / 1000).toFixed(1)} s`;
const took = [
  `started after ${secondsTo(readyAtMs)}`,
  `the last announced after ${secondsTo(Math.max(...announcedAtMs.values()))}`,
  `all over after ${secondsTo(performance.now())}`,
];
console.log(
  `${found.size === pairs.length ? 'ok  ' : 'FAIL'}  ${found.size} of ${pairs.length} pairs, ${took.join(', ')}`,
);
for (const { from, hash } of pairs) {
  if (!wire.seen.has(`${hash} ${hostOf(from)}`))
    console.log(`      ${from} announced ${hash.slice(0, 8)} to nobody`);
}
process.exit(found.size === pairs.length ? 0 : 1);

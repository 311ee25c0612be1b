/**
 * Servers of the comparison that are no Node.js: an echo in C, and rtorrent with a table of the same
 * contacts under the same id, on loopback and with nobody else to talk to.
 */
import { spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encode } from '../dist/mainline.js';
import { HOST, output, pinned } from './setup.mjs';

/** @typedef {import('./serve.mjs').Contact} Contact */
/** @typedef {{ port: number, contacts: number }} Started */
/** @typedef {{ started: Started, cpuUs(): number, stop(): Promise<void> }} Native */

/** How often rtorrent is asked whether it is there yet, and for how long. */
const ASK_EVERY_MS = 100;
const STARTS_WITHIN_MS = 20_000;

/** Is there a program of this name? @param {string} program */
export async function isInstalled(program) {
  return output(['which', program]).then(
    () => true,
    () => false,
  );
}

/**
 * @param {string} program compiled from echo.c @param {number | null} core
 * @param {number} [workNs] what it spends on each datagram
 * @returns {Promise<Native>}
 */
export async function startEcho(program, core, workNs = 0) {
  const child = start([program, String(workNs)], core, 'pipe');
  const [line] = await once(/** @type {import('node:stream').Readable} */ (child.stdout), 'data');
  return native(child, { port: Number(line), contacts: 0 });
}

/**
 * @param {string} id 40 hexadecimal digits @param {Contact[]} contacts @param {number | null} core
 * @returns {Promise<Native>}
 */
export async function startRtorrent(id, contacts, core) {
  const folder = mkdtempSync(join(tmpdir(), 'ringlight-rtorrent-'));
  const port = await freePort();
  mkdirSync(join(folder, 'session'));
  writeFileSync(join(folder, 'session', 'rtorrent.dht_cache'), cache(id, contacts));
  writeFileSync(
    join(folder, 'rc'),
    [
      `network.bind_address.set = ${HOST}`,
      `network.local_address.set = ${HOST}`,
      `network.port_range.set = ${port}-${port}`,
      `dht.port.set = ${port}`,
      'dht.mode.set = on',
      `session.path.set = ${join(folder, 'session')}`,
      `directory.default.set = ${folder}`,
      'system.daemon.set = true',
      '',
    ].join('\n'),
  );
  const child = start(
    ['rtorrent', '-n', '-o', `import=${join(folder, 'rc')}`],
    core,
    'ignore',
    folder,
  );
  await answers(port);
  return native(child, { port, contacts: contacts.length }, () => {
    rmSync(folder, { recursive: true });
  });
}

/** What rtorrent keeps between two runs: who it was, and whom it knew, as seen just now. */
function cache(/** @type {string} */ id, /** @type {Contact[]} */ contacts) {
  const seenAt = Math.floor(Date.now() / 1000);
  /** @type {Map<Uint8Array, object>} */
  const nodes = new Map();
  for (const contact of contacts) {
    const ip = contact.host.split('.').reduce((sum, octet) => sum * 256 + Number(octet), 0);
    nodes.set(Buffer.from(contact.id, 'hex'), { i: ip, p: contact.port, t: seenAt });
  }
  const sorted = [...nodes].sort(([a], [b]) => Buffer.compare(a, b));
  // Keys of bytes: written by hand, for text would become UTF-8.
  const parts = sorted.flatMap(([key, value]) => [encode(key), encode(/** @type {any} */ (value))]);
  return Buffer.concat([
    Buffer.from('d5:nodesd'),
    ...parts,
    Buffer.from('e7:self_id'),
    encode(Buffer.from(id, 'hex')),
    Buffer.from('e'),
  ]);
}

/**
 * @param {string[]} words @param {number | null} core @param {'pipe' | 'ignore'} stdout
 * @param {string} [home]
 */
function start(words, core, stdout, home) {
  const [program, ...args] = pinned(words, core);
  const env = home === undefined ? process.env : { ...process.env, HOME: home };
  return spawn(program, args, { stdio: ['ignore', stdout, 'inherit'], env });
}

/**
 * @param {import('node:child_process').ChildProcess} child @param {Started} started
 * @param {() => void} [ended] @returns {Native}
 */
function native(child, started, ended = () => {}) {
  return {
    started,
    cpuUs: () => cpuUsOf(/** @type {number} */ (child.pid)),
    async stop() {
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
      ended();
    },
  };
}

/** User and system time of a process: fields 14 and 15 of its line, in hundredths of a second. */
function cpuUsOf(/** @type {number} */ pid) {
  const line = readFileSync(`/proc/${pid}/stat`, 'latin1');
  const fields = line.slice(line.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10_000;
}

async function freePort() {
  const socket = createSocket('udp4');
  await new Promise((resolve) => socket.bind(0, HOST, () => resolve(undefined)));
  const { port } = socket.address();
  socket.close();
  return port;
}

/** Resolves when a ping is answered. */
async function answers(/** @type {number} */ port) {
  const socket = createSocket('udp4');
  await new Promise((resolve) => socket.bind(0, HOST, () => resolve(undefined)));
  const ping = 'd1:ad2:id20:ringlight-bench-pinge1:q4:ping1:t2:hi1:y1:qe';
  const giveUpAtMs = performance.now() + STARTS_WITHIN_MS;
  try {
    for (let heard = false; !heard; ) {
      if (performance.now() > giveUpAtMs) throw new Error('rtorrent does not answer');
      socket.send(ping, port, HOST);
      const signal = AbortSignal.timeout(ASK_EVERY_MS);
      heard = await once(socket, 'message', { signal }).then(
        () => true,
        () => false,
      );
    }
  } finally {
    socket.close();
  }
}

/**
 * The clients of other people that Debian and npm have, started one by one for proofs that ask them something:
 * each a process (or an object) with a DHT node of its own at a given address, that announces what it is given.
 *
 *     clients().lt({ host, port, join, folder }) ─▶ { name, host, port, announce(infoHash), close() } or null
 *
 * `null` is not installed. Whoever starts them sees to it that nothing leaves the machine: `inNamespace`.
 */
import { spawn, spawnSync } from 'node:child_process';
import { createPublicKey, verify as verifyWith } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join as pathOf } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import DHT from 'bittorrent-dht';
import { encode, openMainline } from '../../dist/mainline.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const versionOf = (path) => JSON.parse(readFileSync(`${ROOT}${path}`, 'utf8')).version;
const magnetOf = (infoHash) => `magnet:?xt=urn:btih:${infoHash}`;
/** What aria2 is given so that it opens its DHT at all. */
const NOTHING = 'f0'.repeat(20);

/** Processes of this one, gone with it. */
const children = new Set();
process.on('exit', () => {
  for (const child of children) child.kill('SIGKILL');
});

function start(command, args, options = {}) {
  const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'ignore'], ...options });
  children.add(child);
  child.once('exit', () => children.delete(child));
  child.once('error', () => children.delete(child));
  return child;
}

function said(command, ...args) {
  const { error, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  return error ? null : `${stdout}${stderr}`;
}

/**
 * Runs this script again in a network namespace of its own, where there is nothing but loopback and one
 * address per client; there `true` is returned. @returns false where namespaces are not permitted.
 */
export function inNamespace(script, hosts) {
  if (process.env.RINGLIGHT_NAMESPACE === '1') {
    spawnSync('ip', ['link', 'set', 'lo', 'up']);
    for (const host of hosts) spawnSync('ip', ['addr', 'add', `${host}/32`, 'dev', 'lo']);
    return true;
  }
  if (spawnSync('unshare', ['-n', 'ip', 'link', 'set', 'lo', 'up']).status !== 0) return false;
  const args = ['-n', process.execPath, script, ...process.argv.slice(2)];
  const env = { ...process.env, RINGLIGHT_NAMESPACE: '1' };
  const { status } = spawnSync('unshare', args, { stdio: 'inherit', env });
  process.exit(status ?? 1);
}

/** Waits until a node answers a ping. */
export async function untilAnswers({ host, port }, forMs = 20_000) {
  const asker = await openMainline({ bootstrap: false });
  const endMs = performance.now() + forMs;
  try {
    for (;;) {
      try {
        return await asker.ping({ host, port }, { timeoutMs: 500 });
      } catch (error) {
        if (performance.now() > endMs) throw error;
        await pause(200);
      }
    }
  } finally {
    await asker.close();
  }
}

async function ours({ host, port, join }) {
  const bootstrap = join.length > 0 ? join : false;
  const options = { host, port, bootstrap, readOnly: false, secureIds: false, onePerIp: false };
  const node = await openMainline(options);
  return {
    name: `Ringlight ${versionOf('package.json')}`,
    announce: async (infoHash) => void (await node.announce(infoHash).catch(() => {})),
    close: () => node.close(),
  };
}

async function bittorrentDht({ host, port, join }) {
  const head = Buffer.from('302a300506032b6570032100', 'hex');
  const verify = (signature, message, key) => {
    const spki = { key: Buffer.concat([head, key]), format: 'der', type: 'spki' };
    return verifyWith(null, message, createPublicKey(spki), signature);
  };
  const dht = new DHT({ bootstrap: join.length > 0 ? join : false, verify });
  dht.on('error', () => {});
  dht.listen(port, host);
  await once(dht, 'listening');
  return {
    name: `bittorrent-dht ${versionOf('node_modules/bittorrent-dht/package.json')}`,
    announce: (infoHash) => new Promise((resolve) => dht.announce(infoHash, port, resolve)),
    close: () => dht.destroy(),
  };
}

async function libtorrent({ host, port, join }) {
  const version = said(
    '/usr/bin/python3',
    '-c',
    'import libtorrent; print(libtorrent.__version__)',
  );
  if (!/^\d/.test(version ?? '')) return null;
  const stdio = ['pipe', 'pipe', 'ignore'];
  const child = start('/usr/bin/python3', [`${ROOT}test/interop/libtorrent-peer.py`], { stdio });
  child.stdin.on('error', () => {});
  let calls = 0;
  const waiting = new Map();
  createInterface({ input: child.stdout }).on('line', (line) => {
    const { call, ...answer } = JSON.parse(line);
    waiting.get(call)?.(answer);
    waiting.delete(call);
  });
  const call = (command, more = {}) =>
    new Promise((resolve) => {
      waiting.set(++calls, resolve);
      child.stdin.write(`${JSON.stringify({ call: calls, command, ...more })}\n`);
    });
  await call('listen', { bootstrap: join, interface: `${host}:${port}` });
  return {
    name: `libtorrent ${version.trim()}`,
    announce: (infoHash) => call('announce', { info_hash: infoHash }),
    close: () => child.kill('SIGKILL'),
  };
}

/** What its `dht.dat` knows beforehand; it needs nine nodes before it looks anything up. */
function nodesOf(join) {
  return Buffer.concat(
    join.map((text) => {
      const [host, port] = text.split(':');
      const bytes = Buffer.alloc(6);
      bytes.set(host.split('.').map(Number));
      bytes.writeUInt16BE(Number(port), 4);
      return bytes;
    }),
  );
}

async function transmission({ host, port, join, folder }) {
  const version = said('transmission-daemon', '--version');
  if (version === null) return null;
  mkdirSync(folder, { recursive: true });
  const rpcPort = 19_091;
  const settings = {
    ...{ 'dht-enabled': true, 'bind-address-ipv4': host, 'peer-port': port },
    ...{ 'lpd-enabled': false, 'pex-enabled': false, 'utp-enabled': false, encryption: 0 },
    ...{
      'port-forwarding-enabled': false,
      'download-queue-enabled': false,
      'download-dir': folder,
    },
    ...{ 'rpc-bind-address': '127.0.0.1', 'rpc-port': rpcPort, 'rpc-whitelist-enabled': false },
  };
  writeFileSync(pathOf(folder, 'settings.json'), JSON.stringify(settings));
  const known = { id: new Uint8Array(20).fill(0x5a), nodes: new Uint8Array(nodesOf(join)) };
  writeFileSync(pathOf(folder, 'dht.dat'), encode(known));
  writeFileSync(pathOf(folder, 'dht.bootstrap'), '');
  const child = start('transmission-daemon', ['-f', '-g', folder]);
  let session = '';
  const rpc = async (method, args) => {
    const body = JSON.stringify({ method, arguments: args });
    const ask = () =>
      fetch(`http://127.0.0.1:${rpcPort}/transmission/rpc`, {
        ...{ method: 'POST', body, headers: { 'X-Transmission-Session-Id': session } },
      });
    let response = await ask();
    session = response.headers.get('x-transmission-session-id') ?? session;
    if (response.status === 409) response = await ask();
    return response.json();
  };
  return {
    name: `Transmission ${/\d+\.\d+/.exec(version)[0]}`,
    announce: (infoHash) => rpc('torrent-add', { filename: magnetOf(infoHash) }),
    close: () => child.kill('SIGKILL'),
  };
}

async function aria2({ host, port, join, folder }) {
  const version = said('aria2c', '--version');
  if (version === null) return null;
  mkdirSync(folder, { recursive: true });
  const rpcPort = 16_800;
  const child = start('aria2c', [
    ...['--no-conf=true', '--enable-dht=true', `--interface=${host}`, `--dht-listen-port=${port}`],
    ...[`--listen-port=${port}`, `--dht-file-path=${folder}/dht.dat`, '--enable-rpc=true'],
    ...[`--rpc-listen-port=${rpcPort}`, '--bt-enable-lpd=false', '--enable-peer-exchange=false'],
    ...['-j', '200', '-d', folder, ...join.slice(0, 1).map((one) => `--dht-entry-point=${one}`)],
    magnetOf(NOTHING),
  ]);
  const announce = (infoHash) =>
    fetch(`http://127.0.0.1:${rpcPort}/jsonrpc`, {
      method: 'POST',
      body: JSON.stringify({
        ...{ jsonrpc: '2.0', id: 1, method: 'aria2.addUri', params: [[magnetOf(infoHash)]] },
      }),
    });
  return {
    name: `aria2 ${/\d+\.\d+\.\d+/.exec(version)[0]}`,
    announce,
    close: () => child.kill('SIGKILL'),
  };
}

async function rtorrent({ host, port, join, folder }) {
  const version = said('rtorrent', '-h');
  if (version === null) return null;
  mkdirSync(pathOf(folder, 'session'), { recursive: true });
  const socket = pathOf(folder, 'scgi');
  const lines = [
    `network.bind_address.set = ${host}`,
    `network.port_range.set = ${port}-${port}`,
    'dht.mode.set = on',
    `dht.port.set = ${port}`,
    `directory.default.set = ${folder}`,
    `session.path.set = ${pathOf(folder, 'session')}`,
    `network.scgi.open_local = ${socket}`,
    'system.daemon.set = true',
    'protocol.encryption.set = none',
    ...join.map((one, i) => `schedule2 = join${i},1,20,"dht.add_node=${one}"`),
  ];
  writeFileSync(pathOf(folder, 'rc'), `${lines.join('\n')}\n`);
  const child = start('rtorrent', ['-n', '-o', `import=${pathOf(folder, 'rc')}`]);
  return {
    name: `rtorrent ${/version (\d+\.\d+\.\d+)/.exec(version)?.[1] ?? ''}`.trim(),
    announce: (infoHash) => scgi(socket, 'load.start', ['', magnetOf(infoHash)]),
    close: () => child.kill('SIGKILL'),
  };
}

function scgi(socket, method, params) {
  const values = params.map((text) => `<param><value><string>${text}</string></value></param>`);
  const body = `<?xml version="1.0"?><methodCall><methodName>${method}</methodName><params>${values.join('')}</params></methodCall>`;
  const head = `CONTENT_LENGTH\0${body.length}\0SCGI\x001\0`;
  return new Promise((resolve, reject) => {
    const stream = connect(socket, () => stream.write(`${head.length}:${head},${body}`));
    stream.on('data', () => {});
    stream.on('end', resolve);
    stream.on('error', reject);
  });
}

/** By the tags of the matrix. */
export const CLIENTS = {
  rl: ours,
  bd: bittorrentDht,
  lt: libtorrent,
  a2: aria2,
  rt: rtorrent,
  tr: transmission,
};

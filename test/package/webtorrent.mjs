/**
 * WebTorrent over our nodes: the package as npm has it, but for an alias in place of bittorrent-dht. One
 * process seeds, another, which is told nothing but the info-hash, finds it through the DHT and downloads
 * it. All on loopback: no trackers, no local discovery, no NAT, and one node of ours to join through.
 *
 *     node test/package/webtorrent.mjs
 */
import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { check, folderWith, install, prove, tarball, write } from './packed.mjs';

/** Pieces enough that a download is one. */
const FILE_BYTES = 1 << 20;
const TIMEOUT_MS = 60_000;

const OPTIONS = `{
  dht: { bootstrap: ['127.0.0.1:' + process.argv[2]] },
  tracker: false, lsd: false, natUpnp: false, natPmp: false, utp: false, webSeeds: false,
}`;
const FILES = {
  'bittorrent-dht/package.json': JSON.stringify({
    name: 'bittorrent-dht',
    version: '11.0.12',
    type: 'module',
    exports: './index.js',
    peerDependencies: { ringlight: '*' },
  }),
  'bittorrent-dht/index.js': `export { Client, default } from 'ringlight/compat/bittorrent-dht';`,
  // WebRTC comes as a binary that an install script fetches; nobody needs it here.
  'webrtc-polyfill/package.json': JSON.stringify({
    name: 'webrtc-polyfill',
    version: '1.1.10',
    type: 'module',
    exports: './index.js',
  }),
  'webrtc-polyfill/index.js':
    'export const [RTCPeerConnection, RTCSessionDescription, RTCIceCandidate] = [];',
  'router.mjs': `import { openMainline } from 'ringlight/mainline';
const node = await openMainline({ host: '127.0.0.1', bootstrap: false });
console.log(node.port);`,
  'seed.mjs': `import WebTorrent from 'webtorrent';
const client = new WebTorrent(${OPTIONS});
client.on('error', (error) => { console.error(error); process.exit(1); });
const torrent = client.seed('file.bin', { announceList: [] });
torrent.on('dhtAnnounce', () => console.log(torrent.infoHash));`,
  'download.mjs': `import { createHash } from 'node:crypto';
import { Client } from 'ringlight/compat/bittorrent-dht';
import WebTorrent from 'webtorrent';
const client = new WebTorrent(${OPTIONS});
client.on('error', (error) => { console.error(error); process.exit(1); });
const torrent = client.add('magnet:?xt=urn:btih:' + process.argv[3], { path: 'downloads' });
torrent.on('done', async () => {
  const bytes = Buffer.from(await torrent.files[0].arrayBuffer());
  console.log(client.dht instanceof Client ? 'ours' : 'theirs', createHash('sha256').update(bytes).digest('hex'));
});`,
};

const OVERRIDDEN = ['bittorrent-dht', 'webrtc-polyfill'];

const children = [];
process.on('exit', () => {
  for (const child of children) child.kill('SIGKILL');
});

/** Starts a script; resolves with its first line. */
function firstLine(folder, ...args) {
  const child = spawn(process.execPath, args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
  children.push(child);
  let said = '';
  child.stderr.on('data', (text) => {
    said += text;
  });
  return new Promise((resolve, reject) => {
    const late = setTimeout(
      () => reject(new Error(`${args[0]}: nothing within ${TIMEOUT_MS} ms\n${said}`)),
      TIMEOUT_MS,
    );
    createInterface({ input: child.stdout }).once('line', (line) => {
      clearTimeout(late);
      resolve(line);
    });
    child.once('exit', (status) => reject(new Error(`${args[0]}: exit status ${status}\n${said}`)));
  });
}

async function download() {
  const { folder } = folderWith('webtorrent');
  const bytes = randomBytes(FILE_BYTES);
  for (const name of OVERRIDDEN) mkdirSync(join(folder, name));
  write(folder, {
    ...FILES,
    'package.json': JSON.stringify({
      private: true,
      overrides: {
        ...Object.fromEntries(OVERRIDDEN.map((name) => [name, `file:./${name}`])),
        // 2.3 takes no text for bytes any more, which WebTorrent 2.8.5 gives it.
        'uint8-util': '~2.2.5',
      },
    }),
    'file.bin': bytes,
  });
  install(folder, tarball(), 'webtorrent@2.8.5', '--ignore-scripts');
  const port = await firstLine(folder, 'router.mjs');
  const infoHash = await firstLine(folder, 'seed.mjs', port);
  check(/^[0-9a-f]{40}$/.test(infoHash), `an info-hash is expected, got ${infoHash}`);
  const got = await firstLine(folder, 'download.mjs', port, infoHash);
  const wanted = createHash('sha256').update(bytes).digest('hex');
  check(got === `ours ${wanted}`, `got ${got}, expected ours ${wanted}`);
  return `${FILE_BYTES / 1024} KiB of ${infoHash}`;
}

await prove({ download });
process.exit();

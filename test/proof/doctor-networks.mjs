/**
 * The doctor in networks that have what he is to find: two network namespaces, one for a host with public
 * addresses and one for the Internet around it, and between them a firewall, a filter, a bad line or nothing.
 *
 *     198.51.100.7  home ──── veth ──── net  11.0.1.1 … 11.0.100.1, and strangers who come and go
 *
 * Linux only, as root, with nft (Debian: nftables); says so and ends well where it cannot. Nothing leaves
 * the namespaces.
 */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const NODES = 100;
const HOME = 'ringlight-home';
const NET = 'ringlight-net';
const SELF = fileURLToPath(import.meta.url);
const ROOT = new URL('../..', import.meta.url);
const CLI = fileURLToPath(new URL('dist/cli.js', ROOT));
const TIME_MS = 120_000;

const CASES = {
  healthy: [],
  firewalled: [
    'add chain inet f in { type filter hook input priority 0; }',
    'add rule inet f in ct state established accept',
    'add rule inet f in udp dport 1-65535 drop',
  ],
  filtered: [
    'add chain inet f in { type filter hook input priority 0; }',
    'add rule inet f in udp dport 1-65535 drop',
  ],
  'partly-filtered': [
    'add chain inet f in { type filter hook input priority 0; }',
    // The first node is the door; of the others one in five is let in.
    'add rule inet f in ip saddr 11.0.1.1 accept',
    'add rule inet f in ip saddr 11.0.82.0-11.0.100.255 accept',
    'add rule inet f in udp dport 1-65535 drop',
  ],
  lossy: [
    'add chain inet f in { type filter hook input priority 0; }',
    'add rule inet f in udp dport 1-65535 numgen random mod 100 < 25 drop',
  ],
  refused: [
    'add chain inet f out { type filter hook output priority 0; }',
    'add rule inet f out udp dport 1-65535 reject with icmpx admin-prohibited',
    'add rule inet f out udp dport 1-65535 drop',
  ],
  // The door leads to nobody, and what an earlier run knew leads in all the same.
  'dead-doors': [],
  // A name that does not exist, and no name server either.
  'no-names': [],
};
const DOOR = '11.0.1.1:6881';
/** Nobody lives there. */
const DEAD_DOOR = '11.0.250.1:6881';
const NO_NAME = 'router.invalid:6881';

const ip = (...args) => execFileSync('ip', args, { stdio: ['ignore', 'ignore', 'pipe'] });
const inside = (name, ...args) => ['netns', 'exec', name, ...args];

if (process.argv[2] === 'net') await internet();
else await prove();

/** Nodes on public addresses, each of a network of its own, and strangers one after the other. */
async function internet() {
  const { openMainline } = await import(new URL('dist/mainline.js', ROOT));
  const open = (host, more = {}) => openMainline({ host, port: 6881, ...more });
  const first = await open('11.0.1.1', { bootstrap: false });
  const nodes = [first];
  for (let n = 2; n <= NODES; n++) {
    nodes.push(await open(`11.0.${n}.1`, { bootstrap: ['11.0.1.1:6881'], shareWith: first }));
  }
  await Promise.all(nodes.map((node) => node.ready()));
  for (const node of nodes) await node.findNode(node.id).catch(() => {});
  console.log('ready');
  for (let n = 1; ; n = (n % 200) + 1) {
    const door = `11.0.${1 + Math.floor(Math.random() * NODES)}.1:6881`;
    const stranger = await open(`12.0.${n}.1`, { bootstrap: [door], shareWith: first });
    await stranger.ready();
    for (let i = 0; i < 4; i++) {
      await stranger.findNode(crypto.getRandomValues(new Uint8Array(20))).catch(() => {});
    }
    await stranger.close();
  }
}

async function prove() {
  const reason = whyNot();
  if (reason) return console.log(`skipped: ${reason}`);
  takeDown();
  try {
    setUp();
    const net = spawn('ip', inside(NET, process.execPath, SELF, 'net'), {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    try {
      await new Promise((resolve, reject) => {
        net.stdout.once('data', resolve);
        net.once('exit', () => reject(new Error('the nodes did not start')));
      });
      let failed = 0;
      const wanted = process.argv.slice(2);
      for (const [verdict, rules] of Object.entries(CASES)) {
        if (wanted.length > 0 && !wanted.includes(verdict)) continue;
        if (!examine(verdict, rules)) failed++;
      }
      process.exitCode = failed === 0 ? 0 : 1;
    } finally {
      net.kill('SIGKILL');
    }
  } finally {
    takeDown();
  }
}

function examine(verdict, rules) {
  const nft = (line) => ip(...inside(HOME, 'nft', line));
  nft('add table inet f');
  for (const rule of rules) nft(rule);
  const args = ['mainline', 'doctor', '--host', '198.51.100.7', '--json', '--timeout', '60s'];
  const { stdout } = spawnSync(
    'ip',
    inside(HOME, process.execPath, CLI, ...args, ...ways(verdict)),
    {
      encoding: 'utf8',
      timeout: TIME_MS,
    },
  );
  nft('delete table inet f');
  const lines = stdout.split('\n').filter((line) => line !== '');
  const found = lines.map((line) => JSON.parse(line)).find(({ event }) => event === 'verdict');
  const isRight = found?.verdict === verdict;
  const { asked, answered, pings, lost, strangers } = found ?? {};
  const measured = JSON.stringify({ asked, answered, pings, lost, strangers });
  console.log(`${isRight ? 'ok   ' : 'FAIL '} ${verdict}: ${found?.verdict} ${measured}`);
  return isRight;
}

/** How the doctor's node is to get in. */
function ways(verdict) {
  if (verdict === 'no-names') return ['--bootstrap', NO_NAME];
  if (verdict !== 'dead-doors') return ['--bootstrap', DOOR];
  const state = join(mkdtempSync(join(tmpdir(), 'ringlight-doctor-')), 'state');
  const serve = ['mainline', 'serve', '--host', '198.51.100.7', '--for', '5s', '--state', state];
  const { status } = spawnSync(
    'ip',
    inside(HOME, process.execPath, CLI, ...serve, '--bootstrap', DOOR),
    { timeout: TIME_MS },
  );
  if (status !== 0) throw new Error('the run before the doctor’s failed');
  return ['--bootstrap', DEAD_DOOR, '--state', state];
}

function whyNot() {
  if (process.platform !== 'linux') return 'network namespaces are Linux';
  if (process.getuid() !== 0) return 'network namespaces want root';
  if (spawnSync('nft', ['--version']).error) return 'there is no nft';
  const made = spawnSync('ip', ['netns', 'add', `${HOME}-try`]);
  if (made.error || made.status !== 0) return 'network namespaces are not to be had';
  ip('netns', 'delete', `${HOME}-try`);
  return null;
}

function setUp() {
  ip('netns', 'add', HOME);
  ip('netns', 'add', NET);
  ip('-n', HOME, 'link', 'add', 'line', 'type', 'veth', 'peer', 'name', 'line', 'netns', NET);
  for (const name of [HOME, NET]) {
    ip('-n', name, 'link', 'set', 'lo', 'up');
    ip('-n', name, 'link', 'set', 'line', 'up');
  }
  ip('-n', HOME, 'addr', 'add', '198.51.100.7/24', 'dev', 'line');
  ip('-n', NET, 'addr', 'add', '198.51.100.1/24', 'dev', 'line');
  ip('-n', HOME, 'route', 'add', 'default', 'via', '198.51.100.1');
  for (let n = 1; n <= NODES; n++) ip('-n', NET, 'addr', 'add', `11.0.${n}.1/32`, 'dev', 'lo');
  for (let n = 1; n <= 200; n++) ip('-n', NET, 'addr', 'add', `12.0.${n}.1/32`, 'dev', 'lo');
}

function takeDown() {
  for (const name of [HOME, NET]) spawnSync('ip', ['netns', 'delete', name]);
}

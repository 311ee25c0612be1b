/**
 * Nodes with public addresses of IPv6, which no loopback has: a network namespace whose only interface carries
 * them. Held are the limits per /64 (in tables, in stores' targets), ids that follow from addresses once distinct
 * networks have told them (BEP 42), and a host with two addresses, each with an id of its own (BEP 45).
 *
 *     2a02:9:9:9::1   whom all join through
 *     2a02:1:1:1::1 … ::5      five of one /64     ── one of them is in a table
 *     2a02:2:1:1::1 … 2a02:2:c:1::1   twelve /64   ── all of them are
 *
 * Linux only, as root, after `npm run build:code`; says so and ends well where it cannot. Nothing leaves the namespace.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const DOOR = '2a02:9:9:9::1';
const CROWDED = [1, 2, 3, 4, 5].map((i) => `2a02:1:1:1::${i}`);
const SPREAD = Array.from({ length: 12 }, (_, i) => `2a02:2:${(i + 1).toString(16)}:1::1`);
const SETTLING_MS = 4000;

if (process.env['RINGLIGHT_INSIDE'] === 'yes') await prove();
else enter();

/** The same once more, in a namespace. */
function enter() {
  const made = spawnSync('unshare', ['-n', 'true']);
  if (process.platform !== 'linux' || made.status !== 0) {
    console.log('public-ipv6: not tried: it needs Linux and root');
    return;
  }
  const adding = [DOOR, ...CROWDED, ...SPREAD].map((ip) => `ip -6 addr add ${ip}/128 dev lo nodad`);
  const script = ['ip link set lo up', ...adding, 'exec "$0" "$1"'].join(' && ');
  const self = fileURLToPath(import.meta.url);
  const env = { ...process.env, RINGLIGHT_INSIDE: 'yes' };
  const args = ['-n', 'sh', '-c', script, process.execPath, self];
  const { status } = spawnSync('unshare', args, { env, stdio: 'inherit' });
  process.exitCode = status ?? 1;
}

async function prove() {
  const { addressOf, openMainline, openMultihomed } = await import('../../dist/mainline.js');
  const { isSecureId } = await import('../../dist/core/secure-id.js');
  const { parseId } = await import('../../dist/core/id.js');
  const { parseIp6 } = await import('../../dist/core/address.js');
  const bootstrap = [`[${DOOR}]:6881`];
  const door = await openMainline({ host: DOOR, port: 6881, bootstrap: false });
  const nodes = [];
  for (const host of [...CROWDED, ...SPREAD]) {
    const node = await openMainline({ host, port: 6881, bootstrap });
    await node.ready();
    nodes.push(node);
  }
  await new Promise((resolve) => setTimeout(resolve, SETTLING_MS));
  for (const node of nodes) await node.findNode('ab'.repeat(20));

  const known = [...door.table].map(({ host }) => host);
  assert.equal(known.filter((host) => CROWDED.includes(host)).length, 1, 'one contact of a /64');
  assert.equal(known.filter((host) => SPREAD.includes(host)).length, SPREAD.length, 'all others');
  for (const { id, host, port } of [door, ...nodes]) {
    const follows = isSecureId(parseId(id), 0, addressOf(parseIp6(host), port));
    assert.ok(follows, `the id of ${host} follows from its address`);
  }
  const { stored, nodes: keepers } = await nodes.at(-1).announce('cd'.repeat(20), { port: 7 });
  const networks = new Set(keepers.map(({ host }) => host.split(':').slice(0, 4).join(':')));
  assert.ok(
    stored >= 8 && networks.size === keepers.length,
    'stored in as many /64 as there are nodes',
  );

  await Promise.all(nodes.slice(-2).map((node) => node.close()));
  const hosts = SPREAD.slice(-2);
  const home = await openMultihomed({ hosts, port: 6881, bootstrap });
  await home.ready();
  assert.notEqual(home.nodes[0].id, home.nodes[1].id, 'an id for each address');
  for (const node of home.nodes) {
    const { id } = await nodes[0].ping(`[${node.host}]:6881`);
    assert.equal(id, node.id, 'answers leave from where they were asked');
  }
  await Promise.all([home, door, ...nodes.slice(0, -2)].map((node) => node.close()));
  console.log(`public-ipv6: ${nodes.length + 1} nodes: limits per /64, ids and homes hold`);
}

#!/usr/bin/env bash
# Packs the package as npm would publish it, installs it in an empty folder and uses it from there:
# the library, its types and the command.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

tarball=$(cd "$root" && npm pack --silent --pack-destination "$folder")
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --prefer-offline "./$tarball"

cat > use.mjs <<'JS'
import { openMainline } from 'ringlight/mainline';
import { createTestnet } from 'ringlight/testnet';

const testnet = await createTestnet({ nodes: 10 });
const node = await openMainline({ host: '127.0.0.1', bootstrap: testnet.bootstrap });
await node.announce('ab'.repeat(20), { port: 1234 });
const { peers } = await testnet.nodes[7].getPeers('ab'.repeat(20));
if (peers.length !== 1 || peers[0].port !== 1234) throw new Error('the peer was not found');
await node.close();
await testnet.close();
JS
node use.mjs

cat > use.ts <<'TS'
import { type LookupTrace, type Mainline, openMainline } from 'ringlight/mainline';

export async function distances(node: Mainline, target: string): Promise<(number | null)[]> {
  const trace: LookupTrace = (await node.findNode(target)).lookup;
  return trace.steps.map((step) => step.distanceBits);
}
export const open: Promise<Mainline> = openMainline({ bootstrap: false });
TS
"$root/node_modules/.bin/tsc" --noEmit --strict --module nodenext --target es2023 \
  --lib es2023,esnext.disposable --typeRoots "$root/node_modules/@types" --types node use.ts

npx ringlight up --nodes 4 --for 1s --no-studio --json | grep -q '"event":"found"'

cat > page.mjs <<'JS'
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

// The page of `up`, all that it loads, and what it shows.
const up = spawn('npx', ['ringlight', 'up', '--nodes', '4', '--ring', '3', '--studio', '0', '--json'], {
  stdio: ['ignore', 'pipe', 'inherit'],
  detached: true,
});
const events = {};
for await (const line of createInterface({ input: up.stdout })) {
  const { event, ...fields } = JSON.parse(line);
  events[event] = fields;
  if (event === 'status') break;
}
const { address } = events.studio;
const read = async (path) => {
  const response = await fetch(new URL(path, address));
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  return response;
};
const page = await (await read('/')).text();
const parts = [...page.matchAll(/(?:src|href)="(\.\/[^"]+)"/g)].map(([, path]) => path);
if (parts.length < 2) throw new Error(`the page loads nothing: ${page}`);
for (const part of parts) await read(part);
const { keys } = await (await read('/api/scenes/ring/keys')).json();
if (keys.length !== 100) throw new Error(`${keys.length} keys are shown`);
await read('/api/openapi.json');
process.kill(-up.pid, 'SIGINT');
JS
node page.mjs
echo 'the packed package works'

// Announce an info-hash at one node of a small network, find it from another.
//
//     node examples/first-steps.mjs
import { createTestnet } from 'ringlight/testnet';

const infoHash = '0123456789abcdef0123456789abcdef01234567';
const testnet = await createTestnet({ nodes: 20 });
const [, alice, bob] = testnet.nodes;

const { stored } = await alice.announce(infoHash, { port: 6881 });
console.log(`stored by ${stored} nodes`);

for await (const peer of bob.getPeers(infoHash)) console.log(`peer ${peer.host}:${peer.port}`);

const { lookup } = await bob.getPeers(infoHash);
for (const step of lookup.steps) {
  console.log(`asked ${step.id.slice(0, 8)} (told by ${step.toldBy}): ${step.verdict}`);
}
await testnet.close();

// Replace the answers: stay silent to pings, refuse announces, invent a peer for one info-hash, and
// leave the rest to the node.
//
//     node examples/answer-differently.mjs
import { openMainline } from 'ringlight/mainline';

const secret = 'aa'.repeat(20);
const node = await openMainline({
  host: '127.0.0.1',
  bootstrap: false,
  onQuery(query) {
    if (query.method === 'ping') return null;
    if (query.method === 'announce_peer') return { error: [203, 'Not here'] };
    const asked = query.target && Buffer.from(query.target).toString('hex');
    if (query.method !== 'get_peers' || asked !== secret) return undefined;
    return { reply: { values: [Uint8Array.of(127, 0, 0, 1, 0x1a, 0xe1)], nodes: '', token: 'x' } };
  },
});

const bootstrap = [`${node.host}:${node.port}`];
const other = await openMainline({ host: '127.0.0.1', bootstrap, timeoutMs: 300 });
const show = (what) => (error) => console.log(`${what}: ${error.code}`);

await other.ping(bootstrap[0]).catch(show('ping'));
await other.announce('bb'.repeat(20), { port: 1 }).catch(show('announce'));
const { peers } = await other.getPeers(secret);
console.log(`peers: ${peers.map((peer) => `${peer.host}:${peer.port}`)}`);

await other.close();
await node.close();

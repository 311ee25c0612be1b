/** One process to be weighed: `{ what, count }` → `{ rss, kept, contacts }`. Needs --expose-gc. */
import { createSocket } from 'node:dgram';
import { setTimeout as sleep } from 'node:timers/promises';
import { openMainline } from '../dist/mainline.js';
import { createTestnet } from '../dist/testnet.js';

const HOST = '127.0.0.1';
/** Nodes without a common ground join in groups: each has its own budget of time-outs. */
const AT_A_TIME = 25;

/** @type {unknown} keeps what is weighed from being collected */
let held;

/** @type {Record<string, (count: number) => Promise<readonly { table: { size: number } }[]>>} */
const makers = {
  async sockets(count) {
    const sockets = [];
    for (let i = 0; i < count; i++) {
      const socket = createSocket('udp4');
      socket.on('message', () => {});
      await new Promise((resolve) => socket.bind(0, HOST, () => resolve(undefined)));
      sockets.push(socket);
    }
    held = sockets;
    return [];
  },

  async testnet(count) {
    const testnet = await createTestnet({ nodes: count });
    held = testnet;
    return testnet.nodes;
  },

  async separate(count) {
    const first = await openMainline({ host: HOST, bootstrap: false });
    const nodes = [first];
    const bootstrap = [`${HOST}:${first.port}`];
    while (nodes.length < count) {
      const group = [];
      for (let i = 0; i < AT_A_TIME && nodes.length + group.length < count; i++) {
        group.push(await openMainline({ host: HOST, bootstrap }));
      }
      await Promise.all(group.map((node) => node.ready()));
      nodes.push(...group);
    }
    held = nodes;
    return nodes;
  },
};

process.on('disconnect', () => process.exit());
process.on('message', async (message) => {
  const { what, count } = /** @type {{ what: string, count: number }} */ (message);
  const nodes = await makers[what](count);
  // The upkeep that follows a join: one lookup for each gap in the table.
  await sleep(count > 0 && what !== 'sockets' ? 8000 : 1000);
  for (let i = 0; i < 5; i++) {
    globalThis.gc?.();
    await sleep(50);
  }
  const { rss, heapUsed, arrayBuffers } = process.memoryUsage();
  const contacts =
    nodes.reduce((sum, { table }) => sum + table.size, 0) / Math.max(1, nodes.length);
  process.send?.({ rss, kept: heapUsed + arrayBuffers, contacts });
  globalThis.gc?.();
  if (!held) process.exit(1);
});

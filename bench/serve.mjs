/**
 * One server of the comparison, in a process of its own so that its CPU time can be told from
 * everybody else's. Told by its parent what to be and whom to have in its table:
 *
 *     { kind, id, contacts: [{ id, host, port }], door }  →  { port, contacts }
 *     'cpu'                                          →  { cpuUs }
 */
import { createSocket } from 'node:dgram';

const HOST = '127.0.0.1';

/** @typedef {{ id: string, host: string, port: number }} Contact */
/** @typedef {{ port: number, contacts: number }} Started */

/** @type {Record<string, (id: string, contacts: Contact[], door: string) => Promise<Started>>} */
const servers = {
  async ringlight(id, contacts, door) {
    const { openMainline } = await import(door);
    const node = await openMainline({ host: HOST, id, bootstrap: false });
    for (const contact of contacts) await node.ping(contact);
    return { port: node.port, contacts: node.table.size };
  },

  async 'bittorrent-dht'(id, contacts) {
    const { Client } = await import('bittorrent-dht');
    const node = new Client({ nodeId: id, bootstrap: false, host: HOST });
    node.on('error', (error) => {
      throw error;
    });
    await new Promise((resolve) => node.listen(0, HOST, () => resolve(undefined)));
    for (const { host, port, id } of contacts) node.addNode({ host, port, id });
    return { port: node.address().port, contacts: node.toJSON().nodes.length };
  },

  async echo() {
    const socket = createSocket('udp4');
    socket.on('message', (bytes, from) => socket.send(bytes, from.port, from.address));
    await new Promise((resolve) => socket.bind(0, HOST, () => resolve(undefined)));
    return { port: socket.address().port, contacts: 0 };
  },
};

process.on('disconnect', () => process.exit());
process.on('message', async (message) => {
  if (message === 'cpu') {
    const { user, system } = process.cpuUsage();
    process.send?.({ cpuUs: user + system });
    return;
  }
  const { kind, id, contacts, door } = /** @type {any} */ (message);
  process.send?.(await servers[kind](id, contacts, door));
});

/** Calls of a ring: how they end, and how much they carry. */
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { expect, test } from 'vitest';
import { connectRing, RingAccess } from '../../../src/ring.ts';
import { createRingTestnet } from '../../../src/testnet.ts';
import { alone } from './rings.ts';

test('a call ends by its signal, its time or the closing of the ring', async () => {
  const { server, address, sockets } = await silentServer();
  const client = await connectRing(address, { wire: 'seed' });
  const signal = AbortSignal.timeout(30);
  await expect(client.get('a', { signal })).rejects.toMatchObject({ code: 'ABORTED' });
  await expect(client.get('a', { timeoutMs: 30 })).rejects.toMatchObject({
    code: 'TIMEOUT',
    message: 'no answer within 30 ms',
  });
  const pending = client.get('a');
  await Promise.all([expect(pending).rejects.toMatchObject({ code: 'CLOSED' }), client.close()]);
  await client.close();
  await expect(client.get('a')).rejects.toMatchObject({ code: 'CLOSED' });
  for (const socket of sockets) socket.destroy();
  server.close();
});

test('a call with a value over the limit is TOO_LARGE, and the ring lives on', async () => {
  await using ring = await alone({ valueBytesMax: 1000 });
  await ring.insert('fits', new Uint8Array(1000));
  await expect(ring.insert('big', new Uint8Array(1001))).rejects.toMatchObject({
    code: 'TOO_LARGE',
  });
  await using client = await connectRing(ring.addresses[0]);
  await expect(client.insert('big', new Uint8Array(2000))).rejects.toMatchObject({
    code: 'TOO_LARGE',
  });
  expect((await client.get('fits'))?.length).toBe(1000);
});

test('a call carries a value of several megabytes', async () => {
  await using ring = await createRingTestnet({ nodes: 3, k: 1 });
  const value = new Uint8Array(5_000_000);
  for (let i = 0; i < value.length; i++) value[i] = (i * 31) & 255;
  await ring.nodes[0].insert('big', value, { level: 'all' });
  const back = await ring.nodes[2].get('big');
  expect(Buffer.compare(Buffer.from(back!), Buffer.from(value))).toBe(0);
}, 30_000);

test('nobody gets access but through openRing and connectRing', () => {
  const Access = RingAccess as unknown as new (...parts: unknown[]) => RingAccess;
  expect(() => new Access(Symbol('opened'), {}, {})).toThrow('open a ring with openRing()');
});

/** Accepts everybody and says nothing. */
async function silentServer(): Promise<{ server: Server; address: string; sockets: Socket[] }> {
  const sockets: Socket[] = [];
  const server = createServer((socket) => sockets.push(socket.on('error', () => {})));
  server.listen({ host: '127.0.0.1', port: 0 });
  await once(server, 'listening');
  return { server, address: `127.0.0.1:${(server.address() as { port: number }).port}`, sockets };
}

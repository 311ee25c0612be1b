import { connect } from 'node:net';
import { expect, it } from 'vitest';
import { listen } from '../../src/io/listening.ts';
import { LOOPBACK } from './streams.ts';

it('whoever connects is handed on with the server, when there is somebody to hear of it', async () => {
  const heard: number[] = [];
  const accepting = { accepted: null, turnedAway: null } as Parameters<typeof listen>[3];
  const server = await listen(LOOPBACK, 0, null, accepting);
  accepting.accepted = (socket, at) => {
    heard.push((at.address() as { port: number }).port);
    socket.destroy();
  };
  const { port } = server.address() as { port: number };
  const client = connect(port, '127.0.0.1').on('error', () => {});
  await expect.poll(() => heard, { timeout: 10_000 }).toEqual([port]);
  client.destroy();
  server.close();
});

it('a port that is taken is told by its name', async () => {
  const accepting = { accepted: null, turnedAway: null };
  const server = await listen(LOOPBACK, 0, null, accepting);
  const { port } = server.address() as { port: number };
  await expect(listen(LOOPBACK, port, null, accepting)).rejects.toMatchObject({
    code: 'ADDRESS_IN_USE',
    message: expect.stringContaining(`127.0.0.1:${port}`),
  });
  server.close();
});

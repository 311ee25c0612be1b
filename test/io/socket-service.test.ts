import { connect } from 'node:net';
import { expect, it } from 'vitest';
import { listenService, type ServiceSocket } from '../../src/io/socket-service.ts';

it('what comes is heard, what is written in one turn leaves together, and all ends with the service', async () => {
  const heard: string[] = [];
  let socket: ServiceSocket | undefined;
  let over: () => void;
  const closed = new Promise<void>((resolve) => {
    over = resolve;
  });
  const service = await listenService({
    host: '127.0.0.1',
    port: 0,
    connectionsMax: 1,
    open: (opened) => {
      socket = opened;
      return {
        arrived: (bytes, length) => {
          heard.push(new TextDecoder().decode(bytes.subarray(0, length)));
          for (const part of ['a', 'b', 'c']) opened.write(new TextEncoder().encode(part));
          expect(opened.waitingBytes).toBe(3);
        },
        drained: () => {},
        ended: () => opened.end(),
        closed: () => over(),
      };
    },
  });
  const client = connect(service.port, '127.0.0.1');
  client.write('hello');
  const [answer] = await new Promise<Buffer[]>((resolve) =>
    client.once('data', (bytes) => resolve([bytes])),
  );
  expect(answer.toString()).toBe('abc');
  expect(heard).toEqual(['hello']);
  expect(service.connections).toBe(1);
  // One more than there are places for.
  const refused = connect(service.port, '127.0.0.1');
  refused.on('error', () => {});
  await new Promise<void>((resolve) => refused.once('close', () => resolve()));
  client.end();
  await closed;
  socket!.write(new Uint8Array(1)); // to nobody
  await service.close();
});

/** More than a listener lets wait, and less than the kernel takes at once. */
const LONG_BYTES = 128 * 1024;

it('who pauses for what was written is told that it was taken, also when the kernel takes all at once', async () => {
  const service = await listenService({
    host: '127.0.0.1',
    port: 0,
    connectionsMax: 1,
    open: (socket) => ({
      arrived: () => {
        socket.give(new Uint8Array(LONG_BYTES));
        if (socket.waitingBytes >= LONG_BYTES) socket.pause();
      },
      drained: () => socket.resume(),
      ended: () => socket.end(),
      closed: () => {},
    }),
  });
  const client = connect(service.port, '127.0.0.1');
  let taken = 0;
  let wake = () => {};
  client.on('data', (bytes) => {
    taken += bytes.length;
    wake();
  });
  // The first goes by the stream, and all others past it.
  for (let round = 1; round <= 4; round++) {
    client.write('more');
    while (taken < round * LONG_BYTES) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  }
  expect(taken).toBe(4 * LONG_BYTES);
  client.destroy();
  await service.close();
});

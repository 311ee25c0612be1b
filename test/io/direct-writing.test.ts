import { EventEmitter } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { describe, expect, it, vi } from 'vitest';
import { DirectWriter } from '../../src/io/direct-writing.ts';

/** Both ends of a connection on loopback. */
async function pair(): Promise<{ ours: Socket; theirs: Socket; close(): Promise<void> }> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const accepted = new Promise<Socket>((resolve) => server.once('connection', resolve));
  const { port } = server.address() as { port: number };
  const theirs = connect(port, '127.0.0.1');
  const ours = await accepted;
  ours.on('error', () => {});
  theirs.on('error', () => {});
  const close = () => {
    ours.destroy();
    theirs.destroy();
    return new Promise<void>((resolve) => server.close(() => resolve()));
  };
  return { ours, theirs, close };
}

function received(socket: Socket, length: number): Promise<Buffer> {
  return new Promise((resolve) => {
    const parts: Buffer[] = [];
    let bytes = 0;
    socket.resume();
    socket.on('data', (part) => {
      parts.push(part);
      bytes += part.length;
      if (bytes >= length) resolve(Buffer.concat(parts));
    });
  });
}

describe.each(['direct', 'events'])('writing to a socket, %s', (form) => {
  const inForm = async (test: () => Promise<void>) => {
    const before = process.env['RINGLIGHT_TCP'];
    if (form === 'events') process.env['RINGLIGHT_TCP'] = 'events';
    try {
      await test();
    } finally {
      if (before === undefined) delete process.env['RINGLIGHT_TCP'];
      else process.env['RINGLIGHT_TCP'] = before;
    }
  };

  it('keeps the order of what is written, whatever the kernel takes at once', () =>
    inForm(async () => {
      const { ours, theirs, close } = await pair();
      let emptied = 0;
      const writer = new DirectWriter(ours, () => emptied++);
      writer.write(Buffer.from('first'));
      await received(theirs, 5);
      theirs.removeAllListeners('data').pause();
      const pieces = Array.from({ length: 400 }, (_, i) =>
        Buffer.alloc(i % 10 === 0 ? 400_000 : 700, i % 251),
      );
      for (const piece of pieces) writer.write(piece);
      expect(writer.waitingBytes).toBeGreaterThan(0);
      expect(writer.isBusy).toBe(form === 'direct');
      const all = Buffer.concat(pieces);
      const heard = await received(theirs, all.length);
      expect(heard.equals(all)).toBe(true);
      await new Promise((resolve) => setTimeout(resolve, 20));
      expect(writer.waitingBytes).toBe(0);
      expect(writer.isBusy).toBe(false);
      expect(emptied).toBeGreaterThan(0);
      await close();
    }));

  it('ends only after all that was written', () =>
    inForm(async () => {
      const { ours, theirs, close } = await pair();
      const writer = new DirectWriter(ours, () => {});
      writer.write(Buffer.from('first'));
      await received(theirs, 5);
      const large = Buffer.alloc(4 << 20, 7);
      const rest = received(theirs, large.length);
      writer.write(large);
      ours.end();
      expect((await rest).length).toBe(large.length);
      await close();
    }));

  it('to one who is gone closes the socket, and throws nothing', () =>
    inForm(async () => {
      const { ours, theirs, close } = await pair();
      const writer = new DirectWriter(ours, () => {});
      writer.write(Buffer.from('first'));
      await received(theirs, 5);
      const closed = new Promise((resolve) => ours.once('close', resolve));
      theirs.resetAndDestroy();
      const writing = setInterval(() => writer.write(Buffer.alloc(1000)), 5);
      await closed;
      clearInterval(writing);
      writer.write(Buffer.alloc(10));
      await close();
    }));
});

it('leaves alone a stream that writes without an object of its own, as that of Node.js 26 does', async () => {
  vi.resetModules();
  const { DirectWriter: Fresh } = await import('../../src/io/direct-writing.ts');
  const written: unknown[] = [];
  class Handle {
    readonly writeQueueSize = 0;
    writeBuffer(request: unknown, bytes: Uint8Array): number {
      return written.push(request, bytes);
    }
  }
  const handle = new Handle();
  const socket = Object.assign(new EventEmitter(), {
    _handle: handle,
    writableLength: 0,
    write: (bytes: Uint8Array) => handle.writeBuffer(null, bytes) > 0,
  });
  const writer = new Fresh(socket as unknown as Socket, () => {});
  const pieces = [1, 2, 3].map((byte) => Uint8Array.of(byte));
  for (const piece of pieces) expect(writer.write(piece)).toBe(true);
  expect(written).toEqual(pieces.flatMap((piece) => [null, piece]));
  expect(Object.hasOwn(handle, 'writeBuffer')).toBe(false);
  vi.resetModules();
});

/** Streams over real sockets on loopback, both ends ours, and peers that behave badly. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { describe, expect, test } from 'vitest';
import { addressOf, formatAddress, ipOf, portOf } from '../../src/core/address.ts';
import { STREAM_QUEUE_BYTES } from '../../src/core/host.ts';
import { listenTcp } from '../../src/io/tcp.ts';
import { LOOPBACK, openEnd } from './streams.ts';

const text = new TextEncoder();
const PATIENCE = { timeout: 10_000 };

describe('a stream', () => {
  test('carries bytes both ways, and is over when both sides have ended', async () => {
    await using server = await openEnd();
    await using client = await openEnd();
    server.recorder.onEnded = (stream) => {
      server.streams.write(stream, text.encode('[good bye]'), 1, 9);
      server.streams.end(stream);
    };
    client.recorder.onEnded = () => {};
    const stream = client.streams.connect(client.address, server.address);
    // Written before it is open: it leaves once it is.
    client.streams.write(stream, text.encode('hello '), 0, 6);
    await client.recorder.until(`opened ${stream}`);
    client.streams.write(stream, text.encode('world'), 0, 5);
    client.streams.end(stream);
    await client.recorder.until(`closed ${stream} ended`);
    await server.recorder.until('closed 1 ended');
    expect(String.fromCharCode(...server.recorder.bytes.get(1)!)).toBe('hello world');
    expect(String.fromCharCode(...client.recorder.bytes.get(stream)!)).toBe('good bye');
    expect(server.recorder.heard).toEqual(['accepted 1', 'ended 1', 'closed 1 ended']);
    expect(client.recorder.heard.at(-2)).toBe(`ended ${stream}`);
    expect(server.streams.counters).toMatchObject({ open: 0, accepted: 1, turnedAway: 0 });
    expect(client.streams.counters).toMatchObject({ open: 0, connected: 1, failedConnects: 0 });
  });

  test('takes what it is given at once: the bytes are the caller’s again', async () => {
    await using server = await openEnd();
    await using client = await openEnd();
    const stream = client.streams.connect(client.address, server.address);
    const bytes = new Uint8Array(3000).fill(1);
    for (let i = 1; i <= 5; i++) client.streams.write(stream, bytes.fill(i), 0, 3000);
    bytes.fill(99);
    await expect.poll(() => server.recorder.bytes.get(1)?.length, PATIENCE).toBe(15_000);
    const expected = [1, 2, 3, 4, 5].flatMap((i) => new Array<number>(3000).fill(i));
    expect(server.recorder.bytes.get(1)).toEqual(expected);
  });

  test('sends what is written in one turn in one go', async () => {
    await using server = await openEnd();
    await using client = await openEnd();
    const stream = client.streams.connect(client.address, server.address);
    await client.recorder.until(`opened ${stream}`);
    const byte = new Uint8Array(1);
    for (let i = 0; i < 1000; i++) {
      byte[0] = i & 255;
      client.streams.write(stream, byte, 0, 1);
    }
    await expect.poll(() => server.recorder.bytes.get(1)?.length, PATIENCE).toBe(1000);
    expect(server.recorder.bytes.get(1)![999]).toBe(999 & 255);
    expect(server.recorder.calls.get(1)).toBeLessThanOrEqual(2);
  });

  test('knows which of our addresses it was made to, and from which host', async () => {
    await using server = await openEnd(3);
    await using client = await openEnd(1, {}, LOOPBACK + 1);
    for (const address of server.streams.addresses) client.streams.connect(client.address, address);
    await expect.poll(() => server.recorder.accepts.length, PATIENCE).toBe(3);
    const byPort = server.recorder.accepts.map(({ to }) => to).sort((a, b) => a - b);
    expect(byPort).toEqual([...server.streams.addresses].sort((a, b) => a - b));
    for (const { from } of server.recorder.accepts) expect(ipOf(from)).toBe(LOOPBACK + 1);
    expect(new Set(server.recorder.accepts.map(({ stream }) => stream)).size).toBe(3);
  });

  test('that is dropped with nothing under way ends quietly; cut off, it is reset', async () => {
    await using server = await openEnd();
    await using client = await openEnd();
    const quiet = client.streams.connect(client.address, server.address);
    await client.recorder.until(`opened ${quiet}`);
    await server.recorder.until('accepted 1');
    client.streams.destroy(quiet);
    await server.recorder.until('ended 1');
    server.streams.end(1);
    await server.recorder.until('closed 1 ended');

    const cut = client.streams.connect(client.address, server.address);
    await client.recorder.until(`opened ${cut}`);
    await server.recorder.until('accepted 2');
    server.streams.pause(2, true);
    client.streams.write(cut, new Uint8Array(20_000_000), 0, 20_000_000);
    client.streams.destroy(cut);
    server.streams.pause(2, false);
    await server.recorder.until('closed 2 reset');
    // Nothing is heard of what we dropped ourselves, and its number is void.
    expect(client.recorder.heard.filter((line) => line.startsWith('closed'))).toEqual([]);
    expect(client.streams.write(cut, new Uint8Array(1), 0, 1)).toBe(0);
    client.streams.end(cut);
    client.streams.pause(cut, true);
    client.streams.destroy(cut);
    expect(client.streams.counters.open).toBe(0);
  });

  test('to where nobody listens is refused', async () => {
    const gone = await openEnd();
    await gone.streams.close();
    await using client = await openEnd();
    const stream = client.streams.connect(client.address, gone.address);
    await client.recorder.until(`closed ${stream} refused`);
    expect(client.streams.counters).toMatchObject({ open: 0, failedConnects: 1 });
  });

  test('to a host that does not answer fails in time', async () => {
    // A process that is stopped accepts nobody; when its line is full the kernel drops who comes.
    const listening = `const server = require('node:net').createServer();
      server.listen({ host: '127.0.0.1', port: 0, backlog: 1 }, () => console.log(server.address().port));`;
    const child = spawn(process.execPath, ['-e', listening], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    try {
      const [port] = await once(child.stdout, 'data');
      child.kill('SIGSTOP');
      await using client = await openEnd(1, { connectTimeoutMs: 200 });
      const to = addressOf(LOOPBACK, Number(String(port)));
      const streams = Array.from({ length: 6 }, () => client.streams.connect(client.address, to));
      await client.recorder.until(`closed ${streams[5]} timeout`);
    } finally {
      child.kill('SIGKILL');
    }
  });
});

describe('somebody who looks on', () => {
  test('sees the bytes of both directions, and between whom', async () => {
    await using server = await openEnd();
    await using client = await openEnd();
    const seen: {
      isOurs: boolean;
      isAccepted: boolean;
      local: number;
      peer: number;
      said: string;
    }[] = [];
    server.streams.tap = (isOurs, isAccepted, local, peer, bytes, start, end) => {
      const said = new TextDecoder().decode(bytes.subarray(start, end));
      seen.push({ isOurs, isAccepted, local, peer, said });
    };
    const own: number[][] = [];
    client.streams.tap = (isOurs, isAccepted, local, peer, _bytes, start, end) => {
      own.push([Number(isOurs), Number(isAccepted), local, peer, end - start]);
    };
    server.recorder.onArrived = (stream) => {
      server.streams.write(stream, text.encode('[reply]'), 1, 6);
    };
    const stream = client.streams.connect(client.address, server.address);
    client.streams.write(stream, text.encode('ask'), 0, 3);
    await expect.poll(() => own.length, PATIENCE).toBe(2);
    const { from } = server.recorder.accepts[0];
    expect(seen).toEqual([
      { isOurs: false, isAccepted: true, local: server.address, peer: from, said: 'ask' },
      { isOurs: true, isAccepted: true, local: server.address, peer: from, said: 'reply' },
    ]);
    // Before it is open nobody knows our end of it.
    expect(own).toEqual([
      [1, 0, 0, server.address, 3],
      [0, 0, from, server.address, 5],
    ]);
  });
});

describe('back-pressure', () => {
  test('is told by the number of queued bytes, and its end by `drained`, once', async () => {
    await using server = await openEnd();
    await using client = await openEnd();
    server.recorder.keepsBytes = false;
    let arrived = 0;
    let isInOrder = true;
    server.recorder.onArrived = (_stream, bytes) => {
      for (const byte of bytes) isInOrder &&= byte === (arrived++ & 127);
    };
    const stream = client.streams.connect(client.address, server.address);
    await server.recorder.until('accepted 1');
    server.streams.pause(1, true);
    const bytes = Uint8Array.from({ length: 1 << 16 }, (_, i) => i & 127);
    let written = 0;
    let queued = 0;
    // Socket buffers take some megabytes before anything is queued here.
    for (let quiet = 0; quiet < 3; ) {
      queued = client.streams.write(stream, bytes, 0, bytes.length);
      written += bytes.length;
      quiet = queued > STREAM_QUEUE_BYTES * 4 ? quiet + 1 : 0;
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(client.recorder.heard).not.toContain(`drained ${stream}`);
    server.streams.pause(1, false);
    await client.recorder.until(`drained ${stream}`);
    await expect.poll(() => arrived, PATIENCE).toBe(written);
    expect(isInOrder).toBe(true);
    expect(client.recorder.heard.filter((line) => line.startsWith('drained'))).toHaveLength(1);
  });

  test('of a peer that stopped reading does not hold up the end', async () => {
    const server = await openEnd();
    const stuck = connect({ host: '127.0.0.1', port: portOf(server.address) }).pause();
    stuck.on('error', () => {});
    await server.recorder.until('accepted 1');
    server.streams.write(1, new Uint8Array(30_000_000), 0, 30_000_000);
    const begunMs = performance.now();
    await server.streams.close();
    expect(performance.now() - begunMs).toBeLessThan(5000);
    stuck.destroy();
  });
});

describe('what comes from outside', () => {
  test('is bounded in number: further connections are turned away and counted', async () => {
    await using server = await openEnd(2, { acceptedLimit: 3 });
    await using client = await openEnd();
    const [first, second] = server.streams.addresses;
    const streams = [first, second, first].map((to) => client.streams.connect(client.address, to));
    await expect.poll(() => server.recorder.accepts.length, PATIENCE).toBe(3);
    const fourth = client.streams.connect(client.address, second);
    await client.recorder.until(`ended ${fourth}`);
    expect(server.streams.counters).toMatchObject({ open: 3, accepted: 3, turnedAway: 1 });
    client.streams.destroy(streams[0]);
    await server.recorder.until('ended 1');
    server.streams.end(1);
    await server.recorder.until('closed 1 ended');
    client.streams.connect(client.address, first);
    await expect.poll(() => server.recorder.accepts.length, PATIENCE).toBe(4);
  });

  test('may be ten thousand idle connections: little memory, and all of them closed', async () => {
    const files = Number(/Max open files\s+(\d+)/.exec(readLimits())?.[1] ?? 1024);
    const count = Math.min(10_000, Math.floor((files - 200) / 2));
    await using server = await openEnd();
    await using client = await openEnd();
    globalThis.gc?.();
    const before = process.memoryUsage().rss;
    for (let begun = 0; begun < count; begun += 500) {
      const more = Math.min(500, count - begun);
      for (let i = 0; i < more; i++) client.streams.connect(client.address, server.address);
      await expect.poll(() => server.streams.counters.accepted, PATIENCE).toBe(begun + more);
    }
    const bytesEach = (process.memoryUsage().rss - before) / count;
    // Both ends are in this process: 9 KB were measured for the pair.
    expect(bytesEach).toBeLessThan(40_000);
    expect(server.streams.counters.open).toBe(count);
    for (const { stream } of server.recorder.accepts) server.streams.destroy(stream);
    expect(server.streams.counters.open).toBe(0);
    const ended = () => client.recorder.heard.reduce((n, line) => n + Number(line[0] === 'e'), 0);
    await expect.poll(ended, { timeout: 20_000, interval: 100 }).toBe(count);
  }, 60_000);
});

function readLimits(): string {
  try {
    return readFileSync('/proc/self/limits', 'latin1');
  } catch {
    return '';
  }
}

describe('listening', () => {
  test('on a port that is taken fails, and the others are free again', async () => {
    const taken = createServer().listen({ host: '127.0.0.1', port: 0 });
    await once(taken, 'listening');
    const { port } = taken.address() as { port: number };
    const free = await openEnd();
    const freePort = portOf(free.address);
    await free.streams.close();
    await expect(listenTcp(LOOPBACK, [freePort, port])).rejects.toMatchObject({
      code: 'ADDRESS_IN_USE',
      message: `cannot listen on ${formatAddress(addressOf(LOOPBACK, port))}: the port is taken`,
    });
    taken.close();
    const again = await listenTcp(LOOPBACK, [freePort]);
    await again.close();
  });

  test('on an address of another machine fails', async () => {
    await expect(listenTcp(0xc0000201, [0])).rejects.toMatchObject({ code: 'ADDRESS_UNAVAILABLE' });
  });
});

import { createSocket, Socket } from 'node:dgram';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { type Address, addressOf, ipOf, portOf } from '../../src/core/address.ts';
import type { DatagramTransport } from '../../src/core/host.ts';
import { bindUdp } from '../../src/io/udp.ts';

const LOOPBACK = 0x7f000001;
const opened: DatagramTransport[] = [];

async function bind(ip = LOOPBACK, port = 0): Promise<DatagramTransport> {
  const transport = await bindUdp(ip, port);
  opened.push(transport);
  return transport;
}

function closed(transport: DatagramTransport): Promise<void> {
  return new Promise((resolve) => transport.close(resolve));
}

/** Collects what arrives; `count(n)` waits until n datagrams have. */
function listen(transport: DatagramTransport) {
  const datagrams: { from: Address; bytes: Buffer }[] = [];
  let wanted = Infinity;
  let enough: () => void = () => {};
  let batches = 0;
  transport.open({
    receive(from, bytes, start, end) {
      datagrams.push({ from, bytes: Buffer.from(bytes.subarray(start, end)) });
      if (datagrams.length >= wanted) enough();
    },
    drained: () => batches++,
  });
  const count = (n: number) =>
    new Promise<void>((resolve) => {
      wanted = n;
      enough = resolve;
      if (datagrams.length >= n) resolve();
    });
  return { datagrams, count, batches: () => batches };
}

/** A datagram that tells its number in every word, and whose length depends on it. */
function numbered(number: number, bytes: Uint8Array): number {
  const length = 4 * (1 + (number % 200));
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  for (let at = 0; at < length; at += 4) view.setUint32(at, number);
  return length;
}

function numberOf(bytes: Buffer): number {
  const number = bytes.readUInt32BE(0);
  expect(bytes.length).toBe(4 * (1 + (number % 200)));
  for (let at = 0; at < bytes.length; at += 4) {
    if (bytes.readUInt32BE(at) !== number) throw new Error(`torn datagram ${number}`);
  }
  return number;
}

afterEach(async () => {
  vi.restoreAllMocks();
  await Promise.all(opened.splice(0).map(closed));
});

describe('a UDP transport', () => {
  test('knows the address it was bound to', async () => {
    const transport = await bind();
    expect(ipOf(transport.address)).toBe(LOOPBACK);
    expect(portOf(transport.address)).toBeGreaterThan(0);
  });

  test('carries bytes both ways and names the exact sender', async () => {
    const [here, there] = [await bind(), await bind(0x7f000002)];
    const [heardHere, heardThere] = [listen(here), listen(there)];
    here.send(there.address, Buffer.from('ping!rest'), 5);
    await heardThere.count(1);
    there.send(here.address, Buffer.from('pong'), 4);
    await heardHere.count(1);
    expect(heardThere.datagrams).toEqual([{ from: here.address, bytes: Buffer.from('ping!') }]);
    expect(heardHere.datagrams).toEqual([{ from: there.address, bytes: Buffer.from('pong') }]);
    expect(heardThere.batches()).toBe(1);
  });

  test('carries an empty datagram and one of 2048 bytes', async () => {
    const [here, there] = [await bind(), await bind()];
    const heard = listen(there);
    here.send(there.address, new Uint8Array(0), 0);
    here.send(there.address, new Uint8Array(2048).fill(7), 2048);
    await heard.count(2);
    expect(heard.datagrams.map(({ bytes }) => bytes.length)).toEqual([0, 2048]);
  });

  test('lets the caller write the next message into the same bytes at once', async () => {
    const [here, there] = [await bind(), await bind()];
    const heard = listen(there);
    const bytes = new Uint8Array(2048);
    for (let number = 0; number < 5000; number++) {
      here.send(there.address, bytes, numbered(number, bytes));
    }
    bytes.fill(0xee);
    // The kernel may drop some of a burst; the last word is sent until it is heard.
    const end = setInterval(() => here.send(there.address, Buffer.from('end!'), 4), 20);
    await vi.waitFor(() => expect(heard.datagrams.at(-1)?.bytes.toString()).toBe('end!'), 5000);
    clearInterval(end);
    const numbers = heard.datagrams.filter(({ bytes }) => bytes.toString() !== 'end!');
    const seen = numbers.map(({ bytes }) => numberOf(bytes));
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen.length + here.sendFailures).toBeGreaterThan(100);
    expect(here.sendFailures).toBe(0);
  });

  test('keeps the bytes of each datagram that a slow socket makes wait', async () => {
    const [here, there] = [await bind(), await bind()];
    const heard = listen(there);
    // A loopback socket never waits, so this one is slow by hand: it holds what it is given, as
    // libuv does with EAGAIN, and says so.
    const held: { socket: Socket; args: Parameters<Socket['send']> }[] = [];
    const { send } = Socket.prototype;
    const slowSend = vi.spyOn(Socket.prototype, 'send').mockImplementation(function (
      this: Socket,
      ...args: unknown[]
    ) {
      held.push({ socket: this, args: args as Parameters<Socket['send']> });
    } as Socket['send']);
    const queue = vi
      .spyOn(Socket.prototype, 'getSendQueueCount')
      .mockImplementation(() => held.length);
    const bytes = new Uint8Array(2048);
    for (let number = 0; number < 5000; number++) {
      here.send(there.address, bytes, numbered(number, bytes));
    }
    await vi.waitFor(() => expect(held.length).toBe(5000));
    slowSend.mockRestore();
    queue.mockRestore();
    // In portions that fit any receive buffer.
    while (held.length > 0) {
      const portion = held.splice(0, 50);
      const awaited = heard.datagrams.length + portion.length;
      for (const { socket, args } of portion) send.apply(socket, args);
      await heard.count(awaited);
    }
    expect(heard.datagrams.map(({ bytes }) => numberOf(bytes))).toEqual(
      Array.from({ length: 5000 }, (_, number) => number),
    );
  });

  test('sends what was waiting when it is closed', async () => {
    const [here, there] = [await bind(), await bind()];
    const heard = listen(there);
    here.send(there.address, Buffer.from('last words'), 10);
    opened.splice(opened.indexOf(here), 1);
    await closed(here);
    await heard.count(1);
    expect(heard.datagrams[0]!.bytes.toString()).toBe('last words');
    here.send(there.address, Buffer.from('too late'), 8);
  });

  test('counts a datagram that dgram will not even try to send', async () => {
    const [here, there] = [await bind(), await bind()];
    const heard = listen(there);
    listen(here);
    here.send(addressOf(LOOPBACK, 0), new Uint8Array(3), 3);
    here.send(there.address, Buffer.from('next'), 4);
    await heard.count(1);
    expect(here.sendFailures).toBe(1);
  });

  test('counts what the operating system refuses to send', async () => {
    const transport = await bind();
    listen(transport);
    // The broadcast address of the loopback network: refused without leave to broadcast.
    const broadcast = addressOf(0x7fffffff, 6881);
    transport.send(broadcast, new Uint8Array(3), 3);
    transport.send(broadcast, new Uint8Array(3), 3);
    await vi.waitFor(() => expect(transport.sendFailures).toBe(2));
  });

  test('goes on after a datagram to a port where nobody listens', async () => {
    const [here, there, gone] = [await bind(), await bind(), await bind()];
    const address = gone.address;
    await closed(opened.pop()!);
    const heard = listen(there);
    listen(here);
    here.send(address, new Uint8Array(3), 3);
    here.send(there.address, Buffer.from('on'), 2);
    await heard.count(1);
    expect(heard.datagrams[0]!.bytes.toString()).toBe('on');
  });

  test('tells addresses apart beyond what it remembers of them', async () => {
    // 20,000 destinations empty the memory of 16,384 at least once; none may go astray.
    const here = await bind();
    const sent: string[] = [];
    vi.spyOn(Socket.prototype, 'send').mockImplementation(((...args: unknown[]) => {
      sent.push(`${args[2]}:${args[1]}`);
    }) as Socket['send']);
    for (let i = 0; i < 20_000; i++)
      here.send(addressOf(0x7f000000 + i, 1 + i), Buffer.from('x'), 1);
    await vi.waitFor(() => expect(sent.length).toBe(20_000));
    expect(sent[0]).toBe('127.0.0.0:1');
    expect(sent[19_999]).toBe('127.0.78.31:20000');
    expect(new Set(sent).size).toBe(20_000);
  });
});

describe('binding', () => {
  test('to a port that is taken fails with ADDRESS_IN_USE in one line', async () => {
    const first = await bind();
    const port = portOf(first.address);
    await expect(bindUdp(LOOPBACK, port)).rejects.toMatchObject({
      name: 'DhtError',
      code: 'ADDRESS_IN_USE',
      message: `cannot listen on 127.0.0.1:${port}: the port is taken`,
    });
  });

  test('to an address that this machine does not have fails with ADDRESS_UNAVAILABLE', async () => {
    // 192.0.2.0/24 is reserved for documentation (RFC 5737).
    await expect(bindUdp(0xc0000201, 0)).rejects.toMatchObject({
      code: 'ADDRESS_UNAVAILABLE',
      message: 'cannot listen on 192.0.2.1:0: this machine has no such address',
    });
  });

  test('works again at once after closing', async () => {
    const port = portOf((await bind()).address);
    await closed(opened.pop()!);
    const again = await bind(LOOPBACK, port);
    expect(portOf(again.address)).toBe(port);
  });

  test('that fails leaves no socket behind', async () => {
    const other = createSocket('udp4');
    await new Promise<void>((resolve) => other.bind(0, '127.0.0.1', resolve));
    const sockets = () =>
      process.getActiveResourcesInfo().filter((name) => name === 'UDPWrap').length;
    // Those of earlier tests go with the next round of the event loop.
    await vi.waitFor(() => expect(sockets()).toBe(1));
    const { port } = other.address();
    await expect(bindUdp(LOOPBACK, port)).rejects.toMatchObject({ code: 'ADDRESS_IN_USE' });
    await vi.waitFor(() => expect(sockets()).toBe(1));
    await new Promise<void>((resolve) => other.close(resolve));
  });
});

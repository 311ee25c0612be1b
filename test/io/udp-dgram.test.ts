import { Socket } from 'node:dgram';
import { describe, expect, test, vi } from 'vitest';
import { addressOf } from '../../src/core/address.ts';
import { BACKLOG_BYTES } from '../../src/io/backlog.ts';
import { bind, listen, numbered, numberOf } from './udp-suite.ts';

/**
 * A loopback socket never waits, so it is made slow by hand: it holds what it is given, as libuv does
 * with EAGAIN, and says so. `release` lets some of it go, and dgram tells us.
 */
function slowSockets() {
  const held: { socket: Socket; args: Parameters<Socket['send']> }[] = [];
  const { send } = Socket.prototype;
  let isSlow = true;
  vi.spyOn(Socket.prototype, 'send').mockImplementation(function (
    this: Socket,
    ...args: unknown[]
  ) {
    if (isSlow) held.push({ socket: this, args: args as Parameters<Socket['send']> });
    else send.apply(this, args as Parameters<Socket['send']>);
  } as Socket['send']);
  vi.spyOn(Socket.prototype, 'getSendQueueCount').mockImplementation(() => held.length);
  const release = (count: number) => {
    for (const { socket, args } of held.splice(0, count)) send.apply(socket, args);
  };
  const end = () => {
    isSlow = false;
  };
  return { held, release, end };
}

describe('a slow dgram socket', () => {
  test('keeps the bytes of each datagram that waits', async () => {
    const [here, there] = [await bind('dgram'), await bind('dgram')];
    const heard = listen(there);
    const slow = slowSockets();
    const bytes = new Uint8Array(2048);
    for (let number = 0; number < 300; number++) {
      here.send(there.address, bytes, numbered(number, bytes));
    }
    // An outbox full is with dgram, and one that came while it left; the others wait behind them.
    await vi.waitFor(() => expect(slow.held.length).toBe(257));
    slow.end();
    // In portions that fit any receive buffer.
    for (let sent = 50; sent < 300; sent += 50) {
      slow.release(50);
      await heard.count(sent);
    }
    slow.release(50);
    await heard.count(300);
    expect(heard.datagrams.map(({ bytes }) => numberOf(bytes))).toEqual(
      Array.from({ length: 300 }, (_, number) => number),
    );
  });

  test('lets no more wait than there is a bound for: the oldest go, and are counted', async () => {
    const [here, there] = [await bind('dgram'), await bind('dgram')];
    const heard = listen(there);
    const slow = slowSockets();
    here.send(there.address, Buffer.from('first'), 5);
    await vi.waitFor(() => expect(slow.held.length).toBe(1));
    const count = (4 * BACKLOG_BYTES) / 1000;
    for (let i = 0; i < count; i++) here.send(there.address, Buffer.alloc(1000, `${i} `), 1000);
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(slow.held.length).toBe(1);
    const kept = Math.floor(count) + 1 - here.sendFailures;
    expect(kept * 1000).toBeLessThan(BACKLOG_BYTES);
    expect(kept * 1000).toBeGreaterThan(BACKLOG_BYTES * 0.8);
    slow.end();
    slow.release(1);
    // The last ones are those that are still there; the kernel has room for all of them.
    await heard.count(1 + kept);
    expect(heard.datagrams[0].bytes.toString()).toBe('first');
    const numbers = heard.datagrams.slice(1).map(({ bytes }) => Number.parseInt(`${bytes}`, 10));
    const newest = Array.from({ length: kept }, (_, i) => Math.floor(count) - kept + 1 + i);
    expect(numbers).toEqual(newest);
    expect(here.sendFailures).toBe(Math.floor(count) + 1 - kept);
  });
});

test('addresses are told apart beyond what is remembered of them', async () => {
  // 20,000 destinations empty the memory of 16,384 at least once; none may go astray.
  const here = await bind('dgram');
  const sent: string[] = [];
  vi.spyOn(Socket.prototype, 'send').mockImplementation(((...args: unknown[]) => {
    sent.push(`${args[2]}:${args[1]}`);
  }) as Socket['send']);
  for (let i = 0; i < 20_000; i++) here.send(addressOf(0x7f000000 + i, 1 + i), Buffer.from('x'), 1);
  await vi.waitFor(() => expect(sent.length).toBe(20_000));
  expect(sent[0]).toBe('127.0.0.0:1');
  expect(sent[19_999]).toBe('127.0.78.31:20000');
  expect(new Set(sent).size).toBe(20_000);
});

import { Socket } from 'node:dgram';
import { describe, expect, test, vi } from 'vitest';
import { BACKLOG_BYTES } from '../../src/io/backlog.ts';
import { Errno, type Libc } from '../../src/io/libc.ts';
import { TAILS } from '../../src/io/message-batch.ts';
import { openBatchSocket } from '../../src/io/udp-batch.ts';
import { LOOPBACK, listen, numbered, numberOf, opened, openLibcs } from './udp-suite.ts';

const place = { ip: LOOPBACK, port: 0, sharesPort: false };

/** A kernel with a will of its own: what it is told to do with the next calls, it does. */
function moody(libc: Libc) {
  const calls = { sent: [] as number[], received: 0 };
  /** How many of a batch are taken; a negative number is an error. Runs out: the real thing. */
  let moods: number[] = [];
  let lastErrno: number | null = null;
  const kernel: Libc = {
    ...libc,
    recvmmsg(...args) {
      calls.received++;
      return libc.recvmmsg(...args);
    },
    sendmmsg(fd, messages, count, flags) {
      const mood = moods.shift();
      lastErrno = mood !== undefined && mood < 0 ? -mood : null;
      if (lastErrno !== null) return -1;
      const taken = libc.sendmmsg(fd, messages, Math.min(mood ?? count, count), flags);
      calls.sent.push(taken);
      return taken;
    },
    errno: () => lastErrno ?? libc.errno(),
  };
  const behave = (...next: number[]) => {
    moods = next;
  };
  return { kernel, calls, behave };
}

function bindTo(libc: Libc) {
  const transport = openBatchSocket(libc, place);
  opened.push(transport);
  return transport;
}

describe.each(openLibcs.map((libc) => [libc.by, libc] as const))('batches by %s', (_, libc) => {
  const text = (number: number) => numbered(number, bytes);
  const bytes = new Uint8Array(2048);
  const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);

  test('64 leave in one call, and so does what is there when the batch is over', () => {
    const { kernel, calls } = moody(libc);
    const [here, there] = [bindTo(kernel), bindTo(libc)];
    for (let number = 0; number < 130; number++) here.send(there.address, bytes, text(number));
    expect(calls.sent).toEqual([64, 64]);
    here.flush();
    here.flush();
    expect(calls.sent).toEqual([64, 64, 2]);
  });

  test('what came together is read together, until nothing is left', async () => {
    const { kernel, calls } = moody(libc);
    const [here, there] = [bindTo(libc), bindTo(kernel)];
    const heard = listen(there);
    for (let number = 0; number < 100; number++) here.send(there.address, bytes, text(number));
    here.flush();
    await heard.count(100);
    expect(heard.datagrams.map((datagram) => numberOf(datagram.bytes))).toEqual(range(0, 100));
    // The first by dgram, then 64, then 35, then nothing.
    await vi.waitFor(() => expect(calls.received).toBe(3));
    expect(heard.batches()).toBe(3);
  });

  test('of long ones that come together as many are whole as there are tails, and all are heard', async () => {
    const [here, there] = [bindTo(libc), bindTo(libc)];
    const heard = listen(there);
    const count = 16;
    for (let i = 0; i < count; i++) here.send(there.address, new Uint8Array(6000).fill(i), 6000);
    here.flush();
    here.send(there.address, bytes, 4);
    here.flush();
    await vi.waitFor(() => expect(heard.datagrams.at(-1)?.bytes.length).toBe(4));
    const long = heard.datagrams.slice(0, -1);
    expect(long).toHaveLength(count);
    const whole = long.filter((datagram) => datagram.bytes.length === 6000);
    expect(whole.length).toBeGreaterThanOrEqual(TAILS);
    for (const datagram of long) {
      expect(datagram.bytes).toEqual(Buffer.alloc(datagram.bytes.length, datagram.bytes[0]));
    }
  });

  test('a batch that is taken in part goes on with the rest', async () => {
    const { kernel, calls, behave } = moody(libc);
    const [here, there] = [bindTo(kernel), bindTo(libc)];
    const heard = listen(there);
    behave(10, -Errno.interrupted, 5);
    for (let number = 0; number < 40; number++) here.send(there.address, bytes, text(number));
    here.flush();
    await heard.count(40);
    expect(calls.sent).toEqual([10, 5, 25]);
    expect(heard.datagrams.map((datagram) => numberOf(datagram.bytes))).toEqual(range(0, 40));
    expect(here.sendFailures).toBe(0);
  });

  test.each([
    ['EAGAIN', Errno.wouldBlock],
    ['ENOBUFS', Errno.noBuffers],
  ])('after %s the rest waits, in order, until there is room', async (_name, errno) => {
    const { kernel, behave } = moody(libc);
    const [here, there] = [bindTo(kernel), bindTo(libc)];
    const heard = listen(there);
    behave(10, -errno, 3, -errno);
    for (let number = 0; number < 40; number++) here.send(there.address, bytes, text(number));
    here.flush();
    for (let number = 40; number < 60; number++) here.send(there.address, bytes, text(number));
    here.flush();
    await heard.count(60);
    expect(heard.datagrams.map((datagram) => numberOf(datagram.bytes))).toEqual(range(0, 60));
    expect(here.sendFailures).toBe(0);
  });

  test('no more waits than there is a bound for: the oldest go, and are counted', async () => {
    const { kernel, behave } = moody(libc);
    const [here, there] = [bindTo(kernel), bindTo(libc)];
    const heard = listen(there);
    // dgram holds the one that waits, too, until it is let go.
    const { send } = Socket.prototype;
    let letGo: () => void = () => {};
    vi.spyOn(Socket.prototype, 'send').mockImplementation(function (
      this: Socket,
      ...args: unknown[]
    ) {
      letGo = () => send.apply(this, args as Parameters<Socket['send']>);
    } as Socket['send']);
    behave(-Errno.wouldBlock);
    const count = Math.floor((4 * BACKLOG_BYTES) / 1000);
    for (let i = 0; i < count; i++) here.send(there.address, Buffer.alloc(1000, `${i} `), 1000);
    const kept = count - here.sendFailures;
    expect(kept * 1000).toBeLessThan(BACKLOG_BYTES);
    expect(kept * 1000).toBeGreaterThan(BACKLOG_BYTES * 0.8);
    letGo();
    await heard.count(kept);
    const numbers = heard.datagrams.map((datagram) => Number.parseInt(`${datagram.bytes}`, 10));
    expect(numbers).toEqual([0, ...range(count - kept + 1, count)]);
    expect(here.sendFailures).toBe(count - kept);
  });

  test('what a receiver slices off is a copy, as of any Uint8Array', async () => {
    const [here, there] = [bindTo(libc), bindTo(libc)];
    const kept: Uint8Array[] = [];
    await new Promise<void>((resolve) => {
      there.open({
        receive(_from, received, start, end) {
          kept.push(received.slice(start, end));
          if (kept.length === 3 * 65) resolve();
        },
        drained: () => {},
      });
      for (let number = 0; number < 3 * 65; number++) {
        here.send(there.address, bytes, text(number));
      }
      here.flush();
    });
    expect(kept.map((copy) => numberOf(Buffer.from(copy)))).toEqual(range(0, 3 * 65));
  });

  test('a socket that is kept busy lets others have their turn', async () => {
    const [here, there] = [bindTo(libc), bindTo(libc)];
    let heard = 0;
    let heardAtTimer = 0;
    await new Promise<void>((resolve) => {
      // Each batch is answered by another one before it is over: there is always something to read.
      const refill = () => {
        for (let i = 0; i < 64; i++) here.send(there.address, bytes, 4);
        here.flush();
      };
      there.open({
        receive() {
          // Not before the first: a timer that comes due before the socket is looked at says nothing.
          if (heard++ > 0) return;
          setTimeout(() => {
            heardAtTimer = heard;
          }, 1);
        },
        drained() {
          if (heardAtTimer === 0 && heard < 100_000) refill();
          else resolve();
        },
      });
      refill();
    });
    expect(heardAtTimer).toBeGreaterThan(64);
    // Some turns may pass before a millisecond is over.
    expect(heardAtTimer).toBeLessThan(100_000);
  });

  test('a socket that the system does not give is an error with its name', () => {
    const fail = (errno: number): Libc => ({ ...libc, socket: () => -1, errno: () => errno });
    expect(() => openBatchSocket(fail(24), place)).toThrow('EMFILE');
    expect(() => openBatchSocket(fail(1), place)).toThrow('EPERM');
  });
});

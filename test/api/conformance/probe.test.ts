import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { afterEach, expect, test } from 'vitest';
import {
  compactOf,
  isAddress,
  isSame,
  nodesOf,
  Probe,
  shownBytes,
  Violation,
} from '../../../src/api/conformance/probe.ts';
import { addressOf, decode, encode, parseIp } from '../../../src/mainline.ts';

const IP = parseIp('127.0.0.1');
const opened: (() => unknown)[] = [];

afterEach(() => Promise.all(opened.splice(0).map((close) => close())));

type Message = { q: Uint8Array; t: Uint8Array };

/** A node that answers as it is told, and a probe at it. */
async function scene(answer: (message: Message) => Uint8Array | null): Promise<Probe> {
  const socket: Socket = createSocket('udp4').bind(0, '127.0.0.1');
  await once(socket, 'listening');
  opened.push(() => socket.close());
  socket.on('message', (bytes, { port }) => {
    const reply = answer(decode(bytes) as unknown as Message);
    if (reply) socket.send(reply, port, '127.0.0.1');
  });
  const to = addressOf(IP, socket.address().port);
  const probe = await Probe.open(IP, to, { timeoutMs: 100, paceMs: 0 });
  opened.push(() => probe.close());
  return probe;
}

const isPing = ({ q }: Message) => Buffer.from(q).toString() === 'ping';
const reply = (t: Uint8Array) => encode({ r: { id: new Uint8Array(20) }, t, y: 'r' });

test('an answer, an error, and none', async () => {
  const probe = await scene((message) => {
    if (isPing(message)) return reply(message.t);
    const q = Buffer.from(message.q).toString();
    return q === 'bad' ? encode({ e: [203, 'no'], t: message.t, y: 'e' }) : null;
  });
  expect(await probe.ask('ping', {})).toMatchObject({ code: 0, values: { id: expect.anything() } });
  expect(await probe.ask('bad', {})).toMatchObject({ code: 203, values: null });
  expect(probe.came).toContain('i203e2:no');
  expect(await probe.ask('silent', {})).toBeNull();
  expect(probe.came).toBe('');
});

test('a node that dies of a question is found out', async () => {
  const probe = await scene(() => null);
  await expect(probe.ask('get', {})).rejects.toThrow(Violation);
  await expect(probe.provoke(encode({ q: 'x', t: 't' }))).rejects.toThrow(Violation);
});

test('what deserves no answer and gets one is counted', async () => {
  const probe = await scene((message) => {
    return isPing(message) ? reply(message.t) : encode({ e: [203, 'no'], t: '?', y: 'e' });
  });
  expect(await probe.provoke(encode({ q: 'x', t: 't' }))).toBe(1);
});

test('bytes as a report shows them', () => {
  expect(shownBytes(new Uint8Array([0x61, 0x00, 0x5c, 0xff]))).toBe('a\\00\\5c\\ff');
  expect(shownBytes(new Uint8Array(200))).toMatch(/… \(200 bytes\)$/);
});

test('compact forms', () => {
  const entry = Buffer.concat([Buffer.alloc(20, 7), compactOf({ host: '10.0.0.1', port: 258 })]);
  expect(nodesOf(entry)).toEqual([{ id: Buffer.alloc(20, 7), port: 258 }]);
  expect(nodesOf(entry.subarray(1))).toBeNull();
  expect(nodesOf(5)).toBeNull();
  expect(isSame(Buffer.from('ab'), Buffer.from('ab'))).toBe(true);
  expect(isSame(undefined, Buffer.from('ab'))).toBe(false);
});

test('an address is compared as far as whoever asked can know it', () => {
  const said = Uint8Array.of(10, 0, 0, 1, 0x1a, 0xe1);
  expect(isAddress(said, { host: '10.0.0.1', port: 6881 })).toBe(true);
  expect(isAddress(said, { host: '10.0.0.1', port: 6882 })).toBe(false);
  expect(isAddress(said, { host: '0.0.0.0', port: 1 })).toBe(true);
  expect(isAddress(said.subarray(1), { host: '0.0.0.0', port: 1 })).toBe(false);
});

/** What tests of UDP sockets share: the forms that work here, sockets that get closed, listeners. */
import { afterEach, expect, vi } from 'vitest';
import { type Address, addressOf } from '../../src/core/address.ts';
import type { DatagramTransport } from '../../src/core/host.ts';
import { type Libc, loadLibc } from '../../src/io/libc.ts';
import { bindUdp } from '../../src/io/udp.ts';
import type { UdpTransport } from '../../src/io/udp-socket.ts';

export const LOOPBACK = 0x7f000001;

export type Form = UdpTransport['form'];

const BATCH_FORMS = ['node:ffi', 'koffi'] as const;
const libcs = await Promise.all(BATCH_FORMS.map(loadLibc));
/** The ways to batches that are open on this system, with this Node.js. */
export const openLibcs: readonly Libc[] = libcs.filter((libc) => libc !== null);
/** dgram, and all forms beside it that work on this system with this Node.js. */
export const openForms: readonly Form[] = ['dgram', ...openLibcs.map(({ by }) => by)];

export const opened: DatagramTransport[] = [];

afterEach(async () => {
  vi.restoreAllMocks();
  await Promise.all(opened.splice(0).map(closed));
});

export async function bind(form: Form, ip = LOOPBACK, port = 0): Promise<UdpTransport> {
  const transport = await bindUdp(ip, port, { form });
  opened.push(transport);
  return transport;
}

export function closed(transport: DatagramTransport): Promise<void> {
  return new Promise((resolve) => transport.close(resolve));
}

/** Sends whole bytes at once. */
export function say(from: DatagramTransport, to: Address, text: string): void {
  const bytes = Buffer.from(text);
  from.send(to, bytes, bytes.length);
  from.flush();
}

/** Collects what arrives; `count(n)` waits until n datagrams have. */
export function listen(transport: DatagramTransport) {
  const datagrams: { from: Address; bytes: Buffer }[] = [];
  let wanted = Infinity;
  let enough: () => void = () => {};
  let batches = 0;
  const unsent: { to: Address; code: string }[] = [];
  transport.open({
    unsent: (to, code) => unsent.push({ to, code }),
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
  return { datagrams, count, unsent, batches: () => batches };
}

/** A datagram that tells its number in every word, and whose length depends on it. */
export function numbered(number: number, bytes: Uint8Array): number {
  const length = 4 * (1 + (number % 200));
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  for (let at = 0; at < length; at += 4) view.setUint32(at, number);
  return length;
}

export function numberOf(bytes: Buffer): number {
  const number = bytes.readUInt32BE(0);
  expect(bytes.length).toBe(4 * (1 + (number % 200)));
  for (let at = 0; at < bytes.length; at += 4) {
    if (bytes.readUInt32BE(at) !== number) throw new Error(`torn datagram ${number}`);
  }
  return number;
}

/** The broadcast address of the loopback network: refused without leave to broadcast. */
export const REFUSED: Address = addressOf(0x7fffffff, 6881);

/**
 * What both forms of a UDP socket have in common: what they are to their owner, the dgram socket
 * that stands behind each, and what an operating system says when it does not send.
 */
import { createSocket, type Socket } from 'node:dgram';
import { networkInterfaces } from 'node:os';
import type { DatagramTransport } from '../core/host.ts';

/** A socket of this process, and how it moves datagrams. */
export interface UdpTransport extends DatagramTransport {
  readonly form: 'dgram' | 'node:ffi' | 'koffi';
}

/** Where to bind, and how. */
export interface UdpPlace {
  ip: number;
  port: number;
  /** Other sockets may bind the same address, and the kernel deals datagrams out among them. */
  sharesPort: boolean;
}

/** Is it an address of this machine now? Those of an interface that is down are not. */
function isOurs(host: string): boolean {
  if (host === '0.0.0.0' || host === '::' || host.startsWith('127.')) return true;
  const lists = Object.values(networkInterfaces());
  return lists.some((list) => list?.some(({ address }) => address === host));
}

/** Asked of the kernel for datagrams that wait for us; Linux caps it at net.core.rmem_max. */
const RECEIVE_BUFFER_BYTES = 4 * 1024 * 1024;

type LookupCallback = (error: Error | null, address: string, family: number) => void;

/** Only addresses in text ever get here: names are resolved before they become addresses. */
function answerAtOnce(host: string, _options: unknown, callback: LookupCallback): void {
  callback(null, host, host.includes(':') ? 6 : 4);
}

/**
 * @internal
 * A socket that looks no address up before it sends, as dgram by default does at the price of a tick
 * per datagram.
 */
export function newSocket(sharesPort = false, isV6 = false): Socket {
  // One of IPv6 hears nothing of IPv4: an identity belongs to one address (BEP 45).
  const family = isV6 ? ({ type: 'udp6', ipv6Only: true } as const) : ({ type: 'udp4' } as const);
  return createSocket({ ...family, lookup: answerAtOnce, reusePort: sharesPort });
}

/**
 * @internal
 * Deno makes a new JavaScript buffer of this size for every datagram that it reads: 515 datagrams a second
 * instead of 10,590 between twenty sockets. There the system's own size has to do.
 */
export function enlargeReceiveBuffer(socket: Socket): void {
  if ('Deno' in globalThis) return;
  try {
    socket.setRecvBufferSize(RECEIVE_BUFFER_BYTES);
  } catch {
    // A system that does not give it leaves the default, which only loses more in a burst.
  }
}

const REFUSALS: Record<string, string> = {
  ENETUNREACH: 'the network is unreachable',
  ENETDOWN: 'the network is down',
  EHOSTUNREACH: 'there is no way to the host',
  EPERM: 'a firewall forbids it',
  EACCES: 'a firewall forbids it',
  EADDRNOTAVAIL: 'the address that we listen on is gone',
  EINVAL: 'the address that we listen on is gone, or the other is none',
};

/**
 * Why the system does not send, as people say it, with its own word.
 * @param host where we listen: it may be gone, and back as another.
 */
export function refusalText(code: string, host?: string): string {
  const isGone = host !== undefined && !isOurs(host);
  const reason = isGone
    ? `${host}, where we listen, is no address of this machine`
    : REFUSALS[code];
  return reason === undefined ? code : `${reason} (${code})`;
}

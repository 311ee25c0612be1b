/**
 * A datagram that somebody who looked on has kept, and its line in a capture: one JSON object, of which
 * only these fields are read again; whatever else a line says is for people and their programs.
 *
 *     {"atMs":1767225600000.125,"direction":"in","local":"127.0.0.1:6881","peer":"127.0.0.1:7001","bytes":"64313a…"}
 */
import { type Address, addressOf, formatAddress, parseIp, parseIp6 } from '../../core/address.ts';
import { shown } from '../../core/argument.ts';

export interface CapturedPacket {
  /** ms since 1970. */
  atMs: number;
  /** It went from us to the peer. */
  isOurs: boolean;
  local: Address;
  peer: Address;
  bytes: Uint8Array;
}

/** The payload of a UDP datagram has no more. */
export const PACKET_BYTES_MAX = 65_507;

/** @throws RangeError: one sentence that says what is wrong with the line. */
export function packetOfLine(line: string): CapturedPacket {
  const { atMs, direction, local, peer, bytes } = objectOf(line);
  if (typeof atMs !== 'number' || !Number.isFinite(atMs)) throw expected('atMs', 'a number', atMs);
  if (direction !== 'in' && direction !== 'out') {
    throw expected('direction', '"in" or "out"', direction);
  }
  if (typeof bytes !== 'string' || !/^(?:[0-9a-f]{2})*$/.test(bytes)) {
    throw expected('bytes', 'hexadecimal digits in pairs', bytes);
  }
  if (bytes.length > 2 * PACKET_BYTES_MAX) {
    throw new RangeError(`"bytes" expected at most ${PACKET_BYTES_MAX} bytes`);
  }
  return {
    atMs,
    isOurs: direction === 'out',
    local: addressFrom(local, 'local'),
    peer: addressFrom(peer, 'peer'),
    bytes: bytesOfHex(bytes),
  };
}

/** The fields of a line that are read again. */
export function fieldsOfPacket(packet: CapturedPacket): {
  atMs: number;
  direction: 'in' | 'out';
  local: string;
  peer: string;
  bytes: string;
} {
  return {
    atMs: packet.atMs,
    direction: packet.isOurs ? 'out' : 'in',
    local: formatAddress(packet.local),
    peer: formatAddress(packet.peer),
    bytes: hexOfBytes(packet.bytes),
  };
}

export function hexOfBytes(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += (byte < 16 ? '0' : '') + byte.toString(16);
  return text;
}

function bytesOfHex(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length / 2);
  for (let i = 0; i < bytes.length; i++) {
    bytes[i] = Number.parseInt(text.slice(2 * i, 2 * i + 2), 16);
  }
  return bytes;
}

/** An endpoint as it is written: "10.0.0.1:6881", "[2001:db8::1]:6881". */
export function addressFrom(text: unknown, name: string): Address {
  const found = typeof text === 'string' ? /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(text) : null;
  const ip = found?.[1] !== undefined ? parseIp6(found[1]) : parseIp(found?.[2] ?? '');
  const port = Number(found?.[3]);
  if (ip < 0 || !(port <= 65_535)) throw expected(name, 'an address such as 10.0.0.1:6881', text);
  return addressOf(ip, port);
}

function objectOf(line: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  } catch {
    // Said below.
  }
  throw new RangeError('expected a JSON object');
}

const expected = (name: string, what: string, got: unknown): RangeError =>
  new RangeError(`"${name}" expected ${what}, got ${shown(got)}`);

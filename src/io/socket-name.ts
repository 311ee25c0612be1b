/**
 * Endpoints as the kernel has them: a sockaddr_in, or a sockaddr_in6.
 *
 *     sockaddr_in, 16 bytes         sockaddr_in6, 28 bytes
 *      0  family, 2                  0  family, 10
 *      2  port, big-endian           2  port, big-endian
 *      4  ip                         4  flow: 0
 *      8  zeros                      8  ip, 16 bytes
 *                                   24  scope: 0, as dgram has it that is given no zone
 *
 * The family is in the byte order of the machine: little-endian here.
 */
import {
  type Address,
  addressOf,
  ipOf,
  isV6,
  portOf,
  readAddress6,
  writeAddress6,
} from '../core/address.ts';
import { IP6_BYTES } from '../core/address-book.ts';

export const AF_INET = 2;
export const AF_INET6 = 10;
/** Bytes of a slot for a name of either family. */
export const NAME_BYTES = 32;
const NAME4_BYTES = 16;
const NAME6_BYTES = 28;
const IP6_AT = 8;
/** An IPv6 address and a port behind it, as BEP 32 has them. */
const compact6 = new Uint8Array(IP6_BYTES + 2);

/** Writes the name of an endpoint into a slot. Returns how long it is. */
export function writeName(names: Uint8Array, at: number, address: Address): number {
  if (isV6(address)) return writeName6(names, at, address);
  const ip = ipOf(address);
  const port = portOf(address);
  names[at] = AF_INET;
  names[at + 1] = 0;
  names[at + 2] = port >>> 8;
  names[at + 3] = port & 255;
  names[at + 4] = ip >>> 24;
  names[at + 5] = (ip >>> 16) & 255;
  names[at + 6] = (ip >>> 8) & 255;
  names[at + 7] = ip & 255;
  return NAME4_BYTES;
}

function writeName6(names: Uint8Array, at: number, address: Address): number {
  names.fill(0, at, at + NAME6_BYTES);
  names[at] = AF_INET6;
  writeAddress6(names, at + IP6_AT, address);
  const port = portOf(address);
  names[at + 2] = port >>> 8;
  names[at + 3] = port & 255;
  // Behind the address stood its compact port.
  names[at + IP6_AT + IP6_BYTES] = 0;
  names[at + IP6_AT + IP6_BYTES + 1] = 0;
  return NAME6_BYTES;
}

export function readName(names: Uint8Array, at: number): Address {
  if (names[at] === AF_INET6) return readName6(names, at);
  const ip = (names[at + 5]! << 16) | (names[at + 6]! << 8) | names[at + 7]!;
  return addressOf(names[at + 4]! * 0x1000000 + ip, (names[at + 2]! << 8) | names[at + 3]!);
}

function readName6(names: Uint8Array, at: number): Address {
  for (let i = 0; i < IP6_BYTES; i++) compact6[i] = names[at + IP6_AT + i]!;
  compact6[IP6_BYTES] = names[at + 2]!;
  compact6[IP6_BYTES + 1] = names[at + 3]!;
  return readAddress6(compact6, 0);
}

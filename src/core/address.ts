/**
 * Where a node lives: an IPv4 address and a port, as one number.
 *
 *      48 bits          ip (32)            port (16)
 *     ┌──────────────────────────────────┬────────────────┐
 *     │ 127 . 0 . 0 . 1                  │ 6881           │   = ip * 65536 + port
 *     └──────────────────────────────────┴────────────────┘
 *
 * 48 bits are exact in a double, so an address is a Map key, a Float64Array cell and an argument
 * without any allocation. On the wire it is the 6 bytes of BEP 5's compact form, big-endian.
 * An IPv6 address is known by a number of 2^32 and above (address-book.ts), its endpoints so by numbers of
 * 2^48 and above; on the wire they are 18 bytes (BEP 32).
 */
import { addressBook, FIRST_IP6, IP6_BYTES } from './address-book.ts';
import { readIp6, writeIp6 } from './ip6-text.ts';

export type Address = number;

/** Bytes of a compact IPv4 endpoint (BEP 5 "Contact Encoding"). */
export const COMPACT_ADDRESS_BYTES = 6;

/** Bytes of a compact IPv6 endpoint (BEP 32). */
export const COMPACT_ADDRESS6_BYTES: number = IP6_BYTES + 2;

const PORTS = 0x10000;
const FIRST_ADDRESS6 = FIRST_IP6 * PORTS;
/** Beyond the numbers of all /24. */
const FIRST_NETWORK6 = 0x1000000;

export function isIp6(ip: number): boolean {
  return ip >= FIRST_IP6;
}

/** Is it an endpoint of IPv6? */
export function isV6(address: Address): boolean {
  return address >= FIRST_ADDRESS6;
}

/** What the low 48 bits of an IPv6 endpoint leave out. */
export const V6_BASE: number = FIRST_ADDRESS6;

export function addressOf(ip: number, port: number): Address {
  return ip * PORTS + port;
}

export function ipOf(address: Address): number {
  return Math.floor(address / PORTS);
}

/**
 * The network an address is in, as a number: its /24, or its /64. Who runs many nodes mostly has few networks, so
 * tables, lookups and votes count these.
 */
export function networkOf(address: Address): number {
  if (address >= FIRST_ADDRESS6) return FIRST_NETWORK6 + addressBook.networkOf(ipOf(address));
  return Math.floor(address / 0x1000000);
}

/** Whom a limit per IP is for: an IPv4 address; of IPv6 a /64, since nobody has less. */
export function partyOf(address: Address): number {
  return address >= FIRST_ADDRESS6 ? networkOf(address) : ipOf(address);
}

export function portOf(address: Address): number {
  return address - Math.floor(address / PORTS) * PORTS;
}

export function readAddress(bytes: Uint8Array, offset: number): Address {
  const high = (bytes[offset] << 16) | (bytes[offset + 1] << 8) | bytes[offset + 2];
  const low = (bytes[offset + 3] << 16) | (bytes[offset + 4] << 8) | bytes[offset + 5];
  return high * 0x1000000 + low;
}

export function writeAddress(bytes: Uint8Array, offset: number, address: Address): void {
  const high = Math.floor(address / 0x1000000);
  const low = address - high * 0x1000000;
  bytes[offset] = high >>> 16;
  bytes[offset + 1] = (high >>> 8) & 255;
  bytes[offset + 2] = high & 255;
  bytes[offset + 3] = low >>> 16;
  bytes[offset + 4] = (low >>> 8) & 255;
  bytes[offset + 5] = low & 255;
}

/** Reads the 18 bytes of a compact IPv6 endpoint. */
export function readAddress6(bytes: Uint8Array, offset: number): Address {
  const port = (bytes[offset + IP6_BYTES] << 8) | bytes[offset + IP6_BYTES + 1];
  return addressOf(addressBook.numberOf(bytes, offset), port);
}

/** Writes them. An address that was given up long ago becomes `::`. */
export function writeAddress6(bytes: Uint8Array, offset: number, address: Address): void {
  const from = addressBook.startOf(ipOf(address));
  const known = addressBook.bytes;
  for (let i = 0; i < IP6_BYTES; i++) bytes[offset + i] = from === 0 ? 0 : known[from + i];
  const port = portOf(address);
  bytes[offset + IP6_BYTES] = port >>> 8;
  bytes[offset + IP6_BYTES + 1] = port & 255;
}

/** Whoever keeps an address for long holds on to it, and lets go as often; for IPv4 there is nothing to do. */
export function holdAddress(address: Address): void {
  if (address >= FIRST_ADDRESS6) addressBook.hold(ipOf(address));
}

export function letGoOfAddress(address: Address): void {
  if (address >= FIRST_ADDRESS6) addressBook.letGo(ipOf(address));
}

const ip6 = new Uint8Array(IP6_BYTES);

/** Reads an IPv6 address; -1 when the text is none. */
export function parseIp6(text: string): number {
  return readIp6(text, ip6) ? addressBook.numberOf(ip6, 0) : -1;
}

/** Reads a dotted quad of plain decimals ("10.0.0.1"); -1 when the text is anything else. */
export function parseIp(text: string): number {
  let ip = 0;
  let octet = -1;
  let dots = 0;
  for (let i = 0; i <= text.length; i++) {
    const code = i < text.length ? text.charCodeAt(i) : 46;
    if (code === 46) {
      if (octet < 0) return -1;
      ip = ip * 256 + octet;
      octet = -1;
      dots++;
    } else {
      if (code < 48 || code > 57 || octet === 0) return -1;
      octet = (octet < 0 ? 0 : octet) * 10 + (code - 48);
      if (octet > 255) return -1;
    }
  }
  return dots === 4 ? ip : -1;
}

export function formatIp(ip: number): string {
  if (ip >= FIRST_IP6) {
    const start = addressBook.startOf(ip);
    return start === 0 ? '::' : writeIp6(addressBook.bytes, start);
  }
  return `${Math.floor(ip / 0x1000000)}.${(ip >>> 16) & 255}.${(ip >>> 8) & 255}.${ip & 255}`;
}

export function formatAddress(address: Address): string {
  return formatEndpoint(formatIp(ipOf(address)), portOf(address));
}

/** Host and port as they are written together: an IPv6 address in brackets. */
export function formatEndpoint(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/**
 * How far an address means the same thing. A loopback address is meaningful on one host, a private
 * one inside one network, a public one everywhere; the rest (0/8, multicast, reserved, port 0) can
 * never be a node.
 */
export const Scope = { unusable: 0, loopback: 1, linkLocal: 2, private: 3, public: 4 } as const;
export type Scope = (typeof Scope)[keyof typeof Scope];

export function scopeOf(address: Address): Scope {
  if (address >= FIRST_ADDRESS6) return scopeOf6(address);
  const ip = ipOf(address);
  return scopeOfParts(ip >>> 24, (ip >>> 16) & 255, address !== ip * PORTS);
}

/** The same for the compact form, without reading the address. */
export function scopeAt(bytes: Uint8Array, offset: number): Scope {
  const hasPort = (bytes[offset + 4] | bytes[offset + 5]) !== 0;
  return scopeOfParts(bytes[offset], bytes[offset + 1], hasPort);
}

function scopeOfParts(first: number, second: number, hasPort: boolean): Scope {
  if (!hasPort || first === 0 || first >= 224) return Scope.unusable;
  if (first === 127) return Scope.loopback;
  if (first === 169 && second === 254) return Scope.linkLocal;
  if (first === 10) return Scope.private;
  if (first === 172 && second >= 16 && second < 32) return Scope.private;
  if (first === 192 && second === 168) return Scope.private;
  if (first === 100 && second >= 64 && second < 128) return Scope.private; // RFC 6598, carrier NAT
  return Scope.public;
}

/** RFC 4291, RFC 4193; an IPv4 address in the clothes of IPv6 is no node. */
function scopeOf6(address: Address): Scope {
  const start = addressBook.startOf(ipOf(address));
  if (start === 0 || portOf(address) === 0) return Scope.unusable;
  const { bytes } = addressBook;
  const [first, second] = [bytes[start], bytes[start + 1]];
  if (first === 0xff) return Scope.unusable;
  if (first === 0xfe && (second & 0xc0) === 0x80) return Scope.linkLocal;
  if (first === 0xfe && (second & 0xc0) === 0xc0) return Scope.private; // fec0::/10, site-local
  if ((first & 0xfe) === 0xfc) return Scope.private;
  for (let i = 0; i < 8; i++) if (bytes[start + i] !== 0) return Scope.public;
  let rest = 0;
  for (let i = 8; i < 15; i++) rest |= bytes[start + i];
  return rest === 0 && bytes[start + 15] === 1 ? Scope.loopback : Scope.unusable;
}

export function isLoopback(address: Address): boolean {
  if (address >= FIRST_ADDRESS6) return scopeOf6(address) === Scope.loopback;
  return Math.floor(address / 0x10000000000) === 127;
}

/**
 * May an address be passed between us and `peer`, in either direction? Only when it means the same
 * thing at both ends: a public node that tells us of 127.0.0.1 or 192.168.0.1 tells us nothing.
 */
export function meaningfulTo(peer: Address, address: Address): boolean {
  return reaches(scopeOf(peer), scopeOf(address));
}

/** The same for scopes: may an address of `scope` be passed between us and a peer of `peerScope`? */
export function reaches(peerScope: Scope, scope: Scope): boolean {
  return scope !== Scope.unusable && scope >= peerScope;
}

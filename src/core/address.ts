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
 * Numbers of 2^48 and above are free: that is where IPv6 endpoints will be numbered.
 */
export type Address = number;

/** Bytes of a compact IPv4 endpoint (BEP 5 "Contact Encoding"). */
export const COMPACT_ADDRESS_BYTES = 6;

const PORTS = 0x10000;

export function addressOf(ip: number, port: number): Address {
  return ip * PORTS + port;
}

export function ipOf(address: Address): number {
  return Math.floor(address / PORTS);
}

/**
 * The network an address is in, as a number: its /24. Who runs many nodes mostly has few networks, so
 * tables, lookups and votes count these.
 */
export function networkOf(address: Address): number {
  return Math.floor(address / 0x1000000);
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
  return `${Math.floor(ip / 0x1000000)}.${(ip >>> 16) & 255}.${(ip >>> 8) & 255}.${ip & 255}`;
}

export function formatAddress(address: Address): string {
  return `${formatIp(ipOf(address))}:${portOf(address)}`;
}

/**
 * How far an address means the same thing. A loopback address is meaningful on one host, a private
 * one inside one network, a public one everywhere; the rest (0/8, multicast, reserved, port 0) can
 * never be a node.
 */
export const Scope = { unusable: 0, loopback: 1, linkLocal: 2, private: 3, public: 4 } as const;
export type Scope = (typeof Scope)[keyof typeof Scope];

export function scopeOf(address: Address): Scope {
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

export function isLoopback(address: Address): boolean {
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

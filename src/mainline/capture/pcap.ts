/**
 * Captures as Wireshark and tcpdump read and write them (pcap, draft-ietf-opsawg-pcap): each datagram with
 * the IP and UDP headers that it had, without those of a wire (link type 101, "raw IP").
 *
 *     24 bytes   a1b2c3d4, version 2.4, 0, 0, 65535, link type
 *     per packet 16 bytes: seconds, microseconds, bytes here, bytes there
 *                20 (IPv4) or 40 (IPv6) bytes, 8 of UDP, and the datagram
 */
import {
  type Address,
  addressOf,
  COMPACT_ADDRESS6_BYTES,
  isV6,
  portOf,
  readAddress,
  readAddress6,
  writeAddress,
  writeAddress6,
} from '../../core/address.ts';
import type { CapturedPacket } from './captured.ts';

const MAGIC = 0xa1b2c3d4;
/** The same with nanoseconds. */
const MAGIC_NS = 0xa1b23c4d;
const FILE_HEADER_BYTES = 24;
const PACKET_HEADER_BYTES = 16;
const UDP_HEADER_BYTES = 8;
const IP4_HEADER_BYTES = 20;
const IP6_HEADER_BYTES = 40;
const UDP = 17;
const SNAPSHOT_BYTES = 0xffff;
/** Link types and how many bytes stand before the IP header: raw, Ethernet, BSD loopback, Linux cooked (both forms). */
const LINKS: ReadonlyMap<number, number> = new Map([
  [101, 0],
  [1, 14],
  [0, 4],
  [108, 4],
  [113, 16],
  [276, 20],
]);
const RAW = 101;
/** What a pcapng file begins with, in either byte order. */
const PCAPNG_MAGIC = 0x0a0d0d0a;
const HOPS = 64;

/** What a file begins with. */
export function pcapHeader(): Uint8Array {
  const view = new DataView(new ArrayBuffer(FILE_HEADER_BYTES));
  view.setUint32(0, MAGIC);
  view.setUint16(4, 2);
  view.setUint16(6, 4);
  view.setUint32(16, SNAPSHOT_BYTES);
  view.setUint32(20, RAW);
  return new Uint8Array(view.buffer);
}

/** One packet of it. */
export function pcapRecord({ atMs, isOurs, local, peer, bytes }: CapturedPacket): Uint8Array {
  const [from, to] = isOurs ? [local, peer] : [peer, local];
  const isWide = isV6(from) || isV6(to);
  const ipBytes = isWide ? IP6_HEADER_BYTES : IP4_HEADER_BYTES;
  const length = ipBytes + UDP_HEADER_BYTES + bytes.length;
  const record = new Uint8Array(PACKET_HEADER_BYTES + length);
  const view = new DataView(record.buffer);
  const microseconds = Math.round(atMs * 1000);
  view.setUint32(0, Math.floor(microseconds / 1e6));
  view.setUint32(4, microseconds % 1e6);
  view.setUint32(8, length);
  view.setUint32(12, length);
  const ip = record.subarray(PACKET_HEADER_BYTES);
  if (isWide) writeIp6Header(ip, from, to, UDP_HEADER_BYTES + bytes.length);
  else writeIp4Header(ip, from, to, length);
  const udp = ip.subarray(ipBytes);
  const udpView = new DataView(udp.buffer, udp.byteOffset);
  udpView.setUint16(0, portOf(from));
  udpView.setUint16(2, portOf(to));
  udpView.setUint16(4, udp.length);
  udp.set(bytes, UDP_HEADER_BYTES);
  const addresses = isWide ? ip.subarray(8, 40) : ip.subarray(12, 20);
  udpView.setUint16(6, udpChecksum(addresses, udp));
  return record;
}

function writeIp4Header(ip: Uint8Array, from: Address, to: Address, length: number): void {
  const view = new DataView(ip.buffer, ip.byteOffset);
  ip[0] = 0x45;
  view.setUint16(2, length);
  ip[8] = HOPS;
  ip[9] = UDP;
  const compact = new Uint8Array(6);
  writeAddress(compact, 0, from);
  ip.set(compact.subarray(0, 4), 12);
  writeAddress(compact, 0, to);
  ip.set(compact.subarray(0, 4), 16);
  view.setUint16(10, ~folded(summed(ip.subarray(0, IP4_HEADER_BYTES), 0)) & 0xffff);
}

function writeIp6Header(ip: Uint8Array, from: Address, to: Address, length: number): void {
  const view = new DataView(ip.buffer, ip.byteOffset);
  ip[0] = 0x60;
  view.setUint16(4, length);
  ip[6] = UDP;
  ip[7] = HOPS;
  ip.set(ip6Of(from), 8);
  ip.set(ip6Of(to), 24);
}

/** An unspecified IPv4 address beside one of IPv6 is the unspecified one of IPv6. */
function ip6Of(address: Address): Uint8Array {
  const compact = new Uint8Array(COMPACT_ADDRESS6_BYTES);
  if (isV6(address)) writeAddress6(compact, 0, address);
  return compact.subarray(0, 16);
}

/** RFC 768 and RFC 8200: over the addresses, the length, the protocol, and all of the datagram. */
function udpChecksum(addresses: Uint8Array, udp: Uint8Array): number {
  const sum = summed(addresses, 0) + summed(udp, 0) + udp.length + UDP;
  return ~folded(sum) & 0xffff || 0xffff;
}

function summed(bytes: Uint8Array, sum: number): number {
  for (let i = 0; i < bytes.length; i += 2) sum += (bytes[i] << 8) | (bytes[i + 1] ?? 0);
  return sum;
}

function folded(sum: number): number {
  let rest = sum;
  while (rest > 0xffff) rest = (rest % 0x10000) + Math.floor(rest / 0x10000);
  return rest;
}

/** A datagram of a capture, before it is known whose side is ours. */
export interface PcapDatagram {
  atMs: number;
  from: Address;
  to: Address;
  bytes: Uint8Array;
}

/** Is this the beginning of a pcap file? */
export function isPcap(file: Uint8Array): boolean {
  return file.length >= FILE_HEADER_BYTES && byteOrderOf(file) !== null;
}

/** The form that Wireshark writes by itself: another one. */
export function isPcapng(file: Uint8Array): boolean {
  if (file.length < 4) return false;
  return new DataView(file.buffer, file.byteOffset).getUint32(0) === PCAPNG_MAGIC;
}

/**
 * The UDP datagrams of a file that are there in one piece; what else it has is passed over, and so is a last
 * packet that was cut off.
 * @throws RangeError for what is no pcap, or of a link type that is not known here.
 */
export function* pcapDatagrams(file: Uint8Array): Generator<PcapDatagram> {
  const order = byteOrderOf(file);
  if (order === null) throw new RangeError('this is no pcap file');
  const { isLittle, perSecond } = order;
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const link = view.getUint32(20, isLittle) & 0xffff;
  const skip = LINKS.get(link);
  if (skip === undefined) throw new RangeError(`link type ${link} is not read here`);
  for (let at = FILE_HEADER_BYTES; at + PACKET_HEADER_BYTES <= file.length; ) {
    const seconds = view.getUint32(at, isLittle);
    const fraction = view.getUint32(at + 4, isLittle);
    const length = view.getUint32(at + 8, isLittle);
    const start = at + PACKET_HEADER_BYTES;
    at = start + length;
    if (at > file.length) return;
    const found = datagramOf(file.subarray(Math.min(start + skip, at), at));
    if (found) yield { atMs: seconds * 1000 + (fraction * 1000) / perSecond, ...found };
  }
}

function byteOrderOf(file: Uint8Array): { isLittle: boolean; perSecond: number } | null {
  if (file.length < FILE_HEADER_BYTES) return null;
  const view = new DataView(file.buffer, file.byteOffset);
  for (const isLittle of [false, true]) {
    const magic = view.getUint32(0, isLittle);
    if (magic === MAGIC) return { isLittle, perSecond: 1e6 };
    if (magic === MAGIC_NS) return { isLittle, perSecond: 1e9 };
  }
  return null;
}

function datagramOf(ip: Uint8Array): Omit<PcapDatagram, 'atMs'> | null {
  const version = ip.length === 0 ? 0 : ip[0] >> 4;
  const isWide = version === 6;
  if (version !== 4 && !isWide) return null;
  const ipBytes = isWide ? IP6_HEADER_BYTES : (ip[0] & 15) * 4;
  if (ip.length < ipBytes + UDP_HEADER_BYTES) return null;
  const protocol = isWide ? ip[6] : ip[9];
  const isFragment = !isWide && (((ip[6] & 0x3f) << 8) | ip[7]) !== 0;
  if (protocol !== UDP || isFragment) return null;
  const udp = ip.subarray(ipBytes);
  const view = new DataView(udp.buffer, udp.byteOffset, udp.byteLength);
  const length = view.getUint16(4);
  if (length < UDP_HEADER_BYTES || length > udp.length) return null;
  return {
    from: endpointOf(ip, isWide ? 8 : 12, isWide, view.getUint16(0)),
    to: endpointOf(ip, isWide ? 24 : 16, isWide, view.getUint16(2)),
    bytes: new Uint8Array(udp.subarray(UDP_HEADER_BYTES, length)),
  };
}

function endpointOf(ip: Uint8Array, start: number, isWide: boolean, port: number): Address {
  const compact = new Uint8Array(COMPACT_ADDRESS6_BYTES);
  const bytes = isWide ? 16 : 4;
  compact.set(ip.subarray(start, start + bytes));
  compact[bytes] = port >> 8;
  compact[bytes + 1] = port & 255;
  return isWide ? readAddress6(compact, 0) : readAddress(compact, 0);
}

/**
 * Whose side is ours: that of `local`, or else of the endpoint that took part in the most datagrams. Those
 * that it had no part in are left out.
 */
export function seenFrom(
  datagrams: readonly PcapDatagram[],
  local: Address = busiest(datagrams),
): CapturedPacket[] {
  return datagrams.flatMap(({ atMs, from, to, bytes }) => {
    if (from === local) return { atMs, isOurs: true, local, peer: to, bytes };
    return to === local ? { atMs, isOurs: false, local, peer: from, bytes } : [];
  });
}

function busiest(datagrams: readonly PcapDatagram[]): Address {
  const counts = new Map<Address, number>();
  for (const { from, to } of datagrams) {
    for (const end of [from, to]) counts.set(end, (counts.get(end) ?? 0) + 1);
  }
  let best = addressOf(0, 0);
  for (const [end, count] of counts) if (count > (counts.get(best) ?? 0)) best = end;
  return best;
}

/**
 * Captures: packets in a file, as JSON lines or as Wireshark reads them, and back again.
 *
 *     Packet ─┬─ captureLine ─▶ {"atMs":…,"direction":"in",…,"bytes":"64313a…"}   a line
 *             └─ pcapRecord ──▶ behind pcapHeader()
 *     file ── readCapture ────▶ CapturedPacket[] ──▶ replayCapture (ringlight/lab), captureScene (ringlight/scene)
 */
import { addressOf, parseIp, parseIp6 } from '../../core/address.ts';
import {
  addressFrom,
  type CapturedPacket,
  fieldsOfPacket,
  hexOfBytes,
  packetOfLine,
} from '../../mainline/capture/captured.ts';
import {
  isPcap,
  isPcapng,
  pcapDatagrams,
  pcapRecord,
  seenFrom,
} from '../../mainline/capture/pcap.ts';
import { type Bencoded, latin1 } from '../../mainline/krpc/bencode.ts';
import type { Packet } from './packets.ts';
import type { Peer } from './results.ts';

/** What of a message is text in a line; all other strings are hexadecimal digits. */
const TEXTS = new Set(['q', 'y']);

/** A packet as an object of JSON, its message readable beside its bytes. */
export function captureLine(packet: Packet): Record<string, unknown> {
  const { kind, method, verdict, reason, missed } = packet;
  const message = packet.message;
  return {
    ...fieldsOfPacket(capturedOf(packet)),
    ...{ kind, method, verdict },
    ...(reason !== null && { reason }),
    ...(missed > 0 && { missed }),
    ...(message !== null && { message: readable(message, '') }),
  };
}

/** A packet as a record of a pcap file. */
export function pcapOf(packet: Packet): Uint8Array {
  return pcapRecord(capturedOf(packet));
}

function capturedOf({ atMs, direction, local, peer, bytes }: Packet): CapturedPacket {
  const from = addressOfPeer(local);
  return { atMs, isOurs: direction === 'out', local: from, peer: addressOfPeer(peer), bytes };
}

const addressOfPeer = ({ host, port }: Peer): number =>
  addressOf(host.includes(':') ? parseIp6(host) : parseIp(host), port);

function readable(value: Bencoded, key: string): unknown {
  if (value instanceof Uint8Array) {
    return TEXTS.has(key) ? latin1(value, 0, value.length) : hexOfBytes(value);
  }
  if (Array.isArray(value)) {
    // An error is a number and a text for people.
    const isError = key === 'e' && value.length === 2 && value[1] instanceof Uint8Array;
    return value.map((one, i) => readable(one, isError && i === 1 ? 'q' : ''));
  }
  if (typeof value === 'bigint') return value.toString();
  if (typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => [name, readable(one, name)]),
  );
}

export interface ReadCaptureOptions {
  /** Of a pcap file, whose side is ours: "10.0.0.1:6881". Default: who took part in the most datagrams. */
  local?: string;
}

/**
 * The packets of a file, in order of time. A last line or packet that was cut off is left out.
 * @throws RangeError: one sentence that says what is wrong, and in which line.
 */
export function readCapture(file: Uint8Array, options: ReadCaptureOptions = {}): CapturedPacket[] {
  const packets = isPcap(file) ? packetsOfPcap(file, options.local) : packetsOfLines(file);
  return packets.sort((a, b) => a.atMs - b.atMs);
}

function packetsOfPcap(file: Uint8Array, local: string | undefined): CapturedPacket[] {
  const datagrams = [...pcapDatagrams(file)];
  if (local === undefined) return seenFrom(datagrams);
  const packets = seenFrom(datagrams, addressFrom(local, 'local'));
  if (packets.length === 0) throw new RangeError(`"local": ${local} took part in no datagram`);
  return packets;
}

function packetsOfLines(file: Uint8Array): CapturedPacket[] {
  if (isPcapng(file)) {
    throw new RangeError('this is a pcapng file: "editcap -F pcap" makes a pcap file of it');
  }
  if (file.length > 0 && !/^\s*\{/.test(latin1(file, 0, Math.min(file.length, 64)))) {
    throw new RangeError('this is neither a pcap file nor lines of JSON');
  }
  const lines = new TextDecoder().decode(file).split('\n');
  const packets: CapturedPacket[] = [];
  for (const [i, line] of lines.entries()) {
    if (line.trim() === '') continue;
    try {
      packets.push(packetOfLine(line));
    } catch (error) {
      const isCutOff = i === lines.length - 1 && packets.length > 0;
      if (isCutOff) break;
      throw new RangeError(`line ${i + 1}: ${(error as Error).message}`);
    }
  }
  return packets;
}

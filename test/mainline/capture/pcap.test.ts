import fc from 'fast-check';
import { expect, test } from 'vitest';
import { addressOf, formatAddress, parseIp, parseIp6 } from '../../../src/core/address.ts';
import type { CapturedPacket } from '../../../src/mainline/capture/captured.ts';
import {
  isPcap,
  pcapDatagrams,
  pcapHeader,
  pcapRecord,
  seenFrom,
} from '../../../src/mainline/capture/pcap.ts';

const PACKET: CapturedPacket = {
  ...{ atMs: 1_700_000_000_123.456, isOurs: true },
  ...{ local: addressOf(parseIp('10.0.0.1'), 6881), peer: addressOf(parseIp('10.0.0.2'), 7001) },
  bytes: Uint8Array.from(Buffer.from('d1:ad2:id20:abcdefghij0123456789e1:q4:ping1:t2:aa1:y1:qe')),
};
const V6 = {
  ...{ ...PACKET, local: addressOf(parseIp6('2001:db8::1'), 6881) },
  peer: addressOf(parseIp6('2001:db8::2'), 7001),
};
const fileOf = (...packets: CapturedPacket[]) =>
  Buffer.concat([pcapHeader(), ...packets.map(pcapRecord)]);

test('the header and a record are those that libpcap writes, checksums included', () => {
  expect(Buffer.from(pcapHeader()).toString('hex')).toBe(
    'a1b2c3d40002000400000000000000000000ffff00000065',
  );
  const record = Buffer.from(pcapRecord({ ...PACKET, bytes: Uint8Array.of(1) })).toString('hex');
  // The checksums were taken from tshark, which calls them good.
  expect(record).toBe(
    ['6553f100', '0001e240', '0000001d', '0000001d', '4500001d00000000401166ce0a0000010a000002']
      .concat(['1ae11b590009b49f', '01'])
      .join(''),
  );
});

test('what was written is read again, of both families, and both directions', () => {
  const packets = [PACKET, { ...PACKET, isOurs: false }];
  expect(seenFrom([...pcapDatagrams(fileOf(...packets))], PACKET.local)).toEqual(packets);
  const wide = [V6, { ...V6, isOurs: false, bytes: new Uint8Array(0) }];
  expect(seenFrom([...pcapDatagrams(fileOf(...wide))], V6.local)).toEqual(wide);
});

test('our side is the busiest, unless it is said', () => {
  const peers = [1, 2, 3].map((n) => addressOf(parseIp('10.0.1.1'), n));
  const datagrams = [...pcapDatagrams(fileOf(...peers.map((peer) => ({ ...PACKET, peer }))))];
  expect(seenFrom(datagrams).map(({ local }) => formatAddress(local))).toEqual(
    Array(3).fill('10.0.0.1:6881'),
  );
  expect(seenFrom(datagrams, peers[1])).toMatchObject([{ isOurs: false, peer: PACKET.local }]);
});

test('little-endian files with nanoseconds on Ethernet are read', () => {
  const file = Buffer.alloc(24 + 16 + 14);
  file.writeUInt32LE(0xa1b23c4d, 0);
  file.writeUInt32LE(1, 20);
  file.writeUInt32LE(5, 24);
  file.writeUInt32LE(250_000_000, 28);
  const ip = pcapRecord(PACKET).subarray(16);
  file.writeUInt32LE(14 + ip.length, 32);
  const [found] = [...pcapDatagrams(Buffer.concat([file, ip]))];
  expect(found).toMatchObject({ atMs: 5250, from: PACKET.local, to: PACKET.peer });
  expect(found.bytes).toEqual(PACKET.bytes);
});

test('fragments, other protocols and what was cut off are passed over', () => {
  const record = Buffer.from(pcapRecord(PACKET));
  const tcp = Buffer.from(record);
  tcp[16 + 9] = 6;
  const fragment = Buffer.from(record);
  fragment[16 + 6] = 0x20;
  const file = Buffer.concat([pcapHeader(), tcp, fragment, record, record.subarray(0, 40)]);
  expect([...pcapDatagrams(file)]).toHaveLength(1);
});

test('any bytes behind a header are read without harm', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      const found = [...pcapDatagrams(Buffer.concat([pcapHeader(), bytes]))];
      expect(found.length).toBeLessThanOrEqual(bytes.length);
    }),
  );
});

test('both forms of Linux’s cooked captures are read', () => {
  const record = pcapRecord(PACKET);
  for (const [link, bytes] of [
    [113, 16],
    [276, 20],
  ] as const) {
    const head = Buffer.from(pcapHeader());
    head.writeUInt32BE(link, 20);
    const cooked = Buffer.concat([
      record.subarray(0, 16),
      Buffer.alloc(bytes),
      record.subarray(16),
    ]);
    cooked.writeUInt32BE(record.length - 16 + bytes, 8);
    const found = [...pcapDatagrams(Buffer.concat([head, cooked]))];
    expect(found).toEqual([...pcapDatagrams(Buffer.concat([pcapHeader(), record]))]);
    expect(found).toHaveLength(1);
  }
});

test('what is no pcap, or of a link that is not known, is refused', () => {
  expect(isPcap(Buffer.from('{"atMs":1,"direction":"in"}'))).toBe(false);
  expect(isPcap(pcapHeader())).toBe(true);
  expect(() => [...pcapDatagrams(new Uint8Array(30))]).toThrow('no pcap');
  const odd = pcapHeader();
  odd[23] = 99;
  expect(() => [...pcapDatagrams(odd)]).toThrow('link type 99');
});

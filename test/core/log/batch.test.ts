/** The bytes of a log, as they are on disks that exist already. */
import { crc32 } from 'node:zlib';
import { expect, test } from 'vitest';
import { ID_BYTES } from '../../../src/core/id.ts';
import {
  BATCH_HEAD_BYTES,
  type BatchHead,
  factBytes,
  isWhole,
  PUT_HEAD_BYTES,
  REMOVED_BYTES,
  readBatchHead,
  readEntries,
  readSegmentHead,
  SECTOR_BYTES,
  toSector,
  writeBatchHead,
  writeFact,
  writePut,
  writeRemoved,
  writeSegmentHead,
} from '../../../src/core/log/batch.ts';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const checksum = (bytes: Uint8Array, seed: number) => crc32(bytes, seed);
const key = (n: number) => new Uint8Array(ID_BYTES).fill(n);
const SEGMENT = { number: 3, salt: 0x89abcdef, bytes: 262_144 };

function sample() {
  const bytes = new Uint8Array(SECTOR_BYTES);
  let at = BATCH_HEAD_BYTES;
  expect(writePut(bytes, at, key(0x11), 0, Uint8Array.of(1, 2, 3))).toBe(at + PUT_HEAD_BYTES);
  at += PUT_HEAD_BYTES + 3;
  writeRemoved(bytes, at, key(0x22), 0);
  at += REMOVED_BYTES;
  const [name, value] = [Buffer.from('who'), Uint8Array.of(9)];
  writeFact(bytes, at, name, value);
  at += factBytes(name, value);
  const head: BatchHead = {
    length: at - BATCH_HEAD_BYTES,
    segment: 3,
    oldest: 2,
    newest: 4,
    number: 2 ** 40 + 7,
    durable: 2 ** 40 + 5,
  };
  writeBatchHead(bytes, 0, head, SEGMENT.salt, checksum);
  return { bytes, head, end: at };
}

test('a segment begins with its name, number, salt and size', () => {
  const head = writeSegmentHead(SEGMENT);
  expect(hex(head)).toBe(
    `52494e474c4f4731${'00000003'}${'89abcdef'}${'0000000000040000'}`.padEnd(2 * SECTOR_BYTES, '0'),
  );
  expect(readSegmentHead(head)).toEqual(SEGMENT);
  expect(readSegmentHead(head.subarray(0, 511))).toBe('damaged');
  head[7] = 0x32;
  expect(readSegmentHead(head)).toBe('version');
  head[0] = 0;
  expect(readSegmentHead(head)).toBe('damaged');
});

test('a batch is these bytes', () => {
  const { bytes, head, end } = sample();
  expect(hex(bytes.subarray(8, end))).toBe(
    [
      '0000003b', // length
      '00000003',
      '00000002',
      '00000004',
      '0000010000000007',
      '0000010000000005',
      `01${'11'.repeat(20)}00000003010203`,
      `00${'22'.repeat(20)}`,
      '020377686f00000001',
      '09',
    ].join(''),
  );
  expect(hex(bytes.subarray(4, 8))).toBe(
    crc32(bytes.subarray(BATCH_HEAD_BYTES, end), SEGMENT.salt).toString(16).padStart(8, '0'),
  );
  expect(hex(bytes.subarray(0, 8))).toBe('38f80a0258f68d5a');
  expect(readBatchHead(bytes, 0, SEGMENT, checksum)).toEqual(head);
  expect(isWhole(bytes, 0, head, SEGMENT.salt, checksum)).toBe(true);
  const said: unknown[] = [];
  const isRead = readEntries(bytes, BATCH_HEAD_BYTES, end, {
    put: (from, at, record, length) =>
      said.push(['put', from[at], hex(from.subarray(record, record + length))]),
    removed: (from, at) => said.push(['removed', from[at]]),
    fact: (from, name, value, length, entry) => said.push([name, from[value], length, entry]),
  });
  expect(isRead).toBe(true);
  expect(said).toEqual([
    ['put', 0x11, '010203'],
    ['removed', 0x22],
    ['who', 9, 1, 10],
  ]);
});

test('one bit that is another, in any place, and it is none', () => {
  const { bytes, end } = sample();
  for (let bit = 0; bit < end * 8; bit++) {
    bytes[bit >> 3]! ^= 1 << (bit & 7);
    const head = readBatchHead(bytes, 0, SEGMENT, checksum);
    const isOne = head !== null && isWhole(bytes, 0, head, SEGMENT.salt, checksum);
    expect([bit, isOne]).toEqual([bit, false]);
    bytes[bit >> 3]! ^= 1 << (bit & 7);
  }
});

test('nor is one of another segment, of another use of the file, or without its end', () => {
  const { bytes, head, end } = sample();
  expect(readBatchHead(bytes, 0, { ...SEGMENT, number: 4 }, checksum)).toBeNull();
  expect(readBatchHead(bytes, 0, { ...SEGMENT, salt: 1 }, checksum)).toBeNull();
  expect(readBatchHead(bytes.subarray(0, 39), 0, SEGMENT, checksum)).toBeNull();
  expect(isWhole(bytes.subarray(0, end - 1), 0, head, SEGMENT.salt, checksum)).toBe(false);
});

test('entries that lie about their lengths are none, and nothing is read beyond their end', () => {
  const { bytes, end } = sample();
  const reader = { put: () => {}, removed: () => {}, fact: () => {} };
  for (let cut = BATCH_HEAD_BYTES + 1; cut < end; cut++) {
    const isEdge = [28, 49].includes(cut - BATCH_HEAD_BYTES);
    expect([cut, readEntries(bytes, BATCH_HEAD_BYTES, cut, reader)]).toEqual([cut, isEdge]);
  }
  bytes[BATCH_HEAD_BYTES] = 3; // no such kind
  expect(readEntries(bytes, BATCH_HEAD_BYTES, end, reader)).toBe(false);
});

test('batches begin at sectors', () => {
  expect([1, 512, 513].map(toSector)).toEqual([512, 512, 1024]);
});

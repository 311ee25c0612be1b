import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addressOf } from '../../src/core/address.ts';
import { BATCH, MessageBatch, readName4, writeName4 } from '../../src/io/message-batch.ts';
import { openLibcs } from './udp-suite.ts';

test('a name is the sockaddr_in of its address', () => {
  const names = new Uint8Array(16);
  writeName4(names, 0, addressOf(0xc0a80102, 6881));
  expect([...names.subarray(0, 8)]).toEqual([2, 0, 0x1a, 0xe1, 192, 168, 1, 2]);
});

test('names are read as they were written, at any place', () => {
  const ip = fc.integer({ min: 0, max: 0xffffffff });
  const port = fc.integer({ min: 0, max: 65_535 });
  fc.assert(
    fc.property(ip, port, fc.integer({ min: 0, max: 48 }), (ip, port, at) => {
      const names = new Uint8Array(64).fill(0xaa);
      writeName4(names, at, addressOf(ip, port));
      expect(readName4(names, at)).toBe(addressOf(ip, port));
    }),
  );
});

describe.each(openLibcs.map((libc) => [libc.by, libc] as const))('a batch by %s', (_, libc) => {
  test('keeps what was put into each slot', () => {
    const batch = new MessageBatch(libc, 256);
    for (let i = 0; i < BATCH; i++)
      batch.put(i, addressOf(i, i + 1), Buffer.alloc(300, i), 100 + i);
    for (let i = 0; i < BATCH; i++) {
      expect(batch.addressOf(i)).toBe(addressOf(i, i + 1));
      expect(batch.view(i)).toEqual(new Uint8Array(100 + i).fill(i));
    }
  });

  test('takes any bytes, wherever they begin and however they end', () => {
    const batch = new MessageBatch(libc, 64);
    const memory = Uint8Array.from({ length: 80 }, (_, i) => i + 1);
    for (let start = 0; start < 9; start++) {
      for (let length = 0; length <= 64; length++) {
        const bytes = memory.subarray(start, start + 64);
        batch.put(3, 0, bytes, length);
        expect(batch.view(3)).toEqual(bytes.slice(0, length));
        batch.put(4, 0, bytes.slice(0, length), length);
        expect(batch.view(4)).toEqual(bytes.slice(0, length));
      }
    }
  });

  test('has its headers one behind the other', () => {
    const batch = new MessageBatch(libc, 256);
    expect(batch.pointerAt(3) - batch.pointerAt(2)).toBe(64n);
  });
});

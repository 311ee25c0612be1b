import { describe, expect, test } from 'vitest';
import { addressOf } from '../../src/core/address.ts';
import { BATCH, MessageBatch } from '../../src/io/message-batch.ts';
import { openLibcs } from './udp-suite.ts';

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

  test('takes datagrams of any length, by words and beyond', () => {
    const batch = new MessageBatch(libc, 512);
    const memory = Uint8Array.from({ length: 516 }, (_, i) => (i * 7) & 0xff);
    for (let length = 65; length <= 512; length++) {
      batch.put(3, 0, memory, length);
      batch.put(4, 0, memory, 70);
      expect(batch.view(3)).toEqual(memory.slice(0, length));
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

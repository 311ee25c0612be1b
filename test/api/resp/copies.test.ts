import { expect, it } from 'vitest';
import { copyOf } from '../../../src/api/resp/copies.ts';

/** Below and above what lies in V8's heap, and what shares a piece. */
const LENGTHS = [0, 1, 64, 65, 100, 1024, 1025, 70_000];

it('a copy is what was there, whatever becomes of the bytes', () => {
  for (const length of LENGTHS) {
    const bytes = Uint8Array.from({ length: length + 2 }, (_, i) => i % 251);
    const wanted = bytes.slice(1, length + 1);
    const copy = copyOf(bytes, 1, length + 1);
    bytes.fill(255);
    expect(Buffer.compare(copy, wanted)).toBe(0);
  }
});

it('copies of several pieces do not meet', () => {
  const copies = Array.from({ length: 1000 }, (_, i) =>
    copyOf(new Uint8Array(100 + (i % 1000)).fill(i % 256), 0, 100 + (i % 1000)),
  );
  for (const [i, copy] of copies.entries()) {
    expect(copy.length).toBe(100 + i);
    expect(copy.every((byte) => byte === i % 256)).toBe(true);
  }
});

it('many short ones share memory, a long one pins nobody else', () => {
  const bytes = new Uint8Array(10_000);
  const buffers = new Set(Array.from({ length: 600 }, () => copyOf(bytes, 0, 100).buffer));
  expect(buffers.size).toBeLessThanOrEqual(9);
  expect(copyOf(bytes, 0, 1025).buffer.byteLength).toBe(1025);
});

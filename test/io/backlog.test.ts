import { expect, test } from 'vitest';
import { BACKLOG_BYTES, Backlog } from '../../src/io/backlog.ts';

const bytesOf = (number: number, length: number) => {
  const bytes = Buffer.alloc(length);
  bytes.writeUInt32BE(number);
  return bytes;
};

test('who came first goes first, with the bytes as they were', () => {
  const backlog = new Backlog();
  const bytes = bytesOf(7, 10);
  backlog.add(1, bytes, 5);
  bytes.fill(0xff);
  backlog.add(2, bytes, 3);
  expect(backlog.count).toBe(2);
  expect(backlog.at(1)).toEqual({ to: 2, bytes: Buffer.from([255, 255, 255]) });
  expect(backlog.take()).toEqual({ to: 1, bytes: bytesOf(7, 5) });
  expect(backlog.take()?.to).toBe(2);
  expect(backlog.take()).toBeUndefined();
  expect(backlog.at(0)).toBeUndefined();
  expect([backlog.count, backlog.bytes, backlog.dropped]).toEqual([0, 0, 0]);
});

test.each([4, 300, 1400])('datagrams of %i bytes are bounded, the oldest go', (length) => {
  const backlog = new Backlog();
  for (let number = 0; number < 5000; number++) {
    backlog.add(number, bytesOf(number, length), length);
    expect(backlog.bytes).toBeLessThanOrEqual(BACKLOG_BYTES);
  }
  expect(backlog.count + backlog.dropped).toBe(5000);
  expect(backlog.bytes).toBeGreaterThan(BACKLOG_BYTES - 2 * (length + 128));
  const kept = backlog.count;
  const order = Array.from({ length: kept }, () => backlog.take()?.to);
  expect(order).toEqual(Array.from({ length: kept }, (_, i) => 5000 - kept + i));
});

test('one that is larger than all that may wait waits alone', () => {
  const backlog = new Backlog();
  backlog.add(1, new Uint8Array(10), 10);
  backlog.add(2, new Uint8Array(BACKLOG_BYTES), BACKLOG_BYTES);
  expect([backlog.count, backlog.dropped]).toEqual([1, 1]);
  backlog.add(3, new Uint8Array(10), 10);
  expect([backlog.count, backlog.dropped, backlog.take()?.to]).toEqual([1, 2, 3]);
});

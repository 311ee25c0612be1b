/** Mail comes out as it went in, whatever its size and however much there is. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Inbox, Outbox } from '../../../src/lab/parts/mail.ts';

const time = fc.integer({ min: 0, max: 2 ** 45 });
const node = fc.integer({ min: 0, max: 0xffffffff });
const datagram = fc.record({
  atMs: time,
  to: node,
  from: node,
  bytes: fc.uint8Array({ maxLength: 1500 }),
});
const told = fc.record({ atMs: time, node, subscriber: fc.nat(1000), word: node });

function read(bytes: Uint8Array, length: number): object[] {
  const found: object[] = [];
  new Inbox(bytes).read(length, {
    take: (atMs, to, from, all, start, size) =>
      void found.push({ atMs, to, from, bytes: all.slice(start, start + size) }),
    tell: (one, atMs, subscriber, word) => void found.push({ atMs, node: one, subscriber, word }),
  });
  return found;
}

describe('mail', () => {
  test('is read as it was put, in order', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(datagram, told), { maxLength: 200 }), (list) => {
        const outbox = new Outbox();
        for (const one of list) {
          if ('bytes' in one) outbox.put(one.atMs, one.to, one.from, one.bytes, one.bytes.length);
          else outbox.tell(one.atMs, one.node, one.subscriber, one.word);
        }
        expect(outbox.firstMs).toBe(Math.min(...list.map(({ atMs }) => atMs)));
        expect(outbox.length % 8).toBe(0);
        expect(read(outbox.bytes, outbox.length)).toEqual(list);
        outbox.clear();
        expect([outbox.length, outbox.firstMs]).toEqual([0, Infinity]);
      }),
    );
  });

  test('needs no more of an array than its length', () => {
    const outbox = new Outbox();
    const bytes = new Uint8Array(70_000).fill(7);
    outbox.put(5, 1, 2, bytes, bytes.length);
    outbox.put(6, 3, 4, bytes, 1);
    expect(read(outbox.bytes, outbox.length)).toHaveLength(2);
    expect(outbox.bytes.length).toBe(131_072);
  });
});

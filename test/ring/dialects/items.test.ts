/**
 * Items read in any cutting are the items sent, and a source that ends early is noticed.
 */
import { expect, test } from 'vitest';
import { STREAM_QUEUE_BYTES } from '../../../src/core/host.ts';
import { formatId } from '../../../src/core/id.ts';
import { Allowance } from '../../../src/ring/dialects/allowance.ts';
import { FieldReader } from '../../../src/ring/dialects/field-reader.ts';
import { ItemReader, Reading, sendItems } from '../../../src/ring/dialects/items.ts';
import { Outflow } from '../../../src/ring/dialects/outflow.ts';
import { WIRES, type Wire } from '../../../src/ring/dialects/wire.ts';
import { bytesOf, keyOf, ListedItems, OneStream, shown } from './wire-scenes.ts';

const list = (count: number, size: number) =>
  Array.from({ length: count }, (_, i) => [keyOf(`${i}`), bytesOf(`${i}`.repeat(size))] as const);

function sent(wire: Wire, count: number, size: number): { host: OneStream; left: number } {
  const host = new OneStream();
  const out = new Outflow(host, 1, wire, new Allowance());
  return { host, left: sendItems(out, new ListedItems(list(count, size)), count) };
}

test.each(WIRES)('%s: what is sent is read, in any cutting', (wire) => {
  const bytes = Uint8Array.from(sent(wire, 30, 20).host.written);
  for (const size of [1, 3, 1000, bytes.length]) {
    const reader = new FieldReader(wire, new Allowance());
    const items = new ItemReader(reader, 30, 1000);
    const read: [string, string][] = [];
    items.begin();
    for (let at = 0; items.left > 0; ) {
      if (!reader.isWhole) {
        at = reader.read(bytes, at, Math.min(bytes.length, at + size));
      } else if (items.advance() === Reading.item) {
        read.push([formatId(reader.key), shown(reader.takeValue())]);
        items.begin();
      }
    }
    expect(read).toEqual(list(30, 20).map(([key, value]) => [formatId(key), shown(value)]));
  }
});

test.each(WIRES)('%s: a value over the limit', (wire) => {
  const bytes = Uint8Array.from(sent(wire, 2, 20).host.written);
  const reader = new FieldReader(wire, new Allowance());
  const items = new ItemReader(reader, 2, 19);
  items.begin();
  let at = 0;
  let reading: Reading = Reading.more;
  while (reading === Reading.more) {
    if (reader.isWhole) reading = items.advance();
    else at = reader.read(bytes, at, bytes.length);
  }
  expect(reading).toBe(Reading.tooLong);
});

test('stops when the queue is full, and when the source is empty', () => {
  const host = new OneStream();
  host.queuedBytes = STREAM_QUEUE_BYTES + 1;
  const out = new Outflow(host, 1, 'seed', new Allowance());
  const items = new ListedItems(list(10, 30_000));
  let left = sendItems(out, items, 10);
  expect(left).toBe(9);
  left = sendItems(out, items, left);
  expect(left).toBe(9);
  out.drained(); // the value behind its length
  expect(sendItems(out, items, left)).toBe(9);
  out.drained();
  expect(sendItems(out, items, left)).toBe(8);
  out.release();
  expect(sent('seed', 3, 1).left).toBe(0);
  const short = new Outflow(new OneStream(), 1, 'seed', new Allowance());
  expect(sendItems(short, new ListedItems(list(2, 1)), 3)).toBe(-1);
  short.release();
});

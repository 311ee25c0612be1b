/**
 * Fields as they go out, values that wait for the peer, and the one buffer that all share.
 */
import { describe, expect, test } from 'vitest';
import { STREAM_QUEUE_BYTES } from '../../../src/core/host.ts';
import { Allowance } from '../../../src/ring/dialects/allowance.ts';
import { Outflow } from '../../../src/ring/dialects/outflow.ts';
import { WIRES, type Wire } from '../../../src/ring/dialects/wire.ts';
import { at, joined, keyOf, OneStream, shown, spell } from './wire-scenes.ts';

function outTo(wire: Wire, memory = new Allowance()) {
  const host = new OneStream();
  return { host, memory, out: new Outflow(host, 1, wire, memory) };
}

describe.each(WIRES)('%s', (wire) => {
  test('fields are spelt as the dialect has them, in one write', () => {
    const { host, out } = outTo(wire);
    out.word('GET');
    out.key(joined('..', keyOf('a')), 2);
    out.number(2 ** 40 + 3);
    out.address(at('1.2.3.4:5'));
    out.status(true);
    out.status(false);
    out.refusal();
    expect(host.writes).toBe(0);
    out.flush();
    expect(host.writes).toBe(1);
    expect(host.said()).toBe(
      shown(
        joined(
          wire === 'text' ? 'GET\n' : 'GET',
          spell.key(wire, keyOf('a')),
          spell.number(wire, 2 ** 40 + 3),
          spell.address(wire, '1.2.3.4:5'),
          spell.yes(wire),
          spell.no(wire),
          spell.not(wire),
        ),
      ),
    );
    out.flush();
    expect(host.writes).toBe(1);
  });

  test('values of all sizes arrive whole, kept or copied', () => {
    for (const size of [0, 1, 16_000, 16_384, 20_000, 300_000]) {
      for (const isLasting of [true, false]) {
        const value = Uint8Array.from({ length: size }, (_, i) => (i * 31) & 255);
        const { host, memory, out } = outTo(wire);
        host.queuedBytes = STREAM_QUEUE_BYTES + 1;
        const lent = value.slice();
        out.value(lent, isLasting);
        if (!isLasting) lent.fill(0);
        out.flush();
        if (isLasting) expect(memory.usedBytes).toBe(0);
        for (let i = 0; i < 10; i++) out.drained();
        expect(out.isFull).toBe(false);
        expect(host.said() === shown(spell.value(wire, value))).toBe(true);
        expect(memory.usedBytes).toBe(0);
      }
    }
  });
});

test('two that write in turns do not mix', () => {
  const a = outTo('seed');
  const b = outTo('text');
  a.out.word('PUL');
  b.out.word('TEST');
  a.out.status(true);
  b.out.status(true);
  a.out.flush();
  b.out.flush();
  expect([a.host.said(), b.host.said()]).toEqual(['PULT', 'TEST\n1\n']);
  a.out.word('INF');
  a.out.release(); // its stream is gone: nothing of it may be written any more
  b.out.word('TEST');
  b.out.flush();
  expect([a.host.said(), b.host.said()]).toEqual(['', 'TEST\n']);
});

test('what would have to be kept is taken from the allowance', () => {
  const { host, memory, out } = outTo('seed', new Allowance(1000));
  host.queuedBytes = STREAM_QUEUE_BYTES + 1;
  out.value(new Uint8Array(100_000), false);
  expect(out.isOverloaded).toBe(true);
  expect(memory.usedBytes).toBe(0);
  const lasting = outTo('seed', new Allowance(0));
  lasting.host.queuedBytes = STREAM_QUEUE_BYTES + 1;
  lasting.out.value(new Uint8Array(100_000), true);
  expect(lasting.out.isOverloaded).toBe(false);
});

test('a long value is handed over in pieces until the queue is full', () => {
  const { host, out } = outTo('seed');
  let queued = 0;
  host.write = (_stream, _bytes, start, end) => (queued += end - start);
  out.value(new Uint8Array(10 << 20), true);
  expect(out.isFull).toBe(true);
  expect(queued).toBeGreaterThan(STREAM_QUEUE_BYTES);
  expect(queued).toBeLessThan(STREAM_QUEUE_BYTES + (1 << 17));
});

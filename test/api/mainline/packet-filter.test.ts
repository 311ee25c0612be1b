import { expect, test } from 'vitest';
import {
  filterFrom,
  limitOf,
  type PacketFacts,
  type PacketOptions,
  placeOfExchange,
} from '../../../src/api/mainline/packet-filter.ts';
import { addressOf, parseIp } from '../../../src/mainline.ts';

const PEER = addressOf(parseIp('10.0.0.2'), 7001);
const FACTS: PacketFacts = {
  ...{ direction: 'in', kind: 'query', method: 'get_peers', verdict: 'dropped' },
  reason: 'source-limit',
};
const passes = (options: PacketOptions) => filterFrom(options)(FACTS, PEER, 0);

test.each<[PacketOptions, boolean]>([
  [{}, true],
  [{ direction: 'in' }, true],
  [{ direction: 'out' }, false],
  [{ kind: ['reply', 'query'] }, true],
  [{ kind: 'reply' }, false],
  [{ method: 'get_peers' }, true],
  [{ method: ['ping'] }, false],
  [{ peer: '10.0.0.2' }, true],
  [{ peer: '10.0.0.2:7001' }, true],
  [{ peer: '10.0.0.2:7002' }, false],
  [{ verdict: 'dropped', reason: 'source-limit' }, true],
  [{ reason: 'own-id' }, false],
  [{ sample: 0 }, false],
])('%o lets it pass: %s', (options, expected) => {
  expect(passes(options)).toBe(expected);
});

test.each([
  [{ direction: 'up' }, '"direction" expected one of in, out, got "up"'],
  [{ kind: 'pong' }, '"kind" expected one of query'],
  [{ verdict: [7] }, '"verdict" expected one of sent'],
  [{ reason: 'because' }, '"reason" expected one of too-short'],
  [{ sample: 2 }, '"sample" expected a number in 0..1'],
  [{ peer: 7 }, '"peer" expected an address'],
  [{ signal: 7 }, '"signal" expected an AbortSignal'],
  [{ knd: 'query' }, 'did you mean "kind"'],
])('%o is refused by name', (options, message) => {
  expect(() => filterFrom(options as PacketOptions)).toThrow(message);
});

test('a line holds 10,000 unless something else is said', () => {
  expect(limitOf({})).toBe(10_000);
  expect(limitOf({ limit: 1 })).toBe(1);
  expect(() => limitOf({ limit: 0 })).toThrow('"limit"');
});

test('a sample has its share, whatever transactions are', () => {
  const wants = filterFrom({ sample: 0.1 });
  for (const bytes of [2, 4]) {
    let seen = 0;
    for (let i = 0; i < 20_000; i++) {
      const t = new Uint8Array(bytes);
      new DataView(t.buffer).setUint16(0, i & 0xffff);
      if (wants(FACTS, PEER, placeOfExchange(t, 0, bytes, PEER + (i % 7)))) seen++;
    }
    // Five standard deviations of a fair draw: 212.
    expect(Math.abs(seen - 2000)).toBeLessThan(212);
  }
});

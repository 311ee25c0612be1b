/** Events of a ring's nodes as lines: the same words for numbers and for addresses. */
import { expect, test } from 'vitest';
import { formatAddress } from '../../../src/core/address.ts';
import { lineOfRingEvent, type RingTale } from '../../../src/scene/views/ring-words.ts';

const address = 0x7f0000010007;
const tales: readonly RingTale<number>[] = [
  { kind: 'joined', identity: address },
  { kind: 'join-failed', identity: address, reason: 'busy' },
  { kind: 'left', identity: address },
  { kind: 'successor', identity: address, successor: address },
  { kind: 'predecessor', identity: address, predecessor: address },
  { kind: 'arc', identity: address, end: 'ab'.repeat(20) },
  { kind: 'lost', identity: address, peer: address },
  { kind: 'repaired', identity: address, peer: address, records: 1 },
  { kind: 'repaired', identity: address, peer: address, records: 3 },
  { kind: 'store-error', message: 'disk full' },
];
const text = (value: unknown) => (typeof value === 'number' ? formatAddress(value) : value);

test('nodes tell of themselves', () => {
  expect(tales.map((tale) => lineOfRingEvent(tale, () => 'node 4', formatAddress))).toEqual([
    'has joined the ring at 127.0.0.1:7',
    'could not join: busy',
    'has handed its arc over',
    'successor is now node 4',
    'predecessor is now node 4',
    'owns up to abababab…',
    'gave up node 4: it does not answer',
    'made copies equal with node 4: 1 record moved',
    'made copies equal with node 4: 3 records moved',
    'its store failed: disk full',
  ]);
});

test('live ones in the same words, with addresses', () => {
  for (const tale of tales) {
    const live = Object.fromEntries(
      Object.entries(tale).map(([field, value]) => [
        field,
        field === 'records' ? value : text(value),
      ]),
    ) as unknown as RingTale<string>;
    expect(lineOfRingEvent(live, String, String)).toBe(
      lineOfRingEvent(tale, formatAddress, formatAddress),
    );
  }
});

test('one without a place is told without', () => {
  expect(lineOfRingEvent({ kind: 'joined' }, String, String)).toBe('has joined the ring');
});

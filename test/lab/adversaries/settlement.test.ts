import { expect, test } from 'vitest';
import { networkOf, Scope, scopeOf } from '../../../src/core/address.ts';
import { sharedPrefixBits } from '../../../src/core/id.ts';
import { isSecureId } from '../../../src/core/secure-id.ts';
import { bandsOf } from '../../../src/lab/adversaries/adversary.ts';
import { settled } from '../../../src/lab/adversaries/settlement.ts';
import { keyOf } from '../../../src/lab/mainline/population.ts';

test('honest nodes have a network each and right ids that ascend; adversaries share theirs', () => {
  for (const seed of [1, 2, 3]) {
    const bands = bandsOf(
      [
        { kind: 'droppers', count: 10, networks: 3 },
        { kind: 'mirrors', count: 5, networks: 1 },
      ],
      300,
    );
    const { ids, addresses } = settled(seed, 300, bands);
    expect(new Set(addresses).size).toBe(315);
    expect(new Set(addresses.slice(0, 300).map(networkOf)).size).toBe(300);
    expect(new Set(addresses.slice(300, 310).map(networkOf)).size).toBe(3);
    expect(new Set(addresses.slice(300).map(networkOf)).size).toBe(4);
    for (const [node, address] of addresses.entries()) {
      expect(scopeOf(address)).toBe(Scope.public);
      expect(isSecureId(ids, node * 20, address)).toBe(true);
      if (node > 0 && node < 300) {
        expect(keyOf(ids, node * 20)).toBeGreaterThan(keyOf(ids, (node - 1) * 20));
      }
    }
  }
});

test('who surrounds a key or a node stands beside it, and honest nodes do not hang on that', () => {
  const alone = settled(4, 50, []);
  const key = new Uint8Array(20).fill(7);
  const bands = bandsOf(
    [
      { kind: 'sybils', at: { key }, count: 2 },
      { kind: 'sybils', at: { node: 9 }, bits: 60 },
      { kind: 'eclipse', at: { node: 9 } },
    ],
    50,
  );
  const { ids } = settled(4, 50, bands);
  expect(ids.subarray(0, 1000)).toEqual(alone.ids);
  expect(sharedPrefixBits(ids, 1000, key, 0)).toBe(32);
  expect(sharedPrefixBits(ids, 1020, key, 0)).toBe(32);
  expect(sharedPrefixBits(ids, 1040, ids, 180)).toBe(60);
  expect(sharedPrefixBits(ids, 1060, ids, 180)).toBe(12);
});

/** An attacker's search: what it finds is the best of what it tried, and it never tries twice. */
import { describe, expect, test } from 'vitest';
import { ipOf, portOf } from '../../../src/core/address.ts';
import { compareIds } from '../../../src/core/id.ts';
import { sha1 } from '../../../src/lab/sha1.ts';
import { Members } from '../../../src/ring/circle/member.ts';
import { SybilSearch } from '../../../src/scene/ring/sybils.ts';
import { clockwiseBits } from '../../../src/scene/views/lookup-draft.ts';
import { keyOf } from '../ring-scene.ts';

const members = new Members(sha1);

/** A search that remembers what it tried. */
function searching() {
  const tried: number[] = [];
  const search = new SybilSearch((address) => {
    tried.push(address);
    return members.hashOf(address);
  });
  return { search, tried };
}

/** Where a hash stands on the way that ends at the key: the larger, the closer. */
function wayTo(hash: Uint8Array, key: Uint8Array): bigint {
  const number = (bytes: Uint8Array) => BigInt(`0x${Buffer.from(bytes).toString('hex')}`);
  return (number(key) - number(hash) + 2n ** 160n) % 2n ** 160n;
}

describe('a search', () => {
  test.each(['apple', 'banana', 'cherry', 'damson', 'elder'])(
    'before %s finds the closest of all that it tried, the closest first',
    (name) => {
      const key = keyOf(name);
      const { search, tried } = searching();
      const found = search.find(key, 6, 16);
      const ways = tried
        .map((address) => ({ address, way: wayTo(members.hashOf(address), key) }))
        .sort((a, b) => (a.way < b.way ? -1 : 1));
      expect(found).toEqual(ways.slice(0, 6).map(({ address }) => address));
    },
  );

  test('goes on where the one before it ended, on many hosts', () => {
    const { search, tried } = searching();
    const first = search.find(keyOf('apple'), 3, 16);
    const second = search.find(keyOf('apple'), 3, 16);
    expect(new Set(tried).size).toBe(tried.length);
    expect(new Set([...first, ...second]).size).toBe(6);
    expect(new Set(tried.map(ipOf)).size).toBeGreaterThan(1000);
    expect(Math.min(...tried.map(portOf))).toBeGreaterThanOrEqual(1024);
  });

  test('is bounded, however large the ring', () => {
    const { search, tried } = searching();
    const found = search.find(keyOf('apple'), 2, 1e9);
    expect(tried.length).toBe(300_000);
    expect(portOf(tried.at(-1)!)).toBeLessThan(1100);
    for (const address of found) {
      expect(clockwiseBits(members.hashOf(address), keyOf('apple'))).toBeLessThan(150);
    }
    expect(compareIds(members.hashOf(found[0]), 0, members.hashOf(found[1]), 0)).not.toBe(0);
  });
});

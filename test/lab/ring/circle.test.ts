import { describe, expect, test } from 'vitest';
import { addressOf } from '../../../src/core/address.ts';
import { isInArc } from '../../../src/core/arc.ts';
import { compareIds, ID_BYTES } from '../../../src/core/id.ts';
import { fillRandom, randomBelow, SeededRandom } from '../../../src/core/random.ts';
import { Circle } from '../../../src/lab/ring/circle.ts';
import { sha1 } from '../../../src/lab/sha1.ts';
import { Members } from '../../../src/ring/circle/member.ts';

const circleOf = (nodes: number, identities: number, seed = 1) =>
  new Circle(nodes, identities, new Members(sha1), new SeededRandom(seed, 1));

describe.each([
  [1, 1],
  [7, 1],
  [200, 3],
])('%d nodes with %d places each', (nodes, identities) => {
  const circle = circleOf(nodes, identities);
  const members = new Members(sha1);

  test('places are the hashes of all addresses, in order', () => {
    expect(circle.count).toBe(nodes * identities);
    for (let place = 0; place < circle.count; place++) {
      const [node, identity] = [circle.nodeOf(place), circle.identityOf(place)];
      expect(circle.placeOf(node, identity)).toBe(place);
      const address = circle.addressOf(node, identity);
      expect(circle.nodeAt(address)).toBe(node);
      const start = place * ID_BYTES;
      expect(compareIds(members.hashOf(address), 0, circle.hashes, start)).toBe(0);
      if (place > 0) {
        expect(compareIds(circle.hashes, start - ID_BYTES, circle.hashes, start)).toBeLessThan(0);
      }
    }
  });

  test('the place at or before a key has it in its arc', () => {
    const { hashes } = circle;
    const random = new SeededRandom(2, 2);
    const key = new Uint8Array(ID_BYTES);
    const holds = () => {
      const place = circle.atOrBefore(key, 0);
      return isInArc(key, 0, hashes, place * ID_BYTES, hashes, circle.after(place) * ID_BYTES);
    };
    for (let i = 0; i < 500; i++) {
      fillRandom(random, key, 0, ID_BYTES);
      expect(holds()).toBe(true);
    }
    // Two keys around each place, and the place itself: only the last 112 bits tell them apart.
    for (let place = 0; place < circle.count; place++) {
      for (const change of [-1, 0, 1]) {
        key.set(hashes.subarray(place * ID_BYTES, (place + 1) * ID_BYTES));
        if ((key[19] === 0 && change < 0) || (key[19] === 255 && change > 0)) continue;
        key[19] = key[19] + change;
        expect(circle.atOrBefore(key, 0)).toBe(change < 0 ? circle.before(place) : place);
      }
    }
  });

  test('one after the other goes round', () => {
    let place = 0;
    for (let i = 0; i < circle.count; i++) {
      expect(circle.before(circle.after(place))).toBe(place);
      place = circle.after(place);
    }
    expect(place).toBe(0);
  });
});

test('strangers are nobody', () => {
  const circle = circleOf(5, 2);
  const first = circle.addressOf(0, 0);
  for (const address of [first - 1, first + 2, first - 65536, first + 5 * 65536, 0]) {
    expect(circle.nodeAt(address)).toBe(-1);
  }
});

test('another seed is another ring', () => {
  expect(circleOf(5, 1, 1).hashes).toEqual(circleOf(5, 1, 1).hashes);
  expect(circleOf(5, 1, 1).hashes).not.toEqual(circleOf(5, 1, 2).hashes);
});

describe('one who moves', () => {
  test.each([
    [9, 1],
    [40, 3],
  ])('of %d nodes with %d places stands where the new address does', (nodes, identities) => {
    const members = new Members(sha1);
    const circle = new Circle(nodes, identities, members, new SeededRandom(3, 1));
    const random = new SeededRandom(4, 1);
    const addresses = Array.from({ length: nodes * identities }, (_, from) =>
      circle.addressOf(Math.floor(from / identities), from % identities),
    );
    for (let moves = 0; moves < 60; moves++) {
      const from = randomBelow(random, nodes * identities);
      const [node, identity] = [Math.floor(from / identities), from % identities];
      const before = addresses[from];
      const address = addressOf(0x30000000 + moves, 1024 + randomBelow(random, 60_000));
      circle.move(node, identity, address, members);
      addresses[from] = address;
      expect(circle.nodeAt(before)).toBe(-1);
      expect(circle.placeAt(before)).toBe(-1);
      const sorted = addresses
        .map((one, number) => ({ number, hash: members.hashOf(one) }))
        .sort((a, b) => compareIds(a.hash, 0, b.hash, 0));
      for (const [place, { number, hash }] of sorted.entries()) {
        expect(circle.hashes.slice(place * ID_BYTES, (place + 1) * ID_BYTES)).toEqual(hash);
        expect(circle.nodeOf(place) * identities + circle.identityOf(place)).toBe(number);
        expect(circle.placeAt(addresses[number])).toBe(place);
        expect(circle.nodeAt(addresses[number])).toBe(circle.nodeOf(place));
        expect(circle.atOrBefore(hash, 0)).toBe(place);
        expect(circle.placeOf(circle.nodeOf(place), circle.identityOf(place))).toBe(place);
      }
    }
  });

  test('leaves addresses of others as they were', () => {
    const circle = circleOf(5, 1);
    expect(circle.placeAt(circle.addressOf(2, 0))).toBe(circle.placeOf(2, 0));
    expect(circle.placeAt(addressOf(1, 5000))).toBe(-1);
  });
});

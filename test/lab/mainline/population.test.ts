/** Node i has the i-th smallest id and the i-th address: everything else is built on that. */
import { describe, expect, test } from 'vitest';
import {
  addressOf,
  formatAddress,
  ipOf,
  portOf,
  Scope,
  scopeOf,
} from '../../../src/core/address.ts';
import { formatId } from '../../../src/core/id.ts';
import { SeededRandom } from '../../../src/core/random.ts';
import { Population } from '../../../src/lab/mainline/population.ts';
import { CONTACT_BYTES, Contacts } from '../../../src/mainline/rows/contacts.ts';

function populationOf(count: number, seed = 1): { population: Population; ids: string[] } {
  const population = new Population(count, new SeededRandom(seed));
  const contacts = new Contacts(count, 1);
  population.settleIn(contacts, new SeededRandom(seed, 2));
  const ids = Array.from({ length: count }, (_, node) =>
    formatId(contacts.bytes, (node + 1) * CONTACT_BYTES),
  );
  for (let node = 0; node < count; node++) {
    expect(contacts.addressOf(node + 1)).toBe(population.addressOf(node));
    // They are residents: nobody counts.
    contacts.release(node + 1);
    expect(
      contacts.find(contacts.bytes, (node + 1) * CONTACT_BYTES, population.addressOf(node)),
    ).toBe(node + 1);
  }
  return { population, ids };
}

describe('a population', () => {
  test('has ascending ids that begin with its keys, each contact the handle after its node', () => {
    const { population, ids } = populationOf(3000);
    expect([...ids].sort()).toEqual(ids);
    expect(new Set(ids).size).toBe(3000);
    for (const [node, id] of ids.entries()) {
      expect(Number.parseInt(id.slice(0, 12), 16)).toBe(population.keys[node]);
    }
    // Not only the keys are random.
    expect(new Set(ids.map((id) => id.slice(12))).size).toBe(3000);
  });

  test('is the same for the same seed, and another for another', () => {
    expect(populationOf(50, 4).ids).toEqual(populationOf(50, 4).ids);
    expect(populationOf(50, 4).ids).not.toEqual(populationOf(50, 5).ids);
  });

  test('one node more changes the ids of no others, founders or latecomers', () => {
    for (const seed of [4, 5, 6]) {
      const { ids } = populationOf(300, seed);
      const more = new Set(populationOf(301, seed).ids);
      expect(ids.filter((id) => !more.has(id))).toEqual([]);
    }
    const late = (founders: number) => {
      const population = new Population(founders + 5, new SeededRandom(1), founders);
      const contacts = new Contacts(founders + 5, 1);
      population.settleIn(contacts, new SeededRandom(1, 2));
      return Array.from({ length: 5 }, (_, i) =>
        formatId(contacts.bytes, (founders + i + 1) * CONTACT_BYTES),
      );
    };
    expect(late(20)).toEqual(late(21));
  });

  test('has public addresses, each of which leads back to its node', () => {
    const population = new Population(100_000, new SeededRandom(1));
    expect(formatAddress(population.addressOf(0))).toBe('16.0.0.0:6881');
    expect(formatAddress(population.addressOf(256))).toBe('16.0.1.0:6881');
    for (let node = 0; node < 100_000; node += 97) {
      const address = population.addressOf(node);
      expect(population.nodeAt(address)).toBe(node);
      expect(scopeOf(address)).toBe(Scope.public);
    }
  });

  test('knows no address but its own', () => {
    const population = new Population(10, new SeededRandom(1));
    const first = population.addressOf(0);
    const [ip, port] = [ipOf(first), portOf(first)];
    const foreign = [
      addressOf(ip - 1, port),
      addressOf(ip + 10, port),
      addressOf(ip, port - 1),
      addressOf(ip + 9, port + 1),
      addressOf(ip, 0),
      addressOf(0xffffffff, port),
      0,
    ];
    for (const address of foreign) expect(population.nodeAt(address)).toBe(-1);
    expect(population.nodeAt(addressOf(ip + 9, port))).toBe(9);
  });
});

test('latecomers have addresses like all others, and ids in no order', () => {
  const population = new Population(60, new SeededRandom(1), 20);
  const contacts = new Contacts(60, 1);
  population.settleIn(contacts, new SeededRandom(1, 2));
  const ids = Array.from({ length: 60 }, (_, node) =>
    formatId(contacts.bytes, (node + 1) * CONTACT_BYTES),
  );
  expect(population.keys).toHaveLength(20);
  expect([...ids.slice(0, 20)].sort()).toEqual(ids.slice(0, 20));
  expect([...ids.slice(20)].sort()).not.toEqual(ids.slice(20));
  expect(new Set(ids).size).toBe(60);
  expect(population.nodeAt(population.addressOf(59))).toBe(59);
});

test('a settlement is as it was given: ids, addresses, and who lives there', () => {
  const ids = new Uint8Array(3 * 20);
  for (let node = 0; node < 3; node++) ids.fill(10 * node + 1, node * 20, node * 20 + 20);
  const addresses = [addressOf(0x20000001, 5), addressOf(0x20000001, 6), addressOf(0x40000001, 5)];
  const population = new Population(3, new SeededRandom(1), 2, { ids, addresses });
  const contacts = new Contacts(3, 1);
  population.settleIn(contacts, new SeededRandom(2));
  expect([...population.keys]).toEqual([0x010101010101, 0x0b0b0b0b0b0b]);
  for (const [node, address] of addresses.entries()) {
    expect(population.nodeAt(address)).toBe(node);
    expect(contacts.addressOf(node + 1)).toBe(address);
    expect(formatId(contacts.bytes, (node + 1) * CONTACT_BYTES)).toBe(formatId(ids, node * 20));
  }
  expect(population.nodeAt(addressOf(0x20000001, 7))).toBe(-1);
  const twice = [addresses[0], addresses[0], addresses[2]];
  expect(() => new Population(3, new SeededRandom(1), 2, { ids, addresses: twice })).toThrow(
    'an address of his own',
  );
});

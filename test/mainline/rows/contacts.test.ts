/** Contacts are counted references: the count is what a ledger kept by hand says, at every step. */
import { describe, expect, test } from 'vitest';
import { addressOf } from '../../../src/core/address.ts';
import { InvariantError } from '../../../src/core/assert.ts';
import { ID_BYTES } from '../../../src/core/id.ts';
import { randomBelow, SeededRandom } from '../../../src/core/random.ts';
import { CONTACT_BYTES, Contacts } from '../../../src/mainline/rows/contacts.ts';
import { someId } from '../../core/ids.ts';

/** Twelve ids at twelve addresses in all combinations: same id elsewhere is another contact. */
function population(random: SeededRandom) {
  const ids = Array.from({ length: 12 }, () => someId(random));
  const addresses = Array.from({ length: 12 }, (_, i) =>
    addressOf(0x0a000001 + (i >> 1), 6881 + i),
  );
  return ids.flatMap((id) => addresses.map((address) => ({ id, address })));
}

describe('contacts', () => {
  test.each([0, 1, 5, 500])('with room for %i keep as many references as a ledger', (capacity) => {
    const random = new SeededRandom(capacity);
    const people = population(random);
    const contacts = new Contacts(capacity, random.uint32());
    /** Person → handle of every reference that is held. */
    const ledger: { person: number; handle: number }[] = [];
    for (let step = 0; step < 2000; step++) {
      const growing = Math.floor(step / 300) % 2 === 0;
      if (ledger.length === 0 || randomBelow(random, 4) < (growing ? 3 : 1)) {
        const person = randomBelow(random, people.length);
        const { id, address } = people[person];
        const known = ledger.find((entry) => entry.person === person);
        const expected = known?.handle ?? 0;
        expect(contacts.find(id, 0, address)).toBe(expected);
        let handle = expected;
        if (known !== undefined && step % 2 === 0) contacts.retainHandle(handle);
        else handle = contacts.retain(id, 0, address);
        if (known !== undefined) expect(handle).toBe(expected);
        expect(handle).toBeGreaterThan(0);
        ledger.push({ person, handle });
      } else {
        const [gone] = ledger.splice(randomBelow(random, ledger.length), 1);
        contacts.release(gone.handle);
      }
      if (step % 50 === 0) check(contacts, people, ledger);
    }
    for (const { handle } of ledger.splice(0)) contacts.release(handle);
    check(contacts, people, ledger);
    expect(contacts.count).toBe(0);
  });

  test('are the 26 bytes of compact node info, wherever the id was read from', () => {
    const contacts = new Contacts(1, 1);
    const bytes = new Uint8Array(50);
    bytes.set(someId(new SeededRandom(1)), 7);
    const address = addressOf(0xc0a80102, 0x1ae1);
    const handle = contacts.retain(bytes, 7, address);
    const start = handle * CONTACT_BYTES;
    expect([...contacts.bytes.subarray(start, start + CONTACT_BYTES)]).toEqual([
      ...bytes.subarray(7, 7 + ID_BYTES),
      ...[192, 168, 1, 2, 0x1a, 0xe1],
    ]);
    expect(contacts.addressOf(handle)).toBe(address);
    // The id may be one that lies in the store itself.
    expect(contacts.find(contacts.bytes, start, address)).toBe(handle);
    expect(contacts.retain(contacts.bytes, start, addressOf(1, 1))).not.toBe(handle);
  });

  test('that nobody refers to are forgotten, and their handles used again', () => {
    const random = new SeededRandom(2);
    const contacts = new Contacts(4, 1);
    const id = someId(random);
    const first = contacts.retain(id, 0, 5);
    contacts.release(first);
    expect(contacts.find(id, 0, 5)).toBe(0);
    const bytes = contacts.byteLength;
    for (let i = 0; i < 1000; i++) contacts.release(contacts.retain(someId(random), 0, i));
    expect(contacts.byteLength).toBe(bytes);
    expect(contacts.retain(someId(random), 0, 6)).toBe(first);
  });

  test('that are not in use can be neither released nor retained by handle', () => {
    const contacts = new Contacts(4, 1);
    const handle = contacts.retain(new Uint8Array(ID_BYTES), 0, 5);
    contacts.release(handle);
    for (const wrong of [handle, 0, 3, 1000]) {
      expect(() => contacts.release(wrong)).toThrow(InvariantError);
      expect(() => contacts.retainHandle(wrong)).toThrow(InvariantError);
    }
    expect(contacts.count).toBe(0);
  });
});

describe('another id at an address', () => {
  test('is known as long as somebody refers to it, as a ledger says', () => {
    const random = new SeededRandom(3);
    const people = population(random);
    const contacts = new Contacts(2, 1);
    const held: { person: number; handle: number }[] = [];
    let told = 0;
    for (let step = 0; step < 3000; step++) {
      if (held.length < 2 || randomBelow(random, 20) < 10) {
        const person = randomBelow(random, people.length);
        const { id, address } = people[person];
        held.push({ person, handle: contacts.retain(id, 0, address) });
      } else {
        const [gone] = held.splice(randomBelow(random, held.length), 1);
        contacts.release(gone.handle);
      }
      const { id, address } = people[randomBelow(random, people.length)];
      const others = held.some(
        ({ person }) => people[person].address === address && people[person].id !== id,
      );
      expect(contacts.hasOtherIdAt(id, 0, address)).toBe(others);
      if (others) told++;
    }
    expect(told).toBeGreaterThan(100);
    expect(told).toBeLessThan(2900);
    for (const { handle } of held.splice(0)) contacts.release(handle);
    for (const { id, address } of people) {
      expect(contacts.hasOtherIdAt(id, 0, address)).toBe(false);
    }
  });

  test('is a matter of ids, not of references, and of the port as well as the IP', () => {
    const random = new SeededRandom(4);
    const [one, two] = [someId(random), someId(random)];
    const address = addressOf(0x0a000001, 6881);
    const contacts = new Contacts(4, 1);
    const handle = contacts.retain(one, 0, address);
    contacts.retain(one, 0, address);
    contacts.retainHandle(handle);
    expect(contacts.hasOtherIdAt(one, 0, address)).toBe(false);
    expect(contacts.hasOtherIdAt(two, 0, address)).toBe(true);
    expect(contacts.hasOtherIdAt(two, 0, address + 1)).toBe(false);
    contacts.retain(two, 0, address);
    expect(contacts.hasOtherIdAt(one, 0, address)).toBe(true);
    for (let i = 0; i < 3; i++) contacts.release(handle);
    expect(contacts.hasOtherIdAt(one, 0, address)).toBe(true);
    expect(contacts.hasOtherIdAt(two, 0, address)).toBe(false);
  });

  test('takes no more room however many addresses come and go', () => {
    const random = new SeededRandom(5);
    const contacts = new Contacts(4, 1);
    const bytes = contacts.byteLength;
    for (let i = 0; i < 2000; i++) {
      const [a, b] = [contacts.retain(someId(random), 0, i), contacts.retain(someId(random), 0, i)];
      contacts.release(a);
      contacts.release(b);
    }
    expect(contacts.byteLength).toBe(bytes);
  });
});

describe('residents', () => {
  const FIRST = addressOf(0x10000000, 6881);
  function settled(count: number) {
    const random = new SeededRandom(6);
    const contacts = new Contacts(count, 1);
    const ids = Array.from({ length: count }, () => someId(random));
    const addressAt = (n: number) => FIRST + n * 0x10000;
    contacts.keepDirectory((address) => {
      const n = (address - FIRST) / 0x10000;
      return Number.isInteger(n) && n >= 0 && n < count ? n + 1 : 0;
    });
    for (const [n, id] of ids.entries()) expect(contacts.settle(id, 0, addressAt(n))).toBe(n + 1);
    return { contacts, ids, addressAt, stranger: someId(random) };
  }

  test('are found by where they live, and only under their own id', () => {
    const { contacts, ids, addressAt, stranger } = settled(20);
    for (const [n, id] of ids.entries()) {
      expect(contacts.find(id, 0, addressAt(n))).toBe(n + 1);
      expect(contacts.find(id, 0, addressAt((n + 1) % 20))).toBe(0);
      expect(contacts.find(stranger, 0, addressAt(n))).toBe(0);
    }
    expect(contacts.find(ids[0], 0, addressAt(20))).toBe(0);
  });

  test('stay however often they are let go, and nobody counts', () => {
    const { contacts, ids, addressAt } = settled(5);
    for (let i = 0; i < 10; i++) {
      contacts.release(3);
      contacts.retainHandle(4);
      expect(contacts.retain(ids[4], 0, addressAt(4))).toBe(5);
    }
    expect([3, 4, 5].map((handle) => contacts.referencesTo(handle))).toEqual([1, 1, 1]);
    expect(contacts.find(ids[2], 0, addressAt(2))).toBe(3);
    expect(contacts.count).toBe(5);
  });

  test('share the store with others, who come and go and are known at their addresses', () => {
    const { contacts, ids, addressAt, stranger } = settled(5);
    expect(contacts.hasOtherIdAt(ids[1], 0, addressAt(1))).toBe(false);
    expect(contacts.hasOtherIdAt(stranger, 0, addressAt(1))).toBe(true);
    const handle = contacts.retain(stranger, 0, addressAt(1));
    expect(handle).toBe(6);
    expect(contacts.find(stranger, 0, addressAt(1))).toBe(6);
    expect(contacts.hasOtherIdAt(ids[1], 0, addressAt(1))).toBe(true);
    expect(contacts.hasOtherIdAt(ids[2], 0, addressAt(2))).toBe(false);
    contacts.release(handle);
    expect(contacts.hasOtherIdAt(ids[1], 0, addressAt(1))).toBe(false);
    expect(contacts.find(stranger, 0, addressAt(1))).toBe(0);
    expect(() => contacts.release(handle)).toThrow(InvariantError);
    expect(() => contacts.release(0)).toThrow(InvariantError);
  });

  test('are read by words as by bytes, also after the store has grown', () => {
    const { contacts, stranger } = settled(3);
    for (let n = 0; n < 20; n++) {
      const handle = contacts.retain(stranger, 0, n);
      const word = contacts.view.getUint32(handle * CONTACT_BYTES);
      expect(word).toBe(new DataView(contacts.bytes.buffer).getUint32(handle * CONTACT_BYTES));
      expect(word >>> 24).toBe(stranger[0]);
    }
  });
});

function check(
  contacts: Contacts,
  people: { id: Uint8Array; address: number }[],
  ledger: { person: number; handle: number }[],
) {
  const references = new Array<number>(people.length).fill(0);
  const handles = new Array<number>(people.length).fill(0);
  for (const { person, handle } of ledger) {
    references[person]++;
    handles[person] = handle;
  }
  expect(contacts.count).toBe(references.filter((count) => count > 0).length);
  expect(people.map(({ id, address }) => contacts.find(id, 0, address))).toEqual(handles);
  for (const [person, handle] of handles.entries()) {
    if (handle === 0) continue;
    const state = [contacts.referencesTo(handle), contacts.addressOf(handle)];
    expect(state).toEqual([references[person], people[person].address]);
  }
}

/** The register of every node ever seen, against a list kept by hand. */
import { describe, expect, test } from 'vitest';
import { addressOf } from '../../../src/core/address.ts';
import { formatId, ID_BYTES } from '../../../src/core/id.ts';
import { randomBelow, SeededRandom } from '../../../src/core/random.ts';
import { CONTACT_BYTES, Contacts } from '../../../src/mainline/rows/contacts.ts';
import { REGISTER_LIMIT, Register } from '../../../src/mainline/rows/register.ts';
import { someId } from '../../core/ids.ts';

describe('the register', () => {
  test('remembers everybody as a list kept by hand does', () => {
    const random = new SeededRandom(1);
    const contacts = new Contacts(2, 1);
    const register = new Register(contacts);
    const people = Array.from({ length: 60 }, (_, i) => ({
      id: someId(random),
      address: addressOf(0x0a000000 + (i >> 2), 1000 + i),
    }));
    const list = new Map<number, Record<string, unknown>>();
    for (let now = 1000; now < 3000; now++) {
      const person = randomBelow(random, people.length);
      const { id, address } = people[person];
      const entry = list.get(person) ?? {
        ...{ id: formatId(id), address, firstSeenMs: now, lastSeenMs: now },
        ...{ queries: 0, answers: 0, failures: 0 },
      };
      list.set(person, entry);
      const bytes = new Uint8Array(ID_BYTES + 3);
      bytes.set(id, 3);
      const event = (['queried', 'answered', 'failed'] as const)[randomBelow(random, 3)];
      register[event](now, bytes, 3, address);
      const counted = { queried: 'queries', answered: 'answers', failed: 'failures' }[event];
      entry[counted] = (entry[counted] as number) + 1;
      if (event !== 'failed') entry['lastSeenMs'] = now;
    }
    expect(register.count).toBe(60);
    expect(contacts.count).toBe(60);
    const entries = [...register].map(({ idStart, ...entry }) => ({
      ...entry,
      id: formatId(contacts.bytes, idStart),
    }));
    // Of several, the one seen first comes first.
    expect(entries).toEqual([...list.values()]);
  });

  test('counts strangers beyond its limit, but keeps up with those it knows', () => {
    const random = new SeededRandom(2);
    const contacts = new Contacts(4, 1);
    const register = new Register(contacts, 3);
    const ids = Array.from({ length: 5 }, () => someId(random));
    for (const [i, id] of ids.entries()) register.queried(i, id, 0, 100 + i);
    expect([register.count, register.refused, contacts.count]).toEqual([3, 2, 3]);
    register.answered(50, ids[0], 0, 100);
    register.failed(51, ids[4], 0, 104);
    expect([register.count, register.refused]).toEqual([3, 3]);
    expect([...register][0]).toMatchObject({ firstSeenMs: 0, lastSeenMs: 50, answers: 1 });
  });

  test('has a limit also when none is given', () => {
    expect(new Register(new Contacts(1, 1)).limit).toBe(REGISTER_LIMIT);
  });

  test('the same id at another address, and another id at the same address, are others', () => {
    const random = new SeededRandom(3);
    const register = new Register(new Contacts(4, 1));
    const [a, b] = [someId(random), someId(random)];
    register.queried(0, a, 0, 1);
    register.queried(0, a, 0, 2);
    register.queried(0, b, 0, 1);
    register.queried(0, a, 0, 1);
    expect([...register].map((entry) => entry.queries)).toEqual([2, 1, 1]);
  });

  test('holds its contacts against others who let go of them', () => {
    const contacts = new Contacts(4, 1);
    const register = new Register(contacts);
    const id = someId(new SeededRandom(4));
    const handle = contacts.retain(id, 0, 7);
    register.answered(1, id, 0, 7);
    contacts.release(handle);
    expect(contacts.find(id, 0, 7)).toBe(handle);
    expect([...register][0].idStart).toBe(handle * CONTACT_BYTES);
  });

  test('gives all contacts back when it is released, and then starts anew', () => {
    const random = new SeededRandom(5);
    const contacts = new Contacts(4, 1);
    const register = new Register(contacts);
    for (let i = 0; i < 40; i++) {
      const id = someId(random);
      register.queried(i, id, 0, i);
      register.answered(i, id, 0, i);
      register.failed(i, id, 0, i);
    }
    register.release();
    expect([register.count, contacts.count]).toEqual([0, 0]);
    expect([...register]).toEqual([]);
    register.queried(99, someId(random), 0, 9);
    const { idStart, ...entry } = [...register][0];
    expect(entry).toEqual({
      ...{ address: 9, firstSeenMs: 99, lastSeenMs: 99, queries: 1, answers: 0, failures: 0 },
    });
  });
});

/** The state of a node as text and as data, whole and damaged. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { storedItem } from '../../../src/api/mainline/item-results.ts';
import { savedItem } from '../../../src/api/mainline/saved-items.ts';
import {
  CONTACTS_KEPT,
  CONTACTS_KEPT_MIN,
  keptContacts,
  type MainlineSnapshot,
  nothing,
  snapshotFrom,
  snapshotOf,
  snapshotText,
} from '../../../src/api/mainline/snapshot.ts';
import { ascii } from '../../../src/mainline/krpc/bencode.ts';
import { immutableItem } from '../../../src/mainline/krpc/item.ts';

const WHOLE: MainlineSnapshot = {
  savedAtMs: 1_700_000_000_000,
  id: 'ab'.repeat(20),
  contacts: ['1.2.3.4:1', '5.6.7.8:6881'],
  announcements: [{ infoHash: 'cd'.repeat(20), port: null, seed: true, everyMs: 900_000 }],
  items: [savedItem(storedItem(immutableItem(ascii('i1e'))), 3_600_000)],
};

test('what was written is read again', () => {
  expect(snapshotFrom(snapshotText(WHOLE))).toEqual({ snapshot: WHOLE, damaged: 0 });
  expect(snapshotOf(JSON.parse(JSON.stringify(WHOLE)))).toEqual({ snapshot: WHOLE, damaged: 0 });
});

test('whatever is cut or changed, the rest is whole', () => {
  const text = snapshotText(WHOLE);
  fc.assert(
    fc.property(fc.nat(text.length - 1), fc.nat(255), (at, code) => {
      for (const bad of [
        text.slice(0, at),
        text.slice(0, at) + String.fromCharCode(code) + text.slice(at + 1),
      ]) {
        const found = snapshotFrom(bad);
        if (found === null) continue; // the title itself
        const { snapshot } = found;
        expect([null, WHOLE.id]).toContain(snapshot.id);
        expect(WHOLE.contacts).toEqual(expect.arrayContaining(snapshot.contacts));
        expect(WHOLE.items).toEqual(expect.arrayContaining(snapshot.items));
        expect(WHOLE.announcements).toEqual(expect.arrayContaining(snapshot.announcements));
      }
    }),
  );
});

test('the form of 0.1 is read, cut or not', () => {
  const text =
    '{"id":"abababababababababababababababababababab","contacts":["1.2.3.4:1","5.6.7.8:2"]}\n';
  const { snapshot, damaged } = snapshotFrom(text)!;
  expect(snapshot).toEqual({ ...nothing(), id: WHOLE.id, contacts: ['1.2.3.4:1', '5.6.7.8:2'] });
  expect(damaged).toBe(0);
  expect(snapshotFrom(text.slice(0, 80))).toMatchObject({ snapshot: { id: WHOLE.id }, damaged: 1 });
  expect(snapshotFrom('{"id":"abab')).toEqual({ snapshot: nothing(), damaged: 1 });
});

test('what is no state is told from one that is damaged', () => {
  expect(snapshotFrom('{"id":7}')).toBeNull();
  expect(snapshotFrom('#!/bin/sh\n')).toBeNull();
  expect(snapshotFrom('')).toEqual({ snapshot: nothing(), damaged: 0 });
});

test('entries of a program’s own store are taken one by one', () => {
  const given = {
    savedAtMs: 5,
    id: 'no id',
    contacts: ['1.2.3.4:1', 7, 'nowhere', { host: '1.2.3.4', port: 1 }],
    announcements: [...WHOLE.announcements, {}, { ...WHOLE.announcements[0], port: 0 }, null],
    items: [
      ...WHOLE.items,
      {},
      { ...WHOLE.items[0], value: '693265' },
      { ...WHOLE.items[0], everyMs: 0 },
    ],
  };
  expect(snapshotOf(given)).toEqual({
    snapshot: { ...WHOLE, savedAtMs: 5, id: null, contacts: ['1.2.3.4:1'] },
    damaged: 10,
  });
  for (const odd of [5, 'x', [], {}]) expect(snapshotOf(odd).snapshot).toEqual(nothing());
});

test('a table with few contacts erases nobody, a full one is enough', () => {
  const many = (count: number, ip: number) =>
    Array.from({ length: count }, (_, i) => `1.2.${ip}.4:${i + 1}`);
  expect(keptContacts([], ['1.2.3.4:1'])).toEqual(['1.2.3.4:1']);
  expect(keptContacts(['1.2.3.4:2', '1.2.3.4:1'], ['1.2.3.4:1', '1.2.3.4:3'])).toEqual([
    '1.2.3.4:2',
    '1.2.3.4:1',
    '1.2.3.4:3',
  ]);
  expect(keptContacts(many(3, 1), many(200, 2))).toHaveLength(CONTACTS_KEPT_MIN);
  expect(keptContacts(many(100, 1), many(200, 2))).toEqual(many(100, 1));
  expect(keptContacts(many(5000, 1), [])).toHaveLength(CONTACTS_KEPT);
});

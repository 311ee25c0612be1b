/** Who owns a key and who holds it, against the plainest way to say so. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { RecordInfo } from '../../../src/ring.ts';
import type { KeyView } from '../../../src/scene.ts';
import {
  KEYS_SHOWN,
  keysOf,
  type OwningPlace,
  ownerOf,
  RECORDS_READ,
  type RingHoldings,
} from '../../../src/studio/ring/keys.ts';

const id = (value: number) => value.toString(16).padStart(40, '0');
const place = (node: number, value: number, over: Partial<OwningPlace> = {}): OwningPlace => ({
  id: id(value),
  place: node,
  node,
  isOwn: true,
  backupsOutside: [],
  ...over,
});
const record = (key: number, version = 1, over: Partial<RecordInfo> = {}): RecordInfo => ({
  key: id(key),
  version: id(version),
  bytes: 5,
  isRemoved: false,
  isOwn: false,
  ...over,
});
const holdings = (over: Partial<RingHoldings>): RingHoldings => ({
  places: [],
  records: [],
  known: [],
  names: new Map(),
  k: 2,
  ...over,
});

test('the owner is the last place at or before the key, around the circle', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.nat(1000), { minLength: 1, maxLength: 12 }),
      fc.nat(1000),
      (values, key) => {
        const sorted = [...values].sort((a, b) => a - b);
        const places = sorted.map((value, i) => place(i, value));
        const before = sorted.filter((value) => value <= key);
        const expected = before.at(-1) ?? sorted.at(-1)!;
        expect(ownerOf(places, id(key))!.id).toBe(id(expected));
      },
    ),
    { seed: 1 },
  );
  expect(ownerOf([], id(1))).toBeUndefined();
});

describe('a key', () => {
  const three = [place(0, 100), place(1, 200), place(2, 300)];

  test('is safe with its owner and K copies, and unsafe with fewer', () => {
    const all = [0, 1, 2].map((node) => ({ node, records: [record(150)] }));
    const [safe] = keysOf(holdings({ places: three, records: all }));
    expect(safe).toEqual({
      key: id(150),
      name: null,
      owner: 0,
      holders: [0, 1, 2],
      effectiveK: 2,
      state: 'safe',
      bytes: 5,
    });
    const [unsafe] = keysOf(holdings({ places: three, records: all.slice(0, 2) }));
    expect(unsafe).toMatchObject({ holders: [0, 1], effectiveK: 1, state: 'unsafe' });
    const [ownerless] = keysOf(holdings({ places: three, records: all.slice(1) }));
    expect(ownerless).toMatchObject({ owner: 0, effectiveK: -1, state: 'unsafe' });
    const [alone] = keysOf(
      holdings({ places: [place(0, 100)], records: [{ node: 0, records: [record(150)] }] }),
    );
    expect(alone).toMatchObject({ effectiveK: 0, state: 'safe' });
  });

  test('is held by those with the newest version only', () => {
    const records = [
      { node: 0, records: [record(150, 2)] },
      { node: 1, records: [record(150, 1)] },
      { node: 2, records: [record(150, 2)] },
    ];
    expect(keysOf(holdings({ places: three, records }))[0].holders).toEqual([0, 2]);
  });

  test('that nobody has any more is lost, unless it was removed', () => {
    const known = keysOf(
      holdings({ places: three, records: [{ node: 0, records: [record(150), record(160)] }] }),
    );
    const records = [{ node: 1, records: [record(160, 9, { isRemoved: true, bytes: 0 })] }];
    const [removed, lost] = keysOf(holdings({ places: three.slice(1), records, known }));
    expect(removed).toMatchObject({ key: id(160), state: 'removed', holders: [], effectiveK: -1 });
    expect(lost).toMatchObject({ key: id(150), state: 'lost', holders: [], owner: 2, bytes: 5 });
    const gone = keysOf(holdings({ places: three, known: [removed as KeyView] }));
    expect(gone).toEqual([]);
    expect(keysOf(holdings({ places: three, records }))).toEqual([]);
  });

  test('of an owner outside is taken to be there, with the backups that it says it has', () => {
    const places = [place(0, 100, { isOwn: false, backupsOutside: [7] }), place(1, 200)];
    const [view] = keysOf(holdings({ places, records: [{ node: 1, records: [record(150)] }] }));
    expect(view).toMatchObject({ owner: 0, holders: [0, 1, 7], effectiveK: 2, state: 'safe' });
  });

  test('has the name that was typed for it', () => {
    const names = new Map([[id(150), 'apple']]);
    const records = [{ node: 0, records: [record(150)] }];
    expect(keysOf(holdings({ places: three, records, names }))[0].name).toBe('apple');
  });
});

describe('of very many keys', () => {
  const many = Array.from({ length: RECORDS_READ }, (_, i) => record(i));

  test('so many are shown, and those known before stay', () => {
    const records = [{ node: 0, records: many.slice(0, KEYS_SHOWN + 10) }];
    const shown = keysOf(holdings({ places: [place(0, 1)], records }));
    expect(shown).toHaveLength(KEYS_SHOWN);
    const again = keysOf(holdings({ places: [place(0, 1)], records, known: shown }));
    expect(again.map(({ key }) => key)).toEqual(shown.map(({ key }) => key));
  });

  test('nothing is said of those beyond what was read of a member', () => {
    const records = [
      { node: 0, records: many },
      { node: 1, records: [record(3), record(RECORDS_READ + 5)] },
    ];
    const known = [{ ...keysOf(holdings({ records }))[0], key: id(RECORDS_READ + 9) }];
    const keys = keysOf(holdings({ places: [place(0, 1), place(1, 2)], records, known }));
    expect(keys.some(({ key }) => key > id(RECORDS_READ))).toBe(false);
    expect(keys.find(({ key }) => key === id(3))!.holders).toEqual([0, 1]);
  });
});

/** Items as plain data: what holds comes back, what does not is refused. */
import { expect, test } from 'vitest';
import { storedItem } from '../../../src/api/mainline/item-results.ts';
import { savedItem, storedItemOf } from '../../../src/api/mainline/saved-items.ts';
import { ascii } from '../../../src/mainline/krpc/bencode.ts';
import { immutableItem } from '../../../src/mainline/krpc/item.ts';
import { KEY, MUTABLE } from '../../vectors/bep44.ts';

test.each(MUTABLE)('vector $name is saved and comes back', ({ salt, seq, value, signature }) => {
  const item = storedItem({ value, key: KEY, salt, seq, signature });
  const saved = savedItem(item, 600_000);
  expect(storedItemOf(JSON.parse(JSON.stringify(saved)))).toEqual(item);
  const digits = saved.value === '' ? '00' : saved.value;
  const other = `${digits.slice(0, -1)}${digits.endsWith('0') ? 1 : 0}`;
  for (const change of [{ value: other }, { seq: null }, { key: null }, { salt: 'ff' }]) {
    expect(() => storedItemOf({ ...saved, ...change })).toThrow();
  }
});

test('an immutable item that is another one is refused', () => {
  const saved = savedItem(storedItem(immutableItem(ascii('i1e'))), 600_000);
  expect(storedItemOf(saved).value).toBe(1);
  expect(() => storedItemOf({ ...saved, value: '693265' })).toThrow('not genuine');
  const others = [{ target: 'x' }, { value: 7 }, { value: '6' }, { salt: null }, { seq: '5' }];
  for (const change of others) {
    expect(() => storedItemOf({ ...saved, ...change } as never)).toThrow();
  }
});

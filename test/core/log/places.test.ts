/** Where records are: rows that are given back are given out again. */
import { expect, test } from 'vitest';
import { Places } from '../../../src/core/log/places.ts';
import { SeededRandom } from '../../../src/core/random.ts';
import { someId } from '../ids.ts';

test('a row is one key’s until the key is removed, and no row is wasted', () => {
  const places = new Places();
  const random = new SeededRandom(3);
  const model = new Map<string, number>();
  const keys: Uint8Array[] = [];
  for (let i = 0; i < 3000; i++) {
    if (i % 3 === 2) {
      const key = keys.shift()!;
      places.remove(key, 0);
      model.delete(Buffer.from(key).toString('hex'));
      expect(places.keys.get(key, 0)).toBeNull();
      places.remove(key, 0); // twice is no fault
      continue;
    }
    const key = someId(random);
    keys.push(key);
    places.set(places.add(key, 0), i, 2 * i, 3 * i, new Uint8Array([...key, 0, 0, 0, 0]), 0);
    model.set(Buffer.from(key).toString('hex'), i);
  }
  expect(places.keys.count).toBe(model.size);
  const rows = new Set<number>();
  for (const key of keys) {
    const row = places.keys.get(key, 0)!;
    const i = model.get(Buffer.from(key).toString('hex'))!;
    expect([places.segments[row], places.offsets[row], places.lengths[row]]).toEqual([
      i,
      2 * i,
      3 * i,
    ]);
    expect([...places.head(row)]).toEqual([...key, 0, 0, 0, 0].slice(0, 3 * i));
    rows.add(row);
  }
  expect(rows.size).toBe(model.size);
  expect(places.segments.length).toBeLessThanOrEqual(2048);
});

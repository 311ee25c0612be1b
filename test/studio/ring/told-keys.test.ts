import { describe, expect, test } from 'vitest';
import type { RingPage } from '../../../src/ring.ts';
import { TOLD_BYTES_MAX, TOLD_KEYS_MAX, ToldKeys } from '../../../src/studio/ring/told-keys.ts';

const id = (value: number) => value.toString(16).padStart(40, '0');
const record = (value: number, bytes = 5, name: string | null = null) => ({
  ...{ key: id(value), name, version: '1', storedUntilMs: null, value: new Uint8Array(bytes) },
});

/** Answers with these pages, each asked for by where the one before ended. */
function tellerOf(pages: () => RingPage[]) {
  const asked: (string | undefined)[] = [];
  const page = async ({ from }: { from?: string } = {}): Promise<RingPage> => {
    asked.push(from);
    const all = pages();
    const at = from === undefined ? 0 : all.findIndex(({ next }) => next === from) + 1;
    return all[at]!;
  };
  return { asked, page };
}

describe('keys as members tell them', () => {
  test('come page by page, and what is not told any more has been removed', async () => {
    let pages: RingPage[] = [
      { records: [record(1, 5, 'one'), record(2)], next: id(3) },
      { records: [record(9, 7)], next: null },
    ];
    const teller = tellerOf(() => pages);
    const told = new ToldKeys(() => teller);
    await told.round();
    expect(teller.asked).toEqual([undefined, id(3)]);
    expect(told.records.get(id(1))).toEqual({ name: 'one', bytes: 5, isRemoved: false });
    expect([...told.records.keys()]).toEqual([id(1), id(2), id(9)]);
    const { version } = told;
    await told.round();
    expect(told.version).toBe(version);
    pages = [{ records: [record(1, 5, 'one'), record(9, 7)], next: null }];
    await told.round();
    expect(told.version).toBe(version + 1);
    expect(told.records.get(id(2))).toMatchObject({ isRemoved: true });
    await told.round();
    expect(told.records.has(id(2))).toBe(false);
  });

  test('who cannot be asked, or tells nothing, changes nothing', async () => {
    let fails = false;
    const page = async () => {
      if (fails) throw new Error('refused');
      return { records: [record(1)], next: null };
    };
    let isThere = true;
    const told = new ToldKeys(() => (isThere ? { page } : null));
    await told.round();
    fails = true;
    await told.round();
    isThere = false;
    await told.round();
    expect(told.records.size).toBe(1);
    told.forget();
    expect(told.records.size).toBe(0);
  });

  test('a round ends at so many keys or bytes; of what lies behind nothing is said', async () => {
    const many = Array.from({ length: TOLD_KEYS_MAX }, (_, i) => record(i));
    let pages: RingPage[] = [
      { records: many.slice(0, 10), next: id(10) },
      { records: [record(5000)], next: null },
    ];
    const teller = tellerOf(() => pages);
    const told = new ToldKeys(() => teller);
    await told.round();
    pages = [
      { records: many, next: id(4000) },
      { records: [], next: null },
    ];
    await told.round();
    expect(told.records.get(id(5000))).toMatchObject({ isRemoved: false });
    expect(teller.asked).toHaveLength(3);
    pages = [
      { records: [record(1, TOLD_BYTES_MAX)], next: id(2) },
      { records: [], next: null },
    ];
    await told.round();
    expect(teller.asked).toHaveLength(4);
    expect(told.records.get(id(0))).toMatchObject({ isRemoved: true });
    expect(told.records.get(id(3))).toMatchObject({ isRemoved: false });
  });
});

import { describe, expect, test } from 'vitest';
import { Search } from '../../src/io/search.ts';

function setup() {
  let found: (item: number) => void = () => {};
  let finish: (result: string) => void = () => {};
  let fail: (error: Error) => void = () => {};
  let cancels = 0;
  const search = new Search<number, string>(
    (listener) => {
      found = listener;
      return new Promise((resolve, reject) => {
        finish = resolve;
        fail = reject;
      });
    },
    () => {
      cancels++;
      fail(new Error('given up'));
    },
  );
  return { search, found, finish, fail, cancels: () => cancels };
}

async function collect(search: AsyncIterable<number>): Promise<number[]> {
  const items: number[] = [];
  for await (const item of search) items.push(item);
  return items;
}

describe('a search', () => {
  test('can be awaited', async () => {
    const { search, finish } = setup();
    finish('result');
    expect(await search).toBe('result');
    expect(await search.finally(() => {})).toBe('result');
  });

  test('that fails can be caught like a promise', async () => {
    const { search, fail } = setup();
    fail(new Error('no'));
    expect(await search.catch((error) => (error as Error).message)).toBe('no');
    await expect(search.then()).rejects.toThrow('no');
  });

  test('hands out an item as soon as it is found', async () => {
    const { search, found, finish } = setup();
    const iterator = search[Symbol.asyncIterator]();
    const first = iterator.next();
    found(1);
    expect(await first).toEqual({ done: false, value: 1 });
    found(2);
    expect(await iterator.next()).toEqual({ done: false, value: 2 });
    const end = iterator.next();
    finish('result');
    expect((await end).done).toBe(true);
  });

  test('can be iterated after it has ended, and awaited as well', async () => {
    const { search, found, finish } = setup();
    found(1);
    found(2);
    finish('result');
    expect(await search).toBe('result');
    expect(await collect(search)).toEqual([1, 2]);
  });

  test('gives all items to each of two who iterate it at once', async () => {
    const { search, found, finish } = setup();
    const both = Promise.all([collect(search), collect(search)]);
    await new Promise(setImmediate);
    found(1);
    await new Promise(setImmediate);
    found(2);
    finish('result');
    expect(await both).toEqual([
      [1, 2],
      [1, 2],
    ]);
  });

  test('that is left early is given up', async () => {
    const { search, found, cancels } = setup();
    found(1);
    found(2);
    for await (const item of search) {
      expect(item).toBe(1);
      break;
    }
    expect(cancels()).toBe(1);
  });

  test('that has ended is not given up by leaving its iteration', async () => {
    const { search, found, finish, cancels } = setup();
    found(1);
    finish('result');
    await search;
    for await (const _ of search) break;
    expect(cancels()).toBe(0);
  });

  test('that fails hands out what it found and then throws', async () => {
    const { search, found, fail } = setup();
    found(1);
    fail(new Error('lost'));
    const items: number[] = [];
    await expect(
      (async () => {
        for await (const item of search) items.push(item);
      })(),
    ).rejects.toThrow('lost');
    expect(items).toEqual([1]);
  });

  test('that fails without anybody looking is no unhandled rejection', async () => {
    const unhandled: unknown[] = [];
    const listener = (reason: unknown) => unhandled.push(reason);
    process.on('unhandledRejection', listener);
    const { fail } = setup();
    fail(new Error('nobody looks'));
    await new Promise(setImmediate);
    await new Promise(setImmediate);
    process.off('unhandledRejection', listener);
    expect(unhandled).toEqual([]);
  });
});

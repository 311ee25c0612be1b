/** Foreign code may throw, or promise and fail: it is told, and nothing else happens. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { guarded, tellerOf, watch } from '../../src/io/guard.ts';

const warnings: string[] = [];
const unhandled: unknown[] = [];
const onWarning = (warning: Error) => warnings.push(warning.message);
const onUnhandled = (reason: unknown) => unhandled.push(reason);

beforeEach(() => {
  process.on('warning', onWarning);
  process.on('unhandledRejection', onUnhandled);
});
afterEach(async () => {
  await new Promise(setImmediate);
  process.off('warning', onWarning);
  process.off('unhandledRejection', onUnhandled);
  expect(unhandled.splice(0)).toEqual([]);
  warnings.length = 0;
});

const mistake = () => {
  throw new Error('a mistake');
};
const later = async () => mistake();

test('what a callback throws is told, and so is a promise that fails', async () => {
  const told: string[] = [];
  const tell = tellerOf((error) => told.push(String(error)));
  guarded(mistake, tell)();
  guarded(later, tell)();
  guarded(() => 5, tell)();
  await new Promise(setImmediate);
  expect(told).toEqual(['Error: a mistake', 'Error: a mistake']);
});

test('arguments are passed on', () => {
  const seen: unknown[] = [];
  guarded((...given: number[]) => seen.push(given), mistake)(1, 2, 3);
  expect(seen).toEqual([[1, 2, 3]]);
});

test.each([mistake, later])(
  'an onError that fails itself ends in a process warning',
  async (bad) => {
    guarded(() => {
      throw new Error('first');
    }, tellerOf(bad))();
    await new Promise(setImmediate);
    await new Promise(setImmediate);
    expect(warnings).toContain('a mistake');
  },
);

test('without onError it is a process warning', async () => {
  guarded(mistake, tellerOf())();
  await new Promise(setImmediate);
  expect(warnings).toEqual(['a mistake']);
});

test('only what can be waited for is a promise', () => {
  expect([undefined, null, 5, 'then', {}, mistake].map((value) => watch(value, mistake))).toEqual(
    Array(6).fill(false),
  );
  expect(watch(Promise.resolve(), mistake)).toBe(true);
});

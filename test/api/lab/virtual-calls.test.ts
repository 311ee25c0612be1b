import { expect, test } from 'vitest';
import { VirtualCalls } from '../../../src/api/lab/virtual-calls.ts';

/** A world of numbered events: each run handles them until it is told to stop. */
function world(): { calls: VirtualCalls; events: (() => void)[]; handled: number[] } {
  const events: (() => void)[] = [];
  const handled: number[] = [];
  const calls = new VirtualCalls((isOver) => {
    while (events.length > 0) {
      events.shift()!();
      if (isOver()) return;
    }
  });
  return { calls, events, handled };
}

test('runs the world only as far as the next outcome, and lets the program go on first', async () => {
  const { calls, events, handled } = world();
  const begin = (value: number) =>
    calls.open<number>(0, (call) => {
      events.push(() => {
        handled.push(value);
        calls.settle(call, value);
      });
    });
  const first = begin(1);
  const second = begin(2);
  const seen: number[] = [];
  await Promise.all([
    first.then((value) => {
      seen.push(value);
      // The second has not happened yet.
      expect(handled).toEqual([1]);
    }),
    second.then((value) => seen.push(value)),
  ]);
  expect(seen).toEqual([1, 2]);
});

test('a call fails by its beginning, with its node, or when nothing is left to happen', async () => {
  const { calls } = world();
  const failing = calls.open(0, () => {
    throw new RangeError('no');
  });
  await expect(failing).rejects.toThrow(RangeError);
  let number = 0;
  const gone = calls.open(7, (call) => {
    number = call;
  });
  expect(calls.nodeOf(number)).toBe(7);
  calls.failAllOf(7, new Error('crashed'));
  await expect(gone).rejects.toThrow('crashed');
  expect(calls.has(number)).toBe(false);
  await expect(calls.open(1, () => {})).rejects.toMatchObject({ code: 'TIMEOUT' });
});

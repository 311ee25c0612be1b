import { afterEach, expect, test, vi } from 'vitest';
import { epochClock, systemClock } from '../../src/io/clock.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

test('the system clock never moves backward and knows what o’clock it is', () => {
  const first = systemClock.now();
  expect(systemClock.now()).toBeGreaterThanOrEqual(first);
  // A second of tolerance: the wall clock may have been corrected since the process began.
  expect(Math.abs(systemClock.originMs + systemClock.now() - Date.now())).toBeLessThan(1000);
});

test('the clock since 1970 does not follow a wall clock that somebody sets', () => {
  const first = epochClock.now();
  vi.spyOn(Date, 'now').mockReturnValue(first + 86_400_000);
  expect(epochClock.now() - first).toBeLessThan(10_000);
  expect(epochClock.now()).toBeGreaterThanOrEqual(first);
});

test('what is called off is not called', async () => {
  let called = 0;
  const callOff = systemClock.after(1, () => called++);
  callOff();
  await new Promise<void>((resolve) => {
    systemClock.after(5, resolve);
  });
  expect(called).toBe(0);
});

test('a deadline beyond the reach of setTimeout is not mistaken for "at once"', () => {
  const timers = vi.spyOn(globalThis, 'setTimeout');
  const callOff = systemClock.after(2 ** 40, () => {});
  callOff();
  expect(timers.mock.calls[0][1]).toBe(2 ** 31 - 1);
});

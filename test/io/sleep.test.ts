import { expect, test } from 'vitest';
import { Sleep } from '../../src/io/sleep.ts';

/** A machine whose wall clock may be set and that may sleep; up for an hour. */
function machine() {
  const times = { runningMs: 5, wallMs: 1_000_000, upMs: 3_600_000, looks: 0 };
  const readings = {
    wallMs: () => times.wallMs,
    upMs: () => {
      times.looks++;
      return times.upMs;
    },
  };
  const pass = (forMs: number, isAwake = true) => {
    if (isAwake) times.runningMs += forMs;
    times.wallMs += forMs;
    times.upMs += forMs;
  };
  const sleep = new Sleep(times.runningMs, readings);
  return { times, pass, slept: () => sleep.upTo(times.runningMs) };
}

test('a machine that sleeps knows afterwards how long, and asks no more often than that', () => {
  const { times, pass, slept } = machine();
  expect(slept()).toBe(0);
  pass(60_000);
  expect(slept()).toBe(0);
  expect(times.looks).toBe(1);
  pass(3_600_000, false);
  expect(slept()).toBe(3_600_000);
  pass(1000);
  expect(slept()).toBe(3_600_000);
  pass(700, false);
  expect(slept()).toBe(3_600_700);
  expect(times.looks).toBe(3);
});

test('a wall clock that is set is no sleep, whichever way', () => {
  const { times, pass, slept } = machine();
  times.wallMs += 86_400_000;
  expect(slept()).toBe(0);
  times.wallMs -= 90_000_000;
  expect(slept()).toBe(0);
  pass(2000, false);
  expect(slept()).toBe(2000);
});

test('what a reading of whole seconds rounds off does not make it go back', () => {
  const { times, pass, slept } = machine();
  pass(5000, false);
  expect(slept()).toBe(5000);
  times.upMs -= 900;
  times.wallMs += 1000;
  expect(slept()).toBe(5000);
});

/** Options by name, limits of calls, and callbacks of a program that fail. */
import { expect, test } from 'vitest';
import {
  checkLimits,
  checkOptions,
  guardedSettings,
  OPTION_NAMES,
  registerLimitOf,
  tracesOf,
} from '../../../src/api/mainline/options.ts';

test('every option there is may be given, and no other', () => {
  checkOptions({});
  checkOptions({ host: 'h', k: 8, zzz: undefined });
  expect(OPTION_NAMES).toEqual(expect.arrayContaining(['bootstrap', 'k', 'onQuery', 'shareWith']));
  expect(() => checkOptions({ bootsrap: false })).toThrow('did you mean "bootstrap"?');
  expect(() => checkOptions({ onError: 5 })).toThrow('"onError" expected a function, got 5');
  expect(() => checkOptions(null as never)).toThrow('"options" expected an object, got null');
});

test('limits of a call are checked by name and kind', () => {
  checkLimits({}, 'ping');
  checkLimits({ timeoutMs: 5, signal: AbortSignal.abort() }, 'ping');
  expect(() => checkLimits({ timeout: 5 } as object, 'ping')).toThrow(
    '"timeout" is no option of ping, did you mean "timeoutMs"?',
  );
  expect(() => checkLimits({ timeoutMs: 0 }, 'ping')).toThrow(RangeError);
  expect(() => checkLimits({ signal: {} as never }, 'ping')).toThrow(
    '"signal" expected an AbortSignal, got an object',
  );
  expect(() => checkLimits(5 as never, 'ping')).toThrow(TypeError);
});

test('an identity that throws, or is no id, is told, and our own id is shown', () => {
  const told: string[] = [];
  const shown = (identity: unknown) =>
    guardedSettings({ identity: identity as never }, (error) => told.push(String(error))).identity!(
      null,
      1,
    );
  expect(
    shown(() => {
      throw new Error('nobody');
    }),
  ).toBeNull();
  expect(shown(() => 'me')).toBeNull();
  expect(told).toEqual([
    'Error: nobody',
    'TypeError: "identity" expected to return 20 bytes, got "me"',
  ]);
  expect(shown(() => new Uint8Array(20))).toEqual(new Uint8Array(20));
});

test('how much is kept is a number, or nothing', () => {
  expect([undefined, false, 0, 7].map((choice) => tracesOf(choice as number))).toEqual([
    64, 0, 0, 7,
  ]);
  expect([undefined, false, 9].map((choice) => registerLimitOf(choice as number))).toEqual([
    0, 0, 9,
  ]);
  expect(registerLimitOf(true)).toBeGreaterThan(1000);
});

/** Argument errors: the right class, and a message that names the argument, the rule and the value. */
import { describe, expect, test } from 'vitest';
import {
  checkNames,
  checkToggle,
  fieldsOf,
  nearestName,
  numberIn,
  shown,
  wholeNumber,
} from '../../src/core/argument.ts';

describe('a whole number', () => {
  test('in its range is given back', () => {
    for (const value of [0, 1, 65535]) expect(wholeNumber(value, 'port', 0, 65535)).toBe(value);
    expect(wholeNumber(-3, 'offset', -3, -3)).toBe(-3);
  });

  test.each([-1, 65536, 0.5, Number.NaN, Infinity, -Infinity])('%d is out of range', (value) => {
    const message = `"port" expected a whole number in 0..65535, got ${value}`;
    expect(() => wholeNumber(value, 'port', 0, 65535)).toThrow(new RangeError(message));
  });

  test.each([
    ['80', '"80"'],
    [undefined, 'undefined'],
    [null, 'null'],
    [true, 'true'],
    [10n, '10'],
    [[], 'an array'],
    [{}, 'an object'],
    [new Date(0), 'an object'],
  ])('%o is of the wrong type', (value, got) => {
    const message = `"port" expected a whole number, got ${got}`;
    expect(() => wholeNumber(value, 'port', 0, 65535)).toThrow(new TypeError(message));
  });
});

describe('a value in a message', () => {
  test('stays on one line and is never long', () => {
    const values = [
      'x'.repeat(1e6),
      '\n'.repeat(1e6),
      () => 'x'.repeat(1e6),
      Symbol('a'),
      2 ** 70,
      10n ** 99n,
    ];
    function long(): number[] {
      return [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23];
    }
    for (const value of [...values, long, class {}, Object.create(null)]) {
      expect(shown(value).length).toBeLessThanOrEqual(130);
      expect(shown(value)).not.toContain('\n');
    }
  });

  test('shows where a text begins and ends', () => {
    expect(shown(' a"')).toBe('" a\\""');
    expect(shown('')).toBe('""');
  });
});

test('a number is one within its bounds', () => {
  expect(numberIn(1, 'x', 1)).toBe(1);
  for (const value of [Number.NaN, -0.1, 1.1]) {
    expect(() => numberIn(value, 'x', 1)).toThrow(/^"x" expected a number in 0\.\.1, got /);
  }
  expect(() => numberIn('1', 'x', 1)).toThrow(TypeError);
});

test('an object has the fields that it may have, and no others', () => {
  expect(fieldsOf({ a: 1 }, 'x', ['a', 'b'])).toEqual({ a: 1 });
  expect(() => fieldsOf({ c: 1 }, 'x', ['a', 'b'])).toThrow('"x" expected a, b, got the field "c"');
  for (const value of [null, [], 5]) {
    expect(() => fieldsOf(value, 'x', [])).toThrow('"x" expected an object, got ');
  }
});

describe('a name that is not known', () => {
  const KNOWN = ['bootstrap', 'host', 'port', 'onQuery', 'timeoutMs', 'k'];

  test.each([
    ['bootsrap', 'bootstrap'],
    ['Bootstrap', 'bootstrap'],
    ['bootstraps', 'bootstrap'],
    ['prot', 'port'],
    ['onquery', 'onQuery'],
    ['timeoutms', 'timeoutMs'],
    ['timeout', 'timeoutMs'],
  ])('%s is taken for %s', (written, meant) => {
    expect(nearestName(written, KNOWN)).toBe(meant);
  });

  test.each(['colour', '', 'x'.repeat(1e6), 'constructor'])('%.20s is like none', (written) => {
    expect(nearestName(written, KNOWN)).toBeNull();
  });

  test('is refused, with what was meant', () => {
    const message = '"bootsrap" is no option of openMainline, did you mean "bootstrap"?';
    expect(() => checkNames({ bootsrap: 1 }, 'options', 'openMainline', KNOWN)).toThrow(
      new TypeError(message),
    );
    expect(() => checkNames({ zzz: 1 }, 'options', 'openMainline', KNOWN)).toThrow(
      new TypeError('"zzz" is no option of openMainline'),
    );
    expect(() => checkNames('zzz', 'options', 'openMainline', KNOWN)).toThrow(
      new TypeError('"options" expected an object, got "zzz"'),
    );
  });

  test('that is set to nothing is let be, as all that are known', () => {
    checkNames({ zzz: undefined, host: 'h', k: undefined }, 'options', 'openMainline', KNOWN);
  });
});

test('a switch is true, false or left out', () => {
  for (const value of [true, false, undefined]) checkToggle(value, 'upkeep');
  expect(() => checkToggle('no', 'upkeep')).toThrow('"upkeep" expected true or false, got "no"');
});

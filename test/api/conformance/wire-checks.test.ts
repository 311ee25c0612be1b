import { expect as expected, test } from 'vitest';
import { NotOffered, type Reply, Violation } from '../../../src/api/conformance/probe.ts';
import { QUERY_CHECKS } from '../../../src/api/conformance/query-checks.ts';
import { RULES } from '../../../src/api/conformance/rules.ts';
import { STORAGE_CHECKS } from '../../../src/api/conformance/storage-checks.ts';
import {
  expect,
  expectCode,
  valuesOf,
  WIRE_CHECKS,
} from '../../../src/api/conformance/wire-checks.ts';

const raw = new Uint8Array();
const REPLY: Reply = { message: {}, values: { a: 1 }, code: 0, raw };
const ERROR: Reply = { message: {}, values: null, code: 204, raw };

test('every rule has a check or a reason to have none, and no check is there twice', () => {
  const numbers = [WIRE_CHECKS, QUERY_CHECKS, STORAGE_CHECKS].flatMap((checks) =>
    Object.keys(checks).map(Number),
  );
  expected(new Set(numbers).size).toBe(numbers.length);
  for (const { number, title, untested } of RULES) {
    expected(numbers.includes(number), `${number} ${title}`).toBe(untested === null);
  }
});

test('what is expected and does not come is a violation that says so', () => {
  expected(() => expect(false, 'no token')).toThrow(new Violation('no token'));
  expected(() => expectCode(null, 203)).toThrow('silence instead of error 203');
  expected(() => expectCode(REPLY, 203)).toThrow('a reply instead of error 203');
  expected(() => expectCode(ERROR, 203)).toThrow('error 204 instead of error 203');
  expected(() => expectCode(ERROR, 204)).not.toThrow();
  expected(valuesOf(REPLY)).toEqual({ a: 1 });
  expected(() => valuesOf(ERROR)).toThrow('error 204 instead of a reply');
  expected(() => valuesOf(null)).toThrow(Violation);
  expected(new NotOffered('x')).not.toBeInstanceOf(Violation);
});

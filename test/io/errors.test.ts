import { expect, test } from 'vitest';
import { DhtError } from '../../src/io/errors.ts';

test('a DhtError is an Error with a code, by which programs tell them apart', () => {
  const error = new DhtError('TIMEOUT', 'no answer in time');
  expect(error).toBeInstanceOf(Error);
  expect(error.name).toBe('DhtError');
  expect(error.code).toBe('TIMEOUT');
  expect(error.message).toBe('no answer in time');
  expect(error.krpcCode).toBeUndefined();
  expect('cause' in error).toBe(false);
});

test('a DhtError keeps what caused it and the number of a KRPC error', () => {
  const cause = new Error('EADDRINUSE');
  const error = new DhtError('KRPC_ERROR', 'refused', { krpcCode: 203, cause });
  expect(error.krpcCode).toBe(203);
  expect(error.cause).toBe(cause);
});

import { expect, test } from 'vitest';
import { DhtError } from '../../src/ring.ts';
import { failureOf, ServiceError } from '../../src/service/failure.ts';

test.each([
  [new DhtError('TOO_LARGE', 'x'), 413],
  [new DhtError('UNREACHABLE', 'x'), 503],
  [new DhtError('UNAVAILABLE', 'x'), 503],
  [new DhtError('TOO_FEW_COPIES', 'x'), 503],
  [new DhtError('OUTCOME_UNKNOWN', 'x'), 504],
  [new DhtError('STORE_FAILED', 'x'), 507],
  [new RangeError('"x" expected'), 400],
  [new ServiceError(412, 'CONDITION_FAILED', 'x'), 412],
  [new Error('a secret of the inside'), 500],
])('%s is told as %i', (error, status) => {
  const failure = failureOf(error);
  expect(failure.status).toBe(status);
  expect(failure.message).not.toContain('secret');
});

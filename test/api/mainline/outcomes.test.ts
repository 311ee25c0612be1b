/** Failures that say why. */
import { expect, test } from 'vitest';
import { notSent } from '../../../src/api/mainline/outcomes.ts';

test('what was not sent says why, as far as that is known', () => {
  expect(notSent(null, '127.0.0.1').message).toBe('the system refuses to send');
  expect(notSent({ code: 'ENETUNREACH', atMs: 0 }, '127.0.0.1').message).toMatch(
    /network is unreachable/,
  );
});

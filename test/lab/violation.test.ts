import { expect, test } from 'vitest';
import { Violation } from '../../src/lab/violation.ts';

test('a violation says what, when and how', () => {
  const violation = new Violation('a check', 61_234, 'node 7 is blue');
  expect(violation.message).toBe('a check at 61.234 s: node 7 is blue');
  expect(violation).toMatchObject({ name: 'Violation', check: 'a check', atMs: 61_234 });
});

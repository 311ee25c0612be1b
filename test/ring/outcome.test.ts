import { describe, expect, it } from 'vitest';
import { failure, OUTCOME_CODES } from '../../src/ring/outcome.ts';

describe('an outcome', () => {
  it('has a line for every failure', () => {
    for (const code of OUTCOME_CODES) {
      expect(failure(code).message === '').toBe(code === 'ok');
      expect(failure(code).message).not.toMatch(/\n/);
    }
  });
});

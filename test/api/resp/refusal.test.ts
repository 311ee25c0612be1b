import { expect, it } from 'vitest';
import { Refusal } from '../../../src/api/resp/refusal.ts';

it('a refusal is thrown with the reply that it is', () => {
  const refusal = new Refusal('ERR syntax error');
  expect(refusal.reply.text).toBe('ERR syntax error');
  expect(refusal).toBeInstanceOf(Error);
});

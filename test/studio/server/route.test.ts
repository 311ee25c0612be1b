import { describe, expect, test } from 'vitest';
import { checkToken } from '../../../src/studio/server/route.ts';

describe('who may act', () => {
  test('has the token, of a studio that has one', () => {
    expect(() => checkToken('Bearer open-sesame', 'open-sesame')).not.toThrow();
    expect(() => checkToken('Bearer open-sesamf', 'open-sesame')).toThrow('this is not the token');
    expect(() => checkToken(undefined, 'open-sesame')).toThrow('acting needs the control token');
    expect(() => checkToken('Bearer ', undefined)).toThrow('read-only');
  });
});

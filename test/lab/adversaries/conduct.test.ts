import { expect, test } from 'vitest';
import { CONDUCTS, fieldOf } from '../../../src/lab/adversaries/conduct.ts';

test('what is left out is the default, what is given is not', () => {
  expect(fieldOf({ kind: 'eclipse', at: { node: 1 } }, 'every')).toBe('20 s');
  expect(fieldOf({ kind: 'eclipse', at: { node: 1 }, every: 5 }, 'every')).toBe(5);
  const theft = { kind: 'token-theft', at: { node: 1 }, perSecond: 1 } as const;
  expect(fieldOf({ ...theft, spoofed: false }, 'spoofed')).toBe(false);
  expect(fieldOf(theft, 'spoofed')).toBe(true);
});

test('each default keeps the rule of its field', () => {
  for (const { fields } of Object.values(CONDUCTS)) {
    for (const rule of Object.values(fields)) {
      if (rule.is === 'whole' && rule.or !== undefined) {
        expect(rule.or).toBeGreaterThanOrEqual(rule.least);
        expect(rule.or).toBeLessThanOrEqual(rule.most);
      }
      if (rule.is === 'choice' && rule.or !== undefined) expect(rule.of).toContain(rule.or);
    }
  }
});

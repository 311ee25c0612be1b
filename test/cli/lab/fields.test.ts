import { describe, expect, test } from 'vitest';
import type { z } from 'zod';
import {
  duration,
  latency,
  names,
  nodes,
  read,
  seed,
  share,
  toggle,
  whole,
} from '../../../src/cli/lab/fields.ts';

const message = (schema: z.ZodType, value: unknown): string | undefined =>
  schema.safeParse(value).error?.issues[0]?.message;

describe('fields', () => {
  test('numbers keep to their ranges, edges included', () => {
    for (const right of [3, 7]) expect(whole(3, 7, 'a').parse(right)).toBe(right);
    for (const wrong of [2, 8, 3.5, '3', null, Number.NaN, Infinity]) {
      expect(whole(3, 7, 'a').safeParse(wrong).success, String(wrong)).toBe(false);
    }
    expect(share('a').parse(0.5)).toBe(0.5);
    expect(share('a').safeParse(1.01).success).toBe(false);
    expect(nodes.safeParse(10_000_001).success).toBe(false);
    expect(seed.safeParse(2 ** 53).success).toBe(false);
    expect(toggle('a').safeParse('true').success).toBe(false);
  });

  test('names are some of those there are, as text or an array, each once', () => {
    const field = names('only', ['first', 'second'], 'a');
    expect(field.parse('second, first,second')).toEqual(['second', 'first']);
    expect(field.parse(['first'])).toEqual(['first']);
    expect(message(field, 'frist')).toBe('"only" knows no "frist"; there are first, second');
    expect(message(field, [])).toBe('"only" expected names such as first, got an array');
    expect(message(field, [7])).toBe('"only" knows no 7; there are first, second');
  });

  test('durations are milliseconds or have a unit', () => {
    const field = duration('afterMs', 1000, 'a');
    for (const text of [90_000, '90000', '90s', '90 s', '1.5 min']) {
      expect(field.parse(text)).toBe(90_000);
    }
    expect(message(field, '999')).toBe('"afterMs" expected 1000 ms to a year, got 999 ms');
    expect(message(field, 'soon')).toMatch(/^"afterMs" expected ms or text such as '10 min'/);
    expect(message(field, '2000 d')).toMatch(/a year/);
  });

  test('latency is text, a number or a model, and reads what it has made', () => {
    for (const [given, model] of [
      ['king', { kind: 'king' }],
      [100, { kind: 'constant', ms: 100 }],
      ['20-200', { kind: 'uniform', lowMs: 20, highMs: 200 }],
    ] as const) {
      expect(latency.parse(given)).toEqual(model);
      expect(latency.parse(model)).toEqual(model);
    }
    expect(message(latency, '9-3')).toMatch(/^"latency" expected king, .* got "9-3"$/);
    expect(message(latency, { kind: 'king', ms: 1, x: 2 })).toMatch(/^"latency" expected /);
    expect(message(latency, null)).toMatch(/^"latency" expected an object, got null$/);
  });

  test('a mistake of ours in a reader is no complaint about the value', () => {
    const broken = read('a', 'b', () => {
      throw new Error('broken');
    });
    expect(() => broken.safeParse(1)).toThrow('broken');
  });
});

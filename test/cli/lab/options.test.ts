import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { CommandError } from '../../../src/cli/console.ts';
import { duration, real, toggle, whole } from '../../../src/cli/lab/fields.ts';
import {
  bare,
  checkedOptions,
  defaultOf,
  flagOf,
  isToggle,
  metaOf,
  typed,
} from '../../../src/cli/lab/options.ts';

const inner = z.strictObject({
  x: whole(1, 9, 'x').exactOptional(),
  y: real(0, 1, 'y').default(0.5),
});
const schema = z.strictObject({
  count: whole(1, 9, 'how many').default(3),
  afterMs: duration('afterMs', 0, 'when').default(10),
  isOn: toggle('on or off').optional(),
  part: inner.prefault({}),
  list: z.array(inner).default([]),
});
const checked = { name: 'thing', options: schema };

function complaint(values: Record<string, unknown>, nameOf?: (path: string) => string): string {
  try {
    checkedOptions(checked, values, nameOf);
  } catch (error) {
    expect(error).toBeInstanceOf(CommandError);
    expect((error as CommandError).status).toBe(2);
    return (error as CommandError).message;
  }
  return '';
}

describe('options', () => {
  test('are completed, and what was completed is read again as it is', () => {
    const all = { count: 3, afterMs: 10, part: { y: 0.5 }, list: [] };
    expect(checkedOptions(checked, {})).toEqual(all);
    expect(checkedOptions(checked, all)).toEqual(all);
    expect(checkedOptions(checked, { afterMs: '2 s' })['afterMs']).toBe(2000);
  });

  test.each<[Record<string, unknown>, string]>([
    [{ count: 0 }, '"count" expected a whole number in 1..9, got 0'],
    [{ count: 'x' }, '"count" expected a whole number in 1..9, got "x"'],
    [{ count: 2.5 }, '"count" expected a whole number in 1..9, got 2.5'],
    [{ isOn: 1 }, '"isOn" expected true or false, got 1'],
    [{ part: 1 }, '"part" expected an object of x, y, got 1'],
    [{ part: { x: '1' } }, '"part.x" expected a whole number in 1..9, got "1"'],
    [{ part: { z: 1 } }, '"part.z" is no option of part; there are x, y'],
    [{ list: {} }, '"list" expected an array, got an object'],
    [{ list: [{}, { y: 2 }] }, '"list[1].y" expected a number in 0..1, got 2'],
    [{ more: 1 }, '"more" is no option of thing; there are count, afterMs, isOn, part, list'],
    [{ afterMs: -1 }, `"afterMs" expected ms or text such as '10 min', got -1`],
  ])('%j: %s', (values, message) => {
    expect(complaint(values)).toBe(message);
  });

  test('are called as their user called them', () => {
    const nameOf = (path: string): string => `<${path}>`;
    expect(complaint({ part: { x: 0 } }, nameOf)).toMatch(/^<part\.x> expected/);
    expect(complaint({ afterMs: -1 }, nameOf)).toMatch(/^<afterMs> expected/);
  });

  test('what the schema cannot say is said in the same way', () => {
    const complete = (): never => {
      throw new RangeError('"count" expected more than that');
    };
    expect(() => checkedOptions({ ...checked, complete }, {}, (path) => `--${path}`)).toThrow(
      '--count expected more than that',
    );
  });
});

describe('flags', () => {
  test('are named and read by the schema', () => {
    expect(flagOf('halfLifeMs')).toBe('--half-life-ms');
    const { count, afterMs, list, isOn } = schema.shape;
    expect(['7', '-1', '1e3', '1x', ''].map((text) => typed(count, text))).toEqual([
      ...[7, -1, 1000, '1x', ''],
    ]);
    expect(typed(afterMs, '100')).toBe('100');
    expect(typed(list, '[{"x":1}]')).toEqual([{ x: 1 }]);
    expect(typed(list, '[{"x":')).toBe('[{"x":');
    expect([isToggle(isOn), isToggle(count)]).toEqual([true, false]);
  });

  test('know what they are about and what is taken without them', () => {
    expect(metaOf(schema.shape.count)).toMatchObject({ about: 'how many', placeholder: 'n' });
    expect(defaultOf(schema.shape.part)).toEqual({ y: 0.5 });
    expect(defaultOf(schema.shape.isOn)).toBeUndefined();
    expect(bare(schema.shape.part)).toBe(inner);
  });
});

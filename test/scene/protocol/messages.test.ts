/** Messages of unknown origin: what is wrong with them is named, and nothing unknown comes through. */
import { describe, expect, test } from 'vitest';
import { PART_DEPTH_MAX } from '../../../src/scene/protocol/limits.ts';
import { checkMessage } from '../../../src/scene/protocol/messages.ts';
import { lineOfMessage } from '../../../src/scene/recording/recording.ts';
import { SAMPLES } from '../samples.ts';

const plain = (type: string): Record<string, unknown> =>
  JSON.parse(lineOfMessage(SAMPLES.find((message) => message.type === type)!));

describe('a message', () => {
  test('there is a sample of each type', () => {
    expect(new Set(SAMPLES.map(({ type }) => type)).size).toBe(11);
  });

  test.each(SAMPLES.map((message) => [message.type]))('%s: no field may be missing', (type) => {
    expect(checkMessage(plain(type))).toMatchObject({ type });
    for (const field of Object.keys(plain(type))) {
      const { [field]: _, ...less } = plain(type);
      expect(() => checkMessage(less), field).toThrow(field);
    }
  });

  test.each(SAMPLES.map((message) => [message.type]))('%s: no field may be nonsense', (type) => {
    for (const field of Object.keys(plain(type))) {
      if (field === 'config') continue; // of which everything may be left out
      for (const value of [
        undefined,
        {},
        [[]],
        { u8: 5 },
        { u8: 'A' },
        { f64: 'AAAA' },
        Symbol(''),
      ]) {
        expect(() => checkMessage({ ...plain(type), [field]: value }), field).toThrow(/expected/);
      }
    }
  });

  test('fields that nobody knows are left out', () => {
    const read = checkMessage({ ...plain('trouble'), more: 1, __proto__: { message: 'x' } });
    expect(Object.keys(read)).toEqual(['type', 'message']);
  });

  test('types that are none are named', () => {
    for (const value of [null, 5, []]) {
      expect(() => checkMessage(value)).toThrow('"message" expected an object');
    }
    for (const value of [{}, { type: 'toString' }, { type: '__proto__' }]) {
      expect(() => checkMessage(value)).toThrow('"type" expected one of hello, places');
    }
  });

  test('columns that belong together are equally long', () => {
    const two = { u32: 'AAAAAAEAAAA=' };
    expect(() => checkMessage({ ...plain('places'), nodes: { u32: 'AAAAAA==' } })).toThrow(
      '"ids" expected as many rows as "nodes" and "addresses"',
    );
    expect(() => checkMessage({ ...plain('frame'), nodes: { u32: '' } })).toThrow('"nodes"');
    expect(() => checkMessage({ ...plain('frame'), successors: { i32: '' } })).toThrow('"places"');
    expect(() => checkMessage({ ...plain('outcomes'), hops: { u8: '' } })).toThrow(
      '"endedMs" expected as many rows as',
    );
    expect(checkMessage({ ...plain('frame'), sybils: two })).toMatchObject({ type: 'frame' });
  });

  test('parts are not read deeper than anybody nests them', () => {
    const nest = (depth: number): unknown => ({
      ...{ label: 'a', value: '', note: '', start: 0, end: 0 },
      parts: depth > 1 ? [nest(depth - 1)] : [],
    });
    const explain = (depth: number) => checkMessage({ ...plain('explanation'), root: nest(depth) });
    expect(explain(PART_DEPTH_MAX)).toMatchObject({ type: 'explanation' });
    expect(() => explain(PART_DEPTH_MAX + 1)).toThrow('nested 16 deep');
  });

  test('numbers are finite', () => {
    for (const value of [Number.NaN, Infinity, '5', null]) {
      expect(() => checkMessage({ ...plain('busy'), done: value })).toThrow('"done"');
    }
    expect(() => checkMessage({ ...plain('lookup'), from: 0.5 })).toThrow('a whole number');
  });
});

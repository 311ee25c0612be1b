import type { Part } from 'ringlight/scene';
import { describe, expect, test } from 'vitest';
import {
  charOfByte,
  hexOfByte,
  listParts,
  partAt,
  wayTo,
} from '../../../web/src/panels/message-bytes.ts';

const part = (label: string, start: number, end: number, ...parts: Part[]): Part => ({
  label,
  value: '',
  note: '',
  start,
  end,
  parts,
});

const key = part('key', 2, 6);
const root = part(
  'message',
  0,
  10,
  part('head', 0, 2),
  part('body', 2, 10, key, part('end', 6, 10)),
);

describe('the bytes of a message', () => {
  test('each belongs to the smallest part around it', () => {
    const labels = Array.from({ length: 10 }, (_, byte) => partAt(root, byte)!.label);
    expect(labels.join(' ')).toBe('head head key key key key end end end end');
    expect(partAt(root, 10)).toBeNull();
    expect(partAt(root, -1)).toBeNull();
  });

  test('a byte between the parts belongs to what is around them', () => {
    expect(partAt(part('list', 0, 4, part('one', 1, 2)), 3)!.label).toBe('list');
  });

  test('the way to a part, and all parts in order with their depth', () => {
    expect(wayTo(root, key).map(({ label }) => label)).toEqual(['message', 'body', 'key']);
    expect(wayTo(root, part('other', 0, 1))).toEqual([]);
    expect(listParts(root).map(({ part: { label }, depth }) => `${depth}${label}`)).toEqual([
      '0message',
      '1head',
      '1body',
      '2key',
      '2end',
    ]);
  });

  test('as text', () => {
    expect([0, 15, 255].map(hexOfByte)).toEqual(['00', '0f', 'ff']);
    expect([0x41, 0x20, 0x7f, 0x0a].map(charOfByte)).toEqual(['A', ' ', '·', '·']);
  });
});

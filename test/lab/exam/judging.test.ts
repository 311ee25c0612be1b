/** Verdicts on histories that are written by hand: what may be told, and what may not. */
import { describe, expect, test } from 'vitest';
import type { Asked } from '../../../src/lab/exam/asked.ts';
import { judge } from '../../../src/lab/exam/judging.ts';
import type { Reply, Request, Task } from '../../../src/lab/exam/turns.ts';

type Line = [
  node: number,
  beganMs: number,
  endedMs: number,
  request: Request,
  reply: object | null,
];

function history(lines: Line[], lastFrom = Infinity): Asked[] {
  return lines.map(([node, beganMs, endedMs, request, reply], number) => ({
    ...{ number, node, request, beganMs, endedMs, isLast: beganMs >= lastFrom },
    reply: reply === null ? null : ({ request: number, ...reply } as Reply),
    truths: [{ request: 0, owner: 'n1', successor: undefined, predecessor: undefined } as never],
  }));
}

const verdict = (
  task: Task,
  lines: Line[],
  { isCalm = false, consistency = 'eventual' as 'eventual' | 'linearizable', lastFrom = 100 } = {},
) =>
  Object.fromEntries(
    judge(history(lines, lastFrom), { task, isCalm, consistency })
      .filter(({ pass }) => !pass)
      .map(({ name, measured, detail }) => [name, `${measured}: ${detail}`]),
  );

const write = (value: string): Request => ({ op: 'write', key: 'k', value });
const read: Request = { op: 'read', key: 'k' };

describe('values', () => {
  test('what was acknowledged last, or might have been written later, may be read in the end', () => {
    const lines: Line[] = [
      [0, 0, 10, write('a'), {}],
      [1, 20, 30, write('b'), {}],
      [1, 25, Infinity, write('c'), null],
    ];
    for (const value of ['b', 'c']) {
      expect(verdict('kv', [...lines, [2, 100, 110, read, { value }]])).toEqual({});
    }
    for (const value of ['a', null]) {
      expect(verdict('kv', [...lines, [2, 100, 110, read, { value }]])).toEqual({
        'acknowledged and lost': `1: at 0.100 s n2 was asked to read k and said ${value}; b was acknowledged by n1 at 0.030 s`,
      });
    }
  });

  test('of two writes at a time either may be the last', () => {
    const lines: Line[] = [
      [0, 0, 30, write('a'), {}],
      [1, 20, 40, write('b'), {}],
    ];
    for (const value of ['a', 'b']) {
      expect(verdict('kv', [...lines, [2, 100, 110, read, { value }]])).toEqual({});
    }
    const two: Line[] = [
      [2, 100, 110, read, { value: 'a' }],
      [0, 100, 110, read, { value: 'b' }],
    ];
    expect(verdict('kv', [...lines, ...two])).toEqual({
      'keys read in two ways': '1: at 0.100 s n0 was asked to read k and said b; n2 said a',
    });
  });

  test('nothing is read that nobody wrote, at any time', () => {
    expect(verdict('kv', [[0, 5, 6, read, { value: 'z' }]])).toEqual({
      'read and never written': '1: at 0.005 s n0 was asked to read k and said z',
    });
  });

  test('an error is no acknowledgement, and in the end no answer', () => {
    const lines: Line[] = [
      [0, 0, 30, write('a'), { error: 'busy' }],
      [1, 100, 110, read, { value: null }],
    ];
    expect(verdict('kv', lines)).toEqual({});
    expect(verdict('kv', [[1, 100, 110, read, { error: 'busy' }]])).toEqual({
      'not answered': '1: at 0.100 s n1 was asked to read k and answered the error "busy"',
    });
  });

  test('an older value after a newer one is eventual, and not linearizable', () => {
    const lines: Line[] = [
      [0, 0, 10, write('a'), {}],
      [1, 20, 30, write('b'), {}],
      [1, 40, 41, read, { value: 'a' }],
      [1, 100, 110, read, { value: 'b' }],
    ];
    expect(verdict('kv', lines)).toEqual({});
    expect(verdict('kv', lines, { consistency: 'linearizable' })).toEqual({
      'not linearizable':
        '1: at 0.040 s n1 was asked to read k and said a, which fits nowhere after 2 others',
    });
  });
});

describe('owners and neighbours', () => {
  const lookup: Request = { op: 'lookup', key: 'x' };

  test('are judged in the end only, where something befell the world', () => {
    const wrong: Line = [0, 5, 6, lookup, { owner: 'n2' }];
    expect(verdict('lookup', [wrong])).toEqual({});
    expect(verdict('lookup', [wrong], { isCalm: true })).toEqual({
      'wrong owners': '1: at 0.005 s n0 was asked to lookup x and said n2; it is n1',
    });
    expect(verdict('lookup', [[0, 5, 6, lookup, { owner: 'n1' }]], { isCalm: true })).toEqual({});
  });

  test('who is asked in the end has to answer', () => {
    expect(verdict('lookup', [[0, 100, Infinity, lookup, null]])).toEqual({
      'not answered': '1: at 0.100 s n0 was asked to lookup x and did not answer',
    });
  });
});

test('an echo is what was said', () => {
  const lines: Line[] = [
    [0, 100, 100, { op: 'echo', value: 'hi' }, { value: 'hi' }],
    [0, 100, 100, { op: 'echo', value: 'hi' }, { value: 'ho' }],
  ];
  expect(verdict('echo', lines)).toEqual({
    'not what was said': '1: at 0.100 s n0 was asked to echo hi and said ho',
  });
});

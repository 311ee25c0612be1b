/** The checker against histories that are known, and against one that tries every order there is. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Act,
  applied,
  linearizable,
  type Timed,
} from '../../../src/lab/ring/linearizability.ts';

const timed = (beganMs: number, endedMs: number, act: Act): Timed => ({ beganMs, endedMs, act });
const get = (got: string | null): Act => ({ do: 'get', got });
const insert = (value: string): Act => ({ do: 'insert', value });

describe('what cannot be', () => {
  test.each<[string, Timed[]]>([
    [
      'a write that was acknowledged is not read',
      [timed(0, 1, insert('a')), timed(2, 3, get(null))],
    ],
    [
      'an older value comes back',
      [timed(0, 1, insert('a')), timed(2, 3, insert('b')), timed(4, 5, get('a'))],
    ],
    [
      'two reads that see two writes the other way round',
      [
        timed(0, 9, insert('a')),
        timed(0, 9, insert('b')),
        timed(10, 11, get('a')),
        timed(12, 13, get('b')),
      ],
    ],
    [
      'two that both were the first',
      [
        timed(0, 5, { do: 'insert-if-absent', value: 'a', isDone: true }),
        timed(0, 5, { do: 'insert-if-absent', value: 'b', isDone: true }),
      ],
    ],
    [
      'two increments that made the same number',
      [
        timed(0, 5, { do: 'increment', by: 1, got: 1 }),
        timed(0, 5, { do: 'increment', by: 1, got: 1 }),
      ],
    ],
    [
      'a replacement of what was replaced already',
      [
        timed(0, 1, insert('a')),
        timed(2, 3, { do: 'replace-if', was: 'a', value: 'b', isDone: true }),
        timed(4, 5, { do: 'replace-if', was: 'a', value: 'c', isDone: true }),
      ],
    ],
    [
      'a removed value is there, and no write is under way that could have brought it',
      [timed(0, 1, insert('a')), timed(2, 3, { do: 'remove' }), timed(4, 5, get('a'))],
    ],
  ])('%s', (_name, acts) => {
    expect(linearizable(acts)).toMatchObject({ is: 'impossible' });
  });
});

describe('what may be', () => {
  test.each<[string, Timed[]]>([
    ['nothing at all', []],
    ['a read beside a write sees it', [timed(0, 9, insert('a')), timed(1, 2, get('a'))]],
    ['a read beside a write does not', [timed(0, 9, insert('a')), timed(1, 2, get(null))]],
    [
      'a write that nobody heard of comes late',
      [
        timed(0, Infinity, insert('a')),
        timed(1, 2, insert('b')),
        timed(3, 4, get('b')),
        timed(5, 6, get('a')),
      ],
    ],
    [
      'an act whose end is unknown never happened',
      [timed(0, Infinity, { do: 'remove' }), timed(1, 2, insert('a')), timed(3, 4, get('a'))],
    ],
    [
      'a refused insert beside the one that it lost to',
      [
        timed(0, 5, { do: 'insert-if-absent', value: 'a', isDone: false }),
        timed(1, 9, { do: 'insert-if-absent', value: 'b', isDone: true }),
      ],
    ],
  ])('%s', (_name, acts) => {
    expect(linearizable(acts)).toEqual({ is: 'possible' });
  });

  test('from what was there before', () => {
    expect(linearizable([timed(0, 1, get('a'))], 'a')).toEqual({ is: 'possible' });
    expect(linearizable([timed(0, 1, get('a'))])).toMatchObject({ is: 'impossible', stuckAt: 0 });
  });
});

/** Every order of every choice of the unknown acts: slow, and plain. */
function bruteForce(acts: readonly Timed[]): boolean {
  const go = (left: readonly Timed[], register: string | null): boolean => {
    if (left.every(({ endedMs }) => endedMs === Infinity)) return true;
    return left.some((act) => {
      if (left.some((other) => other.endedMs < act.beganMs)) return false;
      const after = applied(register, act);
      return (
        after !== undefined &&
        go(
          left.filter((other) => other !== act),
          after,
        )
      );
    });
  };
  return go(acts, null);
}

const values = ['1', '2', '3'];
const someValue = fc.constantFrom(...values);
const someAct: fc.Arbitrary<Act> = fc.oneof(
  fc.record({ do: fc.constant('get' as const), got: fc.option(someValue) }),
  fc.record({ do: fc.constant('insert' as const), value: someValue }),
  fc.record({ do: fc.constant('remove' as const) }),
  fc.record({
    do: fc.constant('insert-if-absent' as const),
    value: someValue,
    isDone: fc.boolean(),
  }),
  fc.record({
    do: fc.constant('replace-if' as const),
    was: someValue,
    value: someValue,
    isDone: fc.boolean(),
  }),
  fc.record({ do: fc.constant('remove-if' as const), was: someValue, isDone: fc.boolean() }),
  fc.record({
    do: fc.constant('increment' as const),
    by: fc.constant(1),
    got: fc.integer({ min: 1, max: 4 }),
  }),
);
const someTimed = fc
  .record({
    act: someAct,
    beganMs: fc.nat(12),
    lastsMs: fc.oneof(fc.nat(8), fc.constant(Infinity)),
  })
  .map(({ act, beganMs, lastsMs }) => timed(beganMs, beganMs + lastsMs, act));

test('it says what trying every order says, and both answers come up', () => {
  const answers = { possible: 0, impossible: 0 };
  fc.assert(
    fc.property(fc.array(someTimed, { maxLength: 7 }), (acts) => {
      const found = linearizable(acts);
      expect(found.is).toBe(bruteForce(acts) ? 'possible' : 'impossible');
      if (found.is !== 'unknown') answers[found.is]++;
    }),
    { numRuns: 2000 },
  );
  expect(answers.possible).toBeGreaterThan(100);
  expect(answers.impossible).toBeGreaterThan(100);
});

test('a long history that is true is found to be so, and one false answer in it is found', () => {
  let seed = 1;
  const below = (limit: number) => (seed = (seed * 48_271) % 2_147_483_647) % limit;
  const acts: Timed[] = [];
  let register: string | null = null;
  for (let i = 0; i < 400; i++) {
    const atMs = i * 10;
    const kind = below(3);
    const act: Act = kind === 0 ? insert(`v${i}`) : kind === 1 ? get(register) : { do: 'remove' };
    const act_: Timed = timed(atMs - below(40), atMs + below(40), act);
    acts.push(act_);
    register = applied(register, act_)!;
  }
  expect(linearizable(acts)).toEqual({ is: 'possible' });
  const bad = [...acts, timed(100_000, 100_001, get('nobody wrote this'))];
  expect(linearizable(bad)).toMatchObject({ is: 'impossible', stuckAt: 400 });
});

test('a search that takes too long says so', () => {
  const acts = Array.from({ length: 12 }, (_, i) => timed(0, 100, insert(`v${i}`)));
  expect(linearizable([...acts, timed(101, 102, get('none'))], null, 50)).toEqual({
    is: 'unknown',
  });
});

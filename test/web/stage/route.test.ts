import { describe, expect, test } from 'vitest';
import {
  bestStep,
  momentOf,
  pathTo,
  routeOf,
  shortlistAt,
  standingAt,
} from '../../../web/src/stage/route.ts';
import { lookup, step } from './lookups.ts';

describe('a lookup as a way', () => {
  test('the path leads from the asker over those who told to the nearest answer', () => {
    const best = bestStep(lookup, Number.POSITIVE_INFINITY);
    expect(lookup.steps[best]!.node).toBe(4);
    expect(pathTo(lookup, best).map((index) => lookup.steps[index]!.node)).toEqual([1, 3, 4]);
  });

  test('all that was asked is drawn, the path on top', () => {
    const legs = routeOf(lookup, -1);
    expect(legs.map(({ from, to, onPath }) => [from, to, onPath])).toEqual([
      [9, 2, false],
      [9, 1, true],
      [1, 3, true],
      [3, 4, true],
    ]);
    expect(legs[0]!.standing).toBe('timeout');
  });

  test('played to a step nothing is known of what came later', () => {
    expect(momentOf(lookup, 0)).toBe(1100);
    const legs = routeOf(lookup, 0);
    expect(legs.map(({ to, standing }) => [to, standing])).toEqual([
      [2, 'waiting'],
      [1, 'answered'],
    ]);
    expect(pathTo(lookup, bestStep(lookup, 1050))).toEqual([]);
  });

  test('each step stands as it did at each moment', () => {
    const timeout = lookup.steps[1]!;
    expect([999, 1000, 1299, 1300].map((ms) => standingAt(timeout, ms))).toEqual([
      'unsent',
      'waiting',
      'waiting',
      'timeout',
    ]);
  });

  test('a trace that goes in circles ends', () => {
    const odd = { ...lookup, steps: [step({ node: 1, toldBy: 1 }), step({ node: 2, toldBy: 0 })] };
    expect(pathTo(odd, 0).length).toBeLessThanOrEqual(odd.steps.length + 1);
  });
});

describe('the shortlist', () => {
  test('has whom one had heard of, nearest first', () => {
    const nodes = (ms: number) => shortlistAt(lookup, ms).map(({ node }) => node);
    expect(nodes(999)).toEqual([]);
    expect(nodes(1000)).toEqual([2, 1]);
    expect(nodes(1100)).toEqual([3, 2, 1]);
    expect(nodes(1400)).toEqual([4, 3, 2, 1]);
  });

  test('tells of each how it stood: heard of before it was asked', () => {
    expect(shortlistAt(lookup, 1105).find(({ node }) => node === 3)!.standing).toBe('unsent');
    expect(shortlistAt(lookup, 1350).map(({ standing }) => standing)).toEqual([
      'waiting',
      'answered',
      'timeout',
      'answered',
    ]);
  });

  test('unknown distances come last', () => {
    const odd = { ...lookup, steps: [step({ node: 1, distanceBits: null }), step({ node: 2 })] };
    expect(shortlistAt(odd, 2000).map(({ node }) => node)).toEqual([2, 1]);
  });
});

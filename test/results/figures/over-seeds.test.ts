/** Means over seeds, their bands, and what is drawn against what. */
import { describe, expect, test } from 'vitest';
import { estimateOf } from '../../../src/results/confidence.ts';
import {
  curveFigure,
  mergedSweeps,
  type SeedGroup,
  valueSweeps,
} from '../../../src/results/figures/over-seeds.ts';
import { drawn } from './drawn.ts';

const group = (varied: object, values: number[], more: Partial<SeedGroup> = {}): SeedGroup => ({
  ...{ varied: varied as Record<string, unknown>, sweeps: [], curves: [] },
  estimates: { hopsMean: estimateOf(values) },
  expected: { hopsMean: 2 },
  ...more,
});

describe('values by setting', () => {
  const groups = [
    group({ loss: 0.1, overlay: 'a' }, [5, 7]),
    group({ loss: 0, overlay: 'a' }, [1, 3]),
    group({ loss: 0, overlay: 'b' }, [4]),
  ];

  test('the first option of numbers is x, the others make lines', () => {
    const [sweep, ...others] = valueSweeps(groups, ['hopsMean', 'nothing']);
    expect(others).toEqual([]);
    expect(sweep).toMatchObject({ name: 'by-loss-hopsMean', title: 'hops, mean, by loss' });
    const [a, b] = sweep!.series;
    expect(a!.name).toBe('overlay a');
    expect(a!.points.map(({ x, y }) => [x, y])).toEqual([
      [0, 2],
      [0.1, 6],
    ]);
    // Student's t of one degree of freedom, 12.706, times a standard error of 1.
    expect(a!.points[0]!.high).toBeCloseTo(2 + 12.706, 2);
    expect(a!.expected).toEqual([
      { x: 0, y: 2 },
      { x: 0.1, y: 2 },
    ]);
    expect(b!.points).toEqual([{ x: 0, y: 4 }]);
  });

  test('without one there is nothing to draw', () => {
    expect(
      valueSweeps([group({ overlay: 'a' }, [1]), group({ overlay: 'b' }, [1])], ['hopsMean']),
    ).toEqual([]);
    expect(valueSweeps([group({}, [1])], ['hopsMean'])).toEqual([]);
    expect(valueSweeps([], ['hopsMean'])).toEqual([]);
  });

  test('what is left out is said', () => {
    const many = [1, 2].flatMap((x) => [...'abcde'].map((name) => group({ x, name }, [1, 2])));
    const [sweep] = valueSweeps(many, ['hopsMean']);
    expect(sweep!.series).toHaveLength(4);
    expect(sweep!.caption).toContain('The first 4 of 5 lines.');
  });
});

test('the sweeps of an experiment are put together over its seeds, point by point', () => {
  const sweep = (ys: number[]) => ({
    ...{
      name: 's',
      title: 'S',
      subtitle: 'dashed',
      caption: '',
      x: { label: '' },
      y: { label: '' },
    },
    series: [{ name: 'one', points: ys.map((y, x) => ({ x, y })), expected: [{ x: 0, y: 9 }] }],
  });
  const runs = [[sweep([1, 5])], [sweep([3, 5])]];
  const [merged] = mergedSweeps(group({ k: 8 }, [1], { sweeps: runs }));
  expect(merged).toMatchObject({ name: 's-k-8', title: 'S (k 8)' });
  expect(merged!.series[0]!.points).toEqual([
    { x: 0, y: 2, low: expect.closeTo(-10.706, 2), high: expect.closeTo(14.706, 2) },
    { x: 1, y: 5, low: 5, high: 5 },
  ]);
  expect(merged!.series[0]!.expected).toEqual([{ x: 0, y: 9 }]);
  expect(mergedSweeps(group({}, [1]))).toEqual([]);
});

describe('latency curves', () => {
  const curve = (factor: number) => Array.from({ length: 101 }, (_, part) => part * factor);

  test('are lines with bands, and numbers', () => {
    const groups = [
      group({ k: 8 }, [1], { curves: [curve(1), curve(3)] }),
      group({ k: 20 }, [1], { curves: [curve(5)] }),
    ];
    const figure = curveFigure(groups)!;
    const all = drawn(figure);
    expect(all.querySelectorAll('g[aria-label="line"]')).toHaveLength(2);
    expect(all.querySelectorAll('g[aria-label="area"]')).toHaveLength(2);
    expect(figure.numbers.split('\n')[0]).toBe('setting,share_ended,latency_ms,low,high');
    expect(figure.numbers).toContain('"k 20",0.5,250,250,250\n');
    expect(figure.svg).not.toMatch(/NaN|undefined|Infinity/);
  });

  test('end where lookups failed', () => {
    const failing = curve(1).map((ms, part) => (part > 90 ? null : ms));
    const { numbers } = curveFigure([group({}, [1], { curves: [curve(1), failing] })])!;
    expect(numbers).toContain('"all seeds",0.9,90,90,90\n');
    expect(numbers).not.toContain('0.91');
    expect(curveFigure([group({}, [1])])).toBeNull();
  });
});

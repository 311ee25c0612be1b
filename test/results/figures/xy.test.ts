import { describe, expect, test } from 'vitest';
import { nameShifts, sweepCsv, xyFigure } from '../../../src/results/figures/xy.ts';
import { dashed, drawn } from './drawn.ts';

describe('a sweep', () => {
  const options = {
    name: 'sweep',
    title: 'Hops by size',
    subtitle: 'expected on ideal tables (dashed)',
    caption: 'Notice the slope.',
    x: { label: 'nodes', log: true },
    y: { label: 'hops, mean' },
    series: [
      {
        name: 'k = 8',
        points: [
          { x: 1000, y: 2.3 },
          { x: 10_000, y: 2.9 },
        ],
        expected: [
          { x: 1000, y: 2.27 },
          { x: 10_000, y: 2.85 },
        ],
      },
      {
        name: 'k = 20',
        points: [
          { x: 1000, y: 1.9 },
          { x: 10_000, y: 2.4 },
        ],
      },
    ],
  };

  test('has a line, its points and its name for each series, and what was expected dashed', () => {
    const figure = xyFigure(options);
    expect(pointsOf(figure)).toBe(4);
    expect(dashed(figure)).toBe(1);
    expect(figure.svg).toContain('k = 8');
    expect(figure.svg).toContain('k = 20');
    expect(figure.svg).not.toMatch(/NaN|undefined/);
    expect(xyFigure(options)).toEqual(figure);
  });

  test('has its numbers as CSV, with what was expected where that is known', () => {
    const csv = xyFigure(options).numbers;
    expect(csv).toBe(sweepCsv(options));
    expect(csv!.split('\n')).toEqual([
      'series,x,measured,expected',
      '"k = 8",1000,2.3,2.27',
      '"k = 8",10000,2.9,2.85',
      '"k = 20",1000,1.9,',
      '"k = 20",10000,2.4,',
      '',
    ]);
  });
});

test('a band is where the mean over seeds lies, and its ends are numbers', () => {
  const point = (x: number) => ({ x, y: 2 * x, low: 2 * x - 1, high: 2 * x + 1 });
  const options = {
    ...{ name: 'b', title: 'b', subtitle: '', caption: '', x: { label: 'x' }, y: { label: 'y' } },
    series: [{ name: 'one', points: [point(1), point(2)], expected: [{ x: 1, y: 3 }] }],
  };
  const { svg, numbers } = xyFigure(options);
  expect(svg).toContain('fill-opacity="0.18"');
  expect(numbers).toBe('series,x,measured,low,high,expected\n"one",1,2,1,3,3\n"one",2,4,3,5,\n');
});

/** Points of series: circles, or paths of other symbols. */
function pointsOf(figure: Parameters<typeof drawn>[0]): number {
  const all = [...drawn(figure).querySelectorAll('g[aria-label="dot"]')];
  return all.reduce((sum, group) => sum + group.querySelectorAll('circle, path').length, 0);
}

test('names of series that end close to each other are moved apart, and the others stay', () => {
  const ending = (y: number) => ({ name: `${y}`, points: [{ x: 1, y }] });
  const shifts = nameShifts({ series: [700, 530, 520, 10].map(ending) });
  expect(shifts[0]).toBe(0);
  expect(shifts[2]).toBe(0);
  expect(shifts[3]).toBe(0);
  expect(shifts[1]).toBeCloseTo(13 - (10 / 700) * 270);
  expect(nameShifts({ series: [ending(0), ending(0)] })).toEqual([0, 13]);
  // At the top the others make room.
  expect(nameShifts({ series: [ending(1), ending(1)] })).toEqual([-13, 0]);
});

import { expect, test } from 'vitest';
import type { Chart } from '../../../web/src/panels/chart.ts';
import { marksOf } from '../../../web/src/panels/chart-marks.ts';

const chart = (more: Partial<Chart>): Chart => ({
  id: 'x',
  title: 'X',
  note: '',
  kind: 'line',
  xLabel: 'ms',
  yLabel: 'share',
  shares: false,
  x: [1, 2, 3],
  series: [{ name: 'done', colour: 'route', values: [4, Number.NaN, 6] }],
  aside: null,
  ...more,
});
const box = { left: 10, right: 110, top: 5, bottom: 55 };

test('the first and the last lie at the edges, the largest at the top', () => {
  const [line] = marksOf(
    chart({ series: [{ name: 'a', colour: 'key', values: [0, 3, 6] }] }),
    box,
  ).series;
  expect(line!.path).toBe('M10 55L60 30L110 5');
});

test('a gap is a gap in the line', () => {
  expect(marksOf(chart({}), box).series[0]!.path.match(/M/g)).toHaveLength(2);
});

test('steps go along before they go up', () => {
  const path = marksOf(chart({ kind: 'steps' }), box).series[0]!.path;
  expect(path).toMatch(/^M10 55H10V/);
});

test('bars have their whole width within the box, and stand on its ground', () => {
  const bars = chart({ kind: 'bars', series: [{ name: 'a', colour: 'key', values: [1, 0, 2] }] });
  const { bars: drawn, path } = marksOf(bars, box).series[0]!;
  expect(path).toBe('');
  expect(drawn).toHaveLength(2); // nothing is drawn for nothing
  for (const { x, y, width, height } of drawn) {
    expect(x).toBeGreaterThanOrEqual(box.left);
    expect(x + width).toBeLessThanOrEqual(box.right);
    expect(y + height).toBeCloseTo(box.bottom);
  }
});

test('ticks stand for round numbers, shares up to 100 %', () => {
  const { xTicks, yTicks } = marksOf(chart({ shares: true }), box);
  expect(yTicks.at(0)).toEqual({ at: 55, text: '0 %' });
  expect(marksOf(chart({ shares: true, series: [] }), box).yTicks.at(-1)!.text).toBe('100 %');
  for (const { at } of xTicks) expect(at).toBeGreaterThanOrEqual(box.left);
});

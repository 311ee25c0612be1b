import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FigureSeries } from '../../../web/src/model/figure-series.ts';
import { OutcomeColumns } from '../../../web/src/model/outcome-columns.ts';
import {
  axisText,
  barWidth,
  type Chart,
  extentOf,
  isEmpty,
} from '../../../web/src/panels/chart.ts';
import {
  hopsChart,
  keysChart,
  latencyChart,
  loadChart,
  messagesChart,
  successChart,
  trafficChart,
} from '../../../web/src/panels/chart-data.ts';
import { chartRows, chartSvg } from '../../../web/src/panels/chart-svg.ts';
import { figures } from '../model/messages.ts';

interface Ended {
  duration: number;
  hops: number;
  messages: number;
  result: number;
}

function outcomesOf(list: readonly Ended[]): OutcomeColumns {
  const outcomes = new OutcomeColumns();
  outcomes.add({
    type: 'outcomes',
    endedMs: Float64Array.from(list, (_, i) => i * 100),
    durationsMs: Float64Array.from(list, ({ duration }) => duration),
    hops: Uint8Array.from(list, ({ hops }) => hops),
    messages: Uint16Array.from(list, ({ messages }) => messages),
    results: Uint8Array.from(list, ({ result }) => result),
  });
  return outcomes;
}

const ended = fc.record({
  duration: fc.nat(5000),
  hops: fc.nat(12),
  messages: fc.nat(60),
  result: fc.nat(3),
});
const some = fc.array(ended, { minLength: 1, maxLength: 80 });

describe('latency', () => {
  test('is the share of all lookups done within so long, as by counting', () => {
    fc.assert(
      fc.property(some, (list) => {
        const chart = latencyChart(outcomesOf(list));
        for (const [i, ms] of chart.x.entries()) {
          const within = list.filter(
            ({ result, duration }) => result !== 0 && duration <= ms,
          ).length;
          // Of several that took equally long the first points lie below the last.
          expect(chart.series[0]!.values[i]!).toBeLessThanOrEqual(within / list.length + 1e-12);
        }
        const failed = list.filter(({ result }) => result === 0).length / list.length;
        expect(chart.aside!.share).toBeCloseTo(failed, 12);
        if (failed < 1) expect(chart.series[0]!.values.at(-1)!).toBeCloseTo(1 - failed, 12);
      }),
    );
  });

  test('failures are not left out: a curve of few successes ends low', () => {
    const list = Array.from({ length: 10 }, (_, i) => ({
      duration: 50,
      hops: 1,
      messages: 2,
      result: i < 2 ? 2 : 0,
    }));
    const chart = latencyChart(outcomesOf(list));
    expect(chart.series[0]!.values.at(-1)).toBeCloseTo(0.2);
    expect(chart.aside!.share).toBeCloseTo(0.8);
  });
});

describe('counts', () => {
  test('hops of those that succeeded, messages of all', () => {
    fc.assert(
      fc.property(some, (list) => {
        const outcomes = outcomesOf(list);
        const sum = (chart: Chart) =>
          chart.series[0]!.values.reduce((all, value) => all + value, 0);
        expect(sum(hopsChart(outcomes))).toBe(list.filter(({ result }) => result !== 0).length);
        expect(sum(messagesChart(outcomes))).toBe(list.length);
        const hops = hopsChart(outcomes);
        for (const [i, value] of hops.x.entries()) {
          const count = list.filter((each) => each.result !== 0 && each.hops === value).length;
          expect(hops.series[0]!.values[i]).toBe(count);
        }
      }),
    );
  });

  test('success over time: all, and those that could be graded', () => {
    const chart = successChart(
      outcomesOf([
        { duration: 1, hops: 1, messages: 1, result: 2 },
        { duration: 1, hops: 1, messages: 1, result: 3 },
        { duration: 1, hops: 1, messages: 1, result: 0 },
        { duration: 1, hops: 1, messages: 1, result: 1 },
      ]),
    );
    expect(chart.series.map(({ name }) => name)).toEqual(['succeeded', 'exact']);
    expect(chart.series[0]!.values).toEqual([1, 1, 0, 1]);
    expect(chart.series[1]!.values).toEqual([1, 0, Number.NaN, Number.NaN]);
  });

  test('load: every member is in one bar', () => {
    const loads = Uint32Array.from({ length: 500 }, (_, node) => (node * 7919) % 1000);
    const chart = loadChart(loads, (node) => node % 2 === 0);
    expect(chart.series[0]!.values.reduce((sum, count) => sum + count, 0)).toBe(250);
    expect(chart.x.length).toBeLessThanOrEqual(41);
    expect(isEmpty(loadChart(new Uint32Array(10), () => true))).toBe(true);
  });

  test('keys and traffic over time', () => {
    const series = new FigureSeries();
    for (let second = 0; second <= 10; second++) {
      const messages = second * 200;
      series.add(second * 1000, { ...figures, nodesNow: 10, messages, lostKeysNow: second });
    }
    expect(keysChart(series).series[1]!.values.at(-1)).toBe(10);
    expect(trafficChart(series).series[0]!.values.every((rate) => rate === 20)).toBe(true);
  });
});

describe('a chart', () => {
  const chart = latencyChart(
    outcomesOf([
      { duration: 10, hops: 1, messages: 1, result: 1 },
      { duration: 30, hops: 1, messages: 1, result: 1 },
      { duration: 30, hops: 1, messages: 1, result: 0 },
    ]),
  );

  test('as rows has each number, and what stands beside it', () => {
    expect(chartRows(chart)).toEqual([
      ['ms', 'done'],
      ['10', String(1 / 3)],
      ['30', String(2 / 3)],
      ['failed', String(1 / 3)],
    ]);
  });

  test('as SVG is a true drawing: a path, words, a bar of failures; nothing odd', () => {
    for (const each of [
      chart,
      hopsChart(outcomesOf([{ duration: 1, hops: 4, messages: 9, result: 1 }])),
      latencyChart(new OutcomeColumns()),
      successChart(new OutcomeColumns()),
      keysChart(new FigureSeries()),
      loadChart(Uint32Array.of(5, 6, 7), () => true),
    ]) {
      const text = chartSvg(each);
      expect(text.startsWith('<svg xmlns="http://www.w3.org/2000/svg"')).toBe(true);
      expect(text).not.toMatch(/NaN|undefined|Infinity/);
      expect(text).toContain(`<title>${each.title}</title>`);
    }
    expect(chartSvg(chart)).toMatch(/<path d="M[\d. ]+H/);
    expect(chartSvg(chart)).toContain('33.3 %');
  });

  test('a gap in the values is a gap in the line', () => {
    const gap: Chart = {
      ...chart,
      kind: 'line',
      x: [0, 1, 2, 3, 4],
      series: [{ name: 'a', colour: 'route', values: [0, 1, Number.NaN, 1, 0] }],
    };
    const path = /<path d="([^"]+)"/.exec(chartSvg(gap))![1]!;
    expect(path.match(/M/g)).toHaveLength(2);
    expect(path.match(/L/g)).toHaveLength(2);
  });

  test('extents, bars and words of its axes', () => {
    expect(extentOf({ ...chart, x: [], series: [] })).toEqual({ x0: 0, x1: 1, y1: 1 });
    expect(barWidth([1, 3, 4])).toBe(1);
    expect(barWidth([5])).toBe(1);
    expect([axisText(0.25, true), axisText(12_345, false), axisText(2e6, false)]).toEqual([
      '25 %',
      '12.3 k',
      '2 M',
    ]);
    expect([axisText(0.1234, false), axisText(42.6, false)]).toEqual(['0.12', '43']);
  });
});

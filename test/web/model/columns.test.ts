import { describe, expect, test } from 'vitest';
import { FigureSeries, SAMPLES_KEPT } from '../../../web/src/model/figure-series.ts';
import { OUTCOMES_KEPT, OutcomeColumns } from '../../../web/src/model/outcome-columns.ts';
import { figures } from './messages.ts';

describe('figures over time', () => {
  test('stay bounded, ascending, and reach from the first to the newest', () => {
    const series = new FigureSeries();
    const count = 20 * SAMPLES_KEPT;
    for (let i = 0; i <= count; i++) series.add(i * 20, { ...figures, messages: i });
    expect(series.length).toBeLessThanOrEqual(SAMPLES_KEPT);
    expect(series.length).toBeGreaterThan(SAMPLES_KEPT / 4);
    expect(series.atMs[0]).toBe(0);
    expect(series.atMs.at(-1)!).toBeGreaterThan(count * 20 * 0.98);
    expect(series.last!.messages).toBe(count);
    for (let i = 1; i < series.length; i++) {
      expect(series.atMs[i]!).toBeGreaterThan(series.atMs[i - 1]!);
      expect(series.samples[i]!.messages * 20).toBe(series.atMs[i]);
    }
  });

  test('frames of the same moment are one sample', () => {
    const series = new FigureSeries();
    expect(series.add(100, figures)).toBe(true);
    expect(series.add(100, { ...figures, lookups: 1 })).toBe(false);
    expect(series.add(101, { ...figures, lookups: 2 })).toBe(false);
    expect(series.last!.lookups).toBe(2);
    expect(series.add(120, figures)).toBe(true);
  });

  test('going back forgets what came later', () => {
    const series = new FigureSeries();
    for (let ms = 0; ms <= 1000; ms += 100) series.add(ms, { ...figures, events: ms });
    series.forgetAfter(450);
    expect(series.atMs.at(-1)).toBe(400);
    expect(series.last!.events).toBe(400);
    series.forgetAfter(-1);
    expect(series.length).toBe(0);
    expect(series.last).toBeNull();
  });
});

describe('outcomes', () => {
  const some = (first: number, count: number) => {
    const ended = Array.from({ length: count }, (_, i) => first + i);
    return {
      type: 'outcomes' as const,
      endedMs: Float64Array.from(ended),
      durationsMs: Float64Array.from(ended, (ms) => ms / 2),
      hops: Uint8Array.from(ended, (ms) => ms % 7),
      messages: Uint16Array.from(ended, (ms) => ms % 1000),
      results: Uint8Array.from(ended, (ms) => ms % 4),
    };
  };

  test('beyond the bound the older half goes, in all columns', () => {
    const outcomes = new OutcomeColumns();
    const step = 50_000;
    for (let first = 0; first <= OUTCOMES_KEPT; first += step) outcomes.add(some(first, step));
    expect(outcomes.length).toBe(OUTCOMES_KEPT / 2);
    const last = OUTCOMES_KEPT + step - 1;
    for (const back of [1, 1000, outcomes.length]) {
      const i = outcomes.length - back;
      const ms = last + 1 - back;
      expect(outcomes.endedMs[i]).toBe(ms);
      expect(outcomes.durationsMs[i]).toBe(ms / 2);
      expect(outcomes.hops[i]).toBe(ms % 7);
      expect(outcomes.messages[i]).toBe(ms % 1000);
      expect(outcomes.results[i]).toBe(ms % 4);
    }
  });
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { layOut, playGaps, ticksOf } from '../../../web/src/panels/waterfall.ts';
import { waterfallSvg } from '../../../web/src/panels/waterfall-svg.ts';
import { lookup } from '../stage/lookups.ts';

describe('a waterfall', () => {
  test('has a bar for each request from when it was sent to when it ended', () => {
    const fall = layOut(lookup, -1, 5000);
    expect(fall.spanMs).toBe(400);
    expect(fall.bars.map(({ node, from, to }) => [node, from, to])).toEqual([
      [1, 0, 0.25],
      [2, 0, 0.75],
      [3, 0.275, 0.5],
      [4, 0.525, 1],
    ]);
    expect(fall.bars.map(({ onPath }) => onPath)).toEqual([true, false, true, true]);
    expect(fall.bars[0]).toMatchObject({ request: 11, reply: 12 });
  });

  test('played to a step it keeps its width, and what waits reaches up to that moment', () => {
    const fall = layOut(lookup, 0, 5000);
    expect(fall.spanMs).toBe(400);
    expect(fall.bars.map(({ node, to, standing }) => [node, to, standing])).toEqual([
      [1, 0.25, 'answered'],
      [2, 0.25, 'waiting'],
    ]);
  });

  test('of a lookup under way grows with the time', () => {
    const running = { ...lookup, endedMs: null, steps: lookup.steps.slice(0, 1) };
    running.steps = [{ ...running.steps[0]!, endedMs: null, verdict: 'waiting' as const }];
    expect(layOut(running, -1, 1200).spanMs).toBe(200);
    expect(layOut(running, -1, 1200).bars[0]).toMatchObject({ from: 0, to: 1 });
    expect(layOut({ ...running, steps: [] }, -1, 1000).bars).toEqual([]);
  });

  test('ticks are round, ascending from 0, and not more than asked for', () => {
    expect(ticksOf(400, 5)).toEqual([0, 100, 200, 300, 400]);
    expect(ticksOf(7, 5)).toEqual([0, 2, 4, 6]);
    expect(ticksOf(0, 5)).toEqual([0]);
    expect(ticksOf(1, 5)).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1]);
    fc.assert(
      fc.property(fc.double({ min: 1e-6, max: 1e9, noNaN: true }), (span) => {
        const ticks = ticksOf(span, 5);
        expect(ticks.length).toBeLessThanOrEqual(6);
        expect(ticks.length).toBeGreaterThan(1);
        expect(ticks.at(-1)!).toBeLessThanOrEqual(span * (1 + 1e-6));
      }),
    );
  });

  test('is played in about so long, each step long enough to be seen', () => {
    const gaps = playGaps(lookup, 4000, 100);
    expect(gaps).toHaveLength(4);
    // 100, 200, then the third ended before the second, 200 of 500 ms.
    expect(gaps[0]).toBe(800);
    expect(gaps[2]).toBe(100);
    expect(playGaps({ ...lookup, steps: [] }, 4000, 100)).toEqual([]);
  });
});

describe('a waterfall as a file', () => {
  test('is well-formed, has each bar, and no name can break out of it', () => {
    const text = waterfallSvg(layOut(lookup, -1, 0), 'get <“a&b”>');
    expect(text).toContain('get &lt;“a&amp;b”&gt;');
    expect(text.match(/rx="2"/g)).toHaveLength(4);
    expect(text).toContain('<title>timeout</title>');
    expect(text).not.toMatch(/NaN|undefined|Infinity/);
    const open = text.match(/<[a-z]+(?=[ >])(?![^>]*\/>)/g)!.length;
    expect(text.match(/<\/[a-z]+>/g)).toHaveLength(open);
  });
});

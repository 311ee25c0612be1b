import * as Plot from '@observablehq/plot';
import { describe, expect, test } from 'vitest';
import {
  axisNumber,
  COLOURS,
  escaped,
  expectedLine,
  percent,
  shortNumber,
  svgOf,
} from '../../../src/results/figures/figure.ts';
import { contrast, distance, SIGHTS, type Sight } from '../../sight.ts';

const panel = () => ({
  ...{ x: 0, y: 0, width: 300, height: 200 },
  plot: { marks: [Plot.lineY([1, 2, 1.23456789]), expectedLine('y', 1.5)] },
});

describe('a figure', () => {
  test('is a file by itself, the same each time it is drawn', () => {
    const svg = svgOf('A < B', 'sub & title', [panel()]);
    expect(svg).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" /);
    expect(svg).toContain('<title>A &lt; B</title>');
    expect(svg).toContain('sub &amp; title');
    expect(svgOf('A < B', 'sub & title', [panel()])).toBe(svg);
  });

  test('has no ids or classes, and no digits that nobody sees', () => {
    const svg = svgOf('A', 'b', [panel()]);
    expect(svg).not.toMatch(/\b(?:id|class)="/);
    expect(svg).not.toMatch(/\d\.\d{3}/);
    expect(svg.match(/<style>/g)).toHaveLength(1);
  });

  test('its colours are told from white and from dark paper', () => {
    for (const colour of [COLOURS.measured, COLOURS.failed, ...COLOURS.series]) {
      expect(contrast(colour, '#ffffff'), colour).toBeGreaterThan(3);
      expect(contrast(colour, '#15181c'), colour).toBeGreaterThan(3);
    }
  });

  test('numbers are as long as they need to be', () => {
    expect([2.9, 12.34, 1234.5, 3].map(shortNumber)).toEqual(['2.90', '12.3', '1,235', '3']);
    expect([0, 9999, 25_000, 1_500_000].map(axisNumber)).toEqual(['0', '9,999', '25k', '1.5M']);
    expect([0, 0.0004, 0.5, 0.9996, 1].map(percent)).toEqual([
      '0 %',
      '0.04 %',
      '50.0 %',
      '99.96 %',
      '100 %',
    ]);
    expect(escaped('<a href="x">&')).toBe('&lt;a href=&quot;x&quot;&gt;&amp;');
  });
});

/** The least distance of any two of these colours. */
function leastApart(colours: readonly string[], sight: Sight): number {
  const pairs = colours.flatMap((a, i) => colours.slice(i + 1).map((b) => [a, b] as const));
  return Math.min(...pairs.map(([a, b]) => distance(a, b, sight)));
}

test.each(Object.entries(SIGHTS))('series are told apart by whoever sees %s', (name, sight) => {
  expect(leastApart(COLOURS.series, sight)).toBeGreaterThanOrEqual(28);
  expect(leastApart([COLOURS.measured, COLOURS.failed], sight)).toBeGreaterThan(25);
  // The rule bites: these were our colours once.
  if (name !== 'all colours') {
    expect(leastApart(['#2f7fc1', '#b9770e', '#2a9170', '#8e6bbf'], sight)).toBeLessThan(25);
  }
});

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

const panel = () => ({
  ...{ x: 0, y: 0, width: 300, height: 200 },
  plot: { marks: [Plot.lineY([1, 2, 1.23456789]), expectedLine('y', 1.5)] },
});

/** Contrast by WCAG 2: from 1 to 21. */
function contrast(a: string, b: string): number {
  const light = (colour: string): number => {
    const [red, green, blue] = colour.match(/\w\w/g)!.map((hex) => {
      const share = Number.parseInt(hex, 16) / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const [low, high] = [light(a), light(b)].sort((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
}

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

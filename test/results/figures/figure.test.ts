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

/** Machado, Oliveira and Fernandes 2009: what is left of a colour, in linear RGB, at full severity. */
const SIGHT: Record<string, number[][]> = {
  all: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritanopia: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};

/** A colour as it is seen, in CIELAB (D65). */
function seen(colour: string, sight: number[][]): number[] {
  const linear = [1, 3, 5].map((at) => {
    const value = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  const [r, g, b] = sight.map((row) =>
    Math.min(
      1,
      Math.max(
        0,
        row.reduce((sum, part, i) => sum + part * linear[i]!, 0),
      ),
    ),
  ) as [number, number, number];
  const [x, y, z] = [
    (0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.95047,
    0.2126 * r + 0.7152 * g + 0.0722 * b,
    (0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.08883,
  ].map((t) => (t > 216 / 24389 ? Math.cbrt(t) : (841 / 108) * t + 4 / 29)) as [
    number,
    number,
    number,
  ];
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

/** The least distance of any two of these colours. */
function leastApart(colours: readonly string[], sight: number[][]): number {
  const all = colours.map((colour) => seen(colour, sight));
  const pairs = all.flatMap((a, i) => all.slice(i + 1).map((b) => [a, b] as const));
  return Math.min(...pairs.map(([a, b]) => Math.hypot(...a.map((part, i) => part - b[i]!))));
}

test.each(Object.entries(SIGHT))('series are told apart by whoever sees %s', (_, sight) => {
  expect(leastApart(COLOURS.series, sight)).toBeGreaterThan(25);
  expect(leastApart([COLOURS.measured, COLOURS.failed], sight)).toBeGreaterThan(25);
  // The rule bites: these were our colours once.
  if (sight !== SIGHT['all']) {
    expect(leastApart(['#2f7fc1', '#b9770e', '#2a9170', '#8e6bbf'], sight)).toBeLessThan(25);
  }
});

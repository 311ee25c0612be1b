import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { escapeXml } from '../../../web/src/panels/svg-text.ts';
import { layOut } from '../../../web/src/panels/waterfall.ts';
import { BAR_COLOURS, waterfallSvg } from '../../../web/src/panels/waterfall-svg.ts';
import { lookup } from '../stage/lookups.ts';

const ENTITIES: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"' };

test('text in a file is what was typed, and never a tag', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary-ascii' }), (text) => {
      const escaped = escapeXml(text);
      expect(escaped).not.toMatch(/[<>"]/);
      expect(escaped.replace(/&(\w+);/g, (_, name: string) => ENTITIES[name]!)).toBe(text);
    }),
  );
});

describe('a waterfall as a file', () => {
  const drawn = layOut(lookup, -1, 5000);
  const svg = waterfallSvg(drawn, 'get “a<b&c”');
  const number = (tag: string, name: string) =>
    Number(new RegExp(` ${name}="([-\\d.]+)"`).exec(tag)![1]);
  const bars = svg.match(/<rect [^>]*rx=[^>]*>/g)!;

  test('has a bar for each request, none outside of the picture, none on another', () => {
    expect(bars).toHaveLength(lookup.steps.length);
    const width = number(svg, 'width');
    let bottom = 0;
    for (const bar of bars) {
      expect(number(bar, 'x')).toBeGreaterThan(80);
      expect(number(bar, 'x') + number(bar, 'width')).toBeLessThanOrEqual(width);
      expect(number(bar, 'width')).toBeGreaterThanOrEqual(2);
      expect(number(bar, 'y')).toBeGreaterThan(bottom);
      bottom = number(bar, 'y') + number(bar, 'height');
    }
    expect(number(svg, 'height')).toBeGreaterThan(bottom);
  });

  test('is as long as each request took, and red where nobody answered', () => {
    const lengths = bars.map((bar) => number(bar, 'width'));
    const took = lookup.steps.map(({ sentMs, endedMs }) => endedMs! - sentMs);
    for (const [i, length] of lengths.entries()) {
      expect(length / lengths[0]!).toBeCloseTo(took[i]! / took[0]!, 2);
    }
    expect(bars[1]).toContain(BAR_COLOURS.timeout);
    expect(bars.filter((bar) => bar.includes(BAR_COLOURS.timeout))).toHaveLength(1);
  });

  test('carries its title, and nothing odd', () => {
    expect(svg).toContain('<title>get “a&lt;b&amp;c”</title>');
    expect(svg).not.toMatch(/NaN|undefined|Infinity/);
    expect(svg.match(/<text/g)!.length).toBe(svg.match(/<\/text>/g)!.length);
  });
});

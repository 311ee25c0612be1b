// @vitest-environment happy-dom
import { describe, expect, test } from 'vitest';
import {
  channelsOf,
  faded,
  hostColour,
  pixelOf,
  readPalette,
} from '../../../web/src/stage/palette.ts';

describe('colours', () => {
  test('are read in the forms that style sheets have', () => {
    expect(channelsOf('#0af')).toEqual([0, 170, 255]);
    expect(channelsOf('#102030')).toEqual([16, 32, 48]);
    expect(channelsOf('rgb(1, 2, 3)')).toEqual([1, 2, 3]);
    expect(channelsOf('rgba(9 8 7 / 50%)')).toEqual([9, 8, 7]);
    expect(channelsOf('teal?')).toEqual([0, 0, 0]);
  });

  test('as pixels have red first in memory', () => {
    const pixel = new Uint32Array([pixelOf('#102030', 0.5)]);
    expect([...new Uint8Array(pixel.buffer)]).toEqual([16, 32, 48, 128]);
  });

  test('fade to rgba', () => {
    expect(faded('#102030', 0.25)).toBe('rgba(16, 32, 48, 0.25)');
  });

  test('of neighbouring hosts are far apart', () => {
    const hue = (node: number) => Number(/ ([\d.]+)\)$/.exec(hostColour(node, true))![1]);
    for (let node = 0; node < 50; node++) {
      const apart = Math.abs(hue(node) - hue(node + 1));
      expect(Math.min(apart, 360 - apart)).toBeGreaterThan(90);
    }
  });

  test('a page without variables still has all of them, and knows whether it is dark', () => {
    const palette = readPalette(document.body);
    expect(Object.values(palette).every((value) => value !== '')).toBe(true);
    expect(palette.dark).toBe(false);
    document.body.style.setProperty('--paper', '#101010');
    expect(readPalette(document.body).dark).toBe(true);
  });
});

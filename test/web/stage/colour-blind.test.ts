/**
 * The colours as those see them who see fewer: deuteranopia, protanopia and tritanopia, by the matrices of
 * Machado, Oliveira and Fernandes (2009) for full severity, in linear light. What is drawn stands out from
 * the ground for all of them, and states of keys and nodes differ in form, so that colour need not tell them.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { DrawContext } from '../../../web/src/stage/draw-context.ts';
import { drawKeyMark } from '../../../web/src/stage/key-layer.ts';
import { traceMark } from '../../../web/src/stage/node-marks.ts';
import { channelsOf } from '../../../web/src/stage/palette.ts';
import { PointKind } from '../../../web/src/stage/points.ts';
import { recordingCanvas } from './canvas.ts';
import { PALETTE } from './palettes.ts';

type Matrix = readonly [readonly number[], readonly number[], readonly number[]];

const SIGHTS: Readonly<Record<string, Matrix>> = {
  'all colours': [
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

const linear = (channel: number) =>
  channel / 255 <= 0.04045 ? channel / 255 / 12.92 : ((channel / 255 + 0.055) / 1.055) ** 2.4;

/** Luminance of a colour as it is seen. */
function seen(colour: string, sight: Matrix): number {
  const light = channelsOf(colour).map(linear);
  const [r, g, b] = sight.map((row) =>
    Math.min(
      1,
      Math.max(
        0,
        row.reduce((sum, part, i) => sum + part * light[i]!, 0),
      ),
    ),
  ) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

const contrast = (a: number, b: number) => (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);

const css = readFileSync(new URL('../../../web/src/theme.css', import.meta.url), 'utf8');
const blockOf = (start: number): Record<string, string> =>
  Object.fromEntries(
    [...css.slice(start, css.indexOf('}', start)).matchAll(/(--[\w-]+):\s*(#[0-9a-f]{6})/g)].map(
      ([, name, colour]) => [name, colour],
    ),
  ) as Record<string, string>;
const THEMES = {
  light: blockOf(css.indexOf(':root {')),
  dark: blockOf(css.indexOf(':root[data-theme="dark"]')),
};
const DRAWN = ['node', 'accent', 'key', 'copy', 'route', 'danger', 'warn', 'sybil'];

describe.each(Object.entries(SIGHTS))('with %s', (_, sight) => {
  test.each(Object.entries(THEMES))('all that is drawn stands out in the %s theme', (_, theme) => {
    for (const name of DRAWN) {
      for (const ground of ['paper', 'panel']) {
        const [drawn, below] = [theme[`--${name}`]!, theme[`--${ground}`]!];
        const much = contrast(seen(drawn, sight), seen(below, sight));
        expect(much, `--${name} on --${ground}`).toBeGreaterThanOrEqual(4);
      }
    }
  });
});

test('a matrix of sight changes what it should: red and green are alike without one of their cones', () => {
  const apart = (sight: Matrix) => contrast(seen('#c00000', sight), seen('#008000', sight));
  expect(apart(SIGHTS['protanopia']!)).not.toBeCloseTo(apart(SIGHTS['all colours']!), 1);
});

describe('states differ in form', () => {
  const drawn = (paint: (draw: DrawContext) => void): string => {
    const { canvas, calls } = recordingCanvas();
    paint({ context: canvas.getContext('2d')!, palette: PALETTE } as DrawContext);
    return calls.join(' ');
  };

  test('of keys: safe, unsafe, lost, removed', () => {
    const states = ['safe', 'unsafe', 'lost', 'removed'] as const;
    const forms = states.map((state) => drawn((draw) => drawKeyMark(draw, 0, 0, 8, state)));
    expect(new Set(forms).size).toBe(states.length);
  });

  test('of nodes: up, crashed, paused, a Sybil', () => {
    const kinds = [PointKind.up, PointKind.crashed, PointKind.paused, PointKind.sybil];
    const forms = kinds.map((kind) => drawn((draw) => traceMark(draw, kind, 0, 0, 8)));
    // Crossed and barred are lines over a disc: as many, but elsewhere.
    expect(new Set(forms).size).toBeGreaterThanOrEqual(3);
  });
});

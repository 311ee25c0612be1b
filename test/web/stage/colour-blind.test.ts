/**
 * The colours as those see them who see fewer. What is drawn stands out from the ground for all of them, and
 * states of keys and nodes differ in form, so that colour need not tell them.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { DrawContext } from '../../../web/src/stage/draw-context.ts';
import { drawKeyMark } from '../../../web/src/stage/key-layer.ts';
import { traceMark } from '../../../web/src/stage/node-marks.ts';
import { PointKind } from '../../../web/src/stage/points.ts';
import { contrast, SIGHTS, type Sight } from '../../sight.ts';
import { recordingCanvas } from './canvas.ts';
import { PALETTE } from './palettes.ts';

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
        const much = contrast(theme[`--${name}`]!, theme[`--${ground}`]!, sight);
        expect(much, `--${name} on --${ground}`).toBeGreaterThanOrEqual(4);
      }
    }
  });
});

test('a matrix of sight changes what it should: red and green are alike without one of their cones', () => {
  const apart = (sight: Sight) => contrast('#c00000', '#008000', sight);
  expect(apart(SIGHTS.protanopia)).not.toBeCloseTo(apart(SIGHTS['all colours']), 1);
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

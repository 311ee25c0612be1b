import { describe, expect, test } from 'vitest';
import { SceneMaker } from '../../../web/src/bench-scene.ts';
import { SceneModel } from '../../../web/src/model/scene-model.ts';
import { HOME, project } from '../../../web/src/stage/camera.ts';
import type { DrawContext } from '../../../web/src/stage/draw-context.ts';
import { StageLayout } from '../../../web/src/stage/layout.ts';
import {
  drawNodeMarks,
  markRadius,
  paintMark,
  redrawMark,
  traceMark,
} from '../../../web/src/stage/node-marks.ts';
import { PointKind } from '../../../web/src/stage/points.ts';
import { recordingCanvas } from './canvas.ts';
import { PALETTE } from './palettes.ts';

const NODES = 6;

function sightOf(markRadius: number) {
  const maker = new SceneMaker({ nodes: NODES, overlay: 'ring', identities: 1, seed: 5, keys: [] });
  const model = new SceneModel();
  for (const message of maker.opening()) model.apply(message);
  const layout = new StageLayout();
  layout.update(model, 'ring');
  const recorded = recordingCanvas();
  const context = recorded.canvas.getContext('2d')!;
  const projection = project(HOME, layout.world, 800, 800);
  const draw = { model, layout, context, projection, palette: PALETTE, markRadius } as DrawContext;
  return { draw, ...recorded };
}

const KINDS = [
  PointKind.up,
  PointKind.joining,
  PointKind.paused,
  PointKind.crashed,
  PointKind.sybil,
];
const ALL = Uint32Array.from({ length: NODES }, (_, place) => place);

describe('a node as a shape', () => {
  test('tells its state without its colour: no two are drawn alike', () => {
    const drawings = KINDS.map((kind) => {
      const strokes: string[] = [];
      const context = new Proxy({} as CanvasRenderingContext2D, {
        get:
          (_, name) =>
          (...args: unknown[]) =>
            strokes.push(`${String(name)} ${args}`),
        set: () => true, // colours and widths do not count here
      });
      const draw = { ...sightOf(10).draw, context };
      traceMark(draw, kind, 50, 50, 10);
      paintMark(draw, kind, 10);
      return strokes.join();
    });
    expect(new Set(drawings).size).toBe(KINDS.length);
  });

  test('large ones carry their number, small ones none, those that are down neither', () => {
    const large = sightOf(10);
    large.draw.layout.kinds[2] = PointKind.crashed;
    drawNodeMarks(large.draw, ALL, NODES);
    const numbers = [...ALL].filter((place) => place !== 2);
    expect(large.texts).toEqual(numbers.map((place) => `${large.draw.model.nodeOf[place]}`));
    const small = sightOf(4);
    drawNodeMarks(small.draw, ALL, NODES);
    expect(small.texts).toEqual([]);
  });

  test('a number that is wider than its mark stands below it, where it lies on nothing', () => {
    const { draw, texts } = sightOf(10);
    draw.model.nodeOf.set([54_321, 12_345, 7]);
    drawNodeMarks(draw, ALL.slice(0, 3), 3);
    expect(texts).toEqual(['7', '54321', '12345']);
    const crowd = sightOf(10);
    crowd.draw.model.nodeOf.set([54_321, 12_345, 7]);
    crowd.draw.layout.positions.fill(0.5);
    drawNodeMarks(crowd.draw, ALL.slice(0, 2), 2);
    expect(crowd.texts).toEqual(['54321']);
  });

  test('in the band of a large ring marks have its width, too, and grow on the way closer', () => {
    const layout = { kind: 'ring', placeCount: 100_000 } as StageLayout;
    expect(markRadius(layout, 350)).toBeLessThan(3);
    expect(markRadius(layout, 350 * 32)).toBeGreaterThanOrEqual(10);
    expect(markRadius({ ...layout, kind: 'trie' } as StageLayout, 350 * 32)).toBeLessThan(3);
  });

  test('small ones of a kind are one path, whoever crashed on top of all others', () => {
    const { draw, calls } = sightOf(4);
    draw.layout.kinds[0] = PointKind.crashed;
    drawNodeMarks(draw, ALL, NODES);
    expect(calls.filter((call) => call === 'beginPath')).toHaveLength(2);
    expect(calls.lastIndexOf('stroke')).toBeGreaterThan(calls.indexOf('fill'));
    expect(calls.filter((call) => call === 'arc')).toHaveLength(NODES);
  });

  test('who is not there is not drawn again', () => {
    const { draw, calls } = sightOf(10);
    draw.layout.kinds[1] = PointKind.hidden;
    redrawMark(draw, 1);
    expect(calls).toEqual([]);
    redrawMark(draw, 2);
    expect(calls).toContain('fillText');
  });
});

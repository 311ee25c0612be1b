import { NodeState } from 'ringlight/scene';
import { describe, expect, test } from 'vitest';
import { SceneMaker } from '../../../web/src/bench-scene.ts';
import { turnOfText } from '../../../web/src/model/ids.ts';
import { SceneModel } from '../../../web/src/model/scene-model.ts';
import { HOME, project } from '../../../web/src/stage/camera.ts';
import {
  type DrawContext,
  keysRadius,
  placeBefore,
  placeX,
  placeY,
  turnX,
  turnY,
  wayOf,
  writeLabels,
} from '../../../web/src/stage/draw-context.ts';
import { drawKeys } from '../../../web/src/stage/key-layer.ts';
import { LabelBoard } from '../../../web/src/stage/label-board.ts';
import { StageLayout } from '../../../web/src/stage/layout.ts';
import { markRadius } from '../../../web/src/stage/node-marks.ts';
import { drawDeviations } from '../../../web/src/stage/ring-layer.ts';
import { ownDepth } from '../../../web/src/stage/trie-layer.ts';
import { newDeviations } from '../../../web/src/stage/truth.ts';
import { frame } from '../model/messages.ts';
import { recordingCanvas } from './canvas.ts';
import { PALETTE } from './palettes.ts';

function sightOf(nodes: number, kind: 'ring' | 'trie', keys: readonly string[], identities = 1) {
  const maker = new SceneMaker({ nodes, overlay: 'ring', identities, seed: 5, keys });
  const model = new SceneModel();
  for (const message of maker.opening()) model.apply(message);
  const layout = new StageLayout();
  layout.update(model, kind);
  const projection = project(HOME, layout.world, 800, 800);
  const mark = markRadius(layout, projection.scaleX);
  const recorded = recordingCanvas();
  const draw: DrawContext = {
    model,
    layout,
    context: recorded.canvas.getContext('2d')!,
    projection,
    palette: PALETTE,
    markRadius: mark,
    keysRadius: keysRadius(layout, projection, mark),
    atMs: 0,
    nowMs: 0,
    calm: false,
    labels: new LabelBoard(),
  };
  return { maker, draw, ...recorded };
}

describe('where things are drawn', () => {
  test('keys lie outside all nodes of a ring, below all leaves of a trie', () => {
    for (const nodes of [8, 500, 5000]) {
      const { draw } = sightOf(nodes, 'ring', []);
      for (let place = 0; place < nodes; place++) {
        const away = Math.hypot(placeX(draw, place) - 400, placeY(draw, place) - 400);
        const key = Math.hypot(turnX(draw, 0.3) - 400, turnY(draw, 0.3) - 400);
        expect(away + draw.markRadius).toBeLessThan(key);
      }
    }
    const { draw } = sightOf(50, 'trie', []);
    for (let place = 0; place < 50; place++) {
      expect(placeY(draw, place)).toBeLessThan(turnY(draw, 0.3));
    }
  });

  test('marks are smaller the more there are, and never too small to be seen', () => {
    const sizes = [8, 64, 300, 2000, 50_000].map((nodes) => {
      const { draw } = sightOf(nodes, 'ring', []);
      return draw.markRadius;
    });
    expect(sizes).toEqual([...sizes].sort((a, b) => b - a));
    expect(sizes.at(-1)!).toBeGreaterThan(2);
  });

  test('ways begin and end at the marks', () => {
    const { draw } = sightOf(8, 'ring', []);
    const way = wayOf(draw, 2, 5);
    expect([way.x0, way.y0]).toEqual([placeX(draw, 2), placeY(draw, 2)]);
    expect([way.x1, way.y1]).toEqual([placeX(draw, 5), placeY(draw, 5)]);
  });

  test('of several places of a host the copy is on the nearest before the key', () => {
    const { draw } = sightOf(4, 'ring', [], 5);
    const { model } = draw;
    for (const turn of [0, 0.2, 0.7, 0.999]) {
      for (let node = 0; node < 4; node++) {
        const way = (place: number) => (turn - model.turns[place]! + 1) % 1;
        const least = Math.min(...model.placesOf(node).map(way));
        expect(way(placeBefore(draw, node, turn))).toBe(least);
      }
    }
    expect(placeBefore(draw, 99, 0.5)).toBe(-1);
  });

  test('a key hangs in the trie one bit below whoever shares most with it', () => {
    const { draw } = sightOf(30, 'trie', []);
    const bits = (turn: number) =>
      Math.floor(turn * 2 ** 24)
        .toString(2)
        .padStart(24, '0');
    for (const name of ['apple', 'fig', 'plum']) {
      const turn = turnOfText(sightOf(1, 'ring', []).maker.keyView(name).key);
      let shared = 0;
      for (let place = 0; place < 30; place++) {
        const other = bits(draw.model.turns[place]!);
        let same = 0;
        while (same < 24 && other[same] === bits(turn)[same]) same++;
        shared = Math.max(shared, same);
      }
      expect(ownDepth(draw, turn)).toBe(Math.min(shared + 1, draw.layout.trie.deepest));
    }
  });
});

describe('what is written', () => {
  const names = (count: number) => Array.from({ length: count }, (_, i) => `key ${i}`);

  test('all names of a few keys, of many only the selected one', () => {
    const few = sightOf(10, 'ring', names(12));
    drawKeys(few.draw, null);
    writeLabels(few.draw);
    expect(few.texts.sort()).toEqual(names(12).sort());
    const many = sightOf(10, 'ring', names(120));
    drawKeys(many.draw, many.maker.keyView('key 7').key);
    writeLabels(many.draw);
    expect(many.texts).toEqual(['key 7']);
  });

  test('in a trie no name on another, and the selected one always', () => {
    const { draw, maker, texts } = sightOf(10, 'trie', names(40));
    drawKeys(draw, maker.keyView('key 9').key);
    writeLabels(draw);
    expect(texts).toContain('key 9');
    expect(texts.length).toBeLessThan(40);
  });

  test('removed keys are gone', () => {
    const { draw, maker, texts } = sightOf(10, 'ring', names(2));
    draw.model.apply(frame({ keys: [{ ...maker.keyView('key 1'), state: 'removed' }] }));
    drawKeys(draw, null);
    writeLabels(draw);
    expect(texts).toEqual(['key 0']);
  });

  test('nothing is drawn of successors when all are right', () => {
    const { draw, calls } = sightOf(10, 'ring', []);
    drawDeviations(draw, newDeviations());
    expect(calls).toEqual([]);
    const wrong = newDeviations();
    wrong.links[1] = 3;
    wrong.count = 1;
    drawDeviations(draw, wrong);
    expect(calls).toContain('stroke');
  });

  test('who has crashed is still on the stage', () => {
    const { draw } = sightOf(10, 'ring', []);
    draw.model.apply(frame({ nodes: Uint32Array.of(3), states: Uint8Array.of(NodeState.crashed) }));
    draw.layout.update(draw.model, 'ring');
    expect(placeX(draw, 3)).not.toBeNaN();
  });
});

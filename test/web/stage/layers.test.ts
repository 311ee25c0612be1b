import { NodeState } from 'ringlight/scene';
import { describe, expect, test } from 'vitest';
import { SceneMaker } from '../../../web/src/bench-scene.ts';
import { turnOfText } from '../../../web/src/model/ids.ts';
import { SceneModel } from '../../../web/src/model/scene-model.ts';
import { HOME, project } from '../../../web/src/stage/camera.ts';
import { drawKeys } from '../../../web/src/stage/key-layer.ts';
import { StageLayout } from '../../../web/src/stage/layout.ts';
import { markRadius } from '../../../web/src/stage/node-marks.ts';
import { drawDeviations } from '../../../web/src/stage/ring-layer.ts';
import {
  keysRadius,
  placeBefore,
  placeX,
  placeY,
  type Sight,
  turnX,
  turnY,
  wayOf,
} from '../../../web/src/stage/sight.ts';
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
  const sight: Sight = {
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
  };
  return { maker, sight, ...recorded };
}

describe('where things are drawn', () => {
  test('keys lie outside all nodes of a ring, below all leaves of a trie', () => {
    for (const nodes of [8, 500, 5000]) {
      const { sight } = sightOf(nodes, 'ring', []);
      for (let place = 0; place < nodes; place++) {
        const away = Math.hypot(placeX(sight, place) - 400, placeY(sight, place) - 400);
        const key = Math.hypot(turnX(sight, 0.3) - 400, turnY(sight, 0.3) - 400);
        expect(away + sight.markRadius).toBeLessThan(key);
      }
    }
    const { sight } = sightOf(50, 'trie', []);
    for (let place = 0; place < 50; place++) {
      expect(placeY(sight, place)).toBeLessThan(turnY(sight, 0.3));
    }
  });

  test('marks are smaller the more there are, and never too small to be seen', () => {
    const sizes = [8, 64, 300, 2000, 50_000].map((nodes) => {
      const { sight } = sightOf(nodes, 'ring', []);
      return sight.markRadius;
    });
    expect(sizes).toEqual([...sizes].sort((a, b) => b - a));
    expect(sizes.at(-1)!).toBeGreaterThan(2);
  });

  test('ways begin and end at the marks', () => {
    const { sight } = sightOf(8, 'ring', []);
    const way = wayOf(sight, 2, 5);
    expect([way.x0, way.y0]).toEqual([placeX(sight, 2), placeY(sight, 2)]);
    expect([way.x1, way.y1]).toEqual([placeX(sight, 5), placeY(sight, 5)]);
  });

  test('of several places of a host the copy is on the nearest before the key', () => {
    const { sight } = sightOf(4, 'ring', [], 5);
    const { model } = sight;
    for (const turn of [0, 0.2, 0.7, 0.999]) {
      for (let node = 0; node < 4; node++) {
        const way = (place: number) => (turn - model.turns[place]! + 1) % 1;
        const least = Math.min(...model.placesOf(node).map(way));
        expect(way(placeBefore(sight, node, turn))).toBe(least);
      }
    }
    expect(placeBefore(sight, 99, 0.5)).toBe(-1);
  });

  test('a key hangs in the trie one bit below whoever shares most with it', () => {
    const { sight } = sightOf(30, 'trie', []);
    const bits = (turn: number) =>
      Math.floor(turn * 2 ** 24)
        .toString(2)
        .padStart(24, '0');
    for (const name of ['apple', 'fig', 'plum']) {
      const turn = turnOfText(sightOf(1, 'ring', []).maker.keyView(name).key);
      let shared = 0;
      for (let place = 0; place < 30; place++) {
        const other = bits(sight.model.turns[place]!);
        let same = 0;
        while (same < 24 && other[same] === bits(turn)[same]) same++;
        shared = Math.max(shared, same);
      }
      expect(ownDepth(sight, turn)).toBe(Math.min(shared + 1, sight.layout.trie.deepest));
    }
  });
});

describe('what is written', () => {
  const names = (count: number) => Array.from({ length: count }, (_, i) => `key ${i}`);

  test('all names of a few keys, of many only the selected one', () => {
    const few = sightOf(10, 'ring', names(12));
    drawKeys(few.sight, null);
    expect(few.texts.sort()).toEqual(names(12).sort());
    const many = sightOf(10, 'ring', names(120));
    drawKeys(many.sight, many.maker.keyView('key 7').key);
    expect(many.texts).toEqual(['key 7']);
  });

  test('in a trie no name on another, and the selected one always', () => {
    const { sight, maker, texts } = sightOf(10, 'trie', names(40));
    drawKeys(sight, maker.keyView('key 9').key);
    expect(texts).toContain('key 9');
    expect(texts.length).toBeLessThan(40);
  });

  test('removed keys are gone', () => {
    const { sight, maker, texts } = sightOf(10, 'ring', names(2));
    sight.model.apply(frame({ keys: [{ ...maker.keyView('key 1'), state: 'removed' }] }));
    drawKeys(sight, null);
    expect(texts).toEqual(['key 0']);
  });

  test('nothing is drawn of successors when all are right', () => {
    const { sight, calls } = sightOf(10, 'ring', []);
    drawDeviations(sight, newDeviations());
    expect(calls).toEqual([]);
    const wrong = newDeviations();
    wrong.links[1] = 3;
    wrong.count = 1;
    drawDeviations(sight, wrong);
    expect(calls).toContain('stroke');
  });

  test('who has crashed is still on the stage', () => {
    const { sight } = sightOf(10, 'ring', []);
    sight.model.apply(
      frame({ nodes: Uint32Array.of(3), states: Uint8Array.of(NodeState.crashed) }),
    );
    sight.layout.update(sight.model, 'ring');
    expect(placeX(sight, 3)).not.toBeNaN();
  });
});

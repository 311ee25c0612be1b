import { NodeState } from 'ringlight/scene';
import { describe, expect, test } from 'vitest';
import { SceneMaker } from '../../../web/src/bench-scene.ts';
import { SceneModel } from '../../../web/src/model/scene-model.ts';
import { StageLayout, worldOf } from '../../../web/src/stage/layout.ts';
import { PointKind } from '../../../web/src/stage/points.ts';
import { frame } from '../model/messages.ts';

function sceneOf(nodes: number, identities = 1) {
  const maker = new SceneMaker({ nodes, overlay: 'ring', identities, seed: 5, keys: [] });
  const model = new SceneModel();
  for (const message of maker.opening()) model.apply(message);
  const layout = new StageLayout();
  layout.update(model, 'ring');
  return { model, layout };
}

const states = (node: number, state: number) =>
  frame({ nodes: Uint32Array.of(node), states: Uint8Array.of(state) });

describe('the layout of a stage', () => {
  test('has a version for each change that can be seen, and none for what cannot', () => {
    const { model, layout } = sceneOf(30);
    const { version } = layout;
    model.apply(frame({ atMs: 100 }));
    layout.update(model, 'ring');
    expect(layout.version).toBe(version);
    model.apply(states(3, NodeState.crashed));
    layout.update(model, 'ring');
    expect(layout.version).toBe(version + 1);
    expect(layout.kinds[layout.homeOf(3)]).toBe(PointKind.crashed);
    layout.update(model, 'trie');
    expect(layout.version).toBe(version + 2);
  });

  test('every state looks different, and a Sybil unlike all', () => {
    const { model, layout } = sceneOf(10);
    const looks = new Set<number>();
    for (const state of [NodeState.up, NodeState.crashed, NodeState.paused, NodeState.joining]) {
      model.apply(states(1, state));
      layout.update(model, 'ring');
      looks.add(layout.kinds[layout.homeOf(1)]!);
    }
    model.apply({ ...states(1, NodeState.up), sybils: Uint32Array.of(1) });
    layout.update(model, 'ring');
    looks.add(layout.kinds[layout.homeOf(1)]!);
    expect(looks.size).toBe(5);
    expect(looks.has(PointKind.hidden)).toBe(false);
  });

  test('who has crashed keeps its leaf in the trie, who has left does not', () => {
    const { model, layout } = sceneOf(40);
    model.apply(states(2, NodeState.crashed));
    layout.update(model, 'trie');
    expect(layout.positions[2 * layout.homeOf(2)]).not.toBeNaN();
    model.apply(states(2, NodeState.absent));
    layout.update(model, 'trie');
    expect(layout.positions[2 * layout.homeOf(2)]).toBeNaN();
    expect(layout.trie.order).toHaveLength(39);
  });

  test('a partition moves one side outwards, and healing moves it back', () => {
    const { model, layout } = sceneOf(100);
    const radius = (node: number) => {
      const place = layout.homeOf(node);
      return Math.hypot(layout.positions[2 * place]!, layout.positions[2 * place + 1]!);
    };
    const sides = new Uint8Array(100);
    sides[7] = 1;
    model.apply(frame({ sides }));
    layout.update(model, 'ring');
    expect(radius(7)).toBeGreaterThan(1.05);
    expect(radius(8)).toBeCloseTo(1, 5);
    expect(layout.camps.list.map(({ name, nodeCount }) => [name, nodeCount])).toEqual([
      ['the larger side', 99],
      ['cut off', 1],
    ]);
    model.apply(frame({ sides: new Uint8Array(100) }));
    layout.update(model, 'ring');
    expect(radius(7)).toBeCloseTo(1, 5);
  });

  test('a node stands where its first place is; nobody is nowhere', () => {
    const { model, layout } = sceneOf(5, 3);
    for (let node = 0; node < 5; node++) {
      expect(layout.homeOf(node)).toBe(Math.min(...model.placesOf(node)));
    }
    expect([layout.homeOf(-1), layout.homeOf(99)]).toEqual([-1, -1]);
  });

  test('marks that touch are stacked; on a larger screen they are not', () => {
    const { model, layout } = sceneOf(40);
    expect(layout.isStacked).toBe(true);
    layout.update(model, 'ring', 0.0001);
    expect(layout.isStacked).toBe(false);
  });

  test('another world of the same size is laid out anew', () => {
    const { model, layout } = sceneOf(20);
    const before = layout.positions.slice();
    const other = new SceneMaker({ nodes: 20, overlay: 'ring', identities: 1, seed: 6, keys: [] });
    for (const message of other.opening()) model.apply(message);
    layout.update(model, 'ring');
    expect(layout.positions).not.toEqual(before);
  });

  test('crowds and partitions need more room', () => {
    expect(worldOf('ring', 1e5).halfWidth).toBeGreaterThan(worldOf('ring', 10).halfWidth);
    expect(worldOf('ring', 10, true).halfWidth).toBeGreaterThan(worldOf('ring', 10).halfWidth);
    expect(worldOf('trie', 10).stretched).toBe(true);
  });
});

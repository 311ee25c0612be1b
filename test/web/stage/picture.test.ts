import { NodeState } from 'ringlight/scene';
import { describe, expect, test } from 'vitest';
import { SceneMaker } from '../../../web/src/bench-scene.ts';
import { SceneModel } from '../../../web/src/model/scene-model.ts';
import type { ViewKind } from '../../../web/src/model/view-state.ts';
import { Picture, type Selection } from '../../../web/src/stage/picture.ts';
import { frame } from '../model/messages.ts';
import { recordingCanvas } from './canvas.ts';
import { PALETTE } from './palettes.ts';

const NOTHING: Selection = { node: -1, hovered: -1, key: null, lookup: null, lookupStep: -1 };

function stage(nodes: number, overlay: 'ring' | 'mainline', identities = 1) {
  const maker = new SceneMaker({ nodes, overlay, identities, seed: 5, keys: ['apple', 'fig'] });
  const model = new SceneModel();
  for (const message of maker.opening()) model.apply(message);
  for (const message of maker.pass(50)) model.apply(message);
  const recorded = recordingCanvas();
  const picture = new Picture(recorded.canvas, model, PALETTE);
  picture.resize(800, 700, 2);
  return { maker, model, picture, ...recorded };
}

describe('a picture', () => {
  for (const view of ['ring', 'trie'] as ViewKind[]) {
    for (const overlay of ['ring', 'mainline'] as const) {
      for (const nodes of [1, 2, 16, 300, 3000]) {
        test(`of ${nodes} ${overlay} nodes as a ${view} is drawn whole, with all that can be selected`, () => {
          const { maker, model, picture, calls } = stage(nodes, overlay);
          const node = Math.min(3, nodes - 1);
          model.apply(maker.nodeView(node));
          model.apply(frame({ nodes: Uint32Array.of(0), states: Uint8Array.of(NodeState.paused) }));
          const selection: Selection = {
            node,
            hovered: 0,
            key: maker.keyView('apple').key,
            lookup: maker.lookup(1, 'fig'),
            lookupStep: 0,
          };
          picture.draw(view, selection, 100, false);
          picture.draw(view, { ...selection, lookupStep: -1, key: null }, 120, true);
          picture.draw(view, { ...selection, key: null, belief: true, compared: 0 }, 130, false);
          picture.zoom(30, 100, 100);
          picture.draw(view, selection, 140, false);
          expect(calls).toContain('fill');
          expect(calls.includes('putImageData')).toBe(nodes > 2000);
        });
      }
    }
  }

  test('an empty one too', () => {
    const recorded = recordingCanvas();
    const picture = new Picture(recorded.canvas, new SceneModel(), PALETTE);
    picture.resize(0, 0, 1);
    picture.draw('ring', NOTHING, 0, false);
    picture.draw('trie', NOTHING, 0, false);
    expect(picture.pick(0, 0)).toBe(-1);
  });

  test('what stands still is drawn once, and again when a state, the camera or the colours change', () => {
    const { model, picture, calls } = stage(3000, 'ring');
    const painted = () => calls.filter((call) => call === 'putImageData').length;
    for (let ms = 0; ms < 100; ms += 16) picture.draw('ring', NOTHING, ms, false);
    expect(painted()).toBe(1);
    model.apply(frame({ nodes: Uint32Array.of(9), states: Uint8Array.of(NodeState.crashed) }));
    picture.draw('ring', NOTHING, 120, false);
    picture.draw('ring', NOTHING, 136, false);
    expect(painted()).toBe(2);
    picture.pan(0, 0);
    picture.zoom(1.01);
    picture.draw('ring', NOTHING, 150, false);
    expect(painted()).toBe(3);
    picture.setPalette({ ...PALETTE, dark: true });
    picture.draw('ring', NOTHING, 160, false);
    expect(painted()).toBe(4);
  });

  test('a large world whose states change all the time is not painted in each frame', () => {
    const { model, picture, calls } = stage(25_000, 'ring');
    for (let i = 0; i < 60; i++) {
      const state = i % 2 === 0 ? NodeState.crashed : NodeState.up;
      model.apply(frame({ nodes: Uint32Array.of(i), states: Uint8Array.of(state) }));
      picture.draw('ring', NOTHING, i * 16, false);
    }
    const painted = calls.filter((call) => call === 'putImageData').length;
    expect(painted).toBeGreaterThan(5);
    expect(painted).toBeLessThan(12);
  });

  test('each node and key is found where it is drawn', () => {
    for (const view of ['ring', 'trie'] as ViewKind[]) {
      const { maker, picture } = stage(16, 'ring');
      picture.draw(view, NOTHING, 0, false);
      for (let node = 0; node < 16; node++) {
        const { x, y } = picture.whereIs(node)!;
        expect(picture.pick(x, y)).toBe(node);
      }
      expect(picture.pickKey(400, 5)).toBeNull();
      const { key } = maker.keyView('apple');
      const found = new Set<string | null>();
      for (let x = 0; x < 800; x += 4) {
        for (let y = 0; y < 700; y += 4) found.add(picture.pickKey(x, y));
      }
      expect(found).toContain(key);
    }
  });

  test('few nodes are numbered, keys named, the owner and its copies told', () => {
    const { maker, picture, texts } = stage(16, 'ring');
    picture.draw('ring', { ...NOTHING, key: maker.keyView('apple').key }, 0, false);
    for (const text of ['0', '15', 'apple', 'fig', 'owner', 'backup 1', 'backup 2']) {
      expect(texts).toContain(text);
    }
  });

  test('with several identities each place is numbered by its host', () => {
    const { picture, texts } = stage(4, 'ring', 4);
    picture.draw('ring', NOTHING, 0, false);
    expect(texts.filter((text) => text === '2')).toHaveLength(4);
  });

  test('the other view begins from afar; a node out of sight is brought back', () => {
    const { picture } = stage(16, 'ring');
    picture.draw('ring', NOTHING, 0, false);
    picture.zoom(40, 0, 0);
    picture.draw('ring', NOTHING, 0, false);
    picture.reveal(5);
    picture.draw('ring', NOTHING, 0, false);
    const { x, y } = picture.whereIs(5)!;
    expect(x).toBeGreaterThanOrEqual(0);
    expect(x).toBeLessThanOrEqual(800);
    expect(y).toBeGreaterThanOrEqual(0);
    expect(y).toBeLessThanOrEqual(700);
    picture.draw('trie', NOTHING, 0, false);
    expect(picture.camera.zoom).toBe(1);
  });
});

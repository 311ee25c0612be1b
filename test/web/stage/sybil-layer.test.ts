import { describe, expect, test } from 'vitest';
import { SceneModel } from '../../../web/src/model/scene-model.ts';
import { sybilCrowds } from '../../../web/src/stage/sybil-layer.ts';
import { addNodes, frame, hello } from '../model/messages.ts';

function besieged(count: number, sybils: readonly number[]): SceneModel {
  const model = new SceneModel();
  model.apply(hello());
  addNodes(model, count);
  model.apply(frame({ sybils: Uint32Array.from(sybils) }));
  return model;
}

describe('crowds of an attacker', () => {
  test('are those with nobody honest between them, also over the top of the circle', () => {
    expect(sybilCrowds(besieged(10, []))).toEqual([]);
    expect(sybilCrowds(besieged(10, [3, 4, 7]))).toEqual([[3, 4], [7]]);
    expect(sybilCrowds(besieged(10, [9, 0, 1, 5]))).toEqual([[9, 0, 1], [5]]);
    expect(sybilCrowds(besieged(3, [0, 1, 2]))).toEqual([[0, 1, 2]]);
  });

  test('are not named where they are everywhere', () => {
    expect(sybilCrowds(besieged(20, [0, 2, 4, 6, 8, 10]))).toHaveLength(6);
    expect(sybilCrowds(besieged(20, [0, 2, 4, 6, 8, 10, 12]))).toBeNull();
  });
});

import { describe, expect, test } from 'vitest';
import { SceneMaker } from '../../web/src/bench-scene.ts';
import { turnOfText } from '../../web/src/model/ids.ts';
import { SceneModel } from '../../web/src/model/scene-model.ts';

const SCENE = {
  nodes: 50,
  overlay: 'ring',
  identities: 2,
  seed: 3,
  keys: ['apple', 'fig'],
} as const;

function told(seed: number, passes: number): string {
  const maker = new SceneMaker({ ...SCENE, seed });
  const messages = [...maker.opening()];
  for (let i = 0; i < passes; i++) messages.push(...maker.pass(100));
  return JSON.stringify(messages);
}

describe('a scene made up for measuring', () => {
  test('is the same for the same seed, and another for another', () => {
    expect(told(3, 5)).toBe(told(3, 5));
    expect(told(3, 5)).not.toBe(told(4, 5));
  });

  test('keys are owned as in a true ring, so that the picture is no fairy tale', () => {
    const maker = new SceneMaker(SCENE);
    const model = new SceneModel();
    for (const message of maker.opening()) model.apply(message);
    for (const name of ['apple', 'fig', 'plum', 'pear', 'kiwi']) {
      const key = maker.keyView(name);
      const owner = model.sortedPlaces[model.ownerIndex(turnOfText(key.key))]!;
      expect(key.owner).toBe(owner);
      expect(key.holders[0]).toBe(model.nodeOf[owner]);
      expect(new Set(key.holders).size).toBe(3);
    }
  });

  test('messages are under way at all times, and nodes come and go', () => {
    const maker = new SceneMaker({ ...SCENE, nodes: 5000 });
    const model = new SceneModel();
    for (const message of maker.opening()) model.apply(message);
    let changes = 0;
    for (let i = 0; i < 60; i++) {
      for (const message of maker.pass(16)) {
        model.apply(message);
        if (message.type === 'frame') changes += message.nodes.length;
      }
    }
    const flying = model.flights.filter((flight) => flight.arrivesMs! > model.atMs).length;
    expect(flying).toBeGreaterThan(100);
    expect(changes).toBeGreaterThan(20);
  });

  test('a lookup of it ends at the owner, over somebody who did not answer', () => {
    const maker = new SceneMaker({ ...SCENE, identities: 1 });
    const lookup = maker.lookup(1, 'fig');
    expect(lookup.steps.at(-1)!.node).toBe(maker.keyView('fig').holders[0]);
    expect(lookup.steps.some(({ verdict }) => verdict === 'timeout')).toBe(true);
  });
});

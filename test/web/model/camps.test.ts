import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { believedEnd, findCamps, otherBelievers } from '../../../web/src/model/camps.ts';
import { SceneModel } from '../../../web/src/model/scene-model.ts';
import { addNodes, frame, hello, setStates } from './messages.ts';

function ringOf(count: number, successorOf: (place: number) => number): SceneModel {
  const model = new SceneModel();
  model.apply(hello());
  addNodes(model, count);
  const places = Uint32Array.from({ length: count }, (_, i) => i);
  const successors = Int32Array.from(places, successorOf);
  const safeties = new Uint8Array(count);
  model.apply(frame({ places, successors, safeties }));
  return model;
}

const namesOf = (model: SceneModel) =>
  findCamps(model).list.map(({ name, places }) => [name, [...places]]);

describe('who holds together', () => {
  test('a whole ring is one camp', () => {
    expect(namesOf(ringOf(5, (place) => (place + 1) % 5))).toEqual([['ring 1', [0, 1, 2, 3, 4]]]);
  });

  test('a ring that has split is several, the largest first; who hangs on one belongs to it', () => {
    // 0 → 2 → 4 → 0, and 1 → 3 → 1 with 5 hanging on 3 and 6 on 5.
    const successors = [2, 3, 4, 1, 0, 3, 5];
    const model = ringOf(7, (place) => successors[place]!);
    expect(namesOf(model)).toEqual([
      ['ring 1', [1, 3, 5, 6]],
      ['ring 2', [0, 2, 4]],
    ]);
    expect([...findCamps(model).campOf]).toEqual([1, 0, 1, 0, 1, 0, 0]);
  });

  test('who knows of nobody, or of one that crashed, stands with the most', () => {
    const model = ringOf(4, (place) => [1, 0, -1, 2][place]!);
    expect(namesOf(model)).toEqual([['ring 1', [0, 1, 2, 3]]]);
    setStates(model, [0], 2);
    expect(namesOf(model)).toEqual([['ring 1', [1, 2, 3]]]);
  });

  test('the sides of a cut are camps, whatever they believe; those that crashed count with their side', () => {
    const model = ringOf(6, (place) => (place + 1) % 6);
    const sides = Uint8Array.of(0, 1, 0, 0, 1, 0);
    model.apply(frame({ sides }));
    setStates(model, [4], 2);
    expect(namesOf(model)).toEqual([
      ['the larger side', [0, 2, 3, 5]],
      ['cut off', [1]],
    ]);
    expect(findCamps(model).campOf[4]).toBe(1);
  });

  test('Mainline has no rings, but sides', () => {
    const model = ringOf(4, (place) => [1, 0, 3, 2][place]!);
    model.apply(hello({ overlay: 'mainline' }));
    addNodes(model, 4);
    expect(findCamps(model).list).toHaveLength(1);
    model.apply(frame({ sides: Uint8Array.of(1, 0, 0, 0) }));
    expect(findCamps(model).list.map(({ nodeCount }) => nodeCount)).toEqual([3, 1]);
  });

  test('whatever successors are, every member is in one camp, and all of a circle in the same', () => {
    const world = fc
      .integer({ min: 1, max: 40 })
      .chain((count) =>
        fc.array(fc.integer({ min: -1, max: count - 1 }), { minLength: count, maxLength: count }),
      );
    fc.assert(
      fc.property(world, (successors) => {
        const model = ringOf(successors.length, (place) => successors[place]!);
        const { list, campOf } = findCamps(model);
        const all = list.flatMap(({ places }) => [...places]);
        if (list.length < 9) expect(all.toSorted((a, b) => a - b)).toEqual([...successors.keys()]);
        expect(new Set(all).size).toBe(all.length);
        for (const [place, next] of successors.entries()) {
          if (next >= 0 && list.length < 9) expect(campOf[place]).toBe(campOf[next]);
        }
      }),
    );
  });
});

describe('who takes a key for its own', () => {
  test('on a whole ring nobody but its owner', () => {
    const model = ringOf(4, (place) => (place + 1) % 4);
    expect(otherBelievers(model, findCamps(model), 0.3, 1)).toEqual([]);
  });

  test('where one takes itself for the whole ring, it does, too', () => {
    const model = ringOf(4, (place) => (place === 3 ? 3 : (place + 1) % 3));
    const camps = findCamps(model);
    expect(camps.list.map(({ nodeCount }) => nodeCount)).toEqual([3, 1]);
    expect(otherBelievers(model, camps, 0.3, 1)).toEqual([3]);
    expect(believedEnd(model, camps.list[1]!, 0)).toBe(3);
  });
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { HOME, project, screenX, screenY } from '../../../web/src/stage/camera.ts';
import { sortPlaces } from '../../../web/src/stage/circle-order.ts';
import { worldOf } from '../../../web/src/stage/layout.ts';
import { crowdAround, cutByLine, pickInTrie, pickOnRing } from '../../../web/src/stage/picking.ts';
import { placeOnRing, ringX, ringY } from '../../../web/src/stage/ring-geometry.ts';
import { buildTrie, placeInTrie } from '../../../web/src/stage/trie-geometry.ts';

const SIZE = 700;

function pseudo(count: number, seed: number) {
  let state = seed;
  const next = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
  const turns = Float64Array.from({ length: count }, next);
  const ids = Uint8Array.from({ length: count * 20 }, () => Math.floor(next() * 256));
  return { turns, ids, next };
}

function world(kind: 'ring' | 'trie', count: number, seed: number) {
  const { turns, ids, next } = pseudo(count, seed);
  const positions = new Float32Array(2 * count);
  const circle = sortPlaces(turns, count);
  if (kind === 'ring') {
    placeOnRing(positions, count, turns, ids, new Uint8Array(count), new Float32Array(count));
  } else {
    placeInTrie(
      positions,
      count,
      buildTrie(circle, () => true),
      ids,
    );
  }
  const shown = (place: number) => place % 5 !== 3;
  return { pickable: { positions, circle, shown }, next, count };
}

/** The same by looking at all of them. */
function nearestOfAll(
  { pickable, count }: ReturnType<typeof world>,
  p: ReturnType<typeof project>,
  x: number,
  y: number,
  reach: number,
): number {
  let least = reach;
  for (let place = 0; place < count; place++) {
    if (!pickable.shown(place)) continue;
    const dx = screenX(p, pickable.positions[2 * place]!) - x;
    const dy = screenY(p, pickable.positions[2 * place + 1]!) - y;
    least = Math.min(least, Math.hypot(dx, dy));
  }
  return least;
}

describe('picking', () => {
  for (const kind of ['ring', 'trie'] as const) {
    for (const count of [1, 16, 900, 20_000]) {
      test(`on a ${kind} of ${count} finds the nearest, as looking at all does`, () => {
        const scene = world(kind, count, count + 7);
        const pick = kind === 'ring' ? pickOnRing : pickInTrie;
        for (let round = 0; round < 60; round++) {
          const zoom = 1 + (round % 3) * 4;
          const camera = round % 3 === 0 ? HOME : { x: 0.6, y: kind === 'ring' ? -0.6 : 0, zoom };
          const p = project(camera, worldOf(kind, count), SIZE, SIZE);
          const near = Math.floor(scene.next() * count);
          const x = screenX(p, scene.pickable.positions[2 * near]!) + (scene.next() - 0.5) * 30;
          const y = screenY(p, scene.pickable.positions[2 * near + 1]!) + (scene.next() - 0.5) * 30;
          const found = pick(scene.pickable, p, x, y, 14);
          const least = nearestOfAll(scene, p, x, y, 14);
          if (found < 0) {
            expect(least).toBeGreaterThanOrEqual(14 - 1e-6);
          } else {
            const dx = screenX(p, scene.pickable.positions[2 * found]!) - x;
            const dy = screenY(p, scene.pickable.positions[2 * found + 1]!) - y;
            expect(Math.hypot(dx, dy)).toBeCloseTo(least, 6);
            expect(scene.pickable.shown(found)).toBe(true);
          }
        }
      });
    }
  }

  test('across the top of the ring', () => {
    const turns = Float64Array.of(0.9999, 0.5);
    const positions = new Float32Array(4);
    placeOnRing(positions, 2, turns, new Uint8Array(40), new Uint8Array(2), new Float32Array(2));
    const pickable = { positions, circle: sortPlaces(turns, 2), shown: () => true };
    const p = project(HOME, worldOf('ring', 2), SIZE, SIZE);
    expect(
      pickOnRing(pickable, p, screenX(p, ringX(0.001, 1)), screenY(p, ringY(0.001, 1)), 14),
    ).toBe(0);
    expect(pickOnRing(pickable, p, SIZE / 2, SIZE / 2, 14)).toBe(-1);
  });
});

describe('a line drawn across', () => {
  const line = fc.record({
    x0: fc.double({ min: -2, max: 2, noNaN: true }),
    y0: fc.double({ min: -2, max: 2, noNaN: true }),
    x1: fc.double({ min: -2, max: 2, noNaN: true }),
    y1: fc.double({ min: -2, max: 2, noNaN: true }),
  });

  test('gives the side with fewer nodes, each node once, all on one side of it', () => {
    const count = 30;
    const { pickable } = world('ring', count, 3);
    const nodeOf = Uint32Array.from({ length: count }, (_, place) => place);
    const sideOf = (cut: { x0: number; y0: number; x1: number; y1: number }, place: number) =>
      (cut.x1 - cut.x0) * (pickable.positions[2 * place + 1]! - cut.y0) -
        (cut.y1 - cut.y0) * (pickable.positions[2 * place]! - cut.x0) >
      0;
    fc.assert(
      fc.property(line, (cut) => {
        const nodes = cutByLine(pickable.positions, count, nodeOf, count, cut);
        expect(nodes.length).toBeLessThanOrEqual(count / 2);
        expect(new Set(nodes).size).toBe(nodes.length);
        expect(new Set(nodes.map((node) => sideOf(cut, node))).size).toBeLessThanOrEqual(1);
      }),
    );
  });

  test('a node with several places belongs where most of them are; who is not there to neither', () => {
    const positions = Float32Array.of(-1, 0, -0.9, 0, 1, 0, 0.8, 0, Number.NaN, Number.NaN, 1, 0.1);
    const nodeOf = Uint32Array.of(0, 0, 0, 1, 2, 3);
    const left = cutByLine(positions, 6, nodeOf, 4, { x0: 0, y0: -1, x1: 0, y1: 1 });
    expect(left).toEqual([0]);
  });
});

describe('a crowd', () => {
  for (const kind of ['ring', 'trie'] as const) {
    test(`on a ${kind} is all within reach of a place, as looking at all finds them`, () => {
      const { pickable, count } = world(kind, 3000, 11);
      const p = project(HOME, worldOf(kind, count), SIZE, SIZE);
      const { positions, circle } = pickable;
      let crowds = 0;
      for (let place = 0; place < count; place += 17) {
        if (!pickable.shown(place)) continue;
        const near = (other: number) =>
          Math.hypot(
            screenX(p, positions[2 * other]!) - screenX(p, positions[2 * place]!),
            screenY(p, positions[2 * other + 1]!) - screenY(p, positions[2 * place + 1]!),
          ) <= 6;
        const all = [...circle.order].filter((other) => pickable.shown(other) && near(other));
        const found = crowdAround(pickable, p, place, {
          reach: 6,
          isRing: kind === 'ring',
          room: 5,
        });
        expect(found.count).toBe(all.length);
        expect(found.places).toHaveLength(Math.min(5, all.length));
        expect(found.places).toContain(place);
        const from = all.indexOf(found.places[0]!);
        // Neighbours in the order of the circle, maybe over its top.
        expect(found.places).toEqual(found.places.map((_, i) => all[(from + i) % all.length]));
        if (all.length > 1) crowds++;
      }
      expect(crowds).toBeGreaterThan(10);
    });
  }
});

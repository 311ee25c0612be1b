import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  HOME,
  pan,
  project,
  reveal,
  screenX,
  screenY,
  type World,
  worldX,
  worldY,
  zoomAt,
} from '../../../web/src/stage/camera.ts';

const RING: World = {
  halfWidth: 1.1,
  halfHeight: 1.1,
  stretched: false,
  maxZoom: 64,
  marginX: 80,
  marginY: 40,
};
const TRIE: World = { ...RING, stretched: true, marginY: 0 };

describe('a camera', () => {
  test('at home shows the whole world with its margins, in the middle', () => {
    const p = project(HOME, RING, 1000, 600);
    expect(screenX(p, 0)).toBe(500);
    expect(screenY(p, 0)).toBe(300);
    expect(screenY(p, -1.1)).toBeCloseTo(40);
    expect(screenX(p, 1)).toBeLessThan(1000 - 80);
    expect(p.scaleX).toBe(p.scaleY);
  });

  test('stretches a trie over the width', () => {
    const p = project(HOME, TRIE, 1000, 600);
    expect(screenX(p, -1.1)).toBeCloseTo(80);
    expect(screenX(p, 1.1)).toBeCloseTo(920);
    expect(screenY(p, 1.1)).toBeCloseTo(600);
  });

  test('leaves some picture on the smallest of screens', () => {
    expect(project(HOME, RING, 60, 30).scaleX).toBeGreaterThan(0);
  });

  test('points of the world come back from the screen', () => {
    fc.assert(
      fc.property(
        fc.double({ min: -1, max: 1, noNaN: true }),
        fc.double({ min: -1, max: 1, noNaN: true }),
        fc.double({ min: 1, max: 64, noNaN: true }),
        (x, y, zoom) => {
          const p = project({ x: x / 2, y: y / 2, zoom }, RING, 800, 700);
          expect(worldX(p, screenX(p, x))).toBeCloseTo(x, 9);
          expect(worldY(p, screenY(p, y))).toBeCloseTo(y, 9);
        },
      ),
    );
  });

  test('zooming keeps what lies under the pointer, as long as the edge of the world allows', () => {
    const p = project(HOME, RING, 800, 800);
    const camera = zoomAt(HOME, RING, p, 3, 500, 350);
    const q = project(camera, RING, 800, 800);
    expect(worldX(q, 500)).toBeCloseTo(worldX(p, 500), 9);
    expect(worldY(q, 350)).toBeCloseTo(worldY(p, 350), 9);
  });

  test('zoom is bounded both ways, and home again is home', () => {
    const p = project(HOME, RING, 800, 800);
    expect(zoomAt(HOME, RING, p, 1e9, 400, 400).zoom).toBe(64);
    const near = zoomAt(HOME, RING, p, 5, 700, 100);
    const q = project(near, RING, 800, 800);
    expect(zoomAt(near, RING, q, 1e-9, 10, 10)).toEqual(HOME);
  });

  test('no way leads out of the world', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.tuple(fc.integer({ min: -3000, max: 3000 }), fc.integer({ min: -3000, max: 3000 })),
        ),
        fc.double({ min: 1, max: 64, noNaN: true }),
        (moves, zoom) => {
          let camera = { x: 0, y: 0, zoom };
          for (const [dx, dy] of moves) {
            camera = pan(camera, RING, project(camera, RING, 800, 800), dx, dy);
          }
          expect(Math.abs(camera.x)).toBeLessThanOrEqual(RING.halfWidth);
          expect(Math.abs(camera.y)).toBeLessThanOrEqual(RING.halfHeight);
        },
      ),
    );
  });

  test('a trie is not moved up or down', () => {
    const p = project({ x: 0, y: 0, zoom: 8 }, TRIE, 800, 600);
    expect(pan({ x: 0, y: 0, zoom: 8 }, TRIE, p, 50, 90).y).toBe(0);
    expect(zoomAt(HOME, TRIE, p, 4, 10, 10).y).toBe(0);
  });

  test('revealing moves only for what cannot be seen', () => {
    const camera = { x: 0, y: 0, zoom: 10 };
    const p = project(camera, RING, 800, 800);
    expect(reveal(camera, RING, p, 0, 0)).toBe(camera);
    const moved = project(reveal(camera, RING, p, 1, 0), RING, 800, 800);
    expect(screenX(moved, 1)).toBeLessThanOrEqual(800);
    expect(screenX(moved, 1)).toBeGreaterThanOrEqual(0);
  });
});

/** Words beside things: on no mark, on no other word, and within the picture, wherever things are. */
import { describe, expect, test } from 'vitest';
import {
  type Box,
  nearestPoint,
  overlap,
  placeCallouts,
  type Wanted,
} from '../../../web/src/stage/callouts.ts';
import { boxOfWord, LabelBoard } from '../../../web/src/stage/label-board.ts';

const BOUNDS: Box = { x: 0, y: 0, width: 600, height: 500 };

/** A ring of marks, and words wanted beside some of them. */
function ring(seed: number): { marks: Box[]; wanted: Wanted[] } {
  const marks: Box[] = [];
  const wanted: Wanted[] = [];
  for (let i = 0; i < 16; i++) {
    const angle = ((i * 97 + seed * 31) % 360) * (Math.PI / 180);
    const [x, y] = [300 + 180 * Math.cos(angle), 250 + 180 * Math.sin(angle)];
    marks.push({ x: x - 12, y: y - 12, width: 24, height: 24 });
    if (i % 5 !== 0) continue;
    wanted.push({
      x,
      y,
      width: 60 + ((seed * 13 + i * 29) % 90),
      height: 20,
      angle: angle + Math.PI,
    });
  }
  return { marks, wanted };
}

describe('callouts', () => {
  test('lie on nothing, near their things, over many rings', () => {
    for (let seed = 0; seed < 100; seed++) {
      const { marks, wanted } = ring(seed);
      const boxes = placeCallouts(wanted, marks, BOUNDS);
      for (const [i, box] of boxes.entries()) {
        for (const mark of marks) expect(overlap(box, mark), `${seed}`).toBe(0);
        for (const other of boxes.slice(0, i)) expect(overlap(box, other), `${seed}`).toBe(0);
        expect(
          Math.min(box.x, box.y, 600 - box.x - box.width, 500 - box.y - box.height),
        ).toBeGreaterThanOrEqual(0);
        const { x, y } = nearestPoint(box, wanted[i]!.x, wanted[i]!.y);
        expect(Math.hypot(x - wanted[i]!.x, y - wanted[i]!.y)).toBeLessThan(170);
      }
    }
  });

  test('where there is no room at all they are placed all the same', () => {
    const full: Box[] = [{ x: 0, y: 0, width: 600, height: 500 }];
    const boxes = placeCallouts(ring(1).wanted, full, BOUNDS);
    expect(boxes).toHaveLength(ring(1).wanted.length);
    for (const box of boxes) expect(Number.isFinite(box.x + box.y)).toBe(true);
  });
});

describe('the words of a frame', () => {
  test('know where others stand, and where marks are', () => {
    const board = new LabelBoard([{ x: 100, y: 100, width: 20, height: 20 }]);
    const box = boxOfWord(40, 12, 50, 50, 'left');
    expect(box).toEqual({ x: 49, y: 43, width: 42, height: 14 });
    expect(board.isFree(box)).toBe(true);
    board.add({ text: 'owner', x: 50, y: 50, colour: 'red', align: 'left', font: '', box });
    expect(board.isFree(boxOfWord(40, 12, 60, 55, 'left'))).toBe(false);
    expect(board.isFree(boxOfWord(40, 12, 60, 75, 'left'))).toBe(true);
    expect(board.isFree(boxOfWord(40, 12, 110, 110, 'center'))).toBe(false);
    board.block({ x: 200, y: 200, width: 16, height: 16 });
    expect(board.isFree(boxOfWord(40, 12, 208, 208, 'right'))).toBe(false);
    expect(board.words).toHaveLength(1);
  });
});

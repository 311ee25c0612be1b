/** Rows of ends and pieces: lists keep their order, rows go back when nothing names them. */

import { describe, expect, test } from 'vitest';
import { InvariantError } from '../../../src/core/assert.ts';
import { type End, Ends, Is } from '../../../src/lab/streams/stream-ends.ts';
import { PIECE_BYTES } from '../../../src/lab/wire.ts';

function pair(ends: Ends): [End, End] {
  const near = ends.open(0, 1, 2, 0);
  const far = ends.open(1, 2, 1, near);
  ends.peer[near] = far;
  return [near, far];
}

function listOf(ends: Ends, node: number): End[] {
  const list: End[] = [];
  for (let end = ends.firstOf(node); end !== 0; end = ends.after(end)) list.push(end);
  return list;
}

describe('ends', () => {
  test('of a node are found from it, until they are over', () => {
    const ends = new Ends(3);
    const own = [1, 2, 3, 4, 5].map(() => ends.open(2, 0, 0, 0));
    expect(listOf(ends, 2)).toEqual([...own].reverse());
    expect(listOf(ends, 0)).toEqual([]);
    ends.over(own[2]);
    ends.over(own[0]);
    ends.over(own[4]);
    expect(listOf(ends, 2)).toEqual([own[3], own[1]]);
    expect(() => ends.over(own[0])).toThrow(InvariantError);
  });

  test('go back when both are over and nothing names either', () => {
    const ends = new Ends(2);
    const [near, far] = pair(ends);
    ends.over(near);
    ends.forget(near);
    expect(ends.count).toBe(2);
    ends.pin(far);
    ends.over(far);
    ends.forget(far);
    expect(ends.count).toBe(2);
    ends.unpin(far);
    expect(ends.count).toBe(0);
    expect([ends.isUsable(near), ends.isUsable(far)]).toEqual([false, false]);
    expect(pair(ends).sort()).toEqual([near, far].sort());
  });

  test('may be named while they are there, or their machine does not know that they are not', () => {
    const ends = new Ends(2);
    const [near] = pair(ends);
    expect([near, 0, -1, 50, 5000].map((end) => ends.isUsable(end))).toEqual([
      true,
      false,
      false,
      false,
      false,
    ]);
    ends.over(near);
    expect(ends.isUsable(near)).toBe(false);
    ends.set(near, Is.untold);
    expect(ends.isUsable(near)).toBe(true);
  });

  test('grow by doubling, and keep all that was known of them', () => {
    const ends = new Ends(1);
    const before = ends.byteLength;
    const all = Array.from({ length: 500 }, (_, i) => {
      const end = ends.open(0, i, i * 2, 0);
      ends.set(end, i % 2 === 0 ? Is.paused : Is.open);
      ends.queue(end, ends.keep(Uint8Array.of(i & 255), 0, 1));
      return end;
    });
    expect(ends.byteLength).toBeGreaterThanOrEqual(before + (512 - 64) * 80);
    for (const [i, end] of all.entries()) {
      expect([ends.local[end], ends.remote[end], ends.is(end, Is.paused)]).toEqual([
        i,
        i * 2,
        i % 2 === 0,
      ]);
      expect(ends.queuedBytes[end]).toBe(1);
    }
    expect(listOf(ends, 0)).toHaveLength(500);
  });
});

describe('pieces', () => {
  test('leave a queue and a door in the order in which they came, each list by itself', () => {
    const ends = new Ends(2);
    const [near, far] = pair(ends);
    const pieces = Array.from({ length: 30 }, (_, i) =>
      ends.keep(new Uint8Array(i * 50 + 1).fill(i), 0, i * 50 + 1),
    );
    for (const [i, piece] of pieces.entries()) {
      if (i % 3 === 0) ends.queue(near, piece);
      else if (i % 3 === 1) ends.hold(near, piece);
      else ends.queue(far, piece);
    }
    const leave = (take: () => number, isLeft: () => boolean): number[] => {
      const firsts: number[] = [];
      while (isLeft()) {
        const piece = take();
        const parcel = ends.parcelOf(piece);
        expect(ends.lengthOf(piece)).toBe(firsts.length * 150 + (ends.lengthOf(piece) % 150));
        firsts.push(ends.wire.bytesOf(parcel)[ends.wire.startOf(parcel)]);
        ends.release(piece);
      }
      return firsts;
    };
    expect(ends.queuedBytes[near]).toBe(
      [0, 3, 6, 9, 12, 15, 18, 21, 24, 27].reduce((sum, i) => sum + i * 50 + 1, 0),
    );
    expect(
      leave(
        () => ends.unqueue(near),
        () => ends.queueHead[near] !== 0,
      ),
    ).toEqual([0, 3, 6, 9, 12, 15, 18, 21, 24, 27]);
    expect(
      leave(
        () => ends.unhold(near),
        () => ends.heldHead[near] !== 0,
      ),
    ).toEqual([1, 4, 7, 10, 13, 16, 19, 22, 25, 28]);
    expect(ends.queuedBytes[near]).toBe(0);
    expect(ends.over(far)).toBe(
      [2, 5, 8, 11, 14, 17, 20, 23, 26, 29].reduce((sum, i) => sum + i * 50 + 1, 0),
    );
    expect(ends.wire.count).toBe(0);
  });

  test('are as long as 64 KiB, and take their room again', () => {
    const ends = new Ends(1);
    const bytes = new Uint8Array(PIECE_BYTES).map((_, i) => i * 3);
    const piece = ends.keep(bytes, 0, PIECE_BYTES);
    const parcel = ends.parcelOf(piece);
    const start = ends.wire.startOf(parcel);
    expect(
      Buffer.compare(ends.wire.bytesOf(parcel).subarray(start, start + PIECE_BYTES), bytes),
    ).toBe(0);
    ends.release(piece);
    const before = ends.byteLength;
    for (let i = 0; i < 1000; i++) ends.release(ends.keep(bytes, 0, PIECE_BYTES));
    expect(ends.byteLength).toBe(before);
  });
});

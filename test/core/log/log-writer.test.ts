/** The end of a log: what is closed when, what is written when, and what becomes of failures. */
import { describe, expect, test } from 'vitest';
import { BATCH_HEAD_BYTES, SECTOR_BYTES } from '../../../src/core/log/batch.ts';
import {
  BATCH_BYTES,
  IMAGE_BYTES_MAX,
  SEGMENT_BYTES_MAX,
  SEGMENT_BYTES_MIN,
} from '../../../src/core/log/limits.ts';
import { LogWriter } from '../../../src/core/log/log-writer.ts';
import type { Segment } from '../../../src/core/log/segment.ts';
import { SectorDisk } from './sector-disk.ts';

function opened() {
  const disk = new SectorDisk(1);
  const segments: Segment[] = [];
  const reported: [number, string | null][] = [];
  const end = { active: null, number: 0, nextSegment: 1 };
  const writer = new LogWriter(
    disk,
    (token, error) => reported.push([token, error]),
    segments,
    end,
  );
  const owner = {
    turn: () => writer.turn(false),
    made: (file: number, error: string | null) => writer.made(file, error),
    written: (error: string | null) => writer.written(error),
    retrieved: () => {},
    saved: () => {},
  };
  const settle = () => {
    while (disk.step(owner));
  };
  return { disk, writer, reported, settle, owner };
}

describe('the writer of a log', () => {
  test('gathers what comes while a write is under way into one more', () => {
    const { disk, writer, reported, settle, owner } = opened();
    settle();
    writer.place(100);
    writer.flush(1);
    writer.turn(false);
    expect(disk.write_?.bytes.length).toBe(SECTOR_BYTES);
    for (let token = 2; token <= 30; token++) {
      writer.place(100);
      writer.flush(token);
      owner.turn();
    }
    expect([disk.writes, reported]).toEqual([0, []]);
    settle();
    expect(disk.writes).toBe(2);
    expect(reported).toEqual([
      [1, null],
      [30, null],
    ]);
  });

  test('has the next segment made when one is half full, and goes on in it', () => {
    const { disk, writer, settle } = opened();
    settle();
    expect(disk.found()).toEqual([1]);
    while (writer.active.closed <= SEGMENT_BYTES_MIN / 2) {
      writer.place(20_000);
      writer.close();
    }
    settle();
    expect(disk.found()).toEqual([1, 2]);
    while (writer.active.number === 1) writer.place(20_000);
    expect(writer.active.closed).toBe(SECTOR_BYTES);
    // As large as all before it, up to a bound.
    for (let i = 0; i < 4000; i++) {
      writer.place(20_000);
      if (i % 10 === 0) writer.flush(i + 1);
      settle();
    }
    const sizes = writer.segments.map(({ bytes }) => bytes);
    expect(sizes.slice(0, 4)).toEqual([1, 1, 2, 4].map((times) => times * SEGMENT_BYTES_MIN));
    expect(Math.max(...sizes)).toBe(SEGMENT_BYTES_MAX);
    expect(writer.bytes).toBe(sizes.reduce((sum, bytes) => sum + bytes));
    const inMemory = writer.segments.filter(({ image }) => image !== null);
    expect(inMemory.reduce((sum, { bytes }) => sum + bytes, 0)).toBeLessThanOrEqual(
      IMAGE_BYTES_MAX,
    );
    expect(inMemory).toContain(writer.active);
  });

  test('closes a batch that has become large, and makes room for an entry of any size', () => {
    const { disk, writer, settle } = opened();
    settle();
    for (let i = 0; i < 20; i++) writer.place(BATCH_BYTES / 10);
    writer.close();
    expect(writer.closed).toBeGreaterThanOrEqual(2);
    const at = writer.place(3 * SEGMENT_BYTES_MAX);
    expect(at).toBe(SECTOR_BYTES + BATCH_HEAD_BYTES);
    expect(writer.active.bytes).toBeGreaterThan(3 * SEGMENT_BYTES_MAX);
    writer.flush(1);
    settle();
    expect(writer.durable).toBe(writer.closed);
    expect(disk.files.get(writer.active.number)?.length).toBe(writer.active.bytes);
  });

  test('reports what failed once, tries nothing by itself, and the same bytes at the next flush', () => {
    const { disk, writer, reported, settle } = opened();
    settle();
    disk.error = 'broken';
    writer.place(100);
    writer.flush(1);
    writer.flush(2);
    settle();
    expect(reported).toEqual([[2, 'broken']]);
    writer.place(100);
    settle();
    expect(disk.writes).toBe(1);
    disk.error = null;
    writer.flush(3);
    settle();
    expect(reported.at(-1)).toEqual([3, null]);
    expect(writer.durable).toBe(writer.closed);
  });

  test('waits for a segment that cannot be made, and says so to those who wait', () => {
    const { disk, writer, reported, settle } = opened();
    disk.error = 'full';
    settle();
    writer.place(100);
    writer.flush(1);
    settle();
    expect(reported).toEqual([[1, 'full']]);
    disk.error = null;
    writer.flush(2);
    settle();
    expect(reported.at(-1)).toEqual([2, null]);
    expect(disk.found()).toEqual([1]);
  });
});

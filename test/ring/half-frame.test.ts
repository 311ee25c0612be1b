import { expect, test } from 'vitest';
import { writeU32 } from '../../src/ring/frames.ts';
import { HalfFrame } from '../../src/ring/half-frame.ts';

test('a half frame takes memory as bytes come, and never beyond its own length', () => {
  const frame = new Uint8Array(1000);
  writeU32(frame, 0, 996);
  const half = new HalfFrame();
  for (let at = 0; at < 1000; at += 100) {
    half.take(frame, at, at + 100, 10);
    expect(half.bytes!.length).toBeLessThanOrEqual(Math.min(1000, 2 * (at + 100)));
    // Who has just begun cannot be told to be slow.
    expect(half.grown()).toBe(at === 0 ? Infinity : 100);
  }
  expect(half.bytes).toEqual(frame);
  half.clear();
  expect(half).toMatchObject({ bytes: null, length: 0 });
  half.take(frame, 0, 100, 10);
  expect(half.grown()).toBe(Infinity);
});

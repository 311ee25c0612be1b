/** Every frame has its words, and no two the same. */
import { expect, test } from 'vitest';
import { FRAME_TYPES_LAST, FrameType, Status } from '../../../src/ring/frames.ts';
import { FRAMES, REFUSALS, REPLIES, STATUSES } from '../../../src/scene/explain/frame-words.ts';

test('each type of frame has a word and sentences of its own', () => {
  const types = Object.values(FrameType);
  expect(types).toHaveLength(FRAME_TYPES_LAST);
  expect(new Set(types.map((type) => FRAMES[type].kind)).size).toBe(FRAME_TYPES_LAST);
  for (const type of types) {
    const { kind, note, answered } = FRAMES[type];
    expect(note).toMatch(/[.?]$/);
    if (type !== FrameType.hello) expect(answered).toMatch(/\.$/);
    expect(REPLIES[type]).toBe(`${kind} reply`);
    expect(REFUSALS[type]).toBe(`${kind} refused`);
  }
});

test('each status has a name', () => {
  for (const status of Object.values(Status)) expect(STATUSES[status]).toMatch(/\w/);
});

/** Heads of frames, told from what is none, in whole frames and in their first pieces. */
import { describe, expect, test } from 'vitest';
import { FRAME_TYPES_LAST, FrameType, FrameWriter } from '../../../src/ring/frames.ts';
import {
  FRAME_BYTES_MAX,
  frameEnd,
  frameHead,
  isFrame,
  isGreeting,
  isRouted,
} from '../../../src/scene/explain/frame-head.ts';

function frame(type: number, request = 0, payload = new Uint8Array(0)): Uint8Array {
  const out = new FrameWriter();
  out.begin(type, request);
  out.raw(payload);
  out.end();
  return out.bytes.slice(0, out.length);
}

describe('a frame', () => {
  const get = frame(FrameType.get | 0x80, 0x01020304, new Uint8Array(21));

  test('says in its head what it is', () => {
    const head = { type: FrameType.get, isReply: true, request: 0x01020304, at: 9 };
    expect(frameHead(get, 0, get.length)).toEqual(head);
    expect(frameHead(get, 0, 9)).toEqual(head);
    expect(frameHead(get, 0, 8)).toBeNull();
  });

  test('ends where its length says, here or later', () => {
    expect(frameEnd(get, 0, get.length)).toBe(get.length);
    expect(frameEnd(get, 0, 12)).toBe(get.length);
    const padded = new Uint8Array(get.length + 9);
    padded.set(get, 5);
    expect(frameEnd(padded, 5, padded.length)).toBe(5 + get.length);
    expect(isFrame(padded, 5, 5 + get.length)).toBe(true);
  });

  test('is whole or none', () => {
    expect(isFrame(get, 0, get.length)).toBe(true);
    expect(isFrame(get, 0, get.length - 1)).toBe(false);
    expect(isFrame(get, 0, 0)).toBe(false);
  });

  test('has a type that there is', () => {
    expect(isFrame(frame(FRAME_TYPES_LAST), 0, 9)).toBe(true);
    expect(isFrame(frame(FRAME_TYPES_LAST + 1), 0, 9)).toBe(false);
    expect(isFrame(frame(0), 0, 9)).toBe(false);
  });

  test('is not longer than any value that a ring takes', () => {
    const head = frame(FrameType.put);
    const view = new DataView(head.buffer);
    view.setUint32(0, FRAME_BYTES_MAX);
    expect(frameEnd(head, 0, 9)).toBe(FRAME_BYTES_MAX + 4);
    view.setUint32(0, FRAME_BYTES_MAX + 1);
    expect(frameEnd(head, 0, 9)).toBe(0);
    view.setUint32(0, 4); // shorter than a head
    expect(frameEnd(head, 0, 9)).toBe(0);
  });

  test('never begins with a letter', () => {
    const text = new TextEncoder().encode('GET something of a class program');
    expect(frameEnd(text, 0, text.length)).toBe(0);
  });
});

test('a greeting is VER', () => {
  const text = new TextEncoder().encode('VER');
  expect(isGreeting(text, 0, 3)).toBe(true);
  expect(isGreeting(text, 0, 2)).toBe(false);
  expect(isGreeting(new TextEncoder().encode('VEX'), 0, 3)).toBe(false);
});

test('four kinds of frames are asked of one node after the other', () => {
  const routed = Object.entries(FrameType).filter(([, type]) => isRouted(type));
  expect(routed.map(([kind]) => kind)).toEqual(['owner', 'get', 'put', 'remove']);
});

/** Borders of messages: pieces as nodes write them, taken apart and joined again. */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Tap } from '../../../src/lab/world-state.ts';
import { FrameType, FrameWriter } from '../../../src/ring/frames.ts';
import {
  kindOfRingMessage,
  ringContext,
  ringExchange,
  ringMessageEnd,
} from '../../../src/scene/explain/ring-messages.ts';
import { RingScene } from '../ring-scene.ts';

/** The messages of a piece. */
function messagesOf(bytes: Uint8Array): Uint8Array[] {
  const messages: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; ) {
    const end = ringMessageEnd(bytes, at, bytes.length);
    expect(end).toBeGreaterThan(at);
    expect(end).toBeLessThanOrEqual(bytes.length);
    messages.push(bytes.slice(at, end));
    at = end;
  }
  return messages;
}

const kindsOf = (bytes: Uint8Array) =>
  messagesOf(bytes).map((message) => kindOfRingMessage(message, 0, message.length));

function frame(type: number, request: number, payload: Uint8Array): Uint8Array {
  const out = new FrameWriter();
  out.begin(type, request);
  out.raw(payload);
  out.end();
  return out.bytes.slice(0, out.length);
}

const text = (letters: string) => new TextEncoder().encode(letters);
const join = (...parts: Uint8Array[]) => Uint8Array.from(parts.flatMap((part) => [...part]));

describe('a piece', () => {
  test('is a greeting and frames, or its answer and frames', () => {
    const hello = frame(FrameType.hello, 0, Uint8Array.of(0));
    const get = frame(FrameType.get, 7, new Uint8Array(21));
    expect(kindsOf(join(text('VER'), hello, get))).toEqual(['VER', 'hello', 'get']);
    const answer = join(Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 2), text('{}'));
    expect(kindsOf(join(answer, hello))).toEqual(['VER reply', 'hello']);
    expect(ringContext(answer, 0, answer.length)).toEqual({ command: 'VER', isReply: true });
    expect(ringContext(get, 0, get.length)).toEqual({});
  });

  test('that ends in the middle of a frame is one message from there on', () => {
    const put = frame(FrameType.put, 7, new Uint8Array(500));
    const cut = join(put, put.slice(0, 100));
    expect(messagesOf(cut).map(({ length }) => length)).toEqual([put.length, 100]);
    expect(kindsOf(cut)).toEqual(['put', 'unknown']);
  });

  test('of anybody is cut without end and without loss', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 200 }), (bytes) => {
        expect(join(...messagesOf(bytes))).toEqual(bytes);
      }),
      { seed: 81, numRuns: 500 },
    );
  });

  test('of real nodes is all known', () => {
    const kinds = new Map<string, number>();
    const scene = new RingScene({ nodes: 8, k: 2 });
    const tap: Tap = {
      sent() {},
      arriving() {},
      pieceSent(_from, _to, bytes, start, length) {
        for (const kind of kindsOf(bytes.slice(start, start + length))) {
          kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
        }
      },
    };
    scene.ring.world.tap = tap;
    scene.furnish().pass(5000);
    scene.call('put', 'pear', 1);
    scene.crash(3);
    scene.pass(10_000);
    for (const kind of ['VER', 'VER reply', 'hello', 'stabilise', 'pulse', 'digest', 'put']) {
      expect(kinds.get(kind), kind).toBeGreaterThan(0);
    }
    expect(kinds.has('unknown')).toBe(false);
  });
});

describe('an exchange of frames', () => {
  const of = (bytes: Uint8Array) => ringExchange(bytes, 0, bytes.length);

  test('has the type and the number of the request', () => {
    const get = of(frame(FrameType.get, 7, new Uint8Array(20)))!;
    const reply = of(frame(FrameType.get | 0x80, 7, Uint8Array.of(0)))!;
    expect([get.isReply, reply.isReply]).toEqual([false, true]);
    expect(reply.number).toBe(get.number);
    expect(of(frame(FrameType.put, 7, new Uint8Array(20)))!.number).not.toBe(get.number);
    expect(of(frame(FrameType.get, 8, new Uint8Array(20)))!.number).not.toBe(get.number);
  });

  test('is none where nobody replies, and none of what is no frame', () => {
    for (const type of [FrameType.hello, FrameType.proof, FrameType.working]) {
      expect(of(frame(type, 1, new Uint8Array(4)))).toBeNull();
    }
    expect(of(text('VER'))).toBeNull();
    expect(of(text('GET'))).toBeNull();
  });
});

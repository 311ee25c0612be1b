/**
 * The borders of messages in a ring's streams. A piece of a stream is what one turn of a node wrote: the
 * greeting and several frames may lie in it, one behind the other.
 *
 *     piece   │ VER │ hello │ get │          asked: a greeting of one word, and frames
 *             │ length · {…} │ hello │ …      answered: what the node can do, and frames
 *
 * A frame longer than a piece comes in several, and only the first of them can be told what it is.
 */

import { CAPABILITY_BYTES_MAX } from '../../ring/dialects/wire.ts';
import { FrameType, readU32 } from '../../ring/frames.ts';
import type { RingContext } from './dialect.ts';
import type { ExchangeMark } from './exchanges.ts';
import { frameEnd, frameHead, isFrame, isGreeting, RING_GREETING_BYTES } from './frame-head.ts';
import { kindOfRing } from './ring.ts';

/** Bytes before the text of a greeting's answer. */
const TEXT_LENGTH_BYTES = 8;
const BRACE = 0x7b;

/** Where the message ends that begins at `start`; `end` where that cannot be told. */
export function ringMessageEnd(bytes: Uint8Array, start: number, end: number): number {
  if (isGreeting(bytes, start, end)) return start + RING_GREETING_BYTES;
  const answer = answerBytes(bytes, start, end);
  if (answer > 0) return start + answer;
  const frame = frameEnd(bytes, start, end);
  return frame > 0 && frame <= end ? frame : end;
}

/** What must be known of a message besides its bytes to explain it; frames speak for themselves. */
export function ringContext(bytes: Uint8Array, start: number, end: number): RingContext {
  return answerBytes(bytes, start, end) > 0 ? { command: 'VER', isReply: true } : {};
}

/** One word for a message. */
export function kindOfRingMessage(bytes: Uint8Array, start: number, end: number): string {
  if (isFrame(bytes, start, end)) return kindOfRing(bytes, start, end);
  return kindOfRing(bytes, start, end, ringContext(bytes, start, end));
}

/** Frames that nobody replies to. */
const UNANSWERED: ReadonlySet<number> = new Set([
  FrameType.hello,
  FrameType.proof,
  FrameType.working,
]);

/**
 * Which request a message is, or answers; null for what is neither. A greeting has no number: two streams
 * between the same two may greet at the same time.
 */
export function ringExchange(bytes: Uint8Array, start: number, end: number): ExchangeMark | null {
  const head = frameHead(bytes, start, end);
  if (head === null || UNANSWERED.has(head.type)) return null;
  return { number: `${head.type} ${head.request}`, isReply: head.isReply };
}

/** Bytes of the answer to a greeting, 0 where there is none. */
function answerBytes(bytes: Uint8Array, start: number, end: number): number {
  if (end - start <= TEXT_LENGTH_BYTES || bytes[start + TEXT_LENGTH_BYTES] !== BRACE) return 0;
  if (readU32(bytes, start) !== 0) return 0;
  const length = readU32(bytes, start + 4);
  const isThere = length <= CAPABILITY_BYTES_MAX && TEXT_LENGTH_BYTES + length <= end - start;
  return isThere ? TEXT_LENGTH_BYTES + length : 0;
}

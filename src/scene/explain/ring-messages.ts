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
import { FRAME_HEADER_BYTES, LENGTH_BYTES, REPLY, readU32 } from '../../ring/frames.ts';
import { isFrame, kindOfRing, type RingContext } from './ring.ts';

const GREETING_BYTES = 3;
/** Bytes before the text of a greeting's answer. */
const TEXT_LENGTH_BYTES = 8;
const BRACE = 0x7b;

/** Where the message ends that begins at `start`; `end` where that cannot be told. */
export function ringMessageEnd(bytes: Uint8Array, start: number, end: number): number {
  if (isGreeting(bytes, start, end)) return start + GREETING_BYTES;
  const answer = answerBytes(bytes, start, end);
  if (answer > 0) return start + answer;
  if (end - start < FRAME_HEADER_BYTES) return end;
  const length = LENGTH_BYTES + readU32(bytes, start);
  return isFrame(bytes, start, Math.min(end, start + length)) ? start + length : end;
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

/** The type, request and first 20 bytes of a frame's payload, where it has so many. */
export interface FrameHead {
  type: number;
  isReply: boolean;
  request: number;
  /** Where its payload begins. */
  at: number;
}

/** Null for what is no frame. */
export function frameHead(bytes: Uint8Array, start: number, end: number): FrameHead | null {
  if (!isFrame(bytes, start, end)) return null;
  const code = bytes[start + LENGTH_BYTES]!;
  return {
    type: code & ~REPLY,
    isReply: (code & REPLY) !== 0,
    request: readU32(bytes, start + LENGTH_BYTES + 1),
    at: start + FRAME_HEADER_BYTES,
  };
}

/** VER, as in the dialects `seed` and `string`. */
function isGreeting(bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start < GREETING_BYTES) return false;
  return bytes[start] === 0x56 && bytes[start + 1] === 0x45 && bytes[start + 2] === 0x52;
}

/** Bytes of the answer to a greeting, 0 where there is none. */
function answerBytes(bytes: Uint8Array, start: number, end: number): number {
  if (end - start <= TEXT_LENGTH_BYTES || bytes[start + TEXT_LENGTH_BYTES] !== BRACE) return 0;
  if (readU32(bytes, start) !== 0) return 0;
  const length = readU32(bytes, start + 4);
  const isThere = length <= CAPABILITY_BYTES_MAX && TEXT_LENGTH_BYTES + length <= end - start;
  return isThere ? TEXT_LENGTH_BYTES + length : 0;
}

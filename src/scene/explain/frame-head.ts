/**
 * The head of a frame, read without its payload: how somebody finds his way in a stream of frames, and
 * tells a frame from a class program's command. A frame begins with its length, and no frame is so long
 * that its first byte could be a letter.
 *
 *      4          1        4           …
 *     ┌──────────┬────────┬───────────┬───────────┐
 *     │ length   │ type   │ request   │ payload   │     bit 7 of the type: a reply
 *     └──────────┴────────┴───────────┴───────────┘     src/ring/frames.ts
 */
import {
  FRAME_HEADER_BYTES,
  FRAME_TYPES_LAST,
  FrameType,
  LENGTH_BYTES,
  REPLY,
  readU32,
} from '../../ring/frames.ts';

/** No frame of a sane node is longer: the largest value that a ring takes, and what stands around it. */
export const FRAME_BYTES_MAX: number = 65 << 20;

/** `VER`: what an upgraded stream begins with. */
export const RING_GREETING_BYTES = 3;

export interface FrameHead {
  /** See `FrameType`. */
  type: number;
  isReply: boolean;
  request: number;
  /** Where its payload begins. */
  at: number;
}

/** Where the frame ends whose head lies at `start`, perhaps beyond `end`; 0 when there is none. */
export function frameEnd(bytes: Uint8Array, start: number, end: number): number {
  if (end - start < FRAME_HEADER_BYTES) return 0;
  const length = readU32(bytes, start);
  if (length < FRAME_HEADER_BYTES - LENGTH_BYTES || length > FRAME_BYTES_MAX) return 0;
  const type = bytes[start + LENGTH_BYTES] & ~REPLY;
  return type >= 1 && type <= FRAME_TYPES_LAST ? start + LENGTH_BYTES + length : 0;
}

/** Are these the bytes of one frame, or of what was meant as one? */
export function isFrame(bytes: Uint8Array, start: number, end: number): boolean {
  return end > start && frameEnd(bytes, start, end) === end;
}

/** The head of a frame that is there in part at least; null for what is no frame. */
export function frameHead(bytes: Uint8Array, start: number, end: number): FrameHead | null {
  if (frameEnd(bytes, start, end) === 0) return null;
  const type = bytes[start + LENGTH_BYTES];
  return {
    type: type & ~REPLY,
    isReply: (type & REPLY) !== 0,
    request: readU32(bytes, start + LENGTH_BYTES + 1),
    at: start + FRAME_HEADER_BYTES,
  };
}

/** Is it asked of one node after the other, until one is the owner? */
export function isRouted(type: number): boolean {
  return type >= FrameType.owner && type <= FrameType.remove;
}

/** VER, as in the dialects `seed` and `string`. */
export function isGreeting(bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start < RING_GREETING_BYTES) return false;
  return bytes[start] === 0x56 && bytes[start + 1] === 0x45 && bytes[start + 2] === 0x52;
}

/**
 * Rights: what the other end of a link may ask. They grow with what it has shown of itself:
 *
 *     none     nothing yet; in a ring with a secret nobody has more before the proof
 *     read     owner, get, info, query
 *     write    put, remove, act and forget, too
 *     member   all that members say to each other; only once its address has vouched for it (vouching.ts)
 *
 * Without a secret everybody may read and write, which is what an open ring means; to be a member one
 * must at least listen where one says that one lives.
 */
import { FrameType } from '../frames.ts';

export const Rights = { none: 0, read: 1, write: 2, member: 3 } as const;
export type Rights = (typeof Rights)[keyof typeof Rights];

const READING: readonly number[] = [
  FrameType.owner,
  FrameType.get,
  FrameType.info,
  FrameType.query,
  FrameType.vouch,
];
const WRITING: readonly number[] = [
  FrameType.put,
  FrameType.remove,
  FrameType.act,
  FrameType.forget,
];

/** By type of frame. What is not named here is among members. */
const NEEDED: readonly Rights[] = Array.from({ length: 128 }, (_, type) => {
  if (READING.includes(type)) return Rights.read;
  return WRITING.includes(type) ? Rights.write : Rights.member;
});

/** What a request asks of who sends it. */
export function rightsNeeded(type: number): Rights {
  return NEEDED[type];
}

/** As a byte of a stranger's says; null for what is none. */
export function rightsOf(byte: number): Rights | null {
  return byte === Rights.read || byte === Rights.write || byte === Rights.member ? byte : null;
}

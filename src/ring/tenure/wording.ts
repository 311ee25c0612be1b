/**
 * Titles in frames: what electors are asked, and what they say.
 *
 *     promise   from · end · epoch                          accept   flags · n · n × title
 *       ◀──     granted · promised · n · n × (flags · title)           the same for both
 *     accept    2 · from · end · epoch     that of one which has been accepted, in place of all of it
 *       ◀──     2                          not here: say it in full
 */
import { ID_BYTES } from '../../core/id.ts';
import type { Frame, FrameWriter } from '../frames.ts';
import type { Answer, Known, Proposal } from '../titles/elector.ts';
import { EPOCH_BYTES, type Epoch } from '../titles/epoch.ts';
import { type Title, TitleReader, titleBytes, writeEpoch, writeTitle } from '../titles/title.ts';

/** Titles in one frame at most: parts of an arc, each somebody's. */
export const TITLES_LIMIT = 64;
const IN_FORCE = 1;
const KNOWN = 2;

export function putEpoch(out: FrameWriter, epoch: Epoch): void {
  out.room(EPOCH_BYTES);
  out.length = writeEpoch(out.bytes, out.length, epoch);
}

export function takeEpoch(frame: Frame): Epoch {
  const number = frame.u32();
  return { number, claimant: frame.u32() };
}

export function putTitle(out: FrameWriter, title: Title): void {
  out.room(titleBytes(title));
  out.length = writeTitle(out.bytes, out.length, title);
}

export function takeTitle(frame: Frame): Title {
  const reader = new TitleReader(frame.bytes, frame.at, frame.end);
  const title = reader.title();
  frame.at = reader.at;
  if (reader.isBroken) frame.isBroken = true;
  return title;
}

export function putProposal(out: FrameWriter, { titles, isInForce }: Proposal): void {
  out.u8(isInForce ? IN_FORCE : 0);
  out.u8(titles.length);
  for (const title of titles) putTitle(out, title);
}

/** A title in force that whoever is asked has accepted, by what tells it from all others. */
export interface Mention {
  /** Where the 20 bytes of each end of its arc lie in the frame. */
  readonly fromAt: number;
  readonly endAt: number;
  readonly epoch: Epoch;
}

export function putMention(out: FrameWriter, { from, end, epoch }: Title): void {
  out.u8(KNOWN);
  out.raw(from);
  out.raw(end);
  putEpoch(out, epoch);
}

/** Null when it is a proposal in full, or none. */
export function takeMention(frame: Frame): Mention | null {
  if (frame.left === 0 || frame.bytes[frame.at] !== KNOWN) return null;
  frame.u8();
  return { fromAt: frame.skip(ID_BYTES), endAt: frame.skip(ID_BYTES), epoch: takeEpoch(frame) };
}

export function putUnknown(out: FrameWriter): void {
  out.u8(KNOWN);
}

/** Was it not known what a mention was about? Then it takes that word. */
export function takeUnknown(frame: Frame): boolean {
  const isUnknown = frame.left > 0 && frame.bytes[frame.at] === KNOWN;
  if (isUnknown) frame.u8();
  return isUnknown;
}

/** Null when it is none. */
export function takeProposal(frame: Frame): Proposal | null {
  const isInForce = frame.u8() === IN_FORCE;
  const titles: Title[] = [];
  const count = frame.u8();
  if (count === 0 || count > TITLES_LIMIT) return null;
  for (let i = 0; i < count && !frame.isBroken; i++) titles.push(takeTitle(frame));
  return frame.isWhole ? { titles, isInForce } : null;
}

export function putAnswer(out: FrameWriter, { isGranted, promised, known }: Answer): void {
  out.u8(isGranted ? 1 : 0);
  putEpoch(out, promised);
  const count = Math.min(known.length, TITLES_LIMIT);
  out.u8(count);
  for (const { title, isInForce } of known.slice(0, count)) {
    out.u8(isInForce ? IN_FORCE : 0);
    putTitle(out, title);
  }
}

/** Null when it is none. */
export function takeAnswer(frame: Frame): Answer | null {
  const isGranted = frame.u8() === 1;
  const promised = takeEpoch(frame);
  const known: Known[] = [];
  const count = frame.u8();
  if (count > TITLES_LIMIT) return null;
  for (let i = 0; i < count && !frame.isBroken; i++) {
    const isInForce = frame.u8() === IN_FORCE;
    known.push({ title: takeTitle(frame), isInForce });
  }
  return frame.isWhole ? { isGranted, promised, known } : null;
}

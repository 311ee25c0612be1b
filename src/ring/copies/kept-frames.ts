/**
 * Frames of records that are to be kept under a title. What one turn has for one copy is one frame, and has
 * one answer:
 *
 *     act ─▶ record ─┐
 *     act ─▶ record ─┼─ keep: epoch, record, record, record ─▶ copy: one flush
 *     act ─▶ record ─┘  ◀── ok │ refused, and which of them ──
 *
 * A record is written where the last one ended, as long as nothing else was said on that link: so nothing
 * waits to be gathered, and nothing is told in another order than it was said in. A frame is kept as a whole
 * or breaks the link; but each of its records is judged by itself, and who has one refused hears which.
 *
 *     reply   1 status │ where it is `refused`: a bit for each record, the first is the highest of its byte
 */
import { ID_BYTES } from '../../core/id.ts';
import { BULK_BYTES } from '../bounds.ts';
import { type Frame, FrameType, type FrameWriter, REPLY, Status } from '../frames.ts';
import type { Link } from '../link.ts';
import { compareVersions } from '../records/clock.ts';
import { isRecord } from '../records/record.ts';
import type { RingState } from '../state.ts';
import { putEpoch, takeEpoch } from '../tenure/wording.ts';
import type { Epoch } from '../titles/epoch.ts';
import type { Peer } from '../titles/title.ts';
import { compareToEpoch } from '../titles/version.ts';
import { holdsForeign } from './belonging.ts';
import { keep, putRecord } from './keeping.ts';

/** Records of one frame: as many as commands of a client that are read in one turn. */
export const KEPT_TOGETHER = 256;
/** Bytes of one frame, but for its last record: what is there whole is kept soon. */
export const KEPT_TOGETHER_BYTES: number = 1 << 16;

/** What a copy made of a record. */
export type Verdict = 'kept' | 'refused' | 'failed';

type Heard = (now: number, verdict: Verdict) => void;

/** A frame that more records may still be added to. */
export class KeptFrame {
  readonly #node: RingState;
  readonly #link: Link;
  readonly #peer: Peer;
  readonly #epoch: Epoch;
  readonly #heard: Heard[] = [];
  #bytes = 0;

  constructor(node: RingState, link: Link, peer: Peer, epoch: Epoch) {
    this.#node = node;
    this.#link = link;
    this.#peer = peer;
    this.#epoch = epoch;
  }

  /** May a record go with those that are in it? */
  takes(peer: Peer, epoch: Epoch): boolean {
    if (this.#heard.length >= KEPT_TOGETHER || this.#bytes >= KEPT_TOGETHER_BYTES) return false;
    return this.#peer === peer && this.#epoch === epoch;
  }

  add(out: FrameWriter, key: Uint8Array, record: Uint8Array, heard: Heard): void {
    putRecord(out, key, record);
    this.#bytes += record.length;
    this.#heard.push(heard);
    this.#link.send();
    this.#link.unfinished = this;
  }

  answered(now: number, reply: Frame | null): void {
    // An answer without a word is none.
    const status = reply === null || reply.left === 0 ? Status.storeFailed : reply.u8();
    if (reply === null) this.#node.suspect(now, this.#node.shared.members.of(this.#peer.home));
    const isIt = this.#link.incarnation === this.#peer.incarnation;
    const refused = status === Status.refused ? refusedOf(reply!, this.#heard.length) : null;
    for (let i = 0; i < this.#heard.length; i++) {
      const isKept = isIt && (status === Status.ok || (refused !== null && !isMarked(refused, i)));
      const isRefused = refused !== null && isMarked(refused, i);
      this.#heard[i]!(now, isKept ? 'kept' : isRefused ? 'refused' : 'failed');
    }
  }
}

/** Sends one record for keeping under a title. */
export function sendKept(
  node: RingState,
  now: number,
  peer: Peer,
  epoch: Epoch,
  key: Uint8Array,
  record: Uint8Array,
  heard: Heard,
): void {
  const member = node.shared.members.of(peer.home);
  const isBulk = record.length > BULK_BYTES;
  const link = isBulk ? node.connections.toBulk(now, member) : node.linkTo(now, member);
  const { unfinished } = link;
  if (!isBulk && unfinished instanceof KeptFrame && unfinished.takes(peer, epoch)) {
    return unfinished.add(link.goOn(), key, record, heard);
  }
  const begun = new KeptFrame(node, link, peer, epoch);
  const out = link.ask(now, FrameType.keep, node.lines.bulk, (at, reply) => {
    begun.answered(at, reply);
  });
  putEpoch(out, epoch);
  begun.add(out, key, record, heard);
}

/** Keeps records that were written under a title, each if that is the last that we know of. */
export function answerKeep(node: RingState, now: number, link: Link, frame: Frame): boolean {
  const { request } = frame;
  const epoch = takeEpoch(frame);
  const begin = frame.at;
  /** A bit for each record; null as long as all were kept. */
  let refused: number[] | null = null;
  let count = 0;
  for (; frame.left > 0; count++) {
    const key = frame.skip(ID_BYTES);
    const length = frame.u32();
    const start = frame.skip(length);
    if (frame.isBroken || !isRecord(frame.bytes, start, start + length)) return false;
    const record = frame.bytes.subarray(start, start + length);
    if (keepUnder(node, now, epoch, frame.bytes, key, record)) continue;
    refused ??= [];
    mark(refused, count);
  }
  // Whose title names us while our neighbours do not: once it names another nothing else tells us to let go.
  if (holdsForeign(node, frame.bytes, begin, frame.end)) node.moved(now);
  node.flushes.wait((_now, error) => {
    if (link.isOver) return;
    if (error !== null) return link.answerStatus(FrameType.keep, request, Status.storeFailed);
    if (refused === null) return link.answerStatus(FrameType.keep, request, Status.ok);
    const out = link.begin(FrameType.keep | REPLY, request);
    out.u8(Status.refused);
    for (let at = 0; at < bytesOf(count); at++) out.u8(refused[at] ?? 0);
    link.send();
  });
  return true;
}

function keepUnder(
  node: RingState,
  now: number,
  epoch: Epoch,
  key: Uint8Array,
  at: number,
  record: Uint8Array,
): boolean {
  if (!node.seat?.allows(key, at, epoch)) return false;
  const before = node.store.head(key, at);
  // The same again, or a later one of the same owner that was faster.
  const isOver = before !== null && compareVersions(before, 0, record, 0) >= 0;
  if (isOver) return compareToEpoch(before, 0, epoch) <= 0;
  return keep(node, now, key, at, record);
}

function bytesOf(records: number): number {
  return Math.ceil(records / 8);
}

function mark(bits: number[], index: number): void {
  const at = index >>> 3;
  while (bits.length <= at) bits.push(0);
  bits[at]! |= 0x80 >>> (index & 7);
}

function isMarked(bits: Uint8Array, index: number): boolean {
  return (bits[index >>> 3]! & (0x80 >>> (index & 7))) !== 0;
}

/** Which records were refused: all, where the answer does not tell. */
function refusedOf(reply: Frame, records: number): Uint8Array {
  const bytes = bytesOf(records);
  return reply.left === bytes ? reply.copy(bytes) : new Uint8Array(bytes).fill(0xff);
}

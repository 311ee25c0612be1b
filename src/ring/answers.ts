/**
 * Answers: what a node does with the requests of others, frame by frame. Each returns false when the
 * payload was not what its type promises; then the connection is dropped.
 *
 * A get is the path that is taken most: from the bytes as they came to the bytes that leave it makes
 * no object of its own.
 */
import { ID_BYTES } from '../core/id.ts';
import { answerAct } from './acts.ts';
import { BULK_BYTES } from './bounds.ts';
import { holdsForeign } from './copies/belonging.ts';
import { answerConfirm, answerDigest, answerFetch } from './copies/compared.ts';
import { keepRecords } from './copies/keeping.ts';
import { answerKeep } from './copies/kept-frames.ts';
import { Once } from './copies/once.ts';
import { newest, Peeked } from './copies/reads.ts';
import type { WriteDone } from './copies/replicas.ts';
import { write } from './copies/writes.ts';
import { EXISTS_ONLY, type Frame, FrameType, REPLY, Status } from './frames.ts';
import { answerJoin } from './handover/admit.ts';
import { answerForget } from './handover/forgotten.ts';
import { answerSwitch } from './handover/join.ts';
import { answerInherit, answerLeave } from './handover/leave.ts';
import { answerResign } from './handover/resigning.ts';
import { answerLate, ENDLESS, MORTAL, readLife } from './lifetime.ts';
import type { Link } from './link.ts';
import { answerIndirect, answerPulse } from './membership/life.ts';
import { answerNeighbours } from './membership/lists.ts';
import { answerQuery } from './queries.ts';
import { VERSION_BYTES } from './records/clock.ts';
import { blankRecord, isGone, valueAt } from './records/record.ts';
import { answerElsewhere, tellWorking } from './replying.ts';
import { LEVELS, type Level } from './settings.ts';
import type { RingState } from './state.ts';
import { answerAccept, answerPromise } from './tenure/asking.ts';
import { infoOf } from './view.ts';

export function answer(node: RingState, now: number, link: Link, frame: Frame): boolean {
  switch (frame.type) {
    case FrameType.get:
      return answerGet(node, now, link, frame);
    case FrameType.put:
    case FrameType.remove:
      return answerWrite(node, now, link, frame);
    case FrameType.act:
      return answerAct(node, now, link, frame);
    case FrameType.query:
      return answerQuery(node, now, link, frame);
    case FrameType.owner:
      return answerOwner(node, link, frame);
    case FrameType.replicate:
      return answerReplicate(node, now, link, frame);
    case FrameType.peek:
      return answerPeek(node, link, frame);
    case FrameType.neighbours:
      return answerNeighbours(node, now, link, frame);
    case FrameType.pulse:
      return answerPulse(node, link, frame);
    case FrameType.indirect:
      return answerIndirect(node, now, link, frame);
    case FrameType.digest:
      return answerDigest(node, link, frame);
    case FrameType.fetch:
      return answerFetch(node, link, frame);
    case FrameType.confirm:
      return answerConfirm(node, link, frame);
    case FrameType.join:
      return answerJoin(node, now, link, frame);
    case FrameType.switch:
      return answerSwitch(node, now, link, frame);
    case FrameType.leave:
      return answerLeave(node, now, link, frame);
    case FrameType.inherit:
      return answerInherit(node, now, link, frame);
    case FrameType.promise:
      return answerPromise(node, now, link, frame);
    case FrameType.accept:
      return answerAccept(node, now, link, frame);
    case FrameType.resign:
      return answerResign(node, link, frame);
    case FrameType.forget:
      return answerForget(node, now, link, frame);
    case FrameType.keep:
      return answerKeep(node, now, link, frame);
    case FrameType.info:
      return answerInfo(node, link, frame);
    default:
      return false;
  }
}

function answerOwner(node: RingState, link: Link, frame: Frame): boolean {
  const { bytes, request, type } = frame;
  const key = frame.skip(ID_BYTES);
  if (!frame.isWhole) return false;
  const identity = node.ownerOf(bytes, key);
  if (identity === null) {
    answerElsewhere(node, link, type, request, bytes, key);
    return true;
  }
  const out = link.begin(type | REPLY, request);
  out.u8(Status.ok);
  // It need not be the one that was asked: they share a process.
  out.member(identity.member);
  out.raw(identity.end);
  link.send();
  return true;
}

function answerGet(node: RingState, now: number, link: Link, frame: Frame): boolean {
  const { bytes, request } = frame;
  const key = frame.skip(ID_BYTES);
  const choice = frame.u8();
  const level = LEVELS[choice & ~EXISTS_ONLY];
  if (!frame.isWhole || level === undefined) return false;
  node.counters.reads++;
  const identity = node.ownerOf(bytes, key);
  if (identity === null) {
    answerElsewhere(node, link, FrameType.get, request, bytes, key);
    return true;
  }
  const existsOnly = (choice & EXISTS_ONLY) !== 0;
  const wanted = Uint8Array.prototype.slice.call(bytes, key, key + ID_BYTES);
  newest(node, now, identity, wanted, level, (at, status, record) => {
    if (status !== Status.ok) return link.answerStatus(FrameType.get, request, status);
    answerFound(link, at, request, record, existsOnly);
  });
  return true;
}

function answerFound(
  link: Link,
  now: number,
  request: number,
  record: Uint8Array | null,
  existsOnly: boolean,
): void {
  const out = link.begin(FrameType.get | REPLY, request);
  out.u8(Status.ok);
  if (record === null || isGone(record, now)) {
    out.u8(0);
  } else {
    out.u8(1);
    out.raw(record, 0, VERSION_BYTES);
    if (!existsOnly) out.raw(record, valueAt(record));
  }
  link.send();
}

function answerWrite(node: RingState, now: number, link: Link, frame: Frame): boolean {
  const { bytes, request, type, end } = frame;
  const key = frame.id();
  const choice = frame.u8();
  const level: Level | undefined = LEVELS[choice & ~MORTAL];
  const life = (choice & MORTAL) === 0 ? ENDLESS : readLife(node, now, link, frame);
  const isPut = type === FrameType.put;
  if (frame.isBroken || level === undefined || (!isPut && !frame.isWhole)) return false;
  if (frame.left > node.settings.valueBytesMax) {
    link.answerStatus(type, request, Status.tooLarge);
    return true;
  }
  const record = isPut ? blankRecord(bytes, frame.at, end) : blankRecord(null);
  // Who has gone sends it again, to whoever owns the key by then.
  const once = new Once(node, life, false, () => (link.isOver ? null : record));
  let isDone = false;
  if (record.length > BULK_BYTES) tellWorking(node, now, link, request, () => isDone);
  const heard: WriteDone = (at, status, found, copies, version) => {
    isDone = true;
    if (link.isOver) return;
    if (status === Status.notOwner) return answerElsewhere(node, link, type, request, key, 0);
    if (status === Status.late) return answerLate(node, at, link, type, request);
    if (once.isForgotten) return link.answerStatus(type, request, Status.forgotten);
    const out = link.begin(type | REPLY, request);
    out.u8(status);
    out.u8((once.done?.found ?? found) ? 1 : 0);
    out.u8(copies);
    const given = once.done?.version ?? version;
    if (given !== null && status === Status.ok) out.raw(given);
    link.send();
  };
  write(node, now, key, once, level, heard, life.untilMs);
  return true;
}

function answerReplicate(node: RingState, now: number, link: Link, frame: Frame): boolean {
  const { request } = frame;
  const start = frame.at;
  const kept = keepRecords(node, now, frame);
  if (kept === null) return false;
  if (holdsForeign(node, frame.bytes, start, frame.end)) node.moved(now);
  node.flushes.wait((_now, error) => {
    if (link.isOver) return;
    const isKept = kept.refused === 0 ? Status.ok : Status.refused;
    const out = link.begin(FrameType.replicate | REPLY, request);
    out.u8(error === null ? isKept : Status.storeFailed);
    if (kept.newer !== null) out.raw(kept.newer);
    link.send();
  });
  return true;
}

function answerPeek(node: RingState, link: Link, frame: Frame): boolean {
  const { bytes, request } = frame;
  const key = frame.skip(ID_BYTES);
  if (!frame.isWhole) return false;
  const record = node.lookUp(bytes, key);
  const out = link.begin(FrameType.peek | REPLY, request);
  if (record === undefined) out.u8(Peeked.unreadable);
  else out.u8(record === null ? Peeked.absent : Peeked.here);
  if (record) out.raw(record);
  link.send();
  return true;
}

function answerInfo(node: RingState, link: Link, frame: Frame): boolean {
  if (!frame.isWhole) return false;
  const text = JSON.stringify(infoOf(node));
  const out = link.begin(FrameType.info | REPLY, frame.request);
  out.raw(utf8(text));
  link.send();
  return true;
}

function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/**
 * Acts, as an owner answers them: one step of look and change (records/act.ts), then as any other write.
 *
 *     act     key · level, and a life (lifetime.ts) · act
 *       ◀──   status · found · copies · version · verdict · has a result · result
 *
 * An act that changes nothing has read: what decided it is brought to a majority before it is answered.
 */
import { BULK_BYTES } from './bounds.ts';
import { Once } from './copies/once.ts';
import type { WriteDone } from './copies/replicas.ts';
import { type Change, write } from './copies/writes.ts';
import { Frame, FrameType, REPLY, Status } from './frames.ts';
import { answerLate, ENDLESS, MORTAL, readLife } from './lifetime.ts';
import type { Link } from './link.ts';
import { type Applied, applyAct, readAct, VERDICTS } from './records/act.ts';
import { VERSION_BYTES } from './records/clock.ts';
import { answerElsewhere, tellWorking } from './replying.ts';
import { LEVELS, type Level } from './settings.ts';
import type { RingState } from './state.ts';

const NO_VERSION = new Uint8Array(VERSION_BYTES);

export function answerAct(node: RingState, now: number, link: Link, frame: Frame): boolean {
  const { request } = frame;
  const key = frame.id();
  const choice = frame.u8();
  const level: Level | undefined = LEVELS[choice & ~MORTAL];
  const life = (choice & MORTAL) === 0 ? ENDLESS : readLife(node, now, link, frame);
  if (frame.isBroken || level === undefined) return false;
  const act = readAct(ownCopy(frame));
  if (act === null) return false;
  const most = node.settings.valueBytesMax;
  if (act.value.length > most) {
    link.answerStatus(FrameType.act, request, Status.tooLarge);
    return true;
  }
  let applied: Applied | null = null;
  const change: Change = (before, at) => {
    // Who has gone sends it again, to whoever owns the key by then.
    if (link.isOver) return null;
    applied = applyAct(act, before, at, most);
    return applied.record;
  };
  let isDone = false;
  if (act.value.length > BULK_BYTES) tellWorking(node, now, link, request, () => isDone);
  const heard: WriteDone = (at, status, found, copies, version) => {
    isDone = true;
    if (link.isOver) return;
    if (status === Status.late) return answerLate(node, at, link, FrameType.act, request);
    if (status === Status.notOwner) {
      return answerElsewhere(node, link, FrameType.act, request, key, 0);
    }
    if (once.isForgotten) return link.answerStatus(FrameType.act, request, Status.forgotten);
    const { done } = once;
    if (done !== null) applied = { verdict: 'done', record: null, result: done.result };
    const was = done?.found ?? found;
    answerApplied(link, request, status, was, copies, done?.version ?? version, applied);
  };
  const once = new Once(node, life, true, change, () => applied?.result ?? null);
  write(node, now, key, once, level, heard, life.untilMs);
  return true;
}

function answerApplied(
  link: Link,
  request: number,
  status: Status,
  found: boolean,
  copies: number,
  version: Uint8Array | null,
  applied: Applied | null,
): void {
  const out = link.begin(FrameType.act | REPLY, request);
  out.u8(status);
  out.u8(found ? 1 : 0);
  out.u8(copies);
  if (status === Status.ok && applied !== null) {
    out.raw(version ?? NO_VERSION);
    out.u8(VERDICTS.indexOf(applied.verdict));
    out.u8(applied.result === null ? 0 : 1);
    if (applied.result !== null) out.raw(applied.result);
  }
  link.send();
}

/** The rest of a frame in memory of its own, for an act that may have to wait. */
function ownCopy(frame: Frame): Frame {
  const own = new Frame();
  own.bytes = frame.copy(frame.left);
  own.end = own.bytes.length;
  return own;
}

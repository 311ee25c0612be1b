/**
 * An act has one life: it is carried out while somebody waits for it, or not at all. A request to change
 * something says how long that will be, and when it was sent, by the clock of who gets it, as far as the
 * sender knows it from the greeting; so it does not matter whose clock is right.
 *
 *       8        4
 *     ┌────────┬────────┐
 *     │ sent   │ left   │     sent 0: before a greeting had come back
 *     └────────┴────────┘
 *
 * What has lain in the socket of a process that stood still is refused when that process goes on, with the
 * time by its clock; a sender that is still there sends it again.
 */
import { type Frame, type FrameWriter, REPLY, Status } from './frames.ts';
import type { Link } from './link.ts';
import type { RingState } from './state.ts';

/** Beside the level of a change: how long it may live. */
export const MORTAL = 0x40;
/** A turn that comes so much later than it should: the process stood still, or had no processor. */
export const STALL_MS = 1000;
/** What had been waiting meanwhile is read within this. */
const SETTLE_MS = 2000;
/** The longest life that can be told: 49 days. */
const LEFT_MS_MAX = 0xffffffff;

export function putLife(out: FrameWriter, now: number, link: Link, leftMs: number): void {
  const aheadMs = link.handshake?.aheadMs ?? null;
  out.f64(aheadMs === null ? 0 : now + aheadMs);
  out.u32(Math.min(Math.max(1, Math.ceil(leftMs)), LEFT_MS_MAX));
}

/** Reads a life: until when, by our clock, the act may be carried out. */
export function readLife(node: RingState, now: number, link: Link, frame: Frame): number {
  const sentMs = frame.f64();
  const leftMs = frame.u32();
  // Nobody knows when that was; if it was while we stood still, its time may be over.
  if (!(sentMs > 0)) return mayHaveWaited(node, now, link) ? -Infinity : now + leftMs;
  return sentMs + leftMs;
}

function mayHaveWaited(node: RingState, now: number, link: Link): boolean {
  return link.stream !== 0 && now - node.stalledAtMs < SETTLE_MS;
}

/** It was not carried out, and will not be: it came too late. */
export function answerLate(
  node: RingState,
  now: number,
  link: Link,
  type: number,
  request: number,
) {
  node.counters.lateActs++;
  const out = link.begin(type | REPLY, request);
  out.u8(Status.late);
  out.f64(now);
  link.send();
}

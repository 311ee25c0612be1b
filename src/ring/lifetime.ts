/**
 * An act has one life: it is carried out once, while somebody waits for it, or not at all. A request to
 * change something says how long that will be, and when it was sent, by the clock of who gets it, as far as
 * the sender knows it from the greeting; so it does not matter whose clock is right. And it says which act
 * it is, so that it can be sent again.
 *
 *       8        4        4       8         4        4
 *     ┌────────┬────────┬───────┬─────────┬────────┬────────┐   sent 0: before a greeting had come back
 *     │ sent   │ left   │ age   │ client  │ number │ oldest │   age: since it was first sent; 0: it never was
 *     └────────┴────────┴───────┴─────────┴────────┴────────┘
 *
 * What has lain in the socket of a process that stood still is refused when that process goes on, with the
 * time by its clock; a sender that is still there sends it again. So is what was sent later than now: since the
 * greeting one of the two clocks has jumped, or stood still, and nobody knows how old it is. One that was done
 * already is answered from what the record remembers (records/done-acts.ts).
 */
import { type Frame, type FrameWriter, REPLY, Status } from './frames.ts';
import type { Link } from './link.ts';
import { type ActId, CLIENT_BYTES } from './records/done-acts.ts';
import type { RingState } from './state.ts';

/** Beside the level of a change: how long it may live. */
export const MORTAL = 0x40;
/** A turn that comes so much later than it should: the process stood still, or had no processor. */
export const STALL_MS = 1000;
/** Clocks of others are known to less than a round trip, by which they seem to be behind, never ahead. */
const AHEAD_MS = 500;
/** What had been waiting meanwhile is read within this. */
const SETTLE_MS = 2000;
/** The longest life that can be told: 49 days. */
const LEFT_MS_MAX = 0xffffffff;

/** Of an act, by the clock of who has got it. */
export interface Life {
  /** Until when it may be carried out. */
  readonly untilMs: number;
  /** When it was sent for the first time. */
  readonly firstMs: number;
  readonly isAgain: boolean;
  /** Null: of whoever does not say. */
  readonly act: ActId | null;
}

/** Of those who tell nothing of it: class programs. */
export const ENDLESS: Life = { untilMs: Infinity, firstMs: Infinity, isAgain: false, act: null };

/** @param ageMs since it was first sent; null: now is the first time. */
export function putLife(
  out: FrameWriter,
  now: number,
  link: Link,
  leftMs: number,
  ageMs: number | null,
  act: ActId,
): void {
  const { aheadMs } = link;
  out.f64(aheadMs === null ? 0 : now + aheadMs);
  out.u32(Math.min(Math.max(1, Math.ceil(leftMs)), LEFT_MS_MAX));
  out.u32(ageMs === null ? 0 : Math.min(Math.max(1, Math.ceil(ageMs)), LEFT_MS_MAX));
  out.raw(act.client);
  out.u32(act.number);
  out.u32(act.oldest);
}

/** Reads a life. */
export function readLife(node: RingState, now: number, link: Link, frame: Frame): Life {
  const sentMs = frame.f64();
  const leftMs = frame.u32();
  const ageMs = frame.u32();
  const act = { client: frame.copy(CLIENT_BYTES), number: frame.u32(), oldest: frame.u32() };
  const isTold = sentMs > 0;
  const fromMs = isTold ? sentMs : now;
  // If nobody knows how long it has waited, its time may be over.
  const isDoubtful = isTold ? sentMs > now + AHEAD_MS : mayHaveWaited(node, now, link);
  const untilMs = isDoubtful ? -Infinity : fromMs + leftMs;
  return { untilMs, firstMs: fromMs - ageMs, isAgain: ageMs > 0, act };
}

/** While we stood still. */
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

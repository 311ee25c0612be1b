/**
 * Waiting with one deadline. All that waits equally long stands in one line in order of arrival, so
 * a time-out looks at the head only, and whoever is served steps out from anywhere.
 *
 *     pulses (2 s)    head ⇄ … ⇄ tail        the deadline of a node is the earliest head
 *     replies (5 s)   head ⇄ … ⇄ tail
 *     calls (20 s)    head ⇄ … ⇄ tail
 */

import { RETRY_MS } from './bounds.ts';
import type { RingSettings } from './settings.ts';

/** An owner gives a write up before whoever asked it gives up the owner. */
const OWNER_PATIENCE = 0.8;

/** Somebody who waits, in at most one line at a time. */
export abstract class Waiter {
  line: Line | null = null;
  dueAtMs: number = Infinity;
  before: Waiter | null = null;
  after: Waiter | null = null;

  /** It waited in vain; it has left the line. */
  abstract expired(now: number): void;
}

export class Line {
  readonly delayMs: number;
  #head: Waiter | null = null;
  #tail: Waiter | null = null;

  constructor(delayMs: number) {
    this.delayMs = delayMs;
  }

  get deadline(): number {
    return this.#head === null ? Infinity : this.#head.dueAtMs;
  }

  /** Joins at the end; whoever stands in a line already leaves it first. */
  join(now: number, waiter: Waiter): void {
    waiter.line?.leave(waiter);
    waiter.line = this;
    // A clock that was set back must not break the order.
    waiter.dueAtMs = Math.max(now + this.delayMs, this.#tail?.dueAtMs ?? 0);
    waiter.before = this.#tail;
    waiter.after = null;
    if (this.#tail) this.#tail.after = waiter;
    else this.#head = waiter;
    this.#tail = waiter;
  }

  leave(waiter: Waiter): void {
    if (waiter.line !== this) return;
    if (waiter.before) waiter.before.after = waiter.after;
    else this.#head = waiter.after;
    if (waiter.after) waiter.after.before = waiter.before;
    else this.#tail = waiter.before;
    waiter.line = null;
    waiter.before = null;
    waiter.after = null;
    waiter.dueAtMs = Infinity;
  }

  /** Sends everybody away whose time has come. */
  expire(now: number): void {
    for (let head = this.#head; head !== null && head.dueAtMs <= now; head = this.#head) {
      this.leave(head);
      head.expired(now);
    }
  }
}

/** The lines of one node. */
export class Lines {
  readonly pulses: Line;
  readonly replies: Line;
  readonly bulk: Line;
  readonly connects: Line;
  readonly calls: Line;
  readonly retries: Line = new Line(RETRY_MS);
  readonly writes: Line;
  readonly all: readonly Line[];

  constructor(settings: RingSettings) {
    this.pulses = new Line(settings.pulseTimeoutMs);
    this.replies = new Line(settings.replyTimeoutMs);
    this.bulk = new Line(settings.bulkIdleMs);
    this.connects = new Line(settings.connectTimeoutMs);
    this.calls = new Line(settings.callTimeoutMs);
    this.writes = new Line(Math.ceil(settings.replyTimeoutMs * OWNER_PATIENCE));
    const { pulses, replies, bulk, connects, calls, retries, writes } = this;
    this.all = [pulses, replies, bulk, connects, calls, retries, writes];
  }
}

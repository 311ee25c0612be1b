/**
 * Ends that wait for a way: something was sent to them and did not get through.
 *
 *     blocked ── the way is free again ──▶ resumes with the next attempt of its sender
 *        └────── `STREAM_TIMEOUT_MS` ────▶ given up
 *
 * Nobody polls. Whoever frees a way (a partition heals, a silent host is back) says so, and then all
 * that are blocked are looked at; for the opening of a clog an event is put into the wheel.
 */

import type { Wheel } from '../wheel.ts';
import { type End, type Ends, Is, What } from './stream-ends.ts';
import { nextAttemptMs, STREAM_TIMEOUT_MS, type Ways } from './stream-ways.ts';

const WORDS = 0x100000000;

export class Waits {
  readonly #wheel: Wheel;
  readonly #eventKind: number;
  readonly #ends: Ends;
  readonly #ways: Ways;
  /** Ends that are blocked, and some that were. */
  #blocked: End[] = [];
  /** The opening of a clog that was asked for last. */
  #looksAtMs = 0;

  constructor(wheel: Wheel, eventKind: number, ends: Ends, ways: Ways) {
    this.#wheel = wheel;
    this.#eventKind = eventKind;
    this.#ends = ends;
    this.#ways = ways;
  }

  /** Something for an end, which holds it as `held`, does not get through. */
  block(end: End, held: number): void {
    const ends = this.#ends;
    ends.set(end, held);
    if (!ends.is(end, Is.blocked)) {
      const { now } = this.#wheel;
      ends.set(end, Is.blocked);
      ends.blockedAtMs[end] = now;
      this.#blocked.push(end);
      this.#wheel.put(now + STREAM_TIMEOUT_MS, this.#eventKind, end, now % WORDS, What.giveUp);
    }
    this.lookWhenOpen(end);
  }

  /** Has it been blocked since then all the time, and is the way still shut? */
  hasGivenUp(end: End, since: number): boolean {
    const isStill = this.#ends.is(end, Is.blocked) && this.#ends.blockedAtMs[end] % WORDS === since;
    return isStill && !this.#ends.is(end, Is.resuming);
  }

  /** Something has become better: whose way is free again is tried when its sender would try. */
  look(): void {
    const ends = this.#ends;
    this.#blocked = this.#blocked.filter((end) => ends.is(end, Is.blocked));
    for (const end of this.#blocked) {
      if (!this.isReachable(end)) this.lookWhenOpen(end);
      else this.resumeAt(end, nextAttemptMs(ends.blockedAtMs[end], this.#wheel.now));
    }
  }

  isReachable(end: End): boolean {
    const to = this.#receiverOf(end);
    if (this.#ends.is(end, Is.connectHeld) && !this.#ways.accepts(to)) return false;
    return this.#ways.isOpen(this.#senderOf(end), to);
  }

  /** A clog opens by itself. */
  lookWhenOpen(end: End): void {
    const untilMs = this.#ways.shutUntilMs(this.#senderOf(end), this.#receiverOf(end));
    if (untilMs === 0 || untilMs === Infinity || this.#looksAtMs === untilMs) return;
    this.#looksAtMs = untilMs;
    this.#wheel.put(untilMs, this.#eventKind, 0, 0, What.look);
  }

  /** The end will be looked at again. */
  resumeAt(end: End, atMs: number): void {
    if (this.#ends.is(end, Is.resuming)) return;
    this.#ends.set(end, Is.resuming);
    this.#ends.pin(end);
    this.#wheel.put(atMs, this.#eventKind, end, 0, What.resume);
  }

  // The nodes between which what the end waits for has to pass.

  #senderOf(end: End): number {
    const { node, peer } = this.#ends;
    return this.#ends.is(end, Is.connectHeld) ? node[end] : node[peer[end]];
  }

  #receiverOf(end: End): number {
    const { node, remote } = this.#ends;
    return this.#ends.is(end, Is.connectHeld) ? this.#ways.nodeAt(remote[end]) : node[end];
  }
}

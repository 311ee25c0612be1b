/**
 * The sendings of one write, which may take several: they have one name, and never two of them a life.
 *
 *     sent ── answered ─────────────────────────▶ done
 *       ├──── closed by the other side ─────────▶ nobody reads it any more: sent again at once
 *       └──── silent, or closed by us ── its life is over ──▶ sent again
 *
 * One that was answered is over, so none may be carried out after it that was sent before: whoever does not
 * know the name by then, for the act changed nothing, would do it a second time.
 */
import { type Frame, type FrameWriter, Status } from '../frames.ts';
import { putLife } from '../lifetime.ts';
import type { Link } from '../link.ts';
import type { ActId } from '../records/done-acts.ts';
import type { RingState } from '../state.ts';

export class Sending {
  #act: ActId | null = null;
  #firstMs = 0;
  /** It was sent and not answered. */
  mayBeDone = false;
  /** Until then what was sent may yet be done. */
  #aliveUntilMs = -Infinity;

  /** One large value has all the time of its call; else one sending has as long as its reply may take. */
  static lifeMs({ settings }: RingState, isBulk: boolean): number {
    return isBulk ? Infinity : settings.replyTimeoutMs;
  }

  put(node: RingState, out: FrameWriter, now: number, link: Link, lifeMs: number): void {
    const isFirst = this.#act === null;
    this.#act ??= node.actIds.take();
    if (isFirst) this.#firstMs = now;
    putLife(out, now, link, lifeMs, isFirst ? null : now - this.#firstMs, this.#act);
  }

  unanswered(now: number, link: Link, aliveUntilMs: number): void {
    if (!link.hasReached) return;
    this.mayBeDone = true;
    this.#aliveUntilMs = link.isClosedThere ? now : aliveUntilMs;
  }

  /** A large value was sent: it may be done for longer than anybody wants to wait. */
  get isLasting(): boolean {
    return this.#aliveUntilMs === Infinity;
  }

  /** May the next one follow? */
  isOver(now: number): boolean {
    return now >= this.#aliveUntilMs;
  }

  /** What came too late by the clock over there was not done: it is sent again, by that clock. */
  static learnClock(now: number, link: Link, reply: Frame): void {
    if (reply.left < 9 || reply.bytes[reply.at] !== Status.late) return;
    const { at } = reply;
    reply.u8();
    link.hearClock(now, reply.f64());
    reply.at = at;
  }

  end(node: RingState): void {
    if (this.#act !== null) node.actIds.end(this.#act);
  }
}

/**
 * What one stream is used for. A node keeps one `Talk` per stream and passes on what the world says
 * of it; the talk writes to the stream, ends and drops it by itself, and keeps all its patience in
 * one deadline:
 *
 *     world ── arrived, drained, ended, closed ──▶ node ── take, drained, ended, closed ──▶ talk
 *                                                       ◀── deadline, isOver ─────────────
 *
 * There are three kinds: a conversation (a class program asked us one command), an exchange (we asked
 * one) and a kept connection of frames between two of our own nodes.
 */
import type { Closed, Stream } from '../../core/host.ts';

export interface Talk {
  readonly stream: Stream;
  /** When it next wants a tick; `Infinity` for never. Read it after every call. */
  readonly deadline: number;
  /**
   * Nothing more will be done with the stream: the talk has dropped it, or heard `closed`, or has
   * been upgraded. The node forgets the talk; calls that come late do nothing.
   */
  readonly isOver: boolean;
  /** The stream that we asked for is connected. */
  opened(now: number): void;
  /**
   * Takes `bytes[start, end)`, borrowed until it returns, and returns how far it read: `end`, but
   * for a talk that was upgraded, whose remaining bytes are the frames' first.
   */
  take(now: number, bytes: Uint8Array, start: number, end: number): number;
  drained(now: number): void;
  ended(now: number): void;
  closed(now: number, why: Closed): void;
  tick(now: number): void;
}

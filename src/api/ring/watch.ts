/**
 * Looking on at a member of a ring: what it tells as it happens, and the bytes that come and go. A
 * member that nobody watches does nothing for it; watching changes nothing of what it does.
 */
import type { Line } from '../../io/feed.ts';
import type { Teller } from '../../io/guard.ts';
import type { StreamTap } from '../../io/tcp.ts';
import { Watchers } from '../../io/watchers.ts';
import type { RingEvent } from '../../ring/outcome.ts';
import { noticeOf, type RingNotice } from './notice.ts';

export interface RingWatcher {
  /** Called after the node is done with what led to it, so that it may be answered with a command. */
  onEvent?(notice: RingNotice): void;
  /**
   * Bytes of a stream to (`isOurs`) or from `peer`: whom we connected to, or the end from which
   * somebody connected to us (`isAccepted`). `local` is our end, 0 before the stream is open.
   * `bytes[start, end)` are borrowed until this returns; call nothing of the node.
   */
  onBytes?: StreamTap;
}

/** Whose tap it is: the streams of one process. */
interface Tapped {
  tap: StreamTap | null;
}

/** Fills a line with events. */
export const hearNotices = (line: Line<RingNotice>): RingWatcher => ({
  onEvent: (notice) => line.push(notice),
});

export class RingWatchers extends Watchers<RingWatcher> {
  readonly #streams: Tapped;

  /** @param tell hears what a watcher throws. */
  constructor(streams: Tapped, tell: Teller) {
    super(['onEvent', 'onBytes'], tell);
    this.#streams = streams;
  }

  /** Passes an event on, later: nothing calls back into a node. */
  hear(event: RingEvent): void {
    for (const hear of this.of('onEvent')) queueMicrotask(() => hear(noticeOf(event)));
  }

  protected override changed(): void {
    const taps = this.of('onBytes');
    this.#streams.tap =
      taps.length === 0
        ? null
        : (...piece) => {
            for (const tap of taps) tap(...piece);
          };
  }
}

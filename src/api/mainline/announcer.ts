/**
 * Announcements that are kept alive: nodes forget a peer after half an hour or so, so it is announced
 * again and again, and each time is reported.
 *
 *     announce ── stored ──▶ report ── 15 min, a tenth more or less ──▶ announce
 *              └─ failed ──▶ report ── 1 min, 2 min, 4 min … ─────────▶ announce
 */
import { wholeNumber } from '../../core/argument.ts';
import { formatId } from '../../core/id.ts';
import { type Random, randomBelow } from '../../core/random.ts';
import type { Clock } from '../../io/clock.ts';
import { DhtError } from '../../io/errors.ts';
import { Feed } from '../../io/feed.ts';
import type {
  AnnounceEveryOptions,
  AnnounceOptions,
  AnnounceReport,
  AnnounceResult,
} from './results.ts';
import type { SavedAnnouncement } from './snapshot.ts';

/** libtorrent's interval; stores keep a peer for 30 min (libtorrent) to 45 min (ours). */
export const ANNOUNCE_EVERY_MS: number = 15 * 60_000;
/** More often would be a burden on the nodes that store it. */
export const ANNOUNCE_EVERY_MS_MIN = 60_000;
const RETRY_MS = 60_000;
/** Announcements of one node at a time. Each costs some 30 datagrams per turn. */
export const ANNOUNCEMENTS_LIMIT = 10_000;
/** Reports that wait for one who iterates. */
const REPORTS_WAITING = 64;

/** One announcement that is kept alive. Iterate it for its reports; stop it. */
export class Announcement implements AsyncIterable<AnnounceReport> {
  readonly infoHash: string;
  /** Null: the node's own port. */
  readonly port: number | null;
  readonly seed: boolean;
  readonly everyMs: number;
  /** What the last time came to; null before the first is over. */
  latest: AnnounceReport | null = null;
  readonly #feed = new Feed<AnnounceReport>(REPORTS_WAITING);
  readonly #stop: (announcement: Announcement) => void;

  /** @internal */
  constructor(saved: SavedAnnouncement, stop: (announcement: Announcement) => void) {
    this.infoHash = saved.infoHash;
    this.port = saved.port;
    this.seed = saved.seed;
    this.everyMs = saved.everyMs;
    this.#stop = stop;
  }

  /** Announces it no more; the nodes forget it by and by. */
  stop(): void {
    this.#stop(this);
    this.#feed.end();
  }

  [Symbol.dispose](): void {
    this.stop();
  }

  /** Reports from now on; ends when it is stopped or the node is closed. */
  [Symbol.asyncIterator](): AsyncGenerator<AnnounceReport, void, undefined> {
    return this.#feed[Symbol.asyncIterator]();
  }

  /** @internal */
  report(report: AnnounceReport): void {
    this.latest = report;
    this.#feed.push(report);
  }
}

type Announce = (infoHash: string, options: AnnounceOptions) => Promise<AnnounceResult>;

export class Announcer {
  /** With how to call the next turn off. */
  readonly #running = new Map<Announcement, () => void>();
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #announce: Announce;

  constructor(clock: Clock, random: Random, announce: Announce) {
    this.#clock = clock;
    this.#random = random;
    this.#announce = announce;
  }

  get all(): Announcement[] {
    return [...this.#running.keys()];
  }

  /** Begins with the first turn at once. The same info-hash and port is one announcement: the latest. */
  begin(infoHash: Uint8Array, options: AnnounceEveryOptions): Announcement {
    const { seed = false, everyMs = ANNOUNCE_EVERY_MS } = options;
    const port = options.port === undefined ? null : wholeNumber(options.port, 'port', 1, 65535);
    wholeNumber(everyMs, 'everyMs', ANNOUNCE_EVERY_MS_MIN, 24 * 3_600_000);
    return this.resume({ infoHash: formatId(infoHash), port, seed, everyMs });
  }

  resume(saved: SavedAnnouncement): Announcement {
    for (const other of this.#running.keys()) {
      if (other.infoHash === saved.infoHash && other.port === saved.port) other.stop();
    }
    if (this.#running.size >= ANNOUNCEMENTS_LIMIT) {
      throw new DhtError('BUSY', `${ANNOUNCEMENTS_LIMIT} announcements are kept alive already`);
    }
    const announcement = new Announcement(saved, (one) => this.#stop(one));
    this.#running.set(announcement, () => {});
    void this.#turn(announcement, 0);
    return announcement;
  }

  close(): void {
    for (const announcement of this.all) announcement.stop();
  }

  #stop(announcement: Announcement): void {
    this.#running.get(announcement)?.();
    this.#running.delete(announcement);
  }

  async #turn(announcement: Announcement, failures: number): Promise<void> {
    const { infoHash, port, seed, everyMs } = announcement;
    let waitMs = everyMs;
    try {
      const named = port === null ? {} : { port };
      const { stored, failed, peers } = await this.#announce(infoHash, { ...named, seed });
      this.#tell(announcement, { stored, failed, peers, error: null });
      failures = 0;
    } catch (error) {
      this.#tell(announcement, { stored: 0, failed: 0, peers: [], error: error as Error });
      waitMs = Math.min(everyMs, RETRY_MS * 2 ** Math.min(failures++, 16));
    }
    if (!this.#running.has(announcement)) return;
    // Spread: announcements that began together need not come together for ever.
    const spreadMs = Math.floor(waitMs / 10);
    const delayMs = waitMs - spreadMs + randomBelow(this.#random, 2 * spreadMs + 1);
    const off = this.#clock.after(delayMs, () => void this.#turn(announcement, failures));
    this.#running.set(announcement, off);
  }

  #tell(announcement: Announcement, report: Omit<AnnounceReport, 'atMs'>): void {
    if (!this.#running.has(announcement)) return;
    announcement.report({ atMs: this.#clock.originMs + this.#clock.now(), ...report });
  }
}

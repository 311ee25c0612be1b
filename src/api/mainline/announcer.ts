/**
 * Announcements that are kept alive: nodes forget a peer after half an hour or so, so it is announced
 * again and again (`turns.ts`), and each time is reported.
 */
import { wholeNumber } from '../../core/argument.ts';
import { formatId } from '../../core/id.ts';
import type { Random } from '../../core/random.ts';
import type { Clock } from '../../io/clock.ts';
import type {
  AnnounceEveryOptions,
  AnnounceOptions,
  AnnounceReport,
  AnnounceResult,
} from './results.ts';
import type { SavedAnnouncement } from './snapshot.ts';
import { Recurring, Turns } from './turns.ts';

/** libtorrent's interval; stores keep a peer for 30 min (libtorrent) to 45 min (ours). */
export const ANNOUNCE_EVERY_MS: number = 15 * 60_000;
/** More often would be a burden on the nodes that store it. */
const ANNOUNCE_EVERY_MS_MIN = 60_000;
/** Announcements of one node at a time. Each costs some 30 datagrams per turn. */
const ANNOUNCEMENTS_LIMIT = 10_000;

/** One announcement that is kept alive. Iterate it for its reports; stop it. */
export class Announcement extends Recurring<AnnounceReport> {
  /** @internal */
  readonly identity: string;
  readonly infoHash: string;
  /** Null: the node's own port. */
  readonly port: number | null;
  readonly seed: boolean;

  /** @internal */
  constructor(saved: SavedAnnouncement, stopped: (announcement: Announcement) => void) {
    super(saved.everyMs, (one) => stopped(one as Announcement));
    this.identity = `${saved.infoHash} ${saved.port}`;
    this.infoHash = saved.infoHash;
    this.port = saved.port;
    this.seed = saved.seed;
  }
}

type Announce = (infoHash: string, options: AnnounceOptions) => Promise<AnnounceResult>;

export class Announcer {
  readonly #turns: Turns<AnnounceReport, Announcement>;

  constructor(clock: Clock, random: Random, announce: Announce) {
    const limit = [ANNOUNCEMENTS_LIMIT, 'announcements'] as const;
    this.#turns = new Turns(clock, random, limit, async ({ infoHash, port, seed }) => {
      try {
        const named = port === null ? {} : { port };
        const { stored, failed, peers } = await announce(infoHash, { ...named, seed });
        return { stored, failed, peers, error: null };
      } catch (error) {
        return { stored: 0, failed: 0, peers: [], error: error as Error };
      }
    });
  }

  get all(): Announcement[] {
    return this.#turns.all;
  }

  /** Begins with the first turn at once. The same info-hash and port is one announcement: the latest. */
  begin(infoHash: Uint8Array, options: AnnounceEveryOptions): Announcement {
    const { seed = false, everyMs = ANNOUNCE_EVERY_MS } = options;
    const port = options.port === undefined ? null : wholeNumber(options.port, 'port', 1, 65535);
    wholeNumber(everyMs, 'everyMs', ANNOUNCE_EVERY_MS_MIN, 24 * 3_600_000);
    return this.resume({ infoHash: formatId(infoHash), port, seed, everyMs });
  }

  resume(saved: SavedAnnouncement): Announcement {
    return this.#turns.start(new Announcement(saved, (one) => this.#turns.stopped(one)));
  }

  close(): void {
    this.#turns.close();
  }
}

/**
 * What a node does for its program without being asked each time: announcements and items are kept alive,
 * and its state is kept for the next run, where they go on.
 */
import type { Random } from '../../core/random.ts';
import type { Clock } from '../../io/clock.ts';
import { guarded, type Teller } from '../../io/guard.ts';
import type { TableView } from '../../mainline/views.ts';
import { Announcer } from './announcer.ts';
import type { Desk } from './desk.ts';
import type { Keeper } from './keeper.ts';
import { KeptItems } from './kept-items.ts';
import type { AnnounceOptions, AnnounceResult } from './results.ts';
import { snapshotNow } from './snapshot.ts';

interface World {
  clock: Clock;
  random: Random;
  keeper: Keeper | null;
  /** Hears of what cannot go on. */
  tell: Teller;
}

/** Whom they work for. */
interface Served {
  readonly id: string;
  readonly table: TableView;
  announce(infoHash: string, options: AnnounceOptions): Promise<AnnounceResult>;
}

export class Services {
  readonly announcer: Announcer;
  readonly items: KeptItems;
  readonly #keeper: Keeper | null;

  constructor({ clock, random, keeper, tell }: World, desk: Desk, served: Served) {
    this.announcer = new Announcer(clock, random, (hash, how) => served.announce(hash, how));
    this.items = new KeptItems(desk, clock, random);
    this.#keeper = keeper;
    keeper?.begin(() => {
      const announcements = this.announcer.all;
      const { id, table } = served;
      return snapshotNow({ id, table, announcements, items: this.items.saved }, clock);
    });
    const { announcements = [], items = [] } = keeper?.before ?? {};
    const goOn = guarded((begin: () => void) => begin(), tell);
    for (const saved of announcements) goOn(() => this.announcer.resume(saved));
    for (const saved of items) goOn(() => this.items.resume(saved));
  }

  async save(): Promise<void> {
    await this.#keeper?.save();
  }

  async close(): Promise<void> {
    // First: a closed node knows nobody any more.
    await this.#keeper?.close();
    this.announcer.close();
    this.items.close();
  }
}

/**
 * What a node does for its program without being asked each time: announcements and items are kept alive,
 * and its state is kept for the next run, where they go on. What nobody asks for is not made.
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
  #announcer: Announcer | null = null;
  #items: KeptItems | null = null;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #keeper: Keeper | null;
  readonly #desk: Desk;
  readonly #served: Served;

  constructor({ clock, random, keeper, tell }: World, desk: Desk, served: Served) {
    this.#clock = clock;
    this.#random = random;
    this.#keeper = keeper;
    this.#desk = desk;
    this.#served = served;
    if (keeper !== null) this.#goOn(keeper, tell);
  }

  #goOn(keeper: Keeper, tell: Teller): void {
    const served = this.#served;
    keeper.begin(() => {
      const announcements = this.announcer.all;
      const { id, table } = served;
      return snapshotNow({ id, table, announcements, items: this.items.saved }, this.#clock);
    });
    const { announcements, items } = keeper.before;
    const goOn = guarded((begin: () => void) => begin(), tell);
    for (const saved of announcements) goOn(() => this.announcer.resume(saved));
    for (const saved of items) goOn(() => this.items.resume(saved));
  }

  get announcer(): Announcer {
    this.#announcer ??= new Announcer(this.#clock, this.#random, (infoHash, options) =>
      this.#served.announce(infoHash, options),
    );
    return this.#announcer;
  }

  get items(): KeptItems {
    this.#items ??= new KeptItems(this.#desk, this.#clock, this.#random);
    return this.#items;
  }

  async save(): Promise<void> {
    await this.#keeper?.save();
  }

  async close(): Promise<void> {
    // First: a closed node knows nobody any more.
    await this.#keeper?.close();
    this.#announcer?.close();
    this.#items?.close();
  }
}

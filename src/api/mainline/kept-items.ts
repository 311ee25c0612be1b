/**
 * Items that are kept alive: nodes forget an item two hours after it was last put (BEP 44), so it is put
 * again every hour or so (`turns.ts`), where it is needed. That needs no secret key: an item carries its
 * signature. Should somebody with the key have put a newer version meanwhile, that one is kept from then on.
 */
import { checkNames, wholeNumber } from '../../core/argument.ts';
import type { Random } from '../../core/random.ts';
import type { Clock } from '../../io/clock.ts';
import type { Encodable } from '../../mainline/krpc/bencode.ts';
import type { Desk } from './desk.ts';
import {
  itemOf,
  type KeepOptions,
  type PutEveryOptions,
  type PutReport,
  type StoredItem,
} from './item-results.ts';
import { checkPut, genuine, putItem, renewItem } from './items.ts';
import { type SavedItem, savedItem, storedItemOf } from './saved-items.ts';
import { Recurring, Turns } from './turns.ts';

/** BEP 44: "republishing every hour". */
export const PUT_EVERY_MS: number = 3_600_000;
/** More often would be a burden; more seldom than items live would be for nothing. */
const PUT_EVERY_MS_MIN = 600_000;
const PUT_EVERY_MS_MAX = 7_200_000;
/** Items of one node at a time: 3 kB each in its state. */
const KEPT_ITEMS_LIMIT = 2000;

/** One item that is kept alive. Iterate it for its reports; stop it. */
export class KeptItem extends Recurring<PutReport> {
  readonly target: string;
  /** The version that is kept; null until the first was put. */
  item: StoredItem | null;
  /** @internal How the first version is made. */
  readonly make: (() => Promise<{ item: StoredItem; stored: number; failed: number }>) | null;

  /** @internal */
  constructor(
    target: string,
    everyMs: number,
    first: StoredItem | KeptItem['make'],
    stopped: (one: KeptItem) => void,
  ) {
    super(everyMs, (one) => stopped(one as KeptItem));
    this.target = target;
    this.item = typeof first === 'function' ? null : first;
    this.make = typeof first === 'function' ? first : null;
  }

  /** @internal */
  get identity(): string {
    return this.target;
  }
}

export class KeptItems {
  readonly #desk: Desk;
  readonly #turns: Turns<PutReport, KeptItem>;

  constructor(desk: Desk, clock: Clock, random: Random) {
    this.#desk = desk;
    const limit = [KEPT_ITEMS_LIMIT, 'items'] as const;
    this.#turns = new Turns(clock, random, limit, (one) => this.#turn(one));
  }

  get all(): KeptItem[] {
    return this.#turns.all;
  }

  /** What is to be in the state of the node. */
  get saved(): SavedItem[] {
    return this.all.flatMap(({ item, everyMs }) => (item ? [savedItem(item, everyMs)] : []));
  }

  /** Puts a value and keeps it. @throws TypeError or RangeError at once for what cannot be put. */
  put(value: Encodable, { everyMs, ...options }: PutEveryOptions): KeptItem {
    const target = checkPut(value, options, 'putEvery');
    return this.#start(target, everyMs, () => putItem(this.#desk, value, options));
  }

  /** Keeps an item that was found. @throws TypeError for one whose signature does not hold. */
  keep(item: StoredItem, { everyMs, ...others }: KeepOptions = {}): KeptItem {
    checkNames(others, 'options', 'keep', ['everyMs']);
    return this.#start(genuine(itemOf(item)).target, everyMs, item);
  }

  resume(saved: SavedItem): void {
    const item = storedItemOf(saved);
    this.#start(item.target, saved.everyMs, item);
  }

  close(): void {
    this.#turns.close();
  }

  #start(
    target: string,
    everyMs: number = PUT_EVERY_MS,
    first: StoredItem | KeptItem['make'],
  ): KeptItem {
    wholeNumber(everyMs, 'everyMs', PUT_EVERY_MS_MIN, PUT_EVERY_MS_MAX);
    const stopped = (one: KeptItem): void => this.#turns.stopped(one);
    return this.#turns.start(new KeptItem(target, everyMs, first, stopped));
  }

  async #turn(one: KeptItem): Promise<Omit<PutReport, 'atMs'>> {
    try {
      const { item, stored, failed, copies } =
        one.item === null
          ? { ...(await one.make!()), copies: 0 }
          : await renewItem(this.#desk, one.item);
      one.item = item;
      return { item, stored, failed, copies, error: null };
    } catch (error) {
      return { item: one.item, stored: 0, failed: 0, copies: 0, error: error as Error };
    }
  }
}

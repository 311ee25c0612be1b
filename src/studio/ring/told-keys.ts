/**
 * The keys of a ring that nobody of this process is a member of, as its members tell them to a client: page
 * by page, owner by owner around the circle, every few seconds. A member that tells no client its records, as
 * class programs do, tells nothing, and then nothing is listed.
 *
 *     page 00…  ─▶ page 4f…  ─▶ page b1…  ─▶ the end, or enough of it
 */
import type { RingPage, RingService } from '../../ring.ts';

/** Between two rounds. */
const ROUND_MS = 5000;
/** For a page. */
const PAGE_MS = 2000;
/** Told in one round at most: values travel with their keys. */
export const TOLD_KEYS_MAX = 2000;
export const TOLD_BYTES_MAX: number = 4 << 20;

export interface ToldKey {
  name: string | null;
  bytes: number;
  /** It was told of before, and is not any more. */
  isRemoved: boolean;
}

type Pages = Pick<RingService, 'page'>;

export class ToldKeys {
  /** By key, 40 hexadecimal digits. */
  records: ReadonlyMap<string, ToldKey> = new Map();
  /** Counts up with each round that told something else. */
  version = 0;
  readonly #access: () => Pages | null;
  #timer: NodeJS.Timeout | undefined;
  #round: Promise<void> | null = null;

  /** @param access who is asked; null when there is nobody, or no need to. */
  constructor(access: () => Pages | null) {
    this.#access = access;
  }

  start(): void {
    this.#timer = setInterval(() => void this.round(), ROUND_MS);
    void this.round();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  forget(): void {
    this.records = new Map();
    this.version++;
  }

  /** One round, or the one under way. */
  round(): Promise<void> {
    this.#round ??= this.#walk().finally(() => {
      this.#round = null;
    });
    return this.#round;
  }

  async #walk(): Promise<void> {
    const access = this.#access();
    if (access === null) return;
    const told = new Map<string, ToldKey>();
    let bytes = 0;
    let from: string | null = null;
    do {
      const limits: { timeoutMs: number; from?: string } = { timeoutMs: PAGE_MS };
      // Who does not tell, or is gone, tells the rest another time.
      const page: RingPage | null = await access
        .page(from === null ? limits : { ...limits, from })
        .catch(() => null);
      if (page === null) return;
      for (const { key, name, value } of page.records) {
        told.set(key, { name, bytes: value.length, isRemoved: false });
        bytes += value.length;
      }
      from = page.next;
    } while (from !== null && told.size < TOLD_KEYS_MAX && bytes < TOLD_BYTES_MAX);
    this.#take(told, from);
  }

  /** Of keys from `end` on nothing was told this time. */
  #take(told: Map<string, ToldKey>, end: string | null): void {
    for (const [key, before] of this.records) {
      if (told.has(key) || before.isRemoved) continue;
      const isRemoved = end === null || key < end;
      told.set(key, { ...before, isRemoved });
    }
    if (JSON.stringify([...told]) === JSON.stringify([...this.records])) return;
    this.records = told;
    this.version++;
  }
}

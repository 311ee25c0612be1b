/**
 * What a node does again and again for a program until that stops it: announcements and items are forgotten
 * by the nodes that store them, so each has its turn, and each turn is reported.
 *
 *     turn ── came to something ──▶ report ── its interval, a tenth more or less ─▶ turn
 *          └─ failed ─────────────▶ report ── 1 min, 2 min, 4 min … ──────────────▶ turn
 *
 * Only so many turns are under way at a time: ten thousand that begin together after a restart must not
 * take every lookup from the program.
 */
import { type Random, randomBelow } from '../../core/random.ts';
import type { Clock } from '../../io/clock.ts';
import { DhtError } from '../../io/errors.ts';
import { Feed } from '../../io/feed.ts';

const RETRY_MS = 60_000;
/** Of the 256 lookups that a node may have; each asks some 20 nodes. */
const TURNS_AT_ONCE = 16;
/** Reports that wait for one who iterates. */
const REPORTS_WAITING = 64;

/** What every report has. */
export interface TurnReport {
  /** When it was over: ms since 1970. */
  atMs: number;
  /** Why it came to nothing, else null. It is tried again sooner then. */
  error: Error | null;
}

/** One thing that is done again and again. Iterate it for its reports; stop it. */
export abstract class Recurring<Report extends TurnReport> implements AsyncIterable<Report> {
  /** @internal Tells it from others: of two with the same the later takes the place of the earlier. */
  abstract readonly identity: string;
  readonly everyMs: number;
  /** What the last time came to; null before the first is over. */
  latest: Report | null = null;
  readonly #feed = new Feed<Report>(REPORTS_WAITING);
  readonly #stopped: (one: Recurring<Report>) => void;

  /** @internal */
  constructor(everyMs: number, stopped: (one: Recurring<Report>) => void) {
    this.everyMs = everyMs;
    this.#stopped = stopped;
  }

  /** Does it no more; the nodes forget it by and by. */
  stop(): void {
    this.#stopped(this);
    this.#feed.end();
  }

  [Symbol.dispose](): void {
    this.stop();
  }

  /** Reports from now on; ends when it is stopped or the node is closed. */
  [Symbol.asyncIterator](): AsyncGenerator<Report, void, undefined> {
    return this.#feed[Symbol.asyncIterator]();
  }

  /** @internal */
  report(report: Report): void {
    this.latest = report;
    this.#feed.push(report);
  }
}

export class Turns<Report extends TurnReport, One extends Recurring<Report>> {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #limit: number;
  readonly #what: string;
  readonly #work: (one: One) => Promise<Omit<Report, 'atMs'>>;
  /** With how to call the next turn off. */
  readonly #running = new Map<string, { one: One; off: () => void }>();
  readonly #failures = new WeakMap<One, number>();
  readonly #queue: One[] = [];
  #underWay = 0;

  /** @param work one turn; what it throws is for the caller to put into a report. */
  constructor(
    clock: Clock,
    random: Random,
    [limit, what]: readonly [limit: number, what: string],
    work: (one: One) => Promise<Omit<Report, 'atMs'>>,
  ) {
    this.#clock = clock;
    this.#random = random;
    this.#limit = limit;
    this.#what = what;
    this.#work = work;
  }

  get all(): One[] {
    return [...this.#running.values()].map(({ one }) => one);
  }

  /** Its first turn comes at once. @throws DhtError BUSY. */
  start(one: One): One {
    this.#running.get(one.identity)?.one.stop();
    if (this.#running.size >= this.#limit) {
      throw new DhtError('BUSY', `${this.#limit} ${this.#what} are kept alive already`);
    }
    this.#running.set(one.identity, { one, off: () => {} });
    this.#due(one);
    return one;
  }

  stopped(one: One): void {
    if (!this.#has(one)) return;
    this.#running.get(one.identity)!.off();
    this.#running.delete(one.identity);
  }

  close(): void {
    for (const one of this.all) one.stop();
    this.#queue.length = 0;
  }

  #due(one: One): void {
    this.#queue.push(one);
    this.#next();
  }

  #next(): void {
    while (this.#underWay < TURNS_AT_ONCE && this.#queue.length > 0) {
      const one = this.#queue.shift()!;
      if (this.#has(one)) void this.#turn(one);
    }
  }

  async #turn(one: One): Promise<void> {
    this.#underWay++;
    const outcome = await this.#work(one);
    this.#underWay--;
    if (this.#has(one)) {
      one.report({ atMs: this.#clock.originMs + this.#clock.now(), ...outcome } as Report);
    }
    // Whoever hears the report may stop it.
    if (this.#has(one)) this.#later(one, outcome.error !== null);
    this.#next();
  }

  #later(one: One, hasFailed: boolean): void {
    const failures = hasFailed ? (this.#failures.get(one) ?? 0) + 1 : 0;
    this.#failures.set(one, failures);
    const { everyMs } = one;
    const retryMs = RETRY_MS * 2 ** Math.min(failures - 1, 16);
    const waitMs = hasFailed ? Math.min(everyMs, retryMs) : everyMs;
    // Spread: what began together need not come together for ever.
    const spreadMs = Math.floor(waitMs / 10);
    const delayMs = waitMs - spreadMs + randomBelow(this.#random, 2 * spreadMs + 1);
    this.#running.set(one.identity, { one, off: this.#clock.after(delayMs, () => this.#due(one)) });
  }

  #has(one: One): boolean {
    return this.#running.get(one.identity)?.one === one;
  }
}

/**
 * Which message answers which. A request and its reply carry the same number, each protocol in its own way;
 * the request is named by its flight, and both then belong to one exchange.
 *
 *     flight 7   node 1 ── find_node  t=aa ──▶ node 2      exchange 7: it opens one
 *     flight 9   node 1 ◀─ nodes      t=aa ─── node 2      exchange 7: it answers flight 7
 *
 * Numbers come again after a while, and from others: asker, asked and number together name a request.
 */

/** Requests whose replies are awaited: more than are on their way in the few seconds that a view shows. */
export const AWAITED_MAX = 4096;

/** What a message says of the exchange that it is part of. */
export interface ExchangeMark {
  readonly number: string;
  readonly isReply: boolean;
}

export class Exchanges {
  /** Flights of requests, the oldest first. */
  readonly #open = new Map<string, { flight: number; asker: number }>();
  /** By node, how many of its requests are open: who waits for nothing need not be read. */
  readonly #waiting = new Map<number, number>();

  /** Is a reply to this node awaited at all? */
  awaits(node: number): boolean {
    return this.#waiting.has(node);
  }

  /** A request has become a flight. */
  open(flight: number, asker: number, asked: number, { number }: ExchangeMark): void {
    const name = nameOf(asker, asked, number);
    this.#forget(name);
    this.#open.set(name, { flight, asker });
    this.#waiting.set(asker, (this.#waiting.get(asker) ?? 0) + 1);
    if (this.#open.size > AWAITED_MAX) this.#forget(this.#open.keys().next().value!);
  }

  /** The flight of the request that a reply answers, 0 when it is not known; it is open no more. */
  answer(answerer: number, asker: number, { number }: ExchangeMark): number {
    return this.#forget(nameOf(asker, answerer, number));
  }

  #forget(name: string): number {
    const found = this.#open.get(name);
    if (found === undefined) return 0;
    this.#open.delete(name);
    const left = this.#waiting.get(found.asker)! - 1;
    if (left > 0) this.#waiting.set(found.asker, left);
    else this.#waiting.delete(found.asker);
    return found.flight;
  }
}

const nameOf = (asker: number, asked: number, number: string): string =>
  `${asker} ${asked} ${number}`;

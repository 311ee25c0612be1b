/**
 * A search that can be awaited for its result or iterated for what it finds on the way:
 *
 *     const { peers } = await dht.getPeers(hash);
 *     for await (const peer of dht.getPeers(hash)) …
 *
 * It runs once, from the moment it is made, whichever way it is used.
 */
export class Search<Item, Result> implements PromiseLike<Result>, AsyncIterable<Item> {
  readonly #items: Item[] = [];
  readonly #result: Promise<Result>;
  readonly #cancel: () => void;
  #over = false;
  /** Iterations that wait for the next item: there may be several at once. */
  #waiting: (() => void)[] = [];

  /** @param start is given `found`, to be called for each item, and returns the result to come. */
  constructor(start: (found: (item: Item) => void) => Promise<Result>, cancel: () => void) {
    this.#cancel = cancel;
    this.#result = start((item) => {
      this.#items.push(item);
      this.#wake();
    });
    const end = (): void => {
      this.#over = true;
      this.#wake();
    };
    // Also keeps a failure that is only iterated from being "unhandled".
    this.#result.then(end, end);
  }

  // biome-ignore lint/suspicious/noThenProperty: being awaitable is the point of this class
  then<A = Result, B = never>(
    resolved?: ((result: Result) => A | PromiseLike<A>) | null,
    rejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.#result.then(resolved, rejected);
  }

  catch<B = never>(
    rejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<Result | B> {
    return this.#result.catch(rejected);
  }

  finally(settled?: (() => void) | null): Promise<Result> {
    return this.#result.finally(settled);
  }

  /** Every item once, in the order found; ends with the search. Leaving early gives the search up. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Item, void, undefined> {
    let next = 0;
    try {
      for (;;) {
        while (next < this.#items.length) yield this.#items[next++]!;
        if (this.#over) break;
        await new Promise<void>((resolve) => this.#waiting.push(resolve));
      }
    } finally {
      if (!this.#over) this.#cancel();
    }
    await this.#result;
  }

  #wake(): void {
    for (const wake of this.#waiting.splice(0)) wake();
  }
}

/**
 * A feed tells whoever iterates it what happens from then on:
 *
 *     for await (const report of service) …
 *
 * Each iteration has a line of its own with a bound: one who reads too slowly misses the oldest, and
 * nobody waits for him.
 */
export class Feed<Item> implements AsyncIterable<Item> {
  readonly #lines = new Set<Line<Item>>();
  readonly #limit: number;
  #over = false;

  /** @param limit items that wait for one who iterates. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Is anybody iterating? */
  get isHeard(): boolean {
    return this.#lines.size > 0;
  }

  push(item: Item): void {
    for (const line of this.#lines) {
      line.items.push(item);
      if (line.items.length > this.#limit) line.items.shift();
      line.wake();
    }
  }

  /** Ends all iterations when they have read what is there. */
  end(): void {
    this.#over = true;
    for (const line of this.#lines) line.wake();
  }

  /** Begins to hear now, not when the first item is asked for. */
  [Symbol.asyncIterator](): AsyncGenerator<Item, void, undefined> {
    const line: Line<Item> = { items: [], wake: () => {} };
    this.#lines.add(line);
    return this.#iterate(line);
  }

  async *#iterate(line: Line<Item>): AsyncGenerator<Item, void, undefined> {
    try {
      for (;;) {
        while (line.items.length > 0) yield line.items.shift()!;
        if (this.#over) return;
        await new Promise<void>((resolve) => {
          line.wake = resolve;
        });
      }
    } finally {
      this.#lines.delete(line);
    }
  }
}

interface Line<Item> {
  items: Item[];
  wake: () => void;
}
